import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

const etcdctl = 'etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key';

test('a second control-plane node: certificates handed over, one more member of etcd, one more apiserver', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `kubeadm init --control-plane-endpoint=controlplane:6443 --upload-certs > log; mkdir -p ~/.kube; cp /etc/kubernetes/admin.conf ~/.kube/config
    grep server: ~/.kube/config /etc/kubernetes/scheduler.conf | tr -d ' '; grep -c 'control-plane --certificate-key [0-9a-f]*' log
    K=$(grep -o 'certificate-key [0-9a-f]*' log | head -1); J=$(kubeadm token create --print-join-command)
    ssh node01 "$J --control-plane" | tail -1
    ssh node01 "$J --control-plane --certificate-key $(printf '0%.0s' $(seq 64))" | tail -1
    ssh node01 "$J --control-plane --$K" | grep -E 'etcd\\]|etcd member|scaled'
    sleep 40; kubectl get nodes --no-headers | awk '{print $1,$2,$3}'; kubectl get pods -n kube-system --no-headers | awk '{print $3}' | sort | uniq -c | awk '{print $1,$2}'
    ${etcdctl} member list | cut -d, -f2,3,4,6; ${etcdctl} endpoint health --cluster 2>&1 | grep -c 'is healthy'
    kubectl get endpointslices kubernetes --no-headers | awk '{print $4}'
    mv /etc/kubernetes/manifests/kube-apiserver.yaml .; sleep 25
    ssh node01 kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://172.30.1.3:6443 get endpointslices kubernetes --no-headers | awk '{print $4}'
    ssh node01 kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node node01 --no-headers | awk '{print $2}'`,
    1,
    'kubeadm-bare',
  );
  expect(out).toBe(`/root/.kube/config:server:https://controlplane:6443
/etc/kubernetes/scheduler.conf:server:https://172.30.1.2:6443
1
[preflight] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
[download-certs] Downloading the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace
[check-etcd] Checking that the etcd cluster is healthy
[etcd] Announced new etcd member joining to the existing etcd cluster
[etcd] Creating static Pod manifest for "etcd"
[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s
* The Kubernetes control plane instances scaled up.
* A new etcd member was added to the local/stacked etcd cluster.
controlplane Ready control-plane
node01 Ready control-plane
12 Running
 started, controlplane, https://172.30.1.2:2380, false
 started, node01, https://172.30.1.3:2380, false
2
172.30.1.2,172.30.1.3
172.30.1.3
Ready
`);
  expect(err).toContain("couldn't load the certificate file /etc/kubernetes/pki/ca.crt: open /etc/kubernetes/pki/ca.crt: no such file or directory");
  expect(err).toContain('error decoding secret data with provided key: cipher: message authentication failed');
});

const config = `cat > k.yaml <<'X'
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens:
- token: abcdef.0123456789abcdef
colour: green
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: { podSubnet: 10.244.0.0/16, mtu: 3 }
apiServer:
  certSANs: [lab.example.com]
  extraArgs: [{ name: max-requests-inflight, value: "500" }]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 42
X
`;

test('what is wanted stands in a file', { timeout: 60_000 }, () => {
  const { out, err } = sh(
    `${config}kubeadm init --config k.yaml --pod-network-cidr 10.0.0.0/8; kubeadm init --config nosuch.yaml; sed s/v1beta4/v1beta2/ k.yaml > old.yaml; kubeadm init --config old.yaml
    kubeadm init --config k.yaml > log; mkdir -p ~/.kube; cp /etc/kubernetes/admin.conf ~/.kube/config; grep -o 'svc.cluster.local lab.example.com' log
    grep inflight /etc/kubernetes/manifests/kube-apiserver.yaml; kubectl get node controlplane -o jsonpath='{.status.capacity.pods}'; echo
    cat > j.yaml <<X
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    token: abcdef.0123456789abcdef
    apiServerEndpoint: 172.30.1.2:6443
    caCertHashes: [$(grep -o 'sha256:[0-9a-f]*' log | head -1)]
X
    scp j.yaml node01:/root/ > /dev/null; ssh node01 'kubeadm join --config /root/j.yaml | tail -2'; sleep 25; kubectl get node node01 --no-headers | awk '{print $2}'
    J=$(kubeadm token create --print-join-command); ssh node01 kubeadm reset -f > /dev/null; kubectl delete node node01; ssh node01 "$J --control-plane"`,
    1,
    'kubeadm-bare',
  );
  expect(out).toContain(`svc.cluster.local lab.example.com
    - --max-requests-inflight=500
42
Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

Ready
`);
  expect(err).toContain("can not mix '--config' with arguments [pod-network-cidr]");
  expect(err).toContain('unable to read config from "nosuch.yaml": open nosuch.yaml: no such file or directory');
  expect(err).toContain('your configuration file uses an old API spec: "kubeadm.k8s.io/v1beta2" (kind: "InitConfiguration")');
  expect(err).toMatch(/^W1122 .*Kind:"InitConfiguration"\}: strict decoding error: unknown field "colour"$/m);
  expect(err).toMatch(/^W1122 .*Kind:"ClusterConfiguration"\}: strict decoding error: unknown field "networking\.mtu"$/m);
  expect(err).toContain("unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address");
});

test('kubeadm and the container runtimes of a machine', { timeout: 60_000 }, () => {
  const both = sh(`ssh node01 'systemctl start crio; sleep 2; kubeadm reset -f'`, 1, 'three-runtimes');
  expect(both.err).toContain(
    "found multiple CRI endpoints on the host. Please define which one do you wish to use by setting the 'criSocket' field in the kubeadm configuration file: unix:///var/run/containerd/containerd.sock, unix:///var/run/crio/crio.sock",
  );
  const { out } = sh(
    `ssh node02 kubeadm reset -f > /dev/null; ssh node02 crictl pods -q | wc -l; kubectl delete node node02 > /dev/null
    J=$(kubeadm token create --print-join-command); ssh node02 "$J" | tail -2; ssh node02 grep Endpoint /var/lib/kubelet/config.yaml; sleep 30; kubectl get node node02 -o wide --no-headers | awk '{print $2, $NF}'
    ssh node02 kubeadm upgrade node | tail -4 | head -1; ssh node02 'grep Endpoint /var/lib/kubelet/config.yaml; ls /etc/kubernetes/tmp/*/'`,
    1,
    'crio',
  );
  expect(out).toBe(`0
Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

containerRuntimeEndpoint: unix:///var/run/crio/crio.sock
Ready cri-o://1.35.6
[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"
containerRuntimeEndpoint: unix:///var/run/crio/crio.sock
config.yaml
`);
});
