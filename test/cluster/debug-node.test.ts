import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test("a debugging pod with the node's root before it reaches the node's systemd; another does not, nor does a stranger see a process's root", () => {
  const { out, err } = sh(`
    ssh node01 systemctl stop kube-network-policies
    kubectl debug node/node01 --profile=general --image=busybox:1.36 -- chroot /host systemctl start kube-network-policies
    kubectl debug node/node01 --profile=general --image=nginx:1.27 -- chroot /host sh -c 'systemctl is-active kubelet; journalctl -u kubelet --no-pager | wc -l; ls /run/containerd/containerd.sock'
    sleep 5; ssh node01 systemctl is-active kube-network-policies; for p in $(kubectl get pods -o name); do kubectl logs $p; done
    su learner -c 'ls /proc/1/root'; ls /proc/1/root/etc/hostname`);
  expect(out).toMatch(/active\n.*active\n[1-9]\d*\n\/run\/containerd\/containerd\.sock\n\/proc\/1\/root\/etc\/hostname\n$/s);
  expect(err).toContain("ls: cannot open directory '/proc/1/root': Permission denied");
});
