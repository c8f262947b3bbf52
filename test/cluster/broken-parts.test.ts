import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('a node whose clock is wrong is judged by the controller’s own; a full table of connections, a lost CA and a wrong port are told and heal', () => {
  const { out } = sh(
    `n() { ssh node01 "$@"; }; state() { kubectl get node node01 --no-headers | awk '{print $2}'; }
    n 'date -s "+2 hours"' > /dev/null; sleep 120; state; n systemctl stop kubelet; sleep 100; state
    n 'systemctl start kubelet; date -s "-2 hours"' > /dev/null; sleep 10; state
    n 'sysctl -qw net.netfilter.nf_conntrack_max=3; curl -m 3 -s http://example.com; echo $?; dmesg | tail -1 | sed s/.*\\]//; sysctl -qw net.netfilter.nf_conntrack_max=131072; curl -m 3 -s http://example.com | wc -l'
    n 'sed -i s#pki/ca.crt#pki/WRONG.crt# /var/lib/kubelet/config.yaml; systemctl restart kubelet; sleep 2; systemctl is-active kubelet; journalctl -u kubelet | grep -o "failed to construct.*" | tail -1
      sed -i s#pki/WRONG.crt#pki/ca.crt# /var/lib/kubelet/config.yaml; sed -i.bak s/6443/6553/ /etc/kubernetes/kubelet.conf; systemctl restart kubelet; sleep 2; journalctl -u kubelet | grep -o "err=.Post.*refused" | tail -1
      mv /etc/kubernetes/kubelet.conf.bak /etc/kubernetes/kubelet.conf; systemctl restart kubelet'; sleep 3; state
    su nobody -s /bin/bash -c 'kubeadm init; kubeadm certs check-expiration' 2>&1 | grep -E 'ERROR|^open'`,
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
\t[ERROR IsPrivilegedUser]: user is not running as root
open /etc/kubernetes/admin.conf: permission denied
`);
});

test('certificates that have expired are renewed by the machine’s clock, and everything comes back by the real steps', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `for m in controlplane node01 node02; do ssh $m 'date -s "+400 days"' > /dev/null; done; kubectl get nodes 2>&1 | tail -1 | cut -c1-100
    kubeadm certs renew all > /dev/null; kubeadm certs check-expiration | grep -c 364d; crictl stop $(crictl ps -q --name 'kube-apis|kube-con|kube-sch|etcd') > /dev/null; sleep 110
    cp /etc/kubernetes/admin.conf ~/.kube/config; crictl ps --name kube-apiserver | grep -c 'About a minute ago'; kubectl get nodes --no-headers | awk '{print $2}' | uniq -c | xargs
    rm /etc/kubernetes/kubelet.conf; kubeadm init phase kubeconfig kubelet > /dev/null; systemctl restart kubelet; J=$(kubeadm token create --print-join-command)
    for i in 1 2; do ssh node0$i "kubeadm reset -f; $J" > /dev/null; done; sleep 30; kubectl get nodes --no-headers | awk '{print $2}' | uniq -c | xargs; kubectl run x --image=nginx; sleep 15; kubectl exec x -- date +%Y`,
    1,
    'kubeadm-3',
  );
  expect(out).toBe(
    'Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or\n11\n1\n3 NotReady\n3 Ready\npod/x created\n2027\n',
  );
  expect(err).toBe('');
});
