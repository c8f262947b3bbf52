import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

test('a spare machine joins with a token, and only once', () => {
  const { out, err } = sh(
    `J=$(kubeadm token create --print-join-command --ttl 2h); echo $J | sed -E 's/--token .*hash sha256:[0-9a-f]{64}/--token T H/'
    kubeadm token list | awk 'NR==1 || /kubeadm/ {print $2, $4, $6}'
    ssh node03 $J | tail -2; sleep 30; kubectl get node node03 --no-headers | awk '{print $1,$2}'
    kubectl get csr --no-headers | awk '{print $3, $NF}' | sed 's/bootstrap:.*,/bootstrap:ID,/'
    kubectl create deploy web --image=nginx --replicas=6 > /dev/null; kubectl rollout status deploy web --timeout=90s > /dev/null; kubectl get pods -o wide | grep -c node03
    ssh node03 $J > /dev/null; echo $?`,
    1,
    'kubeadm-3-spare',
  );
  expect(out).toBe(`kubeadm join 172.30.1.2:6443 --token T H
TTL USAGES EXTRA
119m authentication,signing system:bootstrappers:kubeadm:default-node-token
Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

node03 Ready
kubernetes.io/kube-apiserver-client-kubelet Approved,Issued
2
2
`);
  expect(err).toContain(
    '[ERROR FileAvailable--etc-kubernetes-kubelet.conf]: /etc/kubernetes/kubelet.conf already exists\n\t[ERROR Port-10250]: Port 10250 is in use\n',
  );
});

test('a token nobody made and a pin of another cluster are refused', () => {
  const { err } = sh(
    `ssh node03 kubeadm join 172.30.1.2:6443 --token aaaaaa.bbbbbbbbbbbbbbbb --discovery-token-ca-cert-hash sha256:00
    T=$(kubeadm token create); ssh node03 kubeadm join 172.30.1.2:6443 --token $T --discovery-token-ca-cert-hash sha256:00
    kubeadm token delete $T > /dev/null; ssh node03 kubeadm join 172.30.1.2:6443 --token $T
    ssh node03 kubeadm token list`,
    1,
    'kubeadm-3-spare',
  );
  expect(err).toContain('could not find a JWS signature in the cluster-info ConfigMap for token ID "aaaaaa"');
  expect(err).toMatch(/cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "sha256:[0-9a-f]{64}" are pinned/);
  expect(err).toContain('using token-based discovery without caCertHashes can be unsafe');
  expect(err).toContain('failed to load admin kubeconfig: open /etc/kubernetes/admin.conf: no such file or directory');
});

test('init on a bare machine, join, reset and join again', () => {
  const { out, err } = sh(
    `kubeadm init | tee /tmp/log | grep -c '^\\[certs\\] Generating'; mkdir -p ~/.kube; cp /etc/kubernetes/admin.conf ~/.kube/config
    ssh node01 $(tail -2 /tmp/log | tr -d '\\\\\\n') > /dev/null; sleep 40; kubectl get nodes --no-headers | awk '{print $1,$2,$3}'
    kubectl get pods -n kube-system --no-headers | awk '{print $3}' | sort | uniq -c | awk '{print $1,$2}'
    kubeadm init 2>&1 | grep -c ERROR
    ssh node01 kubeadm reset -f > /dev/null; kubectl delete node node01; ssh node01 ls /etc/kubernetes/manifests /var/lib/kubelet
    ssh node01 $(kubeadm token create --print-join-command) > /dev/null; sleep 30; kubectl get node node01 --no-headers | awk '{print $2}'
    systemctl stop containerd; kubeadm init 2>&1 | grep -o 'ERROR CRI.*container runtime'`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(`11
controlplane Ready control-plane
node01 Ready <none>
8 Running
10
node "node01" deleted
/etc/kubernetes/manifests:

/var/lib/kubelet:
Ready
ERROR CRI]: could not connect to the container runtime
`);
  expect(err).toBe('');
});

test('certificates: when they end, and new ones', () => {
  const { out } = sh(`
    kubeadm certs check-expiration | sed -n '4,6p' | sed 's/ *$//'
    sleep 3000; kubeadm certs renew apiserver | tail -1; kubeadm certs check-expiration | grep '^apiserver  ' | cut -c28-49
    kubeadm certs renew all | tail -1; kubectl get nodes --no-headers | wc -l; kubeadm config images list | head -1; kubeadm version -o short; kubeadm nosuch 2>&1 | head -1`);
  expect(out).toContain(
    'CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED\nadmin.conf                 Nov 22, 2027 09:00 UTC   364d            ca                      no\n',
  );
  expect(out).toContain('certificate for serving the Kubernetes API renewed\nNov 22, 2027 09:50 UTC');
  expect(out).toContain('\n3\nregistry.k8s.io/kube-apiserver:v1.35.6\nv1.35.6\nunknown command "nosuch" for "kubeadm"\n');
});

test('a phase of init mends what was lost', () => {
  const { out } = sh(`
    rm /etc/kubernetes/manifests/kube-scheduler.yaml; sleep 30; kubectl get pods -n kube-system --no-headers | grep -c scheduler
    kubeadm init phase control-plane scheduler; sleep 40; kubectl get pods -n kube-system --no-headers | grep scheduler | awk '{print $2,$3}'
    rm /etc/kubernetes/pki/apiserver.*; kubeadm init phase certs apiserver | tail -1; rm /etc/kubernetes/admin.conf; kubeadm init phase kubeconfig admin | tail -1`);
  expect(out).toBe(`0
[control-plane] Using manifest folder "/etc/kubernetes/manifests"
[control-plane] Creating static Pod manifest for "kube-scheduler"
1/1 Running
[certs] apiserver serving cert is signed for DNS names [controlplane kubernetes kubernetes.default kubernetes.default.svc kubernetes.default.svc.cluster.local] and IPs [10.96.0.1 172.30.1.2]
[kubeconfig] Writing "admin.conf" kubeconfig file
`);
});
