/** Docker Engine as the runtime of today's Kubernetes: cri-dockerd speaks CRI to the kubelet, and Docker's API to dockerd. */
import { bringUp } from '../kubeadm/bring-up.ts';
import type { NodeRuntime } from '../kubeadm/files.ts';
import { installCni, installCriDockerd, installDockerPackages, installKubernetes } from '../machine/install.ts';
import { writeFile } from '../machine/machine.ts';
import { newest } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, workerSpecs } from './kubeadm-machines.ts';

const built = new WeakSet<WorldContext>();
const socket = 'unix:///var/run/cri-dockerd.sock';
const runtime: NodeRuntime = { criSocket: socket, kubeletArgs: '' };

export const criDockerd: World = {
  summary: 'Kubernetes v1.35 on Docker Engine 29 through cri-dockerd; one control-plane node and one worker',
  home: 'controlplane',
  bootLimit: 300_000,
  ready: (context) => built.has(context),
  build: (context) => {
    const [controlPlane, ...workers] = kubeadmMachines(context, [controlPlaneSpec, ...workerSpecs.slice(0, 1)], (machine, { podCidr }) => {
      installDockerPackages(machine);
      installCriDockerd(machine, { enabled: true });
      installCni(machine, podCidr);
      installKubernetes(machine);
      writeFile(machine.fs, '/etc/crictl.yaml', `runtime-endpoint: ${socket}\nimage-endpoint: ${socket}\n`);
    });
    if (!controlPlane) throw new Error('the world has no control plane');
    context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release: newest, runtime, done: () => void built.add(context) }));
  },
};
