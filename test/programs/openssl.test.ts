import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

const pki = '/etc/kubernetes/pki';

test('what certificates of the cluster say', () => {
  const { out } = sh(`cd ${pki}
    openssl x509 -in apiserver.crt -noout -subject -issuer -dates | sed -E 's/[0-9:]{8} 20/T 20/'
    openssl x509 -in apiserver.crt -noout -text | grep -A1 -E 'Alternative|Key Usage|Basic'
    openssl x509 -in apiserver.crt -noout -ext subjectAltName | tail -1
    openssl verify -CAfile ca.crt apiserver.crt; openssl verify -CAfile etcd/ca.crt apiserver.crt 2>&1
    openssl x509 -in apiserver.crt -noout -checkend 86400; openssl x509 -in nosuch -noout 2>&1 | head -1; openssl x509 -in ca.key -noout 2>&1
    echo | openssl s_client -connect 127.0.0.1:6443 2>/dev/null | openssl x509 -noout -subject
    echo | openssl s_client -connect 172.30.1.2:2379 -CAfile etcd/ca.crt 2>&1 | grep -E 'Verif|Acceptable'; openssl nosuch`);
  expect(out).toBe(`subject=CN=kube-apiserver
issuer=CN=kubernetes
notBefore=Nov 22 T 2026 GMT
notAfter=Nov 22 T 2027 GMT
            X509v3 Key Usage: critical
                Digital Signature, Key Encipherment
            X509v3 Extended Key Usage: 
                TLS Web Client Authentication, TLS Web Server Authentication
            X509v3 Basic Constraints: critical
                CA:FALSE
            X509v3 Subject Alternative Name: 
                DNS:controlplane, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local, IP Address:10.96.0.1, IP Address:172.30.1.2, IP Address:127.0.0.1
    DNS:controlplane, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local, IP Address:10.96.0.1, IP Address:172.30.1.2, IP Address:127.0.0.1
apiserver.crt: OK
CN=kube-apiserver
error 20 at 0 depth lookup: unable to get local issuer certificate
error apiserver.crt: verification failed
Certificate will not expire
Could not open file or uri for loading certificate from nosuch: No such file or directory
Could not find certificate from ca.key
Unable to load certificate
subject=CN=kube-apiserver
Acceptable client certificate CA names
Verification: OK
Verify return code: 0 (ok)
`);
});

test('a user: key, request, approval, kubeconfig, and what RBAC gives', () => {
  const { out, err } = sh(`
    openssl genrsa -out jane.key 2048; openssl req -new -key jane.key -out jane.csr -subj "/CN=jane/O=dev"
    openssl req -in jane.csr -noout -subject; head -1 jane.key jane.csr | grep BEGIN; openssl rsa -in jane.key -check -noout
    kubectl apply -f - > /dev/null <<Y
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec: {request: $(base64 -w0 jane.csr), signerName: kubernetes.io/kube-apiserver-client, expirationSeconds: 86400, usages: [client auth]}
Y
    kubectl certificate approve jane; sleep 3; kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt
    openssl x509 -in jane.crt -noout -subject -issuer; openssl verify -CAfile ${pki}/ca.crt jane.crt
    kubectl create role pods --verb=list --resource=pods > /dev/null; kubectl create rolebinding jane --role=pods --group=dev > /dev/null
    kubectl config set-credentials jane --client-key=jane.key --client-certificate=jane.crt --embed-certs > /dev/null; kubectl config set-context jane --cluster=kubernetes --user=jane > /dev/null
    kubectl --context jane get pods 2>&1; kubectl --context jane get nodes 2>&1; kubectl --context jane auth whoami | tail -2`);
  expect(err).toBe('');
  expect(out).toBe(`subject=CN=jane, O=dev
-----BEGIN PRIVATE KEY-----
-----BEGIN CERTIFICATE REQUEST-----
RSA key ok
certificatesigningrequest.certificates.k8s.io/jane approved
subject=O=dev, CN=jane
issuer=CN=kubernetes
jane.crt: OK
No resources found in default namespace.
Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope
Groups                                              [dev system:authenticated]
Extra: authentication.kubernetes.io/credential-id   [${/credential-id {3}\[(.*)\]/.exec(out)?.[1]}]
`);
});

