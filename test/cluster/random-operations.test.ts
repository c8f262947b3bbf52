/** Random operations and faults: what must hold holds at every moment, and once the faults stop the world comes to rest as it was asked to be. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject, Pod } from '../../src/api/types.ts';
import { type Cluster, newCluster } from '../../src/cluster/cluster.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';
import { comesToRest, PodPlaces, watch } from './comes-to-rest.ts';

const namespace = 'default';
/** As many as both may ask for: what is over it for a moment waits. */
const podQuota = 12;
const minAvailable = 2;

type Operation =
  | { readonly do: 'scale'; readonly kind: 'deployments' | 'statefulsets'; readonly replicas: number }
  | { readonly do: 'delete-pod' | 'evict'; readonly pick: number }
  | { readonly do: 'image'; readonly tag: string }
  | { readonly do: 'cut' | 'join' | 'kubelet-stop' | 'kubelet-start' | 'kill'; readonly node: 'node01' | 'node02' }
  | { readonly do: 'delete-owner' | 'make-owner' }
  | { readonly do: 'manager-away' | 'manager-back' };

const node = fc.constantFrom('node01' as const, 'node02' as const);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    do: fc.constant('scale' as const),
    kind: fc.constantFrom('deployments' as const, 'statefulsets' as const),
    replicas: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({ do: fc.constantFrom('delete-pod' as const, 'evict' as const), pick: fc.nat(20) }),
  fc.record({ do: fc.constant('image' as const), tag: fc.constantFrom('1.27', '1.28') }),
  fc.record({ do: fc.constantFrom('cut' as const, 'join' as const, 'kubelet-stop' as const, 'kubelet-start' as const, 'kill' as const), node }),
  fc.record({ do: fc.constantFrom('delete-owner' as const, 'make-owner' as const) }),
  fc.record({ do: fc.constantFrom('manager-away' as const, 'manager-back' as const) }),
);

const template = (app: string): object => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image: 'nginx:1.27' }] },
});
const deployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name) },
});

class World {
  readonly cluster: Cluster;
  readonly #places = new PodPlaces();
  /** Since when the budget's status is looked after: the apiserver believes it. */
  #watchedSince: number | undefined = 0;

