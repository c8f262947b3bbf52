import type { core, Pod } from '../api/types.ts';
import { parseTime } from '../apimachinery/time.ts';
import type { Milliseconds } from '../sim/routine.ts';

/** What controllers ask about a pod: pkg/api/v1/pod and pkg/controller/controller_utils.go. */

/** All containers have ended for good: the pod counts no more. */
export const isTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Neither over nor on its way out. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** undefined where the kubelet or the scheduler has not set it yet. */
export function podCondition({ status }: Pod, type: string): core.PodCondition | undefined {
  // Called for each pod of a set at each sync: a plain loop is a good deal faster than find().
  const conditions = status?.conditions;
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}

/** The Ready condition alone; a pod that is being deleted may still be ready. */
export const isReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** Ready for at least so long. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Milliseconds): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  return minReadySeconds === 0 || (ready.lastTransitionTime !== undefined && parseTime(ready.lastTransitionTime) + minReadySeconds * 1000 <= now);
}

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Which pods a ReplicaSet gives up first: unassigned, pending, not ready, cheaper, on crowded nodes, younger in readiness, restarted more, younger.
 * ActivePodsWithRanks.Less; `rank` is how many related pods share the pod's node.
 */
export function deletionOrder(rank: (pod: Pod) => number, now: Milliseconds): (a: Pod, b: Pod) => number {
  return (a, b) =>
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    (phaseRank[a.status?.phase ?? ''] ?? 0) - (phaseRank[b.status?.phase ?? ''] ?? 0) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    rank(b) - rank(a) ||
    (isReady(a) && isReady(b) ? younger(readySince(a), readySince(b), now) : 0) ||
    restarts(b) - restarts(a) ||
    younger(created(a), created(b), now);
}

const deletionCost = ({ metadata }: Pod): number => Number.parseInt(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '0', 10) || 0;
const readySince = (pod: Pod): Milliseconds => parseTime(podCondition(pod, 'Ready')?.lastTransitionTime ?? '1970-01-01T00:00:00Z');
const created = ({ metadata }: Pod): Milliseconds => parseTime(metadata.creationTimestamp ?? '1970-01-01T00:00:00Z');
const restarts = ({ status }: Pod): number => Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Ages count on a logarithmic scale (LogarithmicScaleDown), so that pods of about one age are as good as each other. */
function younger(a: Milliseconds, b: Milliseconds, now: Milliseconds): number {
  const age = (at: Milliseconds) => Math.floor(Math.log2(Math.max(1, (now - at) * 1e6)));
  return age(a) - age(b);
}
