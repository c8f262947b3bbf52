/** The network policy agent of a node, beside the bridge plugin of its CNI: the program, its kubeconfig and its unit. */
import { issue } from '../../apimachinery/pki.ts';
import { installProgram, type Machine, writeFile } from '../machine/machine.ts';
import { type ClusterCa, enable, kubeconfig } from './files.ts';

const path = '/etc/kubernetes/kube-network-policies.conf';
const year = 365 * 24 * 3600 * 1000;

/** Installs kube-network-policies on each as a service, with a certificate of its own, and starts it. */
export function startNetworkPolicies(cluster: ClusterCa, machines: readonly Machine[]): void {
  for (const machine of machines) start(machine, cluster);
}

function start(machine: Machine, cluster: ClusterCa): void {
  const { fs, kernel } = machine;
  const notBefore = kernel.sim.now;
  const user = `system:kube-network-policies:${machine.name}`;
  const pair = issue(cluster.ca, { commonName: user, organizations: ['system:kube-network-policies'], notBefore, notAfter: notBefore + year });
  installProgram(kernel, fs, '/usr/local/bin/kube-network-policies', 'kube-network-policies', 52_000_000);
  writeFile(fs, path, kubeconfig({ ...cluster, user, pair }), 0o600);
  writeFile(fs, '/usr/lib/systemd/system/kube-network-policies.service', unit(machine.name));
  enable(machine, 'kube-network-policies.service');
  machine.systemd.reload();
  machine.systemd.start('kube-network-policies');
}

const unit = (node: string): string => `[Unit]
Description=Kubernetes network policy agent
Documentation=https://kube-network-policies.sigs.k8s.io/
After=network.target containerd.service

[Service]
ExecStart=/usr/local/bin/kube-network-policies --hostname-override=${node} --kubeconfig=${path} --nfqueue-id=101
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;
