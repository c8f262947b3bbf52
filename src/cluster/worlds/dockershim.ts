/** The year 2022: Kubernetes v1.23 on Docker Engine 20.10, spoken to by the dockershim in each kubelet. */
import { bringUp } from '../kubeadm/bring-up.ts';
import type { NodeRuntime } from '../kubeadm/files.ts';
import { installCni, installCrictl, installDockerPackages, installKubernetes } from '../machine/install.ts';
import { releases } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, workerSpecs } from './kubeadm-machines.ts';

/** Of the summer of 2023, the last that such a node would have been given. */
const docker = '20.10.24';
const containerd = 'v1.6.33';
const crictl = 'v1.26.0';

const built = new WeakSet<WorldContext>();
const release = releases['1.23'];
const runtime: NodeRuntime = {
  criSocket: '/var/run/dockershim.sock',
  kubeletArgs: `--network-plugin=cni --pod-infra-container-image=registry.k8s.io/pause:${release.pause}`,
};

export const dockershim: World = {
  summary: 'Kubernetes v1.23 on Docker: kubelet, dockershim, Docker Engine 20.10, containerd, runc; one control-plane node and one worker',
  home: 'controlplane',
  bootLimit: 300_000,
  ready: (context) => built.has(context),
  build: (context) => {
    const [controlPlane, ...workers] = kubeadmMachines(context, [controlPlaneSpec, ...workerSpecs.slice(0, 1)], (machine, { podCidr }) => {
      installDockerPackages(machine, { docker, containerd });
      installCni(machine, podCidr);
      installCrictl(machine, crictl);
      installKubernetes(machine, release.version);
    });
    if (!controlPlane) throw new Error('the world has no control plane');
    context.sim.scope('kubeadm').go(bringUp({ controlPlane, workers, release, runtime, done: () => void built.add(context) }));
  },
};
