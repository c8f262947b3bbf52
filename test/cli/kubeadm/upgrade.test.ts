import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

test('an upgrade: planned, then one static pod after the other, with backups and new certificates', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `kubeadm init --kubernetes-version v1.34.3 > /dev/null; mkdir -p ~/.kube; cp /etc/kubernetes/admin.conf ~/.kube/config; sleep 600
    kubectl version | grep Server; kubeadm upgrade plan | grep -E 'kube-apiserver|kubeadm upgrade apply'
    kubeadm upgrade apply v1.36.0 -y > /dev/null; openssl x509 -noout -enddate -in /etc/kubernetes/pki/apiserver.crt
    kubeadm upgrade apply v1.35.6 -y | grep -E 'Component|SUCCESS'
    kubectl version | grep Server; grep -h image: /etc/kubernetes/manifests/kube-*; ls /etc/kubernetes/tmp/*/; openssl x509 -noout -enddate -in /etc/kubernetes/pki/apiserver.crt
    kubectl get cm -n kube-system kubeadm-config -o yaml | grep -o 'kubernetesVersion: .*'; kubeadm upgrade apply v1.34.0 -y | tail -1`,
    1,
    'kubeadm-bare',
  );
  expect(out).toMatch(
    new RegExp(
      [
        'Server Version: v1\\.34\\.3\\n[^]*kube-apiserver +controlplane +v1\\.34\\.3 +v1\\.35\\.6\\n\\tkubeadm upgrade apply v1\\.35\\.6\\nnotAfter=Nov 22 09:00:\\d\\d 2027 GMT',
        ...['apiserver', 'controller-manager', 'scheduler'].map((name) => `\\[upgrade/staticpods\\] Component "kube-${name}" upgraded successfully!`),
        '\\[upgrade\\] SUCCESS! A control plane node of your cluster was upgraded to "v1\\.35\\.6"\\.\\nServer Version: v1\\.35\\.6',
        ...['apiserver', 'controller-manager', 'scheduler'].map((name) => ` +image: registry\\.k8s\\.io/kube-${name}:v1\\.35\\.6`),
        'kube-apiserver\\.yaml\\nkube-controller-manager\\.yaml\\nkube-scheduler\\.yaml\\nnotAfter=Nov 22 09:10:\\d\\d 2027 GMT\\nkubernetesVersion: v1\\.35\\.6\\n',
      ].join('\\n'),
    ),
  );
  expect(err).toContain('Specified version to upgrade to "v1.36.0" is higher than the kubeadm version "v1.35.6"');
  expect(err).toContain('Specified version to upgrade to "v1.34.0" is lower than the cluster version "v1.35.6". Downgrades are not supported');
});
