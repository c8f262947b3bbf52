/** A cluster of today on containerd, with Docker Engine installed beside it on one worker: what people do who still build with docker on a node. */
import { installDocker } from '../machine/install.ts';
import type { World } from './index.ts';
import { installNewest, kubeadmWorld, twoNodes } from './kubeadm-machines.ts';

export const dockerBeside: World = kubeadmWorld({
  summary: 'Kubernetes v1.35 on containerd, with one worker on which Docker Engine is installed too',
  specs: twoNodes,
  install: (machine, spec) => {
    installNewest(machine, spec);
    if (spec.hostname === 'node01') installDocker(machine);
  },
});
