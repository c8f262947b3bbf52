/** Two machines before `kubeadm init`: `controlplane` and `node01`, with everything installed and nothing made. */
import { enable, installKubeletUnit } from '../kubeadm/files.ts';
import { installEtcdTools } from '../machine/install.ts';
import type { World } from './index.ts';
import { kubeadmMachines, twoNodes } from './kubeadm-machines.ts';

export const kubeadmBare: World = {
  summary: 'two machines with containerd, kubelet and kubeadm v1.35, on which no cluster has been made yet',
  home: 'controlplane',
  bootLimit: 60_000,
  ready: ({ machines }) => [...machines.values()].every(({ fs }) => fs.exists('/run/containerd/containerd.sock')),
  build: (context) => {
    const machines = kubeadmMachines(context, twoNodes);
    for (const machine of machines) {
      installEtcdTools(machine);
      installKubeletUnit(machine);
      enable(machine, 'kubelet.service');
      machine.systemd.reload();
      machine.systemd.start('kubelet');
    }
  },
};
