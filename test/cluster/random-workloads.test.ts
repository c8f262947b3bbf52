/** Random jobs, resizes, quotas, claims, autoscalers and restart rules under faults of nodes and of the control plane: what must hold, and where it comes to rest. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject, Pod } from '../../src/api/types.ts';
import { parseQuantity } from '../../src/apimachinery/quantity.ts';
import { type Cluster, newCluster } from '../../src/cluster/cluster.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';
import { comesToRest, PodPlaces, watch } from './comes-to-rest.ts';

type Json = Readonly<Record<string, unknown>>;
type Node = 'node01' | 'node02';
type Operation =
  | { readonly do: 'job'; readonly index: number; readonly spec: Json; readonly exit: number }
  | { readonly do: 'suspend'; readonly pick: number; readonly suspend: boolean }
  | { readonly do: 'parallelism'; readonly pick: number; readonly parallelism: number }
  | { readonly do: 'resize'; readonly pick: number; readonly cpu: number; readonly limit: boolean }
  | { readonly do: 'pod'; readonly index: number; readonly which: 'pod-resources' | 'restart-rules' | 'devices' | 'sidecar' }
  | { readonly do: 'delete' | 'evict'; readonly pick: number }
  | { readonly do: 'scale'; readonly of: 'deployments/web' | 'statefulsets/db'; readonly replicas: number }
  | { readonly do: 'hpa'; readonly min: number; readonly max: number }
  | { readonly do: 'quota'; readonly pods: number; readonly cpu: number }
  | { readonly do: 'cut' | 'join' | 'kubelet-stop' | 'kubelet-start' | 'kill' | 'drain' | 'uncordon' | 'delete-node'; readonly node: Node }
  | { readonly do: 'away' | 'back'; readonly which: (typeof statics)[number] };

const statics = ['kube-controller-manager', 'kube-scheduler', 'etcd'] as const;
const node = fc.constantFrom<Node>('node01', 'node02');
const pick = fc.nat(20);
const index = fc.nat(3);
const rule = (perIndex: boolean): fc.Arbitrary<Json> =>
  fc.constantFrom<Json>(
    { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [3] } },
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: perIndex ? 'FailIndex' : 'Count', onExitCodes: { operator: 'In', values: [1] } },
  );
const jobSpec = fc.boolean().chain((indexed) =>
  fc
    .record(
      {
        completions: fc.integer({ min: 1, max: 4 }),
        parallelism: fc.integer({ min: 0, max: 3 }),
        backoffLimit: fc.integer({ min: 0, max: 2 }),
        podFailurePolicy: fc.record({ rules: fc.array(rule(indexed), { minLength: 1, maxLength: 2 }) }),
        suspend: fc.boolean(),
        activeDeadlineSeconds: fc.integer({ min: 5, max: 60 }),
        managedBy: fc.constantFrom(undefined, undefined, 'example.com/other'),
        ttlSecondsAfterFinished: fc.constant(120),
        ...(indexed && { backoffLimitPerIndex: fc.integer({ min: 0, max: 1 }), successPolicy: fc.constant({ rules: [{ succeededCount: 1 }] }) }),
      },
      { requiredKeys: [] },
    )
    .map((spec): Json => ({ backoffLimit: 1, ...(indexed && { completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 }), ...spec })),
);
const only = <const T extends string>(...names: readonly T[]) => fc.constantFrom(...names);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: only('job'), index, spec: jobSpec, exit: fc.constantFrom(0, 0, 1, 3) }) },
  { weight: 2, arbitrary: fc.record({ do: only('suspend'), pick, suspend: fc.boolean() }) },
  fc.record({ do: only('parallelism'), pick, parallelism: fc.integer({ min: 0, max: 3 }) }),
  { weight: 3, arbitrary: fc.record({ do: only('resize'), pick, cpu: fc.integer({ min: 1, max: 30 }), limit: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: only('pod'), index, which: only('pod-resources', 'restart-rules', 'devices', 'sidecar') }) },
  { weight: 2, arbitrary: fc.record({ do: only('delete', 'evict'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: only('scale'), of: only('deployments/web', 'statefulsets/db'), replicas: fc.nat(4) }) },
  fc.record({ do: only('hpa'), min: fc.integer({ min: 1, max: 2 }), max: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ do: only('quota'), pods: fc.integer({ min: 8, max: 14 }), cpu: fc.integer({ min: 10, max: 40 }) }),
  {
    weight: 3,
    arbitrary: fc.record({ do: only('cut', 'join', 'kubelet-stop', 'kubelet-start', 'kill', 'drain', 'uncordon', 'delete-node'), node }),
  },
  { weight: 2, arbitrary: fc.record({ do: only('away', 'back'), which: only(...statics) }) },
);

const container = (name: string, more: Json = {}): Json => ({ name, image: 'nginx:1.27', resources: { requests: { cpu: '200m' } }, ...more });
const podSpec = (more: Json = {}): Json => ({ terminationGracePeriodSeconds: 2, containers: [container('c')], ...more });
const busy = (script: string, more: Json = {}): Json => container('c', { image: 'busybox:1.36', command: ['sh', '-c', script], ...more });
const single: Readonly<Record<string, Json>> = {
  'pod-resources': podSpec({ resources: { requests: { cpu: '300m', memory: '64Mi' }, limits: { cpu: '600m', memory: '128Mi' } } }),
  'restart-rules': podSpec({
    restartPolicy: 'Never',
    containers: [
      busy('sleep 3; exit $((RANDOM % 2 ? 42 : 7))', {
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
      }),
    ],
  }),
  devices: podSpec({
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }],
    containers: [container('c', { resources: { claims: [{ name: 'gpu' }], requests: { cpu: '200m' } } })],
  }),
  sidecar: podSpec({ initContainers: [container('side', { restartPolicy: 'Always' })] }),
};
const labelled = (app: string, spec: Json): Json => ({ metadata: { labels: { app } }, spec });
const workload = (name: string, more: Json): Json => ({ selector: { matchLabels: { app: name } }, template: labelled(name, podSpec()), ...more });
const core = '/api/v1';
const [apps, batch, policy] = ['/apis/apps/v1', '/apis/batch/v1', '/apis/policy/v1'];

class World {
  readonly cluster: Cluster;
  readonly #places = new PodPlaces();
  readonly #succeeded = new Map<string, number>();

  constructor(seed: number) {
    this.cluster = newCluster({ seed, world: 'kubeadm-3' });
    this.#setQuota(12, 30);
    for (let i = 0; i < 5; i++)
      this.request('POST', `${core}/persistentvolumes`, {
        metadata: { name: `pv${i}` },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand', hostPath: { path: `/srv/${i}` } },
      });
    this.make(apps, 'deployments', 'web', workload('web', { replicas: 3 }));
    this.make(
      apps,
      'statefulsets',
      'db',
      workload('db', {
        replicas: 2,
        serviceName: 'db',
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand', resources: { requests: { storage: '1Gi' } } } },
        ],
      }),
    );
    this.make(policy, 'poddisruptionbudgets', 'web', { minAvailable: 1, selector: { matchLabels: { app: 'web' } } });
    this.make('/apis/resource.k8s.io/v1', 'resourceclaimtemplates', 'gpu', {
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } },
    });
    watch(this, 20_000);
    expect(this.pods().filter(isReady), 'there is something to lose').toHaveLength(5);
  }

  request(method: 'POST' | 'PATCH' | 'DELETE' | 'PUT', path: string, body?: Json): number {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    return this.cluster.rest({ method, path, headers, ...(body && { body }) })?.status ?? 0;
  }

  make(root: string, resource: string, name: string, spec: Json): void {
    this.request('POST', in_(root, resource), { metadata: { name }, spec });
  }

  list<T extends KubeObject = KubeObject>(path: string): readonly T[] {
    return (this.cluster.rest({ method: 'GET', path })?.body as { items?: readonly T[] } | undefined)?.items ?? [];
  }

  pods(): readonly Pod[] {
    return this.list<Pod>(in_(core, 'pods'));
  }

  jobs(): readonly Job[] {
    return this.list<Job>(in_(batch, 'jobs'));
  }

  /** What must hold at every moment. */
  look(): void {
    const pods = this.pods();
    this.#places.look(pods);
    for (const each of this.list<KubeObject & { spec: { nodeName?: string } }>(`${core}/nodes`)) this.#lookAtNode(each, pods);
    for (const job of this.jobs()) this.#lookAtJob(job, pods);
    const volumes = this.list<KubeObject & { spec: { claimRef?: { uid?: string } } }>(`${core}/persistentvolumes`)
      .map(({ spec }) => spec.claimRef?.uid)
      .filter(Boolean);
    expect(new Set(volumes).size, 'a claim has one volume').toBe(volumes.length);
  }

  #lookAtNode({ metadata, status }: KubeObject & { status?: object }, pods: readonly Pod[]): void {
    const allocatable = (status as { allocatable?: Record<string, string> } | undefined)?.allocatable?.['cpu'];
    if (allocatable === undefined) return;
    const mine = pods.filter((pod) => pod.spec.nodeName === metadata.name && pod.status?.phase === 'Running');
    const allocated = mine.reduce((sum, pod) => sum + allocatedMillis(pod), 0);
    expect(allocated, `${metadata.name} has what it gave`).toBeLessThanOrEqual(parseQuantity(allocatable).milliValue());
  }

  #lookAtJob({ metadata, spec, status }: Job, pods: readonly Pod[]): void {
    const mine = pods.filter(({ metadata: { ownerReferences } }) => ownerReferences?.some(({ uid }) => uid === metadata.uid));
    if (spec.managedBy === 'example.com/other') {
      expect([mine, status], `${metadata.name} is another's`).toEqual([[], {}]);
      return;
    }
    const active = mine.filter(({ metadata: { deletionTimestamp }, status: is }) => !deletionTimestamp && is?.phase !== 'Succeeded' && is?.phase !== 'Failed');
    expect(active.length, `pods of ${metadata.name} at once`).toBeLessThanOrEqual(3);
    const before = this.#succeeded.get(metadata.uid ?? '') ?? 0;
    expect(status?.succeeded ?? 0, `${metadata.name} forgets no success`).toBeGreaterThanOrEqual(before);
    this.#succeeded.set(metadata.uid ?? '', status?.succeeded ?? 0);
    const types = (status?.conditions ?? []).filter(({ status: is }) => is === 'True').map(({ type }) => type);
    expect(types.includes('Complete') && types.includes('Failed'), `${metadata.name} ends once`).toBe(false);
    if (spec.completions) expect(status?.succeeded ?? 0, `${metadata.name} succeeds as often as asked`).toBeLessThanOrEqual(spec.completions);
  }

  #setQuota(pods: number, cpu: number): void {
    const spec = { hard: { pods: String(pods), 'requests.cpu': `${cpu * 100}m` } };
    this.make(core, 'resourcequotas', 'q', spec);
    this.request('PATCH', `${in_(core, 'resourcequotas')}/q`, { spec });
  }

  run(line: string, machine = 'controlplane', wait = 2_000): void {
    const sink = new Sink(() => {});
    this.cluster.openScript(machine, ['bash', '-c', line], { stdin: textFile(''), stdout: sink, stderr: sink.retain() });
    this.cluster.sim.advance(wait);
  }

  apply(operation: Operation): void {
    const { fabric } = this.cluster.machine('controlplane').kernel.host.network;
    if (operation.do === 'job') {
      const { completionMode } = operation.spec;
      const script = `sleep $((RANDOM % 4 + 1)); exit ${completionMode === 'Indexed' ? `$((JOB_COMPLETION_INDEX == 0 ? ${operation.exit} : 0))` : operation.exit}`;
      const template = labelled('job', podSpec({ restartPolicy: 'Never', containers: [busy(script)] }));
      this.make(batch, 'jobs', `job${operation.index}`, { ...operation.spec, template });
    } else if (operation.do === 'suspend' || operation.do === 'parallelism') {
      const job = picked(this.jobs(), operation.pick);
      const spec = operation.do === 'suspend' ? { suspend: operation.suspend } : { parallelism: operation.parallelism };
      if (job) this.request('PATCH', `${in_(batch, 'jobs')}/${job.metadata.name}`, { spec });
    } else if (operation.do === 'resize') {
      const pod = picked(this.pods(), operation.pick);
      const cpu = `${operation.cpu * 100}m`;
      const resources = { requests: { cpu }, ...(operation.limit && { limits: { cpu } }) };
      if (!pod) return;
      const path = `${in_(core, 'pods')}/${pod.metadata.name}/resize`;
      const now = this.cluster.rest({ method: 'GET', path: path.replace('/resize', '') })?.body as Pod;
      const containers = now.spec.containers.map((each) => ({ ...each, resources: { ...each.resources, ...resources } }));
      this.request('PUT', path, { ...now, spec: { ...now.spec, containers } } as unknown as Json);
    } else if (operation.do === 'pod') this.make(core, 'pods', `${operation.which}-${operation.index}`, single[operation.which] as Json);
    else if ('pick' in operation) this.#remove(operation.do, operation.pick);
    else if (operation.do === 'scale') this.request('PATCH', `${apps}/namespaces/default/${operation.of}/scale`, { spec: { replicas: operation.replicas } });
    else if (operation.do === 'hpa') {
      const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: operation.min, maxReplicas: operation.max };
      this.make('/apis/autoscaling/v2', 'horizontalpodautoscalers', 'web', spec);
      this.request('PATCH', `${in_('/apis/autoscaling/v2', 'horizontalpodautoscalers')}/web`, { spec });
    } else if (operation.do === 'quota') this.#setQuota(operation.pods, operation.cpu);
    else if (operation.do === 'away' || operation.do === 'back') {
      const [live, kept] = [`/etc/kubernetes/manifests/${operation.which}.yaml`, `/root/${operation.which}.yaml`];
      this.run(operation.do === 'away' ? `mv ${live} ${kept}` : `mv ${kept} ${live}`);
    } else if (operation.do === 'cut') fabric?.cut.add(this.cluster.machine(operation.node).kernel.host.network);
    else if (operation.do === 'join') fabric?.cut.delete(this.cluster.machine(operation.node).kernel.host.network);
    else if (operation.do === 'kill') this.run('kill -9 $(pgrep -f "nginx: master|sleep" | head -3)', operation.node);
    else if (operation.do === 'drain') this.run(`kubectl drain ${operation.node} --ignore-daemonsets --force --timeout=20s`, 'controlplane', 5_000);
    else if (operation.do === 'uncordon') this.run(`kubectl uncordon ${operation.node}`);
    else if (operation.do === 'delete-node') this.request('DELETE', `${core}/nodes/${operation.node}`);
    else if ('node' in operation) this.run(`systemctl ${operation.do.slice(8)} kubelet`, operation.node);
  }

  #remove(how: 'delete' | 'evict', pick: number): void {
    const pods = this.pods();
    const pod = picked(pods, pick);
    if (!pod) return;
    const path = `${in_(core, 'pods')}/${pod.metadata.name}`;
    if (how === 'delete') this.request('DELETE', path);
    else if (this.request('POST', `${path}/eviction`, { metadata: { name: pod.metadata.name } }) === 201 && isWeb(pod))
      expect(pods.filter(isWeb).length - 1, 'the budget is kept').toBeGreaterThanOrEqual(1);
  }

  /** All faults end. */
  heal(): void {
    for (const which of [...statics].reverse()) this.apply({ do: 'back', which });
    for (const name of ['node01', 'node02'] as const) {
      this.apply({ do: 'join', node: name });
      // A node that was deleted comes back when its kubelet starts anew.
      this.run('systemctl restart kubelet', name);
    }
    this.cluster.sim.advance(30_000);
    for (const name of ['node01', 'node02'] as const) this.apply({ do: 'uncordon', node: name });
    this.#setQuota(40, 100);
    for (const { metadata, spec } of this.jobs())
      if (spec.suspend || spec.parallelism === 0)
        this.request('PATCH', `${in_(batch, 'jobs')}/${metadata.name}`, { spec: { suspend: false, parallelism: Math.max(1, spec.parallelism ?? 1) } });
  }

  /** What is still not as it was asked to be. */
  unrest(): string[] {
    const problems: string[] = [];
    const pods = this.pods().map((pod) => ({ ...pod, name: pod.metadata.name ?? '' }));
    const hpa = this.list<KubeObject & { spec: { minReplicas: number; maxReplicas: number } }>(in_('/apis/autoscaling/v2', 'horizontalpodautoscalers'))[0];
    for (const kind of ['deployments', 'statefulsets'] as const)
      for (const { metadata, spec, status } of this.list<Workload>(in_(apps, kind))) {
        const wanted = spec.replicas ?? 1;
        if ((status?.readyReplicas ?? 0) !== wanted || (status?.updatedReplicas ?? 0) !== wanted)
          problems.push(`${kind}/${metadata.name}: ${JSON.stringify(status)}`);
        // Nobody tells the autoscaler figures: it still keeps its bounds, and lets what was scaled to zero be.
        if (kind === 'deployments' && hpa && wanted !== 0 && (wanted < hpa.spec.minReplicas || wanted > hpa.spec.maxReplicas))
          problems.push(`${wanted} replicas are out of the autoscaler's bounds`);
        if (kind === 'statefulsets') {
          const claims = this.list(in_(core, 'persistentvolumeclaims'));
          const names = claims.map((claim) => claim.metadata.name);
          for (let i = 0; i < wanted; i++) if (!names.includes(`data-db-${i}`)) problems.push(`no claim of replica ${i}`);
          // A pod that went by itself before the set was scaled down leaves its claim to the set.
          if (claims.some((claim) => claim.metadata.ownerReferences?.[0]?.uid !== metadata.uid)) problems.push(`claims ${names.join()} of ${wanted} replicas`);
        }
      }
    for (const { metadata, spec, status } of this.jobs()) {
      if (spec.managedBy === 'example.com/other') continue;
      const ends = (status?.conditions ?? []).filter(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'));
      if (ends.length !== 1) problems.push(`job ${metadata.name} has not ended: ${JSON.stringify(status)}`);
      if (status?.active || status?.terminating || Object.keys(status?.uncountedTerminatedPods ?? {}).length > 0)
        problems.push(`job ${metadata.name} counts on: ${JSON.stringify(status)}`);
    }
    const claims = this.list(in_('/apis/resource.k8s.io/v1', 'resourceclaims'));
    const users = pods.filter(({ name }) => name.startsWith('devices-'));
    if (claims.length !== users.length) problems.push(`${claims.length} resource claims of ${users.length} pods`);
    for (const { name, metadata, spec, status } of pods) {
      const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
      if (metadata.deletionTimestamp) problems.push(`${name} is still going`);
      if (metadata.finalizers?.includes('batch.kubernetes.io/job-tracking') && ended) problems.push(`${name} is still counted`);
      if (name.startsWith('devices-') && spec.nodeName) problems.push(`${name} got devices that nobody has`);
      if (ended || name.startsWith('devices-') || name.startsWith('restart-rules')) continue;
      if (status?.phase !== 'Running') problems.push(`${name} is ${status?.phase}: ${JSON.stringify(status?.conditions?.[0])}`);
      else if (!status.conditions?.some(({ type }) => type === 'PodResizePending') && spec.containers.some((each) => !isGranted(each, status)))
        problems.push(`${name} is not resized`);
      if (status?.conditions?.some(({ type }) => type === 'PodResizeInProgress')) problems.push(`${name} is still being resized`);
    }
    return problems;
  }
}

