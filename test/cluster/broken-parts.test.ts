import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('a node whose clock is wrong is judged by the controller’s own; a full table of connections, a lost CA and a wrong port are told and heal', () => {
  const { out } = sh(
    `n() { ssh node01 "$@"; }; state() { kubectl get node node01 --no-headers | awk '{print $2}'; }
    n 'date -s "-2 hours"' > /dev/null; sleep 120; state; n 'date -s "+4 hours"' > /dev/null; sleep 60; n systemctl stop kubelet; sleep 100; state
    n 'systemctl start kubelet; date -s "-2 hours"' > /dev/null; sleep 10; state
    n 'sysctl -qw net.netfilter.nf_conntrack_max=3; curl -m 3 -s http://example.com; echo $?; dmesg | tail -1 | sed s/.*\\]//; sysctl -qw net.netfilter.nf_conntrack_max=131072; curl -m 3 -s http://example.com | wc -l'
    n 'sed -i s#pki/ca.crt#pki/WRONG.crt# /var/lib/kubelet/config.yaml; systemctl restart kubelet; sleep 2; systemctl is-active kubelet; journalctl -u kubelet | grep -o "failed to construct.*" | tail -1
      sed -i s#pki/WRONG.crt#pki/ca.crt# /var/lib/kubelet/config.yaml; sed -i.bak s/6443/6553/ /etc/kubernetes/kubelet.conf; systemctl restart kubelet; sleep 2; journalctl -u kubelet | grep -o "err=.Post.*refused" | tail -1
      mv /etc/kubernetes/kubelet.conf.bak /etc/kubernetes/kubelet.conf; systemctl restart kubelet'; sleep 3; state`,
    1,
    'kubeadm-3',
  );
  expect(out).toBe(`Ready
NotReady
Ready
6
 nf_conntrack: nf_conntrack: table full, dropping packet
1
activating
failed to construct kubelet dependencies: unable to load client CA file /etc/kubernetes/pki/WRONG.crt: open /etc/kubernetes/pki/WRONG.crt: no such file or directory"
err="Post \\"https://172.30.1.2:6553/api/v1/nodes\\": dial tcp 172.30.1.2:6553: connect: connection refused
Ready
`);
});
