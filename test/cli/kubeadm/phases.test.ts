import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

test('a cluster phase by phase; a worker by its file; upgrades and resets in part', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `exec 3>&1 > /tmp/log; P="kubeadm init phase"
    $P certs all; $P kubeconfig all; $P etcd local; $P control-plane all; $P kubelet-start; $P wait-control-plane; $P upload-config all; $P mark-control-plane; $P bootstrap-token; $P addon all
    exec 1>&3; export KUBECONFIG=/etc/kubernetes/admin.conf; kubeadm init phase show-join-command --token aaaaaa.bbbbbbbbbbbbbbbb | grep -c 'kubeadm join 172.30.1.2:6443 --token aaaaaa'
    J=$(kubeadm token create --print-join-command); set -- $J
    cat > j.yaml <<X
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {apiServerEndpoint: "$3", token: $5, caCertHashes: ["$7"]}}
nodeRegistration: {name: worker, taints: [{key: a, value: b, effect: NoSchedule}], kubeletExtraArgs: [{name: node-labels, value: tier=x}]}
X
    scp j.yaml node01: > /dev/null; ssh node01 kubeadm join --config j.yaml | grep -c 'has joined'; sleep 20
    kubectl get node worker -o jsonpath='{.spec.taints}{.metadata.labels.tier}{"\\n"}'; kubectl get nodes --no-headers | awk '{print $1, $2}'
    cp /etc/kubernetes/manifests/etcd.yaml /tmp/e; kubeadm upgrade apply v1.35.6 -y --dry-run | tail -1; diff /tmp/e /etc/kubernetes/manifests/etcd.yaml && echo same
    ssh node01 kubeadm upgrade node phase kubelet-config | tail -1; ssh node01 kubeadm reset phase cleanup-node > /dev/null; ssh node01 ls /var/lib/kubelet | wc -l
    kubeadm config nosuch; kubeadm certs > /dev/null`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(`1
1
[{"effect":"NoSchedule","key":"a","value":"b"}]x
controlplane Ready
worker Ready
[upgrade/successful] Finished dryrunning successfully!
same
[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!
0
`);
  expect(err).toContain('invalid subcommand "nosuch"\nSee \'kubeadm config -h\' for help and examples');
  expect(err).toContain('subcommand is required');
});
