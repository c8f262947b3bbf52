/** `kubeadm init` and `kubeadm join` for the machines of a world, up to the moment when all that kubeadm makes is Ready. */
import type { Node, Pod } from '../../api/types.ts';
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { Client, isRetriable } from '../../client/client.ts';
import { restProtocol } from '../../interfaces/rest.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { readKubeconfigText } from '../components/component.ts';
import type { Machine } from '../machine/machine.ts';
import { minorOf, type Release } from '../releases.ts';
import { type AddonObject, addonObjects } from './addons.ts';
import { type ClusterCa, type NodeRuntime, writeControlPlane, writeKubelet } from './files.ts';
import type { ControlPlaneSettings } from './static-pods.ts';

/** kubeadm's --pod-network-cidr; each node gets a /24 of it. */
const podSubnet = '10.244.0.0/16';

/** How often kubeadm looks whether something is there. */
const poll = 250;

/** The machines that become one cluster, and with what. */
export type BringUp = {
  readonly controlPlane: Machine;
  readonly workers: readonly Machine[];
  readonly release: Release;
  /** What the kubelets are told of their container runtime, where it is not containerd by the configuration file. */
  readonly runtime?: NodeRuntime;
  /** URLs of an etcd that runs elsewhere already. */
  readonly externalEtcd?: readonly string[];
  /** Called when all is Ready. */
  readonly done: (cluster: ClusterCa) => void;
  /** Where workers are of another release or have another runtime than the control plane. */
  readonly worker?: { readonly version: string; readonly runtime: NodeRuntime };
};

/** Where kubeadm wrote down a node's socket until the kubelet's own configuration held it. */
function annotate(client: Client, name: string, runtime: NodeRuntime): void {
  client.patch('nodes', { namespace: '', name }, { metadata: { annotations: { 'kubeadm.alpha.kubernetes.io/cri-socket': runtime.criSocket } } });
}

/** `kubeadm init` on the first machine, `kubeadm join` on the others. */
export function* bringUp({ controlPlane, workers, release, runtime, externalEtcd, done, worker: other }: BringUp): Routine {
  const settings: ControlPlaneSettings = {
    nodeName: controlPlane.name,
    ip: controlPlane.ip,
    version: release.version,
    etcdVersion: release.etcd,
    coreDnsVersion: release.coreDns,
    podSubnet,
    serviceSubnet: '10.96.0.0/12',
    ...(externalEtcd ? { externalEtcd } : {}),
  };
  const cluster = writeControlPlane(controlPlane, settings, runtime);
  startKubelet(controlPlane);
  const client = adminClient(controlPlane);
  yield* until(() => client.raw({ method: 'GET', path: '/readyz' }).status === 200);
  yield* until(() => client.get('nodes', { namespace: '', name: controlPlane.name }) !== undefined);
  markControlPlane(client, controlPlane.name, minorOf(release.version));
  for (const object of addonObjects(settings, controlPlane.ip, cluster.server, cluster.ca.certificate)) create(client, object);
  for (const worker of workers) {
    writeKubelet(worker, cluster, other?.version ?? release.version, other?.runtime ?? runtime);
    startKubelet(worker);
    yield* until(() => (client.get('nodes', { namespace: '', name: worker.name })?.spec.podCIDR ?? '') !== '');
  }
  if (runtime) annotate(client, controlPlane.name, runtime);
  for (const { name } of workers) if (other || runtime) annotate(client, name, (other?.runtime ?? runtime) as NodeRuntime);
  const count = 1 + workers.length;
  const staticPods = externalEtcd ? 3 : 4;
  yield* until(() => allReady(count, staticPods + count + 2, client.list('nodes').items, client.list('pods', { namespace: 'kube-system' }).items));
  done(cluster);
  forgetEvents(client);
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

/** As kubeadm's kubelet-start phase does it. */
export function startKubelet(machine: Machine): void {
  machine.systemd.reload();
  machine.systemd.start('kubelet');
}

/** Polls; errors that a starting cluster gives count as false. */
export function* until(test: () => boolean): Routine {
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
export function adminClient(machine: Machine): Client {
  const { endpoint, credentials } = readKubeconfigText(machine.fs, '/etc/kubernetes/super-admin.conf');
  const { kernel } = machine;
  return new Client({
    server: () => dial(restProtocol, kernel.host.network, endpoint.host, endpoint.port, kernel.sim.random),
    credentials,
    userAgent: 'kubeadm/v1.35.6 (linux/amd64)',
  });
}

/** Up to 1.23 the label and the taint were `master`; 1.24 had both taints. */
function markControlPlane(client: Client, name: string, minor: number): void {
  const taint = (role: string) => ({ key: `node-role.kubernetes.io/${role}`, effect: 'NoSchedule' as const });
  client.patch(
    'nodes',
    { namespace: '', name },
    {
      metadata: {
        labels: {
          'node-role.kubernetes.io/control-plane': '',
          'node.kubernetes.io/exclude-from-external-load-balancers': '',
          ...(minor < 24 ? { 'node-role.kubernetes.io/master': '' } : {}),
        },
      },
      spec: { taints: minor < 24 ? [taint('master')] : minor === 24 ? [taint('control-plane'), taint('master')] : [taint('control-plane')] },
    },
  );
}

const isTrue = (conditions: readonly { readonly type: string; readonly status: string }[] | undefined, type: string): boolean =>
  conditions?.some((each) => each.type === type && each.status === 'True') ?? false;

/** All nodes Ready; the static pods, a kube-proxy a node and two CoreDNS, all Ready. */
const allReady = (count: number, podCount: number, nodes: readonly Node[], pods: readonly Pod[]): boolean =>
  nodes.length === count &&
  nodes.every((node) => isTrue(node.status?.conditions, 'Ready')) &&
  pods.length === podCount &&
  pods.every((pod) => isTrue(pod.status?.conditions, 'Ready'));
