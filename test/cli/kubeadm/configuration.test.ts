/** What kubeadm keeps of a cluster's configuration, and the hash of its documentation. */
import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

test("the documented pipeline gives the hash that kubeadm prints; diff shows an upgrade's manifests", () => {
  const { out } = sh(
    `openssl x509 -pubkey -in /etc/kubernetes/pki/ca.crt | openssl rsa -pubin -outform der 2>/dev/null | openssl dgst -sha256 -hex | sed 's/^.* //' > /tmp/hash
    kubeadm token create --print-join-command | grep -c $(cat /tmp/hash)
    openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1 | diff - /tmp/hash && echo same
    kubeadm upgrade diff v1.35.7 -c 0 | tail -5
    kubeadm upgrade diff bogus 2>&1 | sed -n 3p`,
  );
  expect(out).toBe(`1
same
--- /etc/kubernetes/manifests/kube-scheduler.yaml
+++ new manifest
@@ -18 +18 @@
-    image: registry.k8s.io/kube-scheduler:v1.35.6
+    image: registry.k8s.io/kube-scheduler:v1.35.7
could not parse "bogus" as version
`);
});

test('init writes extra arguments and names down, and an upgrade keeps them', () => {
  const { out } = sh(
    `printf '%s\\n' 'apiVersion: kubeadm.k8s.io/v1beta4' 'kind: ClusterConfiguration' 'controlPlaneEndpoint: cp.lab:6443' 'apiServer:' '  certSANs: [api.lab]' '  extraArgs: [{name: audit-log-maxage, value: "7"}]' > c.yaml
    echo 172.30.1.2 cp.lab >> /etc/hosts; kubeadm init --config c.yaml > /tmp/log; export KUBECONFIG=/etc/kubernetes/admin.conf
    kubectl -n kube-system get cm kubeadm-config -o yaml | sed -n '/apiServer/,/apiVersion: kubeadm/p'
    kubeadm upgrade diff -c 0 | grep -c '^[-+] '
    kubeadm upgrade apply -y v1.35.6 > /dev/null; grep -c audit-log-maxage=7 /etc/kubernetes/manifests/kube-apiserver.yaml
    kubectl -n kube-system get cm kubeadm-config -o yaml | grep -c 'api.lab\\|cp.lab'`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(`    apiServer:
      certSANs:
      - api.lab
      extraArgs:
      - name: audit-log-maxage
        value: "7"
    apiVersion: kubeadm.k8s.io/v1beta4
0
1
2
`);
});

test('a file for the whole cluster: node, networks, port, kubelets, kube-proxy; older files are read and migrated', { timeout: 60_000 }, () => {
  const { out } = sh(
    `cat > c.yaml <<X
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {bindPort: 7443}
nodeRegistration: {name: boss, taints: [], kubeletExtraArgs: [{name: v, value: "4"}]}
bootstrapTokens: [{token: aaaaaa.bbbbbbbbbbbbbbbb, ttl: 1h0m0s}]
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: {serviceSubnet: 10.112.0.0/12, dnsDomain: my.local}
certificateValidityPeriod: 100h0m0s
apiServer:
  extraVolumes: [{name: audit, hostPath: /audit, mountPath: /audit, pathType: DirectoryOrCreate}]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 42
X
    kubeadm config validate --config c.yaml; kubeadm init --config c.yaml > log; export KUBECONFIG=/etc/kubernetes/admin.conf; sleep 30
    kubectl get nodes --no-headers | awk '{print $1, $2}'; kubectl get svc -A --no-headers | awk '{print $4}'; kubectl get pods -A --no-headers | awk '{print $3}' | sort | uniq -c | awk '{print $1, $2}'
    kubectl get node boss -o jsonpath='{.status.capacity.pods}{.spec.taints}{"\\n"}'; cat /var/lib/kubelet/kubeadm-flags.env
    kubeadm token list | awk 'NR > 1 {print $1, $2}'; kubeadm certs check-expiration | awk '/^apiserver / {print $7}'; grep -c /audit /etc/kubernetes/manifests/kube-apiserver.yaml
    printf 'apiVersion: kubeadm.k8s.io/v1beta3\\nkind: ClusterConfiguration\\nfoo: 1\\napiServer: {extraArgs: {v: "4"}}\\n' > o.yaml
    kubeadm config validate --config o.yaml 2>&1 | head -1; kubeadm config migrate --old-config o.yaml 2>&1 | head -1; sed -i /foo/d o.yaml; kubeadm config migrate --old-config o.yaml | grep -A2 extraArgs
    kubeadm kubeconfig user --client-name joe --config c.yaml > joe.conf; kubectl --kubeconfig joe.conf get pods 2>&1
    kubeadm reset -f --cleanup-tmp-dir > /dev/null; ls /etc/kubernetes/pki /var/lib/etcd | wc -l`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(`ok
boss Ready
10.112.0.1
10.112.0.10
7 1/1
42
KUBELET_KUBEADM_ARGS="--node-ip=172.30.1.2 --hostname-override=boss --v=4"
aaaaaa.bbbbbbbbbbbbbbbb 59m
4d
2
error unmarshaling configuration schema.GroupVersionKind{Group:"kubeadm.k8s.io", Version:"v1beta3", Kind:"ClusterConfiguration"}: strict decoding error: unknown field "foo"
error unmarshaling configuration schema.GroupVersionKind{Group:"kubeadm.k8s.io", Version:"v1beta3", Kind:"ClusterConfiguration"}: strict decoding error: unknown field "foo"
  extraArgs:
  - name: v
    value: "4"
Error from server (Forbidden): pods is forbidden: User "joe" cannot list resource "pods" in API group "" in the namespace "default"
3
`);
});

test('other timeouts and the log of -v are said to be not simulated; the usual ones are taken', () => {
  const { out } = sh(
    `for t in 4m0s 240s 1m0s; do printf "apiVersion: kubeadm.k8s.io/v1beta4\\nkind: InitConfiguration\\ntimeouts: {kubeletHealthCheck: $t}\\n" > t.yaml
kubeadm init phase certs ca --config t.yaml > /dev/null; echo $?; done 2>&1; kubeadm token generate -v=5 2>&1 > /dev/null`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(
    '0\n0\nk8s-lab: timeouts.kubeletHealthCheck in InitConfiguration is not simulated\n70\nk8s-lab: the log of kubeadm -v=5 is not simulated; all else is done\n',
  );
});
