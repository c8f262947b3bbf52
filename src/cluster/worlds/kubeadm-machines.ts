/** Machines as kubeadm finds them: a container runtime, the kubelet and kubeadm installed, routes for pods between them. */
import { addMachine, installContainerd, installCrictlConfig, installKubernetes } from '../machine/install.ts';
import type { Machine } from '../machine/machine.ts';
import type { WorldContext } from './index.ts';

export type MachineSpec = { readonly hostname: string; readonly ip: string; readonly podCidr: string };

export const controlPlaneSpec: MachineSpec = { hostname: 'controlplane', ip: '172.30.1.2', podCidr: '10.244.0.0/24' };
export const workerSpecs: readonly MachineSpec[] = [
  { hostname: 'node01', ip: '172.30.1.3', podCidr: '10.244.1.0/24' },
  { hostname: 'node02', ip: '172.30.1.4', podCidr: '10.244.2.0/24' },
];
export const spareSpec: MachineSpec = { hostname: 'node03', ip: '172.30.1.5', podCidr: '10.244.3.0/24' };

/** Makes and boots them; each knows the others by name. */
export function kubeadmMachines(context: WorldContext, specs: readonly MachineSpec[], install = installNewest): Machine[] {
  const hosts = specs.map(({ ip, hostname }) => `${ip}\t${hostname}\n`).join('');
  return specs.map((spec) => {
    const { hostname, ip } = spec;
    const machine = addMachine(context, { hostname, ip, hosts, cpus: 4, memoryBytes: 8_131_696 * 1024 });
    install(machine, spec);
    for (const other of specs)
      if (other.hostname !== hostname) machine.kernel.host.network.routes.push({ destination: other.podCidr, via: other.ip, device: 'eth0' });
    machine.systemd.boot();
    return machine;
  });
}

function installNewest(machine: Machine, { podCidr }: MachineSpec): void {
  installContainerd(machine, { podCidr });
  installCrictlConfig(machine);
  installKubernetes(machine);
}