  constructor(seed: number) {
    this.cluster = newCluster({ seed, world: 'kubeadm-3' });
    this.post('/api/v1', 'resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: String(podQuota) } } });
    watch(this, 3_000);
    this.post('/apis/apps/v1', 'deployments', deployment('web'));
    this.post('/apis/apps/v1', 'statefulsets', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, template: template('db') },
    });
    this.post('/api/v1', 'services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: servicePort }] },
    });
    this.post('/apis/policy/v1', 'poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { minAvailable, selector: { matchLabels: { app: 'web' } } },
    });
    watch(this, 20_000);
    expect(this.pods().filter(isHealthy), 'there is something to lose').toHaveLength(3);
  }

  post(root: string, resource: string, body: object): void {
    this.cluster.rest({ method: 'POST', path: `${root}/namespaces/${namespace}/${resource}`, body });
  }

  list<T extends KubeObject>(root: string, resource: string): readonly T[] {
    const body = this.cluster.rest({ method: 'GET', path: `${root}/namespaces/${namespace}/${resource}` })?.body as { items?: readonly T[] } | undefined;
    return body?.items ?? [];
  }

  pods(): readonly Pod[] {
    return this.list<Pod>('/api/v1', 'pods');
  }

  look(): void {
    const pods = this.pods();
    const live = this.#places.look(pods);
    expect(live.length, 'pods within the quota').toBeLessThanOrEqual(podQuota);
  }

  run(line: string, machine = 'controlplane'): void {
    const sink = new Sink(() => {});
    this.cluster.openScript(machine, ['bash', '-c', line], { stdin: textFile(''), stdout: sink, stderr: sink.retain() });
    this.cluster.sim.advance(2_000);
  }

  apply(operation: Operation): void {
    const { fabric } = this.cluster.machine('controlplane').kernel.host.network;
    const at = (name: string) => this.cluster.machine(name).kernel.host.network;
    if (operation.do === 'scale') {
      const name = operation.kind === 'deployments' ? 'web' : 'db';
      const body = { spec: { replicas: operation.replicas } };
      this.cluster.rest({ method: 'PATCH', path: `/apis/apps/v1/namespaces/${namespace}/${operation.kind}/${name}/scale`, body, headers: merge });
    } else if (operation.do === 'image') {
      const body = { spec: { template: { spec: { containers: [{ name: 'c', image: `nginx:${operation.tag}` }] } } } };
      this.cluster.rest({ method: 'PATCH', path: `/apis/apps/v1/namespaces/${namespace}/deployments/web`, body, headers: strategic });
    } else if (operation.do === 'delete-pod' || operation.do === 'evict') this.#remove(operation.do, operation.pick);
    else if (operation.do === 'cut') fabric?.cut.add(at(operation.node));
    else if (operation.do === 'join') fabric?.cut.delete(at(operation.node));
    else if (operation.do === 'kubelet-stop' || operation.do === 'kubelet-start') this.run(`systemctl ${operation.do.slice(8)} kubelet`, operation.node);
    else if (operation.do === 'kill') this.run('kill -9 $(pgrep -f "nginx: master" | head -2)', operation.node);
    else if (operation.do === 'delete-owner')
      this.cluster.rest({ method: 'DELETE', path: `/apis/apps/v1/namespaces/${namespace}/deployments/web`, body: background });
    else if (operation.do === 'make-owner') this.post('/apis/apps/v1', 'deployments', deployment('web'));
    else {
      this.#watchedSince = operation.do === 'manager-away' ? undefined : (this.#watchedSince ?? this.cluster.sim.now);
      this.run(
        `mv ${operation.do === 'manager-away' ? `${manifests}/kube-controller-manager.yaml /root/` : `/root/kube-controller-manager.yaml ${manifests}/`}`,
      );
    }
  }

  #remove(how: 'delete-pod' | 'evict', pick: number): void {
    const pods = this.pods();
    const pod = pods[pick % Math.max(pods.length, 1)];
    if (!pod) return;
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`;
    if (how === 'delete-pod') {
      this.cluster.rest({ method: 'DELETE', path });
      return;
    }
    const healthy = pods.filter(isHealthy);
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name, namespace } };
    const answer = this.cluster.rest({ method: 'POST', path: `${path}/eviction`, body });
    const isWatched = this.#watchedSince !== undefined && this.cluster.sim.now - this.#watchedSince > 60_000;
    if (isWatched && answer?.status === 201 && isHealthy(pod)) expect(healthy.length - 1, 'the budget is kept').toBeGreaterThanOrEqual(minAvailable);
  }

  /** All faults end. */
  heal(): void {
    for (const name of ['node01', 'node02'] as const) {
      this.apply({ do: 'join', node: name });
      this.apply({ do: 'kubelet-start', node: name });
    }
    this.apply({ do: 'manager-back' });
  }

  /** What is still not as it was asked to be. */
  unrest(): string[] {
    const owners = new Set([...this.list('/apis/apps/v1', 'replicasets'), ...this.list('/apis/apps/v1', 'statefulsets')].map(({ metadata }) => metadata.uid));
    const problems: string[] = [];
    for (const kind of ['deployments', 'statefulsets'] as const)
      for (const { metadata, spec, status } of this.list<Workload>('/apis/apps/v1', kind)) {
        const wanted = spec.replicas ?? 1;
        if ((status?.readyReplicas ?? 0) !== wanted || (status?.updatedReplicas ?? 0) !== wanted)
          problems.push(`${kind}/${metadata.name}: ${JSON.stringify(status)}`);
      }
    for (const { metadata } of this.pods()) {
      if (metadata.deletionTimestamp) problems.push(`${metadata.name} is still going`);
      if (!metadata.ownerReferences?.some(({ uid }) => owners.has(uid))) problems.push(`${metadata.name} has lost its owner`);
    }
    return [...problems, ...this.#lost()];
  }

  /** Where the Service leads and does not, by its slices and by the rules of each node. */
  #lost(): string[] {
    const wanted = addresses(
      this.pods()
        .filter(isHealthy)
        .map(({ status }) => status?.podIP),
    );
    const slices = this.list<EndpointSlice>('/apis/discovery.k8s.io/v1', 'endpointslices')
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
      .flatMap(({ endpoints }) => endpoints ?? []);
    const told = addresses(slices.filter(({ conditions }) => conditions.ready).flatMap((each) => each.addresses));
    const problems = told === wanted ? [] : [`the slices have ${told}, the pods are ${wanted}`];
    for (const name of ['controlplane', 'node01', 'node02']) {
      const rules = [...(this.cluster.machine(name).kernel.host.network.netfilter?.tables.nat.values() ?? [])].flat();
      const led = addresses(rules.flatMap(({ target }) => ('dnat' in target && target.dnat.port === servicePort ? [target.dnat.address] : [])));
      if (led !== wanted) problems.push(`${name} leads to ${led}, the pods are ${wanted}`);
    }
    return problems;
  }
}

type EndpointSlice = KubeObject & {
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready?: boolean } }[];
};
const servicePort = 80;
const addresses = (all: readonly (string | undefined)[]): string => [...new Set(all)].sort().join(' ');

type Workload = KubeObject & {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
};
const manifests = '/etc/kubernetes/manifests';
const merge = { 'content-type': 'application/merge-patch+json' };
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
const background = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
const isHealthy = ({ metadata, status }: Pod): boolean =>
  metadata.labels?.['app'] === 'web' &&
  metadata.deletionTimestamp === undefined &&
  (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);

test('under random operations and faults the invariants hold, and the world converges', () => {
  // Ten minutes: the longest back-off, and the time after which pods leave a node that was away.
  comesToRest({ newWorld: (seed) => new World(seed), operation, longestWait: 20_000, steps: [4, 14], patience: 20, seed: 20_261_122, time: 15_000 });
}, 120_000);
