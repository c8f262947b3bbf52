import { expect, test } from 'vitest';
import type { Pod } from '../../../src/api/types.ts';
import { rfc3339 } from '../../../src/apimachinery/time.ts';
import { type PodMetric, propose } from '../../../src/controller-manager/autoscaling/metrics.ts';

const now = Date.UTC(2026, 10, 22, 13, 0, 0);
const minute = 60_000;

/** A pod that asks for 100m and has been ready for `since`. */
function pod(name: string, { phase = 'Running', ready = 'True', started = 20 * minute, since = 19 * minute } = {}): Pod {
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: rfc3339(now - since) }];
  const containers = [{ name: 'c', resources: { requests: { cpu: '100m', memory: '100Mi' } } }];
  return { metadata: { name }, spec: { containers }, status: { phase, startTime: rfc3339(now - started), conditions } } as never;
}
const used = (values: Record<string, number>): Map<string, PodMetric> =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value, at: now - 1000, window: 15_000 }]));
const half = { target: { type: 'Utilization', averageUtilization: 50 }, name: 'cpu' };
const replicas = (pods: readonly Pod[], values: Record<string, number>, current: number, more: object = {}, question: object = half) =>
  propose({ ...half, ...question }, pods, used(values), { current, now, ...more }).replicas;

test('pods without metrics count as full when it goes down, as idle when it goes up', () => {
  const three = [pod('a'), pod('b'), pod('c')];
  expect(replicas(three, { a: 10, b: 10, c: 10 }, 3)).toBe(1);
  // 10 % of two, and the third taken for 100 %: 40 % against 50 %.
  expect(replicas(three, { a: 10, b: 10 }, 3)).toBe(3);
  expect(replicas(three, { a: 100, b: 100 }, 3)).toBe(4);
  expect(replicas(three, { a: 100, b: 100, c: 100 }, 3)).toBe(6);
  expect(() => replicas([], { a: 1 }, 3)).toThrow('no pods returned by selector while calculating replica count');
});

test('pods that start, wait or end do not drive it up', () => {
  const starting = pod('b', { ready: 'False', started: minute, since: minute });
  expect(replicas([pod('a'), starting], { a: 90, b: 500 }, 2)).toBe(2);
  // Ready for less than what one measurement spans.
  expect(replicas([pod('a'), pod('b', { started: minute, since: 5000 })], { a: 90, b: 500 }, 2)).toBe(2);
  expect(replicas([pod('a'), pod('b', { phase: 'Pending' })], { a: 150 }, 2)).toBe(3);
  const going = { ...pod('b'), metadata: { name: 'b', deletionTimestamp: rfc3339(now) } } as Pod;
  expect(replicas([pod('a'), going], { a: 100, b: 900 }, 2)).toBe(2);
  expect(() => replicas([starting], { b: 500 }, 1)).toThrow('did not receive metrics for targeted pods (pods might be unready)');
  // Once it was ready, a pod that is not counts all the same; and memory asks nobody whether it is ready.
  expect(replicas([pod('a'), pod('b', { ready: 'False' })], { a: 100, b: 100 }, 2)).toBe(4);
  expect(replicas([starting], { b: 300 * 1024 * 1024 * 1000 }, 1, {}, { name: 'memory' })).toBe(6);
});

test('tolerance has a default and a field in each direction', () => {
  const two = [pod('a'), pod('b')];
  expect(replicas(two, { a: 54, b: 54 }, 2)).toBe(2);
  expect(replicas(two, { a: 54, b: 54 }, 2, { behavior: { scaleUp: { tolerance: '50m' } } })).toBe(3);
  expect(replicas([...two, pod('c')], { a: 30, b: 30, c: 30 }, 3, { behavior: { scaleDown: { tolerance: '0.5' } } })).toBe(3);
});
