/** How fast an autoscaler may go, and how long it remembers: pkg/controller/podautoscaler/horizontal.go, normalizeDesiredReplicas and …WithBehaviors. */
import type { autoscaling, HorizontalPodAutoscaler } from '../../api/types.ts';
import type { Milliseconds } from '../../sim/routine.ts';

type Sample = { readonly at: Milliseconds; readonly replicas: number };
type Rules = autoscaling.HPAScalingRules;

/** What an autoscaler did and recommended lately. Lost with the process, as upstream. */
export type Memory = { recommendations: readonly Sample[]; ups: readonly Sample[]; downs: readonly Sample[] };

/** What an autoscaler remembers between syncs; lost with the controller, as in reality. */
export const newMemory = (): Memory => ({ recommendations: [], ups: [], downs: [] });

/** Reason and message of the conditions AbleToScale and ScalingLimited. */
type Verdict = { readonly reason: string; readonly message: string };
type Normalized = { readonly replicas: number; readonly able: Verdict; readonly limited: Verdict & { readonly holds: boolean } };

const downscaleStabilization = 300;
/** No policy looks further back than this many seconds. */
const longestPeriod = 1800;

const lower = 'recent recommendations were lower than current one, applying the lowest recent recommendation';
const higher = 'recent recommendations were higher than current one, applying the highest recent recommendation';
const verdicts = {
  ready: { reason: 'ReadyForNewScale', message: 'recommended size matches current size' },
  up: { reason: 'ScaleUpStabilized', message: lower },
  down: { reason: 'ScaleDownStabilized', message: higher },
  within: { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' },
  upLimit: { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' },
  downLimit: { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' },
  tooMany: { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' },
  tooFew: { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' },
} satisfies Record<string, Verdict>;

/** What there was when it was first looked at counts as a recommendation (recordInitialRecommendation). */
export function recommendFirst(memory: Memory, current: number, now: Milliseconds): void {
  if (memory.recommendations.length === 0) memory.recommendations = [{ at: now, replicas: current }];
}

/** What becomes of a recommendation; it is remembered. */
export function normalize(
  hpa: HorizontalPodAutoscaler,
  memory: Memory,
  { desired, current }: { desired: number; current: number },
  now: Milliseconds,
): Normalized {
  const stable = stabilized(hpa, memory, { desired, current }, now);
  memory.recommendations = [...memory.recommendations.filter(({ at }) => now - at <= 3_600_000), { at: now, replicas: desired }];
  // Without rules nothing but going down waits.
  const able = stable === desired ? verdicts.ready : hpa.spec.behavior && desired >= current ? verdicts.up : verdicts.down;
  const { replicas, verdict } = bounded(hpa, memory, { desired: stable, current }, now);
  return { replicas, able, limited: { ...verdict, holds: replicas !== stable } };
}

/** Keeps a change of scale for the policies. */
export function remember(memory: Memory, from: number, to: number, at: Milliseconds): void {
  const recent = (samples: readonly Sample[]): readonly Sample[] => samples.filter((sample) => at - sample.at <= longestPeriod * 1000);
  if (to > from) memory.ups = [...recent(memory.ups), { at, replicas: to - from }];
  if (to < from) memory.downs = [...recent(memory.downs), { at, replicas: from - to }];
}

function stabilized(
  { spec }: HorizontalPodAutoscaler,
  { recommendations }: Memory,
  { desired, current }: { desired: number; current: number },
  now: number,
): number {
  const within = (seconds: number): number[] => [desired, ...recommendations.filter(({ at }) => now - at < seconds * 1000).map(({ replicas }) => replicas)];
  const down = Math.max(...within(spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? downscaleStabilization));
  if (spec.behavior === undefined) return down;
  const up = Math.min(...within(spec.behavior.scaleUp?.stabilizationWindowSeconds ?? 0));
  return Math.min(Math.max(current, up), down);
}

type Bounded = { readonly replicas: number; readonly verdict: Verdict };

function bounded({ spec }: HorizontalPodAutoscaler, memory: Memory, { desired, current }: { desired: number; current: number }, now: number): Bounded {
  const { minReplicas = 1, maxReplicas, behavior } = spec;
  if (desired > current || (behavior === undefined && desired > maxReplicas)) {
    const limit = behavior === undefined ? Math.max(2 * current, 4) : Math.max(current, limitOf(behavior.scaleUp, memory, { current, up: true }, now));
    const most = Math.min(maxReplicas, limit);
    return desired > most
      ? { replicas: most, verdict: maxReplicas > limit ? verdicts.upLimit : verdicts.tooMany }
      : { replicas: desired, verdict: verdicts.within };
  }
  const limit =
    behavior === undefined || desired === current ? minReplicas : Math.min(current, limitOf(behavior.scaleDown, memory, { current, up: false }, now));
  const least = Math.max(minReplicas, limit);
  return desired < least
    ? { replicas: least, verdict: limit > minReplicas ? verdicts.downLimit : verdicts.tooFew }
    : { replicas: desired, verdict: verdicts.within };
}

/** How far the policies let it go from where their periods began (calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors). */
function limitOf(rules: Rules | undefined, { ups, downs }: Memory, { current, up }: { current: number; up: boolean }, now: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const changed = (samples: readonly Sample[]): number =>
      samples.filter(({ at }) => now - at < periodSeconds * 1000).reduce((sum, { replicas }) => sum + replicas, 0);
    const start = current - changed(ups) + changed(downs);
    if (type === 'Pods') return up ? start + value : start - value;
    return up ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  if (proposals.length === 0) return current;
  // The smallest change up is the lowest number, the smallest change down the highest.
  return up === (rules?.selectPolicy === 'Min') ? Math.min(...proposals) : Math.max(...proposals);
}
