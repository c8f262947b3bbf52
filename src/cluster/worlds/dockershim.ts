/** The year 2022: Kubernetes v1.23 on Docker Engine 20.10, spoken to by the dockershim in each kubelet. */
import { defaultText } from '../../containerd/config-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { adminClient, bringUp, until } from '../kubeadm/bring-up.ts';
import type { NodeRuntime } from '../kubeadm/files.ts';
import { installCni, installCrictl, installCriDockerd, installDockerPackages, installKubernetes } from '../machine/install.ts';
import { type Machine, writeFile } from '../machine/machine.ts';
import { releases } from '../releases.ts';
import type { World, WorldContext } from './index.ts';
import { kubeadmMachines, kubeadmWorld, twoNodes } from './kubeadm-machines.ts';

/** Of the summer of 2023, the last that such a node would have been given. */
const docker = '20.10.24';
const containerd = 'v1.6.33';
const crictl = 'v1.26.0';

const release = releases['1.23'];
/** What kubeadm 1.23 wrote for a node on Docker. */
const dockershimRuntime: NodeRuntime = {
  criSocket: '/var/run/dockershim.sock',
  kubeletArgs: `--network-plugin=cni --pod-infra-container-image=registry.k8s.io/pause:${release.pause}`,
};

/** Kubernetes v1.23 was the last release that had it. */
export const dockershim: World = kubeadmWorld({
  summary: 'Kubernetes v1.23 on Docker: kubelet, dockershim, Docker Engine 20.10, containerd, runc; one control-plane node and one worker',
  specs: twoNodes,
  release,
  runtime: dockershimRuntime,
  install: (machine, { podCidr }) => installNode(machine, podCidr, release.version),
});

/** A node on Docker; cri-dockerd is installed and not used. */
function installNode(machine: Machine, podCidr: string, version: string): void {
  installDockerPackages(machine, { docker, containerd });
  installCriDockerd(machine);
  installCni(machine, podCidr);
  installCrictl(machine, crictl);
  installKubernetes(machine, version);
}

const upgradedBuilt = new WeakSet<WorldContext>();
const upgraded = releases['1.24'];
const containerdRuntime: NodeRuntime = {
  criSocket: 'unix:///var/run/containerd/containerd.sock',
  kubeletArgs: `--container-runtime=remote --container-runtime-endpoint=unix:///var/run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:${upgraded.pause}`,
};

/** The day after: the control plane of 1.24 was moved to containerd in time; on the worker only the package kubelet was upgraded. */
export const upgraded124: World = {
  summary: 'Kubernetes v1.24; the kubelet of node01 was upgraded while the node is still on Docker, and does not start any more',
  home: 'controlplane',
  bootLimit: 400_000,
  ready: (context) => upgradedBuilt.has(context),
  build: (context) => {
    const [controlPlane, worker] = kubeadmMachines(context, twoNodes, (machine, { hostname, podCidr }) => {
      installNode(machine, podCidr, hostname === 'node01' ? release.version : upgraded.version);
      if (hostname !== 'node01') switchToContainerd(machine);
    });
    if (!controlPlane || !worker) throw new Error('the world has no control plane');
    context.sim.scope('kubeadm').go(upgradeWorker(context, controlPlane, worker));
  },
};

/** What a careful administrator had done on the control plane: the CRI plugin on, Docker off. */
function switchToContainerd(machine: Machine): void {
  writeFile(machine.fs, '/etc/containerd/config.toml', defaultText(containerd).replace('SystemdCgroup = false', 'SystemdCgroup = true'));
  machine.fs.unlink('/etc/systemd/system/multi-user.target.wants/docker.service');
}

function* upgradeWorker(context: WorldContext, controlPlane: Machine, worker: Machine): Routine {
  const old = { version: release.version, runtime: dockershimRuntime };
  yield* bringUp({ controlPlane, workers: [worker], release: upgraded, runtime: containerdRuntime, worker: old, done: () => {} });
  installKubernetes(worker, upgraded.version);
  yield* worker.systemd.restart('kubelet');
  const client = adminClient(controlPlane);
  const ready = (): string | undefined =>
    client.get('nodes', { namespace: '', name: worker.name })?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  yield* until(() => ready() !== 'True');
  upgradedBuilt.add(context);
}
