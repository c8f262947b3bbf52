import { expect, test } from 'vitest';
import type { Node } from '../../src/api/types.ts';
import { addNode, newTestCluster } from '../controller-manager/cluster.ts';

type Options = { readonly spec?: object; readonly requests?: Record<string, string>; readonly labels?: Record<string, string> };
const newPod = (name: string, { spec = {}, requests, labels }: Options = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...(labels && { labels }) },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...(requests && { resources: { requests } }) }], ...spec },
  }) as never;

/** A tainted control plane and two workers of 2 CPUs, as in the recordings. */
function kubeadm3() {
  const cluster = newTestCluster({ nodes: 0, controllers: ['serviceaccount-controller', 'node-lifecycle-controller'] });
  const taints: NonNullable<Node['spec']>['taints'] = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
  addNode(cluster.client, 'controlplane', cluster.sim.now, { cpu: '2', spec: { taints } });
  for (const name of ['node01', 'node02']) addNode(cluster.client, name, cluster.sim.now, { cpu: '2' });
  cluster.settle(100);
  const get = (name: string) => cluster.client.get('pods', { namespace: 'default', name });
  const why = (name: string) => get(name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  const run = (name: string, options?: Options) => {
    cluster.client.create('pods', newPod(name, options));
    cluster.settle(1000);
    return get(name)?.spec.nodeName ?? why(name);
  };
  const events = (name: string) => cluster.client.list('events', { namespace: 'default' }).items.filter(({ involvedObject }) => involvedObject.name === name);
  const patchNode = (name: string, patch: object) => cluster.client.patch('nodes', { namespace: '', name }, patch);
  return { ...cluster, get, why, run, events, patchNode };
}

const notHelpful = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

test('FailedScheduling says what the real scheduler says', () => {
  const { run, events, get, patchNode, settle } = kubeadm3();
  const greedy = `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. ${notHelpful}`;
  expect(run('greedy', { requests: { cpu: '64' } })).toBe(greedy);
  expect(get('greedy')?.status?.conditions).toMatchObject([
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: greedy, observedGeneration: 1 },
  ]);
  expect(events('greedy')[0]).toMatchObject({ type: 'Warning', reason: 'FailedScheduling', message: greedy, reportingComponent: 'default-scheduler' });
  expect(run('picky', { spec: { nodeSelector: { disktype: 'ssd' } } })).toBe(
    `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. ${notHelpful}`,
  );
  for (const node of ['node01', 'node02']) patchNode(node, { spec: { unschedulable: true } });
  settle(100);
  expect(run('cordoned')).toBe(`0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) were unschedulable. ${notHelpful}`);
  expect(run('claims', { spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'nope' } }] } })).toBe(
    `0/3 nodes are available: persistentvolumeclaim "nope" not found. ${notHelpful}`,
  );
});

test('a resize that waits counts, one that is infeasible does not', () => {
  const { run, client, get, settle } = kubeadm3();
  const node = run('small', { requests: { cpu: '500m' } });
  const resize = (cpu: string, reason: string) => {
    const spec = { containers: [{ name: 'c', resources: { requests: { cpu } } }] };
    client.patch('pods', { namespace: 'default', name: 'small', subresource: 'resize', type: 'strategic' }, { spec });
    const had = { allocatedResources: { cpu: '500m' }, resources: { requests: { cpu: '500m' } } };
    const pod = get('small') as unknown as { status: object };
    client.updateStatus('pods', {
      ...pod,
      status: { ...pod.status, containerStatuses: [{ name: 'c', ...had }], conditions: [{ type: 'PodResizePending', status: 'True', reason }] },
    } as never);
    settle(100);
  };
  const other = { requests: { cpu: '1' }, spec: { nodeSelector: { 'kubernetes.io/hostname': node } } };
  resize('1800m', 'Deferred');
  expect(run('waits', other)).toContain('Insufficient cpu');
  resize('64', 'Infeasible');
  settle(10_000);
  expect(get('waits')?.spec.nodeName).toBe(node);
});

test('what held a pod back goes away, and it is scheduled', () => {
  const { run, get, patchNode, settle, events } = kubeadm3();
  run('picky', { spec: { nodeSelector: { disktype: 'ssd' } } });
  patchNode('node02', { metadata: { labels: { disktype: 'ssd', 'topology.kubernetes.io/zone': 'z1' } } });
  settle(3000);
  expect(get('picky')?.spec.nodeName).toBe('node02');
  // The binding brings the node's zone; a pod that names its node has it at once.
  expect(get('picky')?.metadata.labels).toMatchObject({ 'topology.kubernetes.io/zone': 'z1' });
  run('placed', { spec: { nodeName: 'node02' } });
  expect(get('placed')?.metadata.labels).toMatchObject({ 'topology.kubernetes.io/zone': 'z1' });
  expect(
    events('picky')
      .map(({ reason, message }) => `${reason} ${message}`)
      .at(-1),
  ).toBe('Scheduled Successfully assigned default/picky to node02');
  expect(get('picky')?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.status).toBe('True');
});

test('without nodes it tries again and again', () => {
  const { client, settle } = newTestCluster({ nodes: 0, controllers: ['serviceaccount-controller', 'node-lifecycle-controller'] });
  settle(100);
  client.create('pods', newPod('lonely'));
  settle(2500);
  const pod = client.get('pods', { namespace: 'default', name: 'lonely' });
  expect(pod?.status?.conditions?.[0]).toMatchObject({ reason: 'Unschedulable', message: 'no nodes available to schedule pods' });
  expect(client.list('events', { namespace: 'default' }).items.map(({ series, message }) => [message, series?.count])).toEqual([
    ['no nodes available to schedule pods', 2],
  ]);
});

