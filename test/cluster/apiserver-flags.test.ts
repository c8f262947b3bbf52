import { expect, test } from 'vitest';
import { sh } from './sh.ts';

const prelude = `
  M=/etc/kubernetes/manifests/kube-apiserver.yaml; cp $M /root/a.yaml
  with() { sed "s#- --tls-cert-file#- $1\\n    - --tls-cert-file#; $2" /root/a.yaml > /tmp/m; cp /tmp/m $M; sleep 10; }
  last() { crictl logs $(crictl ps -a --name kube-apiserver -q | head -1) 2>&1 | tail -1 | sed 's/.*err=//'; }
  server=https://172.30.1.2:6443`;

test('secrets lie encrypted in etcd once the configuration says so and they are written again', () => {
  const { out, err } = sh(`${prelude}
    value() { etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key get /registry/secrets/default/$1 --print-value-only | head -c 23 | tr -d '\\0\\n'; echo; }
    enc() { printf 'kind: EncryptionConfiguration\\nresources:\\n- resources: [secrets]\\n  providers:\\n  - %s\\n  - %s\\n' "$1" "$2" > /etc/kubernetes/pki/enc.yaml; with --encryption-provider-config=/etc/kubernetes/pki/enc.yaml; }
    key="aescbc: {keys: [{name: key1, secret: $(head -c 32 /dev/urandom | base64)}]}"
    kubectl create secret generic old --from-literal=a=b; enc "$key" 'identity: {}'; kubectl create secret generic new --from-literal=a=b
    value new; value old | cut -c 1-3; kubectl get secrets -o json | kubectl replace -f - > /dev/null; value old
    kubectl get secret old new -o jsonpath='{.items[*].data.a}{"\\n"}'
    timeout 5 kubectl get secrets -w -o name > /tmp/seen & sleep 1; kubectl delete secret new > /dev/null; sleep 5; tail -1 /tmp/seen
    cp /root/a.yaml $M; sleep 8; kubectl get secret old
    enc 'identity: {}' "$key"; kubectl get secrets -o json | kubectl replace -f - > /dev/null; value old | cut -c 1-3
    cp /root/a.yaml $M; sleep 8; enc 'aesgcm: {keys: [{name: k, secret: c2hvcnQ=}]}' 'identity: {}'; last; with --encryption-provider-config=/nosuch; last`);
  expect(out.split('\n').slice(2)).toEqual([
    'k8s:enc:aescbc:v1:key1:',
    'k8s',
    'k8s:enc:aescbc:v1:key1:',
    'Yg== Yg==',
    'secret/new',
    'k8s',
    String.raw`"error while parsing file: resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: \"REDACTED\": secret is not of the expected length, got 5, expected one of [16 24 32]"`,
    String.raw`"error opening encryption provider configuration file \"/nosuch\": open /nosuch: no such file or directory"`,
    '',
  ]);
  expect(err).toContain('unable to transform key "/registry/secrets/default/old": identity transformer tried to read encrypted data');
});

test('who may ask: tokens of a file, nobody without a name, every mode of authorization; what is not simulated says so', () => {
  const { out } = sh(`${prelude}
    echo 'tok1,jane,u1,"devs,qa"' > /etc/kubernetes/pki/tokens.csv; with --token-auth-file=/etc/kubernetes/pki/tokens.csv
    kubectl --token=tok1 --kubeconfig=/dev/null -s $server --insecure-skip-tls-verify auth whoami -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}{"\\n"}'
    curl -sk -H 'Authorization: Bearer other' $server/api | jq -r .message
    with --v=2 s/=Node,RBAC/=AlwaysAllow/; kubectl auth can-i list pods --as=jane
    with --v=2 s/=Node,RBAC/=Node/; kubectl --kubeconfig /etc/kubernetes/super-admin.conf get --raw /version --as=jane 2>&1
    with --v=2 s/=Node,RBAC/=Webhook/; last; with --runtime-config=api/alpha=true; last; with --oidc-client-id=x; last; with --etcd-server=x; last
    with --v=2 s/=NodeRestriction/=NodeRestriction,ImagePolicyWebhook/; last
    with --anonymous-auth=false; curl -sk $server/version | jq -r .message`);
  expect(out.split('\n')).toEqual([
    'jane ["devs","qa","system:authenticated"]',
    'Unauthorized',
    'yes',
    'Error from server (Forbidden): forbidden: User "jane" cannot get path "/version"',
    'k8s-lab: --authorization-mode=Webhook is not simulated',
    'k8s-lab: --runtime-config=api/alpha=true is not simulated',
    'k8s-lab: --oidc-client-id is not simulated',
    'Error: unknown flag: --etcd-server',
    'k8s-lab: the admission plugin ImagePolicyWebhook is not simulated',
    'Unauthorized',
    '',
  ]);
});
