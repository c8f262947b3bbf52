/** Machines as kubeadm finds them: a container runtime, the kubelet and kubeadm installed, routes for pods between them; and clusters that it makes of them. */
import { type BringUp, bringUp } from '../kubeadm/bring-up.ts';
import type { ClusterCa } from '../kubeadm/files.ts';
import { addMachine, installContainerd, installCrictlConfig, installKubernetes } from '../machine/install.ts';
import type { Machine } from '../machine/machine.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';

type MachineSpec = { readonly hostname: string; readonly ip: string; readonly podCidr: string };

/** Machine names and addresses are the same in all worlds. */
export const controlPlaneSpec: MachineSpec = { hostname: 'controlplane', ip: '172.30.1.2', podCidr: '10.244.0.0/24' };
/** In the order in which they join. */
export const workerSpecs: readonly MachineSpec[] = [
  { hostname: 'node01', ip: '172.30.1.3', podCidr: '10.244.1.0/24' },
  { hostname: 'node02', ip: '172.30.1.4', podCidr: '10.244.2.0/24' },
];
/** The control plane and one worker. */
export const twoNodes: readonly MachineSpec[] = [controlPlaneSpec, ...workerSpecs.slice(0, 1)];
/** Installed, but not joined. */
export const spareSpec: MachineSpec = { hostname: 'node03', ip: '172.30.1.5', podCidr: '10.244.3.0/24' };

/** `specs`: the control plane first, then its workers. */
export type ClusterParts = Partial<Pick<BringUp, 'release' | 'runtime' | 'externalEtcd'>> & {
  readonly summary: string;
  readonly specs: readonly MachineSpec[];
  /** Machines that belong to no cluster yet. */
  readonly spares?: readonly MachineSpec[];
  readonly install?: (machine: Machine, spec: MachineSpec) => void;
  /** Before kubeadm begins. */
  readonly prepare?: (context: WorldContext, machines: readonly [controlPlane: Machine, ...others: Machine[]]) => void;
  /** When all nodes are Ready. */
  readonly finish?: (cluster: ClusterCa, machines: readonly Machine[]) => void;
};

/** A world with one cluster. */
export function kubeadmWorld({ summary, specs, spares = [], install, prepare, finish, ...options }: ClusterParts): World {
  const built = new WeakSet<WorldContext>();
  return {
    summary,
    home: 'controlplane',
    bootLimit: 300_000,
    ready: (context) => built.has(context),
    build: (context) => {
      const machines = kubeadmMachines(context, [...specs, ...spares], install);
      const [controlPlane, ...others] = machines;
      if (!controlPlane) throw new Error('the world has no control plane');
      prepare?.(context, [controlPlane, ...others]);
      const done = (cluster: ClusterCa): void => {
        finish?.(cluster, machines);
        built.add(context);
      };
      const workers = others.slice(0, specs.length - 1);
      context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, ...options, done }));
    },
  };
}

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

/** What a machine has that is to be a node of today. */
export function installNewest(machine: Machine, { podCidr }: MachineSpec): void {
  installContainerd(machine, { podCidr });
  installCrictlConfig(machine);
  installKubernetes(machine);
}
