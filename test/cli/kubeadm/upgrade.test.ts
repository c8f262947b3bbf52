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
        '[^]*kube-apiserver\\.yaml\\nkube-controller-manager\\.yaml\\nkube-scheduler\\.yaml\\n[^]*\\nnotAfter=Nov 22 09:10:\\d\\d 2027 GMT\\nkubernetesVersion: v1\\.35\\.6\\n',
      ].join('\\n'),
    ),
  );
  expect(err).toContain(
    'Specified version to upgrade to "v1.36.0" is at least one minor release higher than the kubeadm minor release (36 > 35). Such an upgrade is not supported',
  );
  expect(err).toContain('Kubeadm version v1.35.6 can only be used to upgrade to Kubernetes version 1.35\n\nCan be bypassed if you pass the --force flag');
});

test('the packages of another minor release: held, unheld, installed; v1.23 on Docker becomes v1.24 as by the real steps', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `kubeadm upgrade apply v1.24.17 -y > /dev/null
    apt-get update -qq; apt-cache madison kubeadm | head -1; apt-mark showhold; apt-get install -y kubeadm=1.24.17-1.1 | tail -1; apt-cache policy kubeadm
    apt-mark unhold kubeadm; apt-get install -y kubeadm='1.24.17-*' | grep -E '^(Selected|1 up|Get|Unpack)'; apt-mark hold kubeadm; dpkg -l kubeadm | tail -1
    kubeadm upgrade plan | grep -E '^(kubelet|etcd|CoreDNS|Upgrade)'; kubeadm upgrade apply v1.26.0 -y >/dev/null
    kubeadm upgrade apply v1.24.17 -y | grep -E 'SUCCESS|postupgrade|etcd'; kubectl get node controlplane -L node-role.kubernetes.io/master --no-headers
    kubectl get cm -n kube-system kubelet-config -o yaml | grep -c -E 'crashLoop|containerRuntimeEndpoint'; cat /var/lib/kubelet/kubeadm-flags.env
    ssh node01 'apt-get update -qq; apt-get install -qq -y --allow-change-held-packages kubeadm=1.24.17-1.1 kubelet=1.24.17-1.1; kubeadm upgrade node | tail -3; cat /var/lib/kubelet/kubeadm-flags.env
      systemctl restart kubelet; sleep 1; journalctl -u kubelet --no-pager | grep -c "unknown flag: --network-plugin"
      apt-get remove -y docker-ce | tail -1; systemctl is-active docker; systemctl status docker; rm /etc/apt/keyrings/*; apt-get update -qq; echo $?'`,
    1,
    'kubeadm-1.23-dockershim',
  );
  expect(err).toContain('Specified version to upgrade to "v1.24.17" is at least one minor release higher than the kubeadm minor release (24 > 23)');
  expect(err).toContain('E: Held packages were changed and -y was used without --allow-change-held-packages.\n');
  expect(err).toContain('Specified version to upgrade to "v1.26.0" is too high; kubeadm can upgrade only 1 minor version at a time');
  expect(err).toContain('Automatically prepending scheme "unix" to the "criSocket" with value "/var/run/dockershim.sock"');
  expect(err).toContain(
    "Unit docker.service could not be found.\nW: GPG error: https://pkgs.k8s.io/core:/stable:/v1.24/deb  InRelease: The following signatures couldn't be verified",
  );
  const repository = 'https://pkgs\\.k8s\\.io/core:/stable:/v1\\.24/deb  ';
  const lines = [
    ` +kubeadm \\| 1\\.24\\.17-1\\.1 \\| ${repository}Packages\\nkubeadm\\nkubectl\\nkubelet\\n1 upgraded, 0 newly installed, 0 to remove and 2 not upgraded\\.`,
    `kubeadm:\\n  Installed: 1\\.23\\.17-00\\n  Candidate: 1\\.24\\.17-1\\.1\\n[^]* \\*\\*\\* 1\\.23\\.17-00 100\\n        100 /var/lib/dpkg/status`,
    `Canceled hold on kubeadm\\.\\nSelected version '1\\.24\\.17-1\\.1' \\(isv:kubernetes:core:stable:v1\\.24:pkgs\\.k8s\\.io \\[amd64\\]\\) for 'kubeadm'`,
    `1 upgraded[^]*\\nGet:1 ${repository}kubeadm 1\\.24\\.17-1\\.1 \\[12\\.5 MB\\]\\nUnpacking kubeadm \\(1\\.24\\.17-1\\.1\\) over \\(1\\.23\\.17-00\\) \\.\\.\\.\\nkubeadm set on hold\\.\\nhi  kubeadm `,
    'kubelet +2 x v1\\.23\\.17 +v1\\.24\\.17\\nUpgrade to the latest stable version:\\nCoreDNS +v1\\.8\\.6 +v1\\.8\\.6\\netcd +3\\.5\\.6-0 +3\\.5\\.6-0\\n',
    'manifests of etcd are equal, skipping upgrade\\n[^]*\\[upgrade/postupgrade\\] Removing the deprecated label',
    'SUCCESS! A control plane node of your cluster was upgraded to "v1\\.24\\.17"\\.\\ncontrolplane +Ready +control-plane +\\S+ +v1\\.23\\.17 *\\n0\\nKUBELET_KUBEADM_ARGS="--network-plugin=cni',
    'KUBELET_KUBEADM_ARGS="--network-plugin=cni[^\\n]*\\n1\\nRemoving docker-ce \\([^\\n]*\\ninactive\\n100\\n$',
  ];
  for (const line of lines) expect(out).toMatch(new RegExp(line));
});