test('keys and certificates are real, and the same each time', () => {
  const script = `openssl genrsa -out ca.key 2048; openssl req -x509 -new -key ca.key -subj /CN=my-ca -days 10 -out ca.crt
    openssl req -newkey rsa:2048 -nodes -keyout s.key -subj "/C=KR/O=lab/CN=web" -addext "subjectAltName=DNS:web.local,IP:10.0.0.1" -out s.csr
    printf 'subjectAltName=DNS:web.local\\nextendedKeyUsage=serverAuth\\n' > e; openssl x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 5 -extfile e -out s.crt 2>/dev/null
    openssl verify -CAfile ca.crt s.crt; cat ca.crt s.crt s.key`;
  const { out } = sh(script, 1, 'node');
  const [ca, leaf] = out.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
  const parsed = new X509Certificate(leaf ?? '');
  expect(out).toContain('s.crt: OK\n');
  expect(parsed.verify(new X509Certificate(ca ?? '').publicKey)).toBe(true);
  expect(parsed.subject).toBe('C=KR\nO=lab\nCN=web');
  expect(parsed.subjectAltName).toBe('DNS:web.local');
  expect(parsed.checkPrivateKey).toBeDefined();
  expect(createPublicKey(out.slice(out.indexOf('-----BEGIN PRIVATE'))).asymmetricKeyType).toBe('rsa');
  expect(sh(script, 1, 'node').out).toBe(out);
  expect(sh('openssl genrsa 2048', 2, 'node').out).not.toBe(sh('openssl genrsa 2048', 1, 'node').out);
});

test('keys on curves, under passphrases, requests by configuration and by questions, hashes of passwords', () => {
  const { out } = sh(
    `openssl ecparam -name prime256v1 -genkey -noout -out ec.key; openssl req -x509 -new -key ec.key -subj /CN=ec-ca -days 9 -addext keyUsage=critical,keyCertSign -out ec.crt
    cat > c.cnf <<X
[ req ]
default_bits = 2048
prompt = no
req_extensions = v3
distinguished_name = dn
[ dn ]
CN = conf
[ v3 ]
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = @alt
basicConstraints = CA:FALSE
[ alt ]
DNS.1 = a.lab
IP.1 = 1.2.3.4
X
    openssl genrsa -aes256 -passout pass:x -out e.key 2048; head -1 e.key; openssl rsa -in e.key -passin pass:y 2>&1 | head -1; openssl rsa -in e.key -passin pass:x -out d.key 2>/dev/null
    openssl req -new -key d.key -config c.cnf -out d.csr; openssl x509 -req -in d.csr -CA ec.crt -CAkey ec.key -extensions v3 -extfile c.cnf -out d.crt 2>/dev/null
    openssl x509 -in d.crt -noout -ext keyUsage,extendedKeyUsage,subjectAltName,basicConstraints; openssl verify -CAfile ec.crt d.crt
    openssl x509 -in d.crt -noout -checkhost a.lab; openssl verify -CAfile ec.crt -verify_hostname b.lab d.crt 2>&1 | sed -n 2p
    printf 'KR\\n\\nSeoul\\nLab\\n\\njoe\\n\\n\\n\\n' | openssl req -new -key d.key -out q.csr 2>/dev/null; openssl req -in q.csr -noout -subject
    openssl passwd -6 -salt abc secret; openssl passwd -apr1 -salt abc secret
    echo hi > f; openssl enc -aes-256-cbc -pbkdf2 -in f -out f.enc -pass pass:k; openssl enc -d -aes-256-cbc -pbkdf2 -in f.enc -pass pass:k; openssl enc -d -aes-256-cbc -pbkdf2 -in f.enc -pass pass:z 2>&1
    openssl dgst -sha256 -sign d.key -out s f; openssl rsa -in d.key -pubout -out d.pub 2>/dev/null; openssl dgst -sha256 -verify d.pub -signature s f
    cat ec.crt d.crt`,
    1,
    'node',
  );
  const [ca = '', leaf = ''] = out.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  expect(new X509Certificate(leaf).verify(new X509Certificate(ca).publicKey)).toBe(true);
  expect(out.split('-----BEGIN CERTIFICATE')[0]).toBe(`-----BEGIN ENCRYPTED PRIVATE KEY-----
Could not find private key from e.key
X509v3 Key Usage: critical
    Digital Signature
X509v3 Extended Key Usage: 
    TLS Web Server Authentication
X509v3 Subject Alternative Name: 
    DNS:a.lab, IP Address:1.2.3.4
X509v3 Basic Constraints: 
    CA:FALSE
d.crt: OK
Hostname a.lab does match certificate
error 62 at 0 depth lookup: hostname mismatch
subject=C=KR, ST=Some-State, L=Seoul, O=Lab, CN=joe
$6$abc$IdWKNKTJEb8LxY7CGg8YBXlvtfZzFw7Mp/r6niK9YB2mdvgY..TKjv1T..8RadRt2qvUHYRLr/TsVArtr91iR1
$apr1$abc$PZF73YJz5hJ9yyI.7OP.R.
hi
bad decrypt
Verified OK
`);
});

