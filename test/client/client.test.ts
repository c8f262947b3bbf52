import { expect, test } from 'vitest';
import type { ConfigMap, Pod } from '../../src/api/types.ts';
import { StatusError } from '../../src/apimachinery/status.ts';
import { Client, ConnectionError } from '../../src/client/client.ts';
import { runLeaderElection } from '../../src/client/leader-election.ts';
import { EventRecorder } from '../../src/client/recorder.ts';
import { SharedInformers } from '../../src/client/shared-informers.ts';
import { TokenBucket } from '../../src/client/token-bucket.ts';
import { WorkQueue } from '../../src/client/workqueue.ts';
import { newSim } from '../../src/sim/sim.ts';
import { epoch, newTestCluster } from '../controller-manager/cluster.ts';

const bare = () => newTestCluster({ nodes: 0, controllers: [], scheduler: false, hollow: false });
const configMap = (name: string, data: Record<string, string> = {}, namespace = 'default'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

test('a client reads, writes, patches and deletes, and throws what the apiserver refuses', () => {
  const { client } = bare();
  const key = { namespace: 'default', name: 'a' };
  expect(client.get('configmaps', key)).toBeUndefined();
  client.create('configmaps', configMap('a', { x: '1' }));
  expect(() => client.create('configmaps', configMap('a'))).toThrow('configmaps "a" already exists');
  expect(client.patch('configmaps', key, { data: { y: '2' } }).data).toEqual({ x: '1', y: '2' });
  expect(client.patch('configmaps', { ...key, type: 'json' }, [{ op: 'remove', path: '/data/x' }]).data).toEqual({ y: '2' });
  expect(client.list('configmaps', { namespace: 'default', fieldSelector: 'metadata.name=a' }).items).toHaveLength(1);
  client.delete('configmaps', key);
  expect(() => client.delete('configmaps', key)).toThrow(StatusError);
});

test('an informer follows, indexes, says the cause, and comes back after the apiserver was away', () => {
  const { client, sim, server } = bare();
  let up = true;
  const flaky = new Client({
    ...client.options,
    server: () => {
      if (!up) throw new ConnectionError('dial tcp 172.18.0.2:6443: connect: connection refused');
      return server;
    },
  });
  up = false;
  const informer = new SharedInformers(sim.scope('x'), flaky).of('configmaps', { namespace: 'default' });
  informer.addIndex('color', ({ data }) => (data?.['color'] ? [data['color']] : []));
  const seen: string[] = [];
  informer.addHandler({
    add: ({ metadata }) => seen.push(`add ${metadata.name} ${sim.cause}`),
    update: (before, { metadata, data }) => seen.push(`update ${metadata.name} ${before.data?.['color']}→${data?.['color']}`),
    delete: ({ metadata }) => seen.push(`delete ${metadata.name}`),
  });
  sim.advance(5_000);
  expect(informer.synced).toBe(false);
  up = true;
  sim.advance(30_000);
  expect(informer.synced).toBe(true);
  sim.cause = 7;
  const made = client.create('configmaps', configMap('a', { color: 'red' }));
  expect(informer.get({ namespace: 'default', name: 'a' })).toBeUndefined();
  sim.advance(5);
  // The very object of the store, no copy.
  expect(informer.get({ namespace: 'default', name: 'a' })).toBe(made);
  client.update('configmaps', { ...made, data: { color: 'blue' } });
  sim.advance(5);
  expect([informer.byIndex('color', 'red').length, informer.byIndex('color', 'blue').length]).toEqual([0, 1]);
  client.delete('configmaps', { namespace: 'default', name: 'a' });
  sim.advance(5);
  expect(seen.filter((text) => !text.includes('kube-root-ca'))).toEqual(['add a 7', 'update a red→blue', 'delete a']);
});

test('a work queue holds a key once, gives it to one worker, and backs off', () => {
  const sim = newSim({ seed: 1, epoch });
  const queue = new WorkQueue(sim, 'q');
  queue.add('a', 1);
  queue.add('a', 2);
  queue.add('b', 3);
  expect(queue.take()).toEqual({ key: 'a', cause: 2 });
  queue.add('a', 4);
  expect(queue.take()).toEqual({ key: 'b', cause: 3 });
  expect(queue.take()).toBeUndefined();
  queue.done('a');
  expect(queue.take()).toEqual({ key: 'a', cause: 4 });
  queue.done('a');
  queue.done('b');
  const delays: number[] = [];
  for (let i = 0; i < 5; i++) {
    const before = sim.now;
    queue.addRateLimited('c');
    sim.advanceUntil(() => queue.length > 0, 60_000);
    delays.push(sim.now - before);
    queue.done(queue.take()?.key ?? '');
  }
  expect(delays).toEqual([5, 10, 20, 40, 80]);
  queue.addAfter('d', 500);
  queue.addAfter('d', 100);
  sim.advance(100);
  expect(queue.take()?.key).toBe('d');
  sim.advance(1_000);
  expect(queue.take()).toBeUndefined();
});

test('a token bucket lets a burst through and then keeps its rate', () => {
  const sim = newSim({ seed: 1, epoch });
  const bucket = new TokenBucket(sim, { qps: 20, burst: 30 });
  const at: number[] = [];
  sim.go(
    (function* () {
      for (let i = 0; i < 100; i++) {
        yield* bucket.wait();
        bucket.reserve();
        at.push(sim.now - epoch);
      }
    })(),
  );
  sim.advance(10_000);
  expect([at[29], at[49], at[99]].map((time) => Math.round((time ?? 0) / 100))).toEqual([0, 10, 35]);
});

test('a recorder counts what repeats, combines what is alike, and stops a flood', () => {
  const { client, sim } = bare();
  const recorder = new EventRecorder(sim, client, { component: 'kubelet', host: 'node01' });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u1' } } as unknown as Pod;
  for (let i = 0; i < 3; i++) {
    recorder.warning(pod, 'BackOff', 'Back-off restarting failed container', { fieldPath: 'spec.containers{web}' });
    sim.advance(1_000);
  }
  const [event, ...rest] = client.list('events', { namespace: 'default' }).items;
  expect(rest).toEqual([]);
  expect(event).toMatchObject({
    count: 3,
    source: { component: 'kubelet', host: 'node01' },
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}' },
  });
  expect(event?.metadata.name).toMatch(/^web\.[0-9a-f]{16}$/);
  expect([event?.firstTimestamp, event?.lastTimestamp]).toEqual(['2026-11-22T13:00:00Z', '2026-11-22T13:00:02Z']);
  for (let i = 0; i < 60; i++) recorder.normal(pod, 'Different', `message ${i}`);
  const different = client.list('events', { namespace: 'default' }).items.filter(({ reason }) => reason === 'Different');
  expect(different).toHaveLength(10);
  expect(different.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(22);
  expect(different.some(({ message }) => message?.startsWith('(combined from similar events): '))).toBe(true);
});

test('one of two leads, and the other takes over', () => {
  const { client, sim } = bare();
  const leaders: string[] = [];
  const run = (identity: string) => {
    const scope = sim.scope(identity);
    scope.go(runLeaderElection(scope, client, { name: 'kube-scheduler', identity, lead: () => leaders.push(identity) }));
    return scope;
  };
  const first = run('a');
  sim.advance(1_000);
  run('b');
  sim.advance(60_000);
  expect(leaders).toEqual(['a']);
  first.stop();
  sim.advance(30_000);
  expect(leaders).toEqual(['a', 'b']);
  expect(client.get('leases.coordination.k8s.io', { namespace: 'kube-system', name: 'kube-scheduler' })?.spec).toMatchObject({
    holderIdentity: 'b',
    leaseTransitions: 1,
    leaseDurationSeconds: 15,
  });
});

test('an outage of nine seconds costs no leader its lease, one of thirteen does, whenever the last renewal was', () => {
  for (const [length, terms] of [
    [9_000, 1],
    [13_000, 2],
  ] as const)
    for (const phase of [1_000, 4_000, 9_500]) {
      const { client, sim } = bare();
      const outage: { since: number | undefined } = { since: undefined };
      let down = false;
      const server = () => {
        if (down) throw new ConnectionError('connection refused');
        return client.options.server();
      };
      let leads = 0;
      sim.go(runLeaderElection(sim, client.with({ server, outage }), { name: 'kube-scheduler', identity: 'a', lead: () => leads++ }));
      sim.advance(30_000 + phase);
      [down, outage.since] = [true, sim.now];
      sim.advance(length);
      [down, outage.since] = [false, undefined];
      sim.advance(30_000);
      expect([length, phase, leads]).toEqual([length, phase, terms]);
    }
});
