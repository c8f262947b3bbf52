/** One worker with everything installed that a kubelet could speak CRI to: containerd runs, CRI-O and Docker with cri-dockerd wait to be started. */
import { bringUp } from '../kubeadm/bring-up.ts';
import { installContainerd, installCrictlConfig, installCriDockerd, installCrioPackage, installDocker, installKubernetes } from '../machine/install.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, workerSpecs } from './kubeadm-machines.ts';

const built = new WeakSet<WorldContext>();

export const threeRuntimes: World = {
  summary: 'Kubernetes v1.35 on containerd; on the worker CRI-O and Docker with cri-dockerd are installed too, and not started',
  home: 'controlplane',
  bootLimit: 300_000,
  ready: (context) => built.has(context),
  build: (context) => {
    const [controlPlane, ...workers] = kubeadmMachines(context, [controlPlaneSpec, ...workerSpecs.slice(0, 1)], (machine, { hostname, podCidr }) => {
      installContainerd(machine, { podCidr });
      installCrictlConfig(machine);
      installKubernetes(machine);
      if (hostname !== 'node01') return;
      installCrioPackage(machine);
      installDocker(machine);
      machine.fs.unlink('/etc/systemd/system/multi-user.target.wants/docker.service');
      installCriDockerd(machine);
    });
    if (!controlPlane) throw new Error('the world has no control plane');
    context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, done: () => void built.add(context) }));
  },
};