test('required anti-affinity, affinity and spread keep to their words', () => {
  const { run } = kubeadm3();
  const antiAffinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } }],
    },
  };
  const alone: Options = { labels: { app: 'a' }, spec: { affinity: antiAffinity } };
  expect(new Set([run('a1', alone), run('a2', alone)])).toEqual(new Set(['node01', 'node02']));
  expect(run('a3', alone)).toBe(
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
  );
  const affinity = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'none' } } }],
    },
  };
  expect(run('b1', { spec: { affinity } })).toContain("2 node(s) didn't match pod affinity rules");
  const topologySpreadConstraints = [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 's' } } }];
  expect(run('s1', { labels: { app: 's' }, spec: { topologySpreadConstraints } })).toContain(
    "2 node(s) didn't match pod topology spread constraints (missing required label)",
  );
});

test('a pod of higher priority makes room', () => {
  const { client, run, get, settle, events } = kubeadm3();
  client.create('priorityclasses.scheduling.k8s.io', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  } as never);
  for (const name of ['low1', 'low2']) run(name, { requests: { cpu: '1500m' } });
  run('vip', { requests: { cpu: '1' }, spec: { priorityClassName: 'high', priority: 1000 } });
  settle(3000);
  expect(get('vip')?.spec.nodeName).toMatch(/^node0[12]$/);
  // A node that was only promised is forgotten with the binding.
  expect(get('vip')?.status?.nominatedNodeName).toBeUndefined();
  expect([get('low1'), get('low2')].filter((pod) => pod === undefined)).toHaveLength(1);
  const preempted = [...events('low1'), ...events('low2')].find(({ reason }) => reason === 'Preempted');
  expect(preempted?.message).toBe(`Preempted by pod ${get('vip')?.metadata.uid} on node ${get('vip')?.spec.nodeName}`);
  expect(events('vip')[0]?.message).toBe('0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.');
});

test('pods of a deployment spread over the nodes', () => {
  const { client, settle } = newTestCluster({ nodes: 3 });
  settle(500);
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  client.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 9, selector: { matchLabels: { app: 'web' } }, template },
  } as never);
  settle(3000);
  const perNode = new Map<string, number>();
  for (const { spec } of client.list('pods', { namespace: 'default' }).items) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1);
  expect([...perNode.values()]).toEqual([3, 3, 3]);
});

test('a gated pod waits for its gates', () => {
  const { client, run, get, settle } = kubeadm3();
  expect(run('gated', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } })).not.toMatch(/^node/);
  client.patch('pods', { namespace: 'default', name: 'gated', type: 'json' }, [{ op: 'remove', path: '/spec/schedulingGates' }]);
  settle(1000);
  expect(get('gated')?.spec.nodeName).toMatch(/^node0/);
});

test('pods wait for their claims, and for devices that no driver offers', () => {
  const cluster = newTestCluster({ controllers: ['resourceclaim-controller', 'serviceaccount-controller', 'node-lifecycle-controller'] });
  const { client, settle } = cluster;
  settle(1000);
  const make = (resource: string, kind: string, name: string, spec: object) =>
    client.create(
      `${resource}.resource.k8s.io` as 'deviceclasses.resource.k8s.io',
      {
        apiVersion: 'resource.k8s.io/v1',
        kind,
        metadata: { name, ...(kind !== 'DeviceClass' && { namespace: 'default' }) },
        spec,
      } as never,
    );
  const devices = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu.example.com' } }] } };
  const condition = (name: string) => client.get('pods', { namespace: 'default', name })?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const run = (name: string, claim: object) => client.create('pods', newPod(name, { spec: { resourceClaims: [{ name: 'gpu', ...claim }] } }));
  run('late', { resourceClaimName: 'mine' });
  run('made', { resourceClaimTemplateName: 'each' });
  settle(3000);
  // Not even in the queue: PreEnqueue.
  expect([condition('late'), condition('made')]).toEqual([undefined, undefined]);
  const told = client.list('events', { namespace: 'default' }).items.find(({ reason }) => reason === 'FailedResourceClaimCreation');
  expect(told?.message).toBe('PodResourceClaim gpu: resource claim template "each": resourceclaimtemplate.resource.k8s.io "each" not found');
  make('resourceclaims', 'ResourceClaim', 'mine', devices);
  settle(1000);
  expect(condition('late')?.message).toMatch(
    /^0\/\d nodes are available: request r: device class gpu.example.com does not exist. no new claims to deallocate, /,
  );
  make('resourceclaimtemplates', 'ResourceClaimTemplate', 'each', { spec: devices });
  make('deviceclasses', 'DeviceClass', 'gpu.example.com', {});
  settle(20_000);
  for (const name of ['late', 'made'])
    expect(condition(name)?.message).toMatch(/^0\/(\d) nodes are available: \1 cannot allocate all claims. still not schedulable, preemption: /);
  const claims = client.list('resourceclaims.resource.k8s.io', { namespace: 'default' }).items;
  expect(claims.map(({ metadata }) => metadata.name?.replace(/-[a-z0-9]{5}$/, '-'))).toEqual(['made-gpu-', 'mine']);
});
