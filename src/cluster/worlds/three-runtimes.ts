/** One worker with everything installed that a kubelet could speak CRI to: containerd runs, CRI-O and Docker with cri-dockerd wait to be started. */
import { installCriDockerd, installCrioPackage, installDocker } from '../machine/install.ts';
import type { World } from './index.ts';
import { installNewest, kubeadmWorld, twoNodes } from './kubeadm-machines.ts';

export const threeRuntimes: World = kubeadmWorld({
  summary: 'Kubernetes v1.35 on containerd; on the worker CRI-O and Docker with cri-dockerd are installed too, and not started',
  specs: twoNodes,
  install: (machine, spec) => {
    installNewest(machine, spec);
    if (spec.hostname !== 'node01') return;
    installCrioPackage(machine);
    installDocker(machine);
    machine.fs.unlink('/etc/systemd/system/multi-user.target.wants/docker.service');
    installCriDockerd(machine);
  },
});
