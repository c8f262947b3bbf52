/** A cluster of today on containerd, with Docker Engine installed beside it on one worker: what people do who still build with docker on a node. */
import { bringUp } from '../kubeadm/bring-up.ts';
import { installContainerd, installCrictlConfig, installDocker, installKubernetes } from '../machine/install.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, workerSpecs } from './kubeadm-machines.ts';

const built = new WeakSet<WorldContext>();

export const dockerBeside: World = {
  summary: 'Kubernetes v1.35 on containerd, with one worker on which Docker Engine is installed too',
  home: 'controlplane',
  bootLimit: 300_000,
  ready: (context) => built.has(context),
  build: (context) => {
    const [controlPlane, ...workers] = kubeadmMachines(context, [controlPlaneSpec, ...workerSpecs.slice(0, 1)], (machine, { hostname, podCidr }) => {
      installContainerd(machine, { podCidr });
      installCrictlConfig(machine);
      installKubernetes(machine);
      if (hostname === 'node01') installDocker(machine);
    });
    if (!controlPlane) throw new Error('the world has no control plane');
    context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, done: () => void built.add(context) }));
  },
};
