/** Three machines with Kubernetes v1.35.6, made as kubeadm makes them: `controlplane`, `node01`, `node02`. */
import { bringUp, startKubelet } from '../kubeadm/bring-up.ts';
import { type ClusterCa, enable, installKubeletUnit } from '../kubeadm/files.ts';
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import { installEtcdTools } from '../machine/install.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, type MachineSpec, spareSpec, workerSpecs } from './kubeadm-machines.ts';

const machines = [controlPlaneSpec, ...workerSpecs];
const built = new WeakSet<WorldContext>();

export const kubeadm3: World = kubeadmWorld('Kubernetes v1.35 with one control-plane node and two workers, made by kubeadm', []);

/** The same with `node03`, where containerd, the kubelet and kubeadm are installed, and which belongs to no cluster yet. */
export const kubeadm3Spare: World = kubeadmWorld('kubeadm-3 and a spare machine, node03, that can join', [spareSpec]);

function kubeadmWorld(summary: string, spareSpecs: readonly MachineSpec[]): World {
  return {
    summary,
    home: 'controlplane',
    bootLimit: 300_000,
    ready: (context) => built.has(context),
    build: (context) => {
      const [controlPlane, ...others] = kubeadmMachines(context, [...machines, ...spareSpecs]);
      if (!controlPlane) throw new Error('the world has no control plane');
      installEtcdTools(controlPlane);
      const workers = others.slice(0, machines.length - 1);
      const spares = others.slice(workers.length);
      const done = (cluster: ClusterCa): void => {
        for (const spare of spares) {
          installKubeletUnit(spare);
          enable(spare, 'kubelet.service');
          startKubelet(spare);
        }
        for (const machine of [controlPlane, ...others]) startNetworkPolicies(machine, cluster);
        built.add(context);
      };
      context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, done }));
    },
  };
}
