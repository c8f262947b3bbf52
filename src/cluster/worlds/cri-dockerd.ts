/** Docker Engine as the runtime of today's Kubernetes: cri-dockerd speaks CRI to the kubelet, and Docker's API to dockerd. */
import { installCni, installCriDockerd, installDockerPackages, installKubernetes } from '../machine/install.ts';
import { writeFile } from '../machine/machine.ts';
import type { World } from './index.ts';
import { kubeadmWorld, twoNodes } from './kubeadm-machines.ts';

const socket = 'unix:///var/run/cri-dockerd.sock';

export const criDockerd: World = kubeadmWorld({
  summary: 'Kubernetes v1.35 on Docker Engine 29 through cri-dockerd; one control-plane node and one worker',
  specs: twoNodes,
  runtime: { criSocket: socket, kubeletArgs: '' },
  install: (machine, { podCidr }) => {
    installDockerPackages(machine);
    installCriDockerd(machine, { enabled: true });
    installCni(machine, podCidr);
    installKubernetes(machine);
    writeFile(machine.fs, '/etc/crictl.yaml', `runtime-endpoint: ${socket}\nimage-endpoint: ${socket}\n`);
  },
});
