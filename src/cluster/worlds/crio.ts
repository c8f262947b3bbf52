/** Today's Kubernetes on CRI-O: the same three machines as kubeadm-3, and no containerd on any of them. */
import { bringUp } from '../kubeadm/bring-up.ts';
import type { NodeRuntime } from '../kubeadm/files.ts';
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import { installCrio, installEtcdTools, installKubernetes } from '../machine/install.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, workerSpecs } from './kubeadm-machines.ts';

const built = new WeakSet<WorldContext>();
const runtime: NodeRuntime = { criSocket: 'unix:///var/run/crio/crio.sock', kubeletArgs: '' };

export const crio: World = {
  summary: 'Kubernetes v1.35 on CRI-O 1.35: conmon and crun instead of containerd; one control-plane node and two workers',
  home: 'controlplane',
  bootLimit: 300_000,
  ready: (context) => built.has(context),
  build: (context) => {
    const [controlPlane, ...workers] = kubeadmMachines(context, [controlPlaneSpec, ...workerSpecs], (machine, { podCidr }) => {
      installCrio(machine, { podCidr });
      installKubernetes(machine);
    });
    if (!controlPlane) throw new Error('the world has no control plane');
    installEtcdTools(controlPlane);
    const done = (cluster: Parameters<typeof startNetworkPolicies>[1]): void => {
      for (const machine of [controlPlane, ...workers]) startNetworkPolicies(machine, cluster);
      built.add(context);
    };
    context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, runtime, done }));
  },
};