const in_ = (root: string, resource: string): string => `${root}/namespaces/default/${resource}`;
const picked = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(list.length, 1)];
const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);
const isWeb = (pod: Pod): boolean => pod.metadata.labels?.['app'] === 'web' && isReady(pod);
const millis = (text: string | undefined): number => (text === undefined ? 0 : parseQuantity(text).milliValue());
/** What the kubelet set aside for a pod. */
const allocatedMillis = ({ spec, status }: Pod): number =>
  spec.containers.reduce((sum, { name, resources }) => {
    const given = status?.containerStatuses?.find((each) => each.name === name) as { allocatedResources?: Record<string, string> } | undefined;
    return sum + millis((given?.allocatedResources ?? (resources?.requests as Record<string, string> | undefined))?.['cpu']);
  }, 0);
function isGranted({ name, resources }: Pod['spec']['containers'][number], status: NonNullable<Pod['status']>): boolean {
  const given = status.containerStatuses?.find((each) => each.name === name) as { resources?: { requests?: Record<string, string> } } | undefined;
  return millis((resources?.requests as Record<string, string> | undefined)?.['cpu']) === millis(given?.resources?.requests?.['cpu']);
}

type Workload = KubeObject & {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
};
type Job = KubeObject & {
  readonly spec: { readonly completions?: number; readonly parallelism?: number; readonly suspend?: boolean; readonly managedBy?: string };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly terminating?: number;
    readonly uncountedTerminatedPods?: Json;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
};

test('jobs, resizes, claims, quotas and autoscalers keep their promises under faults, and come to rest', () => {
  // Twenty minutes: a queue's longest back-off, and the time after which pods leave a node that was away.
  comesToRest({ newWorld: (seed) => new World(seed), operation, longestWait: 30_000, steps: [6, 16], patience: 45, seed: 20_261_123, time: 10_000 });
}, 600_000);
