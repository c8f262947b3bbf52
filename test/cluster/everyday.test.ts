/** What people type in courses, from the shell of a whole cluster: each of these went wrong once. */
import { expect, test } from 'vitest';
import type { WorldName } from '../../src/cluster/worlds/index.ts';
import { runScript } from '../../src/headless/sh.ts';

function sh(script: string, world: WorldName = 'kubeadm-3'): { readonly out: string; readonly err: string; readonly status: number } {
  let [out, err] = ['', ''];
  const stdout = (text: string): void => {
    out += text;
  };
  const stderr = (text: string): void => {
    err += text;
  };
  const status = runScript(world, 1, { argv: ['bash', '-c', script], stdout, stderr, limit: 3_600_000 });
  return { out, err, status };
}

test('nodes are ready again soon after the apiserver is back', () => {
  const { out } = sh(`
    mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp/; sleep 180
    kubectl get nodes 2>&1 | tail -1
    mv /tmp/kube-apiserver.yaml /etc/kubernetes/manifests/; sleep 20
    kubectl get nodes --no-headers | awk '{print $2}'; sleep 40; kubectl get nodes --no-headers | awk '{print $2}'`);
  expect(out).toBe(`The connection to the server 172.30.1.2:6443 was refused - did you specify the right host or port?\n${'Ready\n'.repeat(6)}`);
});

test('a node that was away for long takes its old pods down', () => {
  const { out, status } = sh(`
    kubectl create deploy web --image=nginx --replicas=4 > /dev/null; kubectl rollout status deploy web > /dev/null
    ssh node01 systemctl stop kubelet; sleep 365
    kubectl get pods --no-headers | awk '{print $3}' | sort | uniq -c | awk '{print $1, $2}'
    ssh node01 systemctl start kubelet; sleep 40
    kubectl get pods --no-headers | awk '{print $3}' | sort | uniq -c | awk '{print $1, $2}'`);
  expect(status).toBe(0);
  expect(out).toBe('4 Running\n2 Terminating\n4 Running\n');
});

test('pods of a deleted Job go with it', () => {
  const { out } = sh(`
    kubectl create job j --image=busybox -- sleep 3600; sleep 5
    kubectl delete job j; sleep 40; kubectl get pods 2>&1`);
  expect(out).toContain('No resources found in default namespace.');
});

test('a StatefulSet mounts what its claim templates make', () => {
  const { out } = sh(`
    cat > s.yaml <<Y
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv1}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/pv1}}
Y
    kubectl apply -f s.yaml; kubectl wait --for=condition=Ready pod/db-0 --timeout=60s; kubectl get pvc --no-headers | awk '{print $1, $2, $3}'`);
  expect(out).toContain('pod/db-0 condition met\ndata-db-0 Bound pv1\n');
});

test('a container that its liveness probe kills again and again backs off', () => {
  const { out } = sh(`
    kubectl run web --image=nginx --overrides='{"spec":{"containers":[{"name":"web","image":"nginx","livenessProbe":{"tcpSocket":{"port":81},"failureThreshold":1}}]}}' > /dev/null
    sleep 300; kubectl get pod web -o jsonpath='{.status.containerStatuses[0].restartCount}'`);
  expect(Number(out)).toBeGreaterThan(3);
  expect(Number(out)).toBeLessThan(9);
});

test('an approved certificate request is signed, and its certificate lets its owner in', () => {
  const { out } = sh(`
    cat > amy.csr <<P
-----BEGIN CERTIFICATE REQUEST-----
MIHWMH4CAQAwHDEMMAoGA1UECgwDZGV2MQwwCgYDVQQDDANhbXkwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAATMcdMatIQp4srtj7uQcw/FcAZgvMV1j+KTHkEy0b3z
DDa6iISdKVQSAmI5fBMFZGP0tPwN+wzRpSZH+iK1b2tDoAAwCgYIKoZIzj0EAwID
SAAwRQIgQ2DTkdyr2NtLpKxcL260fRuBuvC7a7oGI96pKNhmldYCIQDUASxOO45V
ECElj/5k3evEd5qms2B+cCFXa2mueOZ4Qw==
-----END CERTIFICATE REQUEST-----
P
    kubectl apply -f - <<Y
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: amy}
spec: {request: $(base64 -w0 amy.csr), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
Y
    kubectl certificate approve amy; sleep 2
    kubectl get csr amy -o jsonpath='{.status.certificate}' | base64 -d > amy.crt
    kubectl config set-credentials amy --client-certificate=amy.crt --client-key=/etc/kubernetes/pki/ca.key > /dev/null
    kubectl auth whoami --user=amy -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}'`);
  expect(out).toContain('amy ["dev","system:authenticated"]');
});

