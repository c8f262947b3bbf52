/** A node is moved from dockershim to another runtime by the documented steps, typed by hand. */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

function sh(world: 'kubeadm-1.23-dockershim' | 'kubeadm-1.24-upgraded' | 'cri-dockerd', script: string): string {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  runScript(world, 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  return out;
}

const toContainerd = `
  ssh node01 'systemctl stop kubelet; systemctl disable --now docker
    containerd config default > /etc/containerd/config.toml; sed -i "s/SystemdCgroup = false/SystemdCgroup = true/" /etc/containerd/config.toml
    systemctl restart containerd; sleep 2
    sed -i "s#--network-plugin=cni#--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock#" /var/lib/kubelet/kubeadm-flags.env' 2> /dev/null
  kubectl annotate node node01 --overwrite kubeadm.alpha.kubernetes.io/cri-socket=unix:///run/containerd/containerd.sock > /dev/null
  ssh node01 systemctl start kubelet; kubectl uncordon node01 > /dev/null; sleep 40`;
const nodes = `kubectl get nodes --no-headers -o custom-columns=N:.metadata.name,S:.status.conditions[-1].status,R:.status.nodeInfo.containerRuntimeVersion | tr -s ' '`;

test('from dockershim to containerd', () => {
  const out = sh(
    'kubeadm-1.23-dockershim',
    `kubectl create deploy web --image=nginx --replicas=2 > /dev/null; kubectl rollout status deploy web > /dev/null
     kubectl drain node01 --ignore-daemonsets > /dev/null 2>&1; ${toContainerd}
     ${nodes}; kubectl rollout status deploy web
     kubectl scale deploy web --replicas=4 > /dev/null; kubectl rollout status deploy web > /dev/null
     ssh node01 'crictl -r unix:///run/containerd/containerd.sock ps --name nginx -q | wc -l; docker ps' 2>&1`,
  );
  expect(out).toContain('node01 True containerd://1.6.33\n');
  expect(out).toContain('controlplane True docker://20.10.24\n');
  expect(out).toMatch(/\n4\nCannot connect|\n4\nfailed to connect/);
});

test('from dockershim to cri-dockerd: the containers of before are taken over', () => {
  const out = sh(
    'kubeadm-1.23-dockershim',
    `kubectl run web --image=nginx > /dev/null; kubectl wait --for=condition=Ready pod/web > /dev/null
     id=$(kubectl get pod web -o jsonpath='{.status.containerStatuses[0].containerID}')
     ssh node01 'systemctl enable --now cri-docker; systemctl stop kubelet
       sed -i "s#--network-plugin=cni#--container-runtime=remote --container-runtime-endpoint=unix:///var/run/cri-dockerd.sock#" /var/lib/kubelet/kubeadm-flags.env
       systemctl start kubelet' 2> /dev/null
     sleep 40; ${nodes}; [ "$id" = "$(kubectl get pod web -o jsonpath='{.status.containerStatuses[0].containerID}')" ] && echo same container
     ssh node01 'ls /var/run/dockershim.sock 2>&1; crictl -r unix:///var/run/cri-dockerd.sock version | grep RuntimeName'`,
  );
  expect(out).toContain('node01 True docker://20.10.24\nsame container\n');
  expect(out).toContain('No such file or directory');
  expect(out).toContain('RuntimeName:  docker');
});

test('after the upgrade to 1.24 the kubelet does not start; then it finds no CRI; then it does', () => {
  const out = sh(
    'kubeadm-1.24-upgraded',
    `ssh node01 journalctl -u kubelet --no-pager | grep -o 'Error: .*' | tail -1
     kubectl get node node01 --no-headers | awk '{print $2}'; ssh node01 docker ps -q | wc -l
     ssh node01 'sed -i "s/--network-plugin=cni//" /var/lib/kubelet/kubeadm-flags.env; systemctl restart kubelet; sleep 1'
     ssh node01 journalctl -u kubelet --no-pager | grep -o 'get remote runtime typed version.*' | tail -1
     ${toContainerd.replace('--network-plugin=cni', '=\\"')}
     ${nodes}`,
  );
  expect(out).toContain('Error: failed to parse kubelet flag: unknown flag: --network-plugin\nNotReady\n');
  expect(out).toContain('get remote runtime typed version failed: rpc error: code = Unimplemented desc = unknown service runtime.v1alpha2.RuntimeService');
  expect(out).toContain('node01 True containerd://1.6.33\n');
});

test('today: Docker Engine through cri-dockerd', () => {
  const out = sh(
    'cri-dockerd',
    `${nodes}; kubectl run web --image=nginx > /dev/null; kubectl wait --for=condition=Ready pod/web > /dev/null; kubectl logs web | wc -l
     ssh node01 'systemctl stop cri-docker; sleep 45'; kubectl get node node01 --no-headers | awk '{print $2}'; ssh node01 docker ps -q --filter name=k8s_web | wc -l
     ssh node01 'systemctl start cri-docker; sleep 30'; kubectl get node node01 --no-headers | awk '{print $2}'`,
  );
  expect(out).toContain('node01 True docker://29.7.2\n');
  expect(out).toMatch(/\nNotReady\n1\nReady\n$/);
});