test('asn1parse shows a certificate of the real openssl element by element, and what is within one', () => {
  const pem = `-----BEGIN CERTIFICATE-----
MIIBczCCASWgAwIBAgIUQVJIwKJ3L+E89RFdqV8rpwvazt4wBQYDK2VwMCMxEzAR
BgNVBAMMCmt1YmVybmV0ZXMxDDAKBgNVBAoMA2RldjAeFw0yNjExMjMyMzAyMDFa
Fw0yNjEyMjMyMzAyMDFaMCMxEzARBgNVBAMMCmt1YmVybmV0ZXMxDDAKBgNVBAoM
A2RldjAqMAUGAytlcAMhAASFetvSYg95L9BCob9dk7CJWX+o8vnUgNHNsgLxlROq
o2swaTAdBgNVHQ4EFgQUwt9X3QnU7mrxx8toNwKdW0g/YN4wHwYDVR0jBBgwFoAU
wt9X3QnU7mrxx8toNwKdW0g/YN4wDwYDVR0TAQH/BAUwAwEB/zAWBgNVHREEDzAN
ggVhLmxhYocECgAAATAFBgMrZXADQQApd2YRRJzR5SIlAai9ZnWQJUvPA3BLL1NU
B95gmOWRet40oKoFZfGZxMKrFj97nl6EMMLaY2VtK290739z3rIC
-----END CERTIFICATE-----`;
  const { out, err } = sh(`cat > c.pem <<'X'\n${pem}\nX
    openssl asn1parse -in c.pem; echo; openssl asn1parse -in c.pem -strparse 284 -i; openssl asn1parse -in /etc/hostname; echo $?; openssl asn1parse -in c.pem -dump; echo $?
    openssl x509 -in c.pem -outform DER -out c.der; openssl asn1parse -inform DER -in c.der | head -1`);
  const [whole, rest] = out.split('\n\n');
  expect(`${whole}\n`).toBe(`    0:d=0  hl=4 l= 371 cons: SEQUENCE          
    4:d=1  hl=4 l= 293 cons: SEQUENCE          
    8:d=2  hl=2 l=   3 cons: cont [ 0 ]        
   10:d=3  hl=2 l=   1 prim: INTEGER           :02
   13:d=2  hl=2 l=  20 prim: INTEGER           :415248C0A2772FE13CF5115DA95F2BA70BDACEDE
   35:d=2  hl=2 l=   5 cons: SEQUENCE          
   37:d=3  hl=2 l=   3 prim: OBJECT            :ED25519
   42:d=2  hl=2 l=  35 cons: SEQUENCE          
   44:d=3  hl=2 l=  19 cons: SET               
   46:d=4  hl=2 l=  17 cons: SEQUENCE          
   48:d=5  hl=2 l=   3 prim: OBJECT            :commonName
   53:d=5  hl=2 l=  10 prim: UTF8STRING        :kubernetes
   65:d=3  hl=2 l=  12 cons: SET               
   67:d=4  hl=2 l=  10 cons: SEQUENCE          
   69:d=5  hl=2 l=   3 prim: OBJECT            :organizationName
   74:d=5  hl=2 l=   3 prim: UTF8STRING        :dev
   79:d=2  hl=2 l=  30 cons: SEQUENCE          
   81:d=3  hl=2 l=  13 prim: UTCTIME           :261123230201Z
   96:d=3  hl=2 l=  13 prim: UTCTIME           :261223230201Z
  111:d=2  hl=2 l=  35 cons: SEQUENCE          
  113:d=3  hl=2 l=  19 cons: SET               
  115:d=4  hl=2 l=  17 cons: SEQUENCE          
  117:d=5  hl=2 l=   3 prim: OBJECT            :commonName
  122:d=5  hl=2 l=  10 prim: UTF8STRING        :kubernetes
  134:d=3  hl=2 l=  12 cons: SET               
  136:d=4  hl=2 l=  10 cons: SEQUENCE          
  138:d=5  hl=2 l=   3 prim: OBJECT            :organizationName
  143:d=5  hl=2 l=   3 prim: UTF8STRING        :dev
  148:d=2  hl=2 l=  42 cons: SEQUENCE          
  150:d=3  hl=2 l=   5 cons: SEQUENCE          
  152:d=4  hl=2 l=   3 prim: OBJECT            :ED25519
  157:d=3  hl=2 l=  33 prim: BIT STRING        
  192:d=2  hl=2 l= 107 cons: cont [ 3 ]        
  194:d=3  hl=2 l= 105 cons: SEQUENCE          
  196:d=4  hl=2 l=  29 cons: SEQUENCE          
  198:d=5  hl=2 l=   3 prim: OBJECT            :X509v3 Subject Key Identifier
  203:d=5  hl=2 l=  22 prim: OCTET STRING      [HEX DUMP]:0414C2DF57DD09D4EE6AF1C7CB6837029D5B483F60DE
  227:d=4  hl=2 l=  31 cons: SEQUENCE          
  229:d=5  hl=2 l=   3 prim: OBJECT            :X509v3 Authority Key Identifier
  234:d=5  hl=2 l=  24 prim: OCTET STRING      [HEX DUMP]:30168014C2DF57DD09D4EE6AF1C7CB6837029D5B483F60DE
  260:d=4  hl=2 l=  15 cons: SEQUENCE          
  262:d=5  hl=2 l=   3 prim: OBJECT            :X509v3 Basic Constraints
  267:d=5  hl=2 l=   1 prim: BOOLEAN           :255
  270:d=5  hl=2 l=   5 prim: OCTET STRING      [HEX DUMP]:30030101FF
  277:d=4  hl=2 l=  22 cons: SEQUENCE          
  279:d=5  hl=2 l=   3 prim: OBJECT            :X509v3 Subject Alternative Name
  284:d=5  hl=2 l=  15 prim: OCTET STRING      [HEX DUMP]:300D8205612E6C616287040A000001
  301:d=1  hl=2 l=   5 cons: SEQUENCE          
  303:d=2  hl=2 l=   3 prim: OBJECT            :ED25519
  308:d=1  hl=2 l=  65 prim: BIT STRING        
`);
  expect(rest).toBe(`    0:d=0  hl=2 l=  13 cons: SEQUENCE          
    2:d=1  hl=2 l=   5 prim:  cont [ 2 ]        
    9:d=1  hl=2 l=   4 prim:  cont [ 7 ]        
1
70
    0:d=0  hl=4 l= 371 cons: SEQUENCE          
`);
  expect(err).toBe('Error reading PEM file\nk8s-lab: openssl asn1parse -dump is not simulated\n');
});