test('ports of one number and two protocols stay as they are when something else changes', () => {
  const { out, err } = sh(`
    kubectl -n kube-system set env deploy/coredns A=b; kubectl -n kube-system set image deploy coredns coredns=registry.k8s.io/coredns/coredns:v1.12.0
    kubectl -n kube-system get deploy coredns -o jsonpath='{range .spec.template.spec.containers[0].ports[*]}{.name}/{.protocol} {end}'`);
  expect(err).toBe('');
  expect(out).toMatch(/image updated\ndns\/UDP dns-tcp\/TCP /);
});

test('events of a static pod, component statuses, a deprecated flag, connections of port-forward, debugging with a short command', () => {
  const { out, err } = sh(`
    printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: s}\\nspec: {containers: [{name: c, image: nginx}]}\\n' > /etc/kubernetes/manifests/s.yaml; sleep 10
    kubectl describe pod s-controlplane | grep -c Started; kubectl get cs --no-headers | awk '{print $1, $2, $3}'
    kubectl create deploy h --image=nginx; kubectl autoscale deploy h --max=3 --cpu-percent=50; kubectl rollout status deploy h > /dev/null
    kubectl port-forward deploy/h 8080:80 & sleep 1; curl -s -o /dev/null localhost:8080; sleep 1; kill %1
    kubectl debug node/node01 -i --image=busybox -- cat /host/etc/hostname`);
  expect(out).toContain('scheduler Healthy ok\ncontroller-manager Healthy ok\netcd-0 Healthy ok\n');
  expect(out).toMatch(/^[1-9]/);
  expect(out).toContain('horizontalpodautoscaler.autoscaling/h autoscaled');
  expect(out).toContain('Handling connection for 8080\n');
  expect(out).toMatch(/on node node01\.\nnode01\n$/);
  expect(err).toContain('Flag --cpu-percent has been deprecated, Use --cpu');
});

test('tools in an image of busybox speak as busybox', () => {
  const { out, err } = sh(`
    kubectl run p --image=busybox:1.28 -- sleep 999 > /dev/null; kubectl wait --for=condition=Ready pod/p > /dev/null
    kubectl exec p -- sh -c 'ls /nosuch; cat /nosuch; ps | head -2; nslookup kubernetes; wget -qO- -T 2 10.1.1.1; ifconfig'`);
  expect(out).toBe(
    'PID   USER     TIME  COMMAND\n    1 root      0:00 sleep 999\nServer:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\nName:      kubernetes\nAddress 1: 10.96.0.1 kubernetes.default.svc.cluster.local\n',
  );
  expect(err).toBe(
    "ls: /nosuch: No such file or directory\ncat: can't open '/nosuch': No such file or directory\nwget: download timed out\nk8s-lab: ifconfig is not simulated\ncommand terminated with exit code 70\n",
  );
});

test('explain knows custom resources; a Job computes the digits of the documentation', () => {
  const { out } = sh(`
    kubectl apply -f - > /dev/null <<Y
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: operators.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: operators, singular: operator, kind: Operator, shortNames: [op]}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [email], properties: {email: {type: string, description: Where to write.}}}}}}}
Y
    kubectl explain op.spec
    kubectl create job pi --image=perl:5.34 -- perl -Mbignum=bpi -wle 'print bpi(30)' > /dev/null; kubectl wait --for=condition=Complete job/pi > /dev/null; kubectl logs job/pi`);
  expect(out).toContain('FIELD: spec <Object>\n\n\nDESCRIPTION:\n    <empty>\nFIELDS:\n  email\t<string> -required-\n    Where to write.\n');
  expect(out).toContain('\n3.14159265358979323846264338328\n');
});

test('scp copies files and directories in both directions, and says what it cannot', () => {
  const { out, err } = sh(`
    mkdir -p d/e; echo 1 > d/e/f; echo hi > a; chmod 640 a
    scp a node01:/tmp/b; scp -r d node01:/tmp/new; ssh node01 'cat /tmp/b; stat -c %a /tmp/b; find /tmp/new -type f'
    scp -r root@node01:/tmp/new back; cat back/e/f; scp node01:/etc/hostname .; cat hostname
    scp a node01:/nope/b; scp d node01:/tmp; scp node01:/etc/nope .`);
  expect(out).toBe('hi\n640\n/tmp/new/e/f\n1\nnode01\n');
  expect(err).toBe(`scp: dest open "/nope/b": No such file or directory
scp: failed to upload file a to /nope/b
scp: local "d" is not a regular file
scp: failed to upload file d to /tmp
scp: /etc/nope: No such file or directory
`);
});

