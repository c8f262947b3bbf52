import { expect, test } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../src/api/types.ts';
import { newMemory, normalize, recommendFirst, remember } from '../../../src/controller-manager/autoscaling/behavior.ts';

type Spec = HorizontalPodAutoscaler['spec'];
const hpa = (behavior?: Spec['behavior'], more: Partial<Spec> = {}): HorizontalPodAutoscaler =>
  ({ metadata: { name: 'web' }, spec: { minReplicas: 1, maxReplicas: 100, scaleTargetRef: { kind: 'Deployment', name: 'web' }, ...more, behavior } }) as never;
const second = 1000;
/** What it knows when it looks for the first time. */
function looked(current: number) {
  const memory = newMemory();
  recommendFirst(memory, current, 0);
  return memory;
}

test('without rules: doubled or four at once, down after five minutes', () => {
  const memory = newMemory();
  expect(normalize(hpa(), memory, { desired: 20, current: 1 }, 0)).toMatchObject({ replicas: 4, limited: { holds: true, reason: 'ScaleUpLimit' } });
  expect(normalize(hpa(), memory, { desired: 12, current: 8 }, second)).toMatchObject({ replicas: 16, able: { reason: 'ScaleDownStabilized' } });
  expect(normalize(hpa(undefined, { maxReplicas: 5 }), newMemory(), { desired: 20, current: 4 }, 0)).toMatchObject({
    replicas: 5,
    limited: { reason: 'TooManyReplicas' },
  });
  expect(normalize(hpa(), looked(4), { desired: 0, current: 4 }, 0)).toMatchObject({ replicas: 4, able: { reason: 'ScaleDownStabilized' } });
  expect(normalize(hpa(), memory, { desired: 2, current: 20 }, 400 * second)).toMatchObject({ replicas: 2, limited: { reason: 'DesiredWithinRange' } });
});

test('windows and policies of each direction', () => {
  const pods = (value: number, periodSeconds = 60) => ({ type: 'Pods', value, periodSeconds });
  const percent = (value: number, periodSeconds = 60) => ({ type: 'Percent', value, periodSeconds });
  const rules = hpa({
    scaleUp: { stabilizationWindowSeconds: 0, policies: [pods(4), percent(100)], selectPolicy: 'Max' },
    scaleDown: { stabilizationWindowSeconds: 0, policies: [pods(4), percent(10)], selectPolicy: 'Min' },
  });
  const memory = newMemory();
  expect(normalize(rules, memory, { desired: 50, current: 10 }, 0).replicas).toBe(20);
  remember(memory, 10, 20, 0);
  // The period began with ten: there is no more to be had before it ends.
  expect(normalize(rules, memory, { desired: 50, current: 20 }, 30 * second)).toMatchObject({ replicas: 20, limited: { holds: true, reason: 'ScaleUpLimit' } });
  expect(normalize(rules, memory, { desired: 50, current: 20 }, 61 * second).replicas).toBe(40);
  expect(normalize(rules, newMemory(), { desired: 1, current: 80 }, 0)).toMatchObject({ replicas: 76, limited: { reason: 'ScaleDownLimit' } });
  expect(normalize(rules, newMemory(), { desired: 1, current: 20 }, 0).replicas).toBe(18);
  const still = hpa({
    scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' },
    scaleUp: { stabilizationWindowSeconds: 60, policies: [pods(100)] },
  });
  expect(normalize(still, newMemory(), { desired: 1, current: 9 }, 0).replicas).toBe(9);
  const slow = looked(3);
  expect(normalize(still, slow, { desired: 9, current: 3 }, 0)).toMatchObject({ replicas: 3, able: { reason: 'ScaleUpStabilized' } });
  expect(normalize(still, slow, { desired: 9, current: 3 }, 61 * second).replicas).toBe(9);
});
