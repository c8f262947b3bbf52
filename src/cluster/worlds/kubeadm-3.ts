/** Three machines with Kubernetes v1.35.6, made as kubeadm makes them: `controlplane`, `node01`, `node02`. */

import type { Node, Pod } from '../../api/types.ts';
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { Client, isRetriable } from '../../client/client.ts';
import { restProtocol } from '../../interfaces/rest.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { readKubeconfigText } from '../components/component.ts';
import { type AddonObject, addonObjects } from '../kubeadm/addons.ts';
import { enable, installKubeletUnit, writeControlPlane, writeKubelet } from '../kubeadm/files.ts';
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import type { ControlPlaneSettings } from '../kubeadm/static-pods.ts';
import { installEtcdTools } from '../machine/install.ts';
import type { Machine } from '../machine/machine.ts';
import type { World, WorldContext } from './index.ts';
import { controlPlaneSpec, kubeadmMachines, type MachineSpec, spareSpec, workerSpecs } from './kubeadm-machines.ts';

const podSubnet = '10.244.0.0/16';
const machines = [controlPlaneSpec, ...workerSpecs];

/** How often kubeadm looks whether something is there. */
const poll = 250;

const built = new WeakSet<WorldContext>();

export const kubeadm3: World = kubeadmWorld('Kubernetes v1.35 with one control-plane node and two workers, made by kubeadm', []);

/** The same with `node03`, where containerd, the kubelet and kubeadm are installed, and which belongs to no cluster yet. */
export const kubeadm3Spare: World = kubeadmWorld('kubeadm-3 and a spare machine, node03, that can join', [spareSpec]);

function kubeadmWorld(summary: string, spares: readonly MachineSpec[]): World {
  return {
    summary,
    home: 'controlplane',
    bootLimit: 300_000,
    ready: (context) => built.has(context),
    build: (context) => {
      const [controlPlane, ...others] = kubeadmMachines(context, [...machines, ...spares]);
      if (!controlPlane) throw new Error('the world has no control plane');
      installEtcdTools(controlPlane);
      const workers = others.slice(0, machines.length - 1);
      context.sim.scope('kubeadm').go(kubeadm(context, controlPlane, workers, others.slice(workers.length)));
    },
  };
}

/** `kubeadm init` on the first machine, `kubeadm join` on the others. */
function* kubeadm(context: WorldContext, controlPlane: Machine, workers: readonly Machine[], spares: readonly Machine[]): Routine {
  const settings: ControlPlaneSettings = {
    nodeName: controlPlane.name,
    ip: controlPlane.ip,
    version: 'v1.35.6',
    etcdVersion: '3.6.6-0',
    podSubnet,
    serviceSubnet: '10.96.0.0/12',
  };
  const cluster = writeControlPlane(controlPlane, settings);
  startKubelet(controlPlane);
  const client = adminClient(controlPlane);
  yield* until(() => client.raw({ method: 'GET', path: '/readyz' }).status === 200);
  yield* until(() => client.get('nodes', { namespace: '', name: controlPlane.name }) !== undefined);
  markControlPlane(client, controlPlane.name);
  for (const object of addonObjects(settings, controlPlane.ip, cluster.server, cluster.ca.certificate)) create(client, object);
  for (const worker of workers) {
    writeKubelet(worker, cluster);
    startKubelet(worker);
    yield* until(() => (client.get('nodes', { namespace: '', name: worker.name })?.spec.podCIDR ?? '') !== '');
  }
  yield* until(() => allReady(client.list('nodes').items, client.list('pods', { namespace: 'kube-system' }).items));
  for (const spare of spares) {
    installKubeletUnit(spare);
    enable(spare, 'kubelet.service');
    startKubelet(spare);
  }
  for (const machine of [controlPlane, ...workers, ...spares]) startNetworkPolicies(machine, cluster);
  forgetEvents(client);
  built.add(context);
}

function create(client: Client, object: AddonObject): void {
  const resource = resourceOfKind(object.apiVersion, object.kind);
  if (!resource) throw new Error(`no resource for ${object.kind}`);
  const root = resource.group === '' ? '/api/v1' : `/apis/${object.apiVersion}`;
  const { namespace } = object.metadata;
  const response = client.raw({ method: 'POST', path: `${root}${namespace ? `/namespaces/${namespace}` : ''}/${resource.resource}`, body: object });
  // The apiserver makes some of kubeadm's roles itself.
  if (response.status >= 300 && response.status !== 409)
    throw new Error(`kubeadm could not make ${object.kind} ${object.metadata.name}: ${JSON.stringify(response.body)}`);
}

/** The cluster is handed over as one that has been up for a while: the events of its making have expired (`--event-ttl` is an hour). */
function forgetEvents(client: Client): void {
  for (const namespace of ['default', 'kube-system']) client.raw({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/events` });
}

function startKubelet(machine: Machine): void {
  machine.systemd.reload();
  machine.systemd.start('kubelet');
}

function* until(test: () => boolean): Routine {
  for (;;) {
    try {
      if (test()) return;
    } catch (error) {
      if (!isRetriable(error) && !(error instanceof NetworkError)) throw error;
    }
    yield* sleep(poll);
  }
}

/** Speaks to the apiserver as /etc/kubernetes/super-admin.conf, before any role is bound. */
function adminClient(machine: Machine): Client {
  const { endpoint, credentials } = readKubeconfigText(machine.fs, '/etc/kubernetes/super-admin.conf');
  const { kernel } = machine;
  return new Client({
    server: () => dial(restProtocol, kernel.host.network, endpoint.host, endpoint.port, kernel.sim.random),
    credentials,
    userAgent: 'kubeadm/v1.35.6 (linux/amd64)',
  });
}

function markControlPlane(client: Client, name: string): void {
  client.patch(
    'nodes',
    { namespace: '', name },
    {
      metadata: { labels: { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
      spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    },
  );
}

const isTrue = (conditions: readonly { readonly type: string; readonly status: string }[] | undefined, type: string): boolean =>
  conditions?.some((each) => each.type === type && each.status === 'True') ?? false;

/** Three nodes Ready; four static pods, a kube-proxy a node and two CoreDNS, all Ready. */
const allReady = (nodes: readonly Node[], pods: readonly Pod[]): boolean =>
  nodes.length === machines.length &&
  nodes.every((node) => isTrue(node.status?.conditions, 'Ready')) &&
  pods.length === 4 + machines.length + 2 &&
  pods.every((pod) => isTrue(pod.status?.conditions, 'Ready'));