test('a container by hand: chroot, unshare and a cgroup made by mkdir', () => {
  const { out, err } = sh(
    `
    mkdir -p box; docker export $(docker create busybox:1.36 2> /dev/null) | tar -C box -xf -
    chroot box sh -c 'echo made inside > /note'; cat box/note; chroot box nope; echo $?
    unshare --uts --pid --fork chroot box sh -c 'hostname box; hostname'; hostname
    mkdir /sys/fs/cgroup/box; echo 20M > /sys/fs/cgroup/box/memory.max; cat /sys/fs/cgroup/box/memory.max
    sleep 100 & echo $! > /sys/fs/cgroup/box/cgroup.procs; cat /proc/$!/cgroup; rmdir /sys/fs/cgroup/box; kill $!; sleep 1
    rmdir /sys/fs/cgroup/box && ls -d /sys/fs/cgroup/box`,
    'node',
  );
  expect(out).toBe('made inside\n127\nbox\nnode01\n20971520\n0::/box\n');
  expect(err).toBe(`chroot: failed to run command 'nope': No such file or directory
rmdir: failed to remove '/sys/fs/cgroup/box': Device or resource busy
ls: cannot access '/sys/fs/cgroup/box': No such file or directory
`);
});

test('a manifest is pulled by hand: token, index, manifest by digest, config', () => {
  const { out } = sh(
    `
    R=https://registry-1.docker.io/v2/library/busybox; curl -s $R/manifests/1.36 | jq -r '.errors[0].code'
    T=$(curl -s 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/busybox:pull' | jq -r .token)
    get() { curl -s -H "Authorization: Bearer $T" $1; }
    D=$(get $R/manifests/1.36 | jq -r '.manifests[0].digest'); get $R/manifests/$D > m.json
    [ "sha256:$(sha256sum < m.json | cut -d' ' -f1)" = $D ] && echo same bytes
    get $R/blobs/$(jq -r .config.digest m.json) | jq -c .config.Cmd
    get https://registry-1.docker.io/v2/library/nginx/manifests/1.27 | jq -r '.errors[0].code'
    curl -s https://registry.k8s.io/v2/pause/manifests/3.10 | jq .schemaVersion`,
    'node',
  );
  expect(out).toBe('UNAUTHORIZED\nsame bytes\n["sh"]\nUNAUTHORIZED\n2\n');
});

test('modules of the kernel are loaded and removed, and their switches in /proc/sys come and go with them', () => {
  const { out, err } = sh(`
    modprobe br_netfilter; lsmod | grep -E '^(overlay|br_netfilter|bridge)'
    modprobe -r br_netfilter; lsmod | grep -c bridge; sysctl net.bridge.bridge-nf-call-iptables
    modprobe overlay; modprobe br-netfilter; sysctl net.bridge.bridge-nf-call-iptables
    modprobe -r overlay; modprobe ip_vs_rr; rmmod ip_vs; modprobe nosuch; sysctl --system; grep ip_vs /proc/modules`);
  expect(out).toMatch(
    /^br_netfilter +36864 {2}0\nbridge +389120 {2}1 br_netfilter\noverlay +217088 {2}[1-9]\d*\n0\nnet\.bridge\.bridge-nf-call-iptables = 1\n\* Applying \/etc\/sysctl\.d\/k8s\.conf \.\.\.\nnet\.bridge/,
  );
  expect(out).toContain('ip_vs_rr 12288 0 - Live 0x0000000000000000\nip_vs 225280 1 ip_vs_rr, Live');
  expect(err).toBe(
    [
      'sysctl: cannot stat /proc/sys/net/bridge/bridge-nf-call-iptables: No such file or directory',
      'modprobe: FATAL: Module overlay is in use.',
      'rmmod: ERROR: Module ip_vs is in use by: ip_vs_rr',
      'modprobe: FATAL: Module nosuch not found in directory /lib/modules/6.12.57+deb13-amd64',
      '',
    ].join('\n'),
  );
});
