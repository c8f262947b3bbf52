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
