import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { keyOf } from '../../client/keys.ts';
import { isTerminal } from '../pods.ts';
import type { Rollout } from './rollout.ts';
import {
  desiredReplicasAnnotation,
  isComplete,
  maxReplicasAnnotation,
  maxSurgeOf,
  maxUnavailableOf,
  newReplicaSetReplicas,
  replicasOf,
  revisionOf,
  sumReplicas,
  sumStatus,
} from './util.ts';

/** rolling.go: up as far as maxSurge lets, else down as far as maxUnavailable lets; one step a sync. */
export function rollingUpdate(rollout: Rollout): void {
  rollout.syncRevision(true);
  if (reconcileNewSet(rollout)) return;
  if (reconcileOldSets(rollout)) return;
  cleanUpWhenComplete(rollout);
}

/** recreate.go: all of the old go before the first of the new comes. */
export function recreate(rollout: Rollout): void {
  rollout.syncRevision(false);
  let scaled = false;
  for (const set of rollout.oldSets) if (replicasOf(set) > 0) scaled = rollout.scale(set, 0) || scaled;
  if (scaled || oldPodsRunning(rollout)) return;
  if (rollout.newSet === undefined) rollout.syncRevision(true);
  if (rollout.newSet !== undefined) rollout.scale(rollout.newSet, replicasOf(rollout.deployment));
  cleanUpWhenComplete(rollout);
}

function cleanUpWhenComplete(rollout: Rollout): void {
  if (isComplete(rollout.deployment, rollout.deployment.status ?? {})) cleanUp(rollout);
}

function oldPodsRunning({ context, oldSets }: Rollout): boolean {
  const pods = context.informers.of('pods');
  return oldSets.some(({ metadata }) => pods.byIndex('controller', metadata.uid ?? '').some((pod) => !isTerminal(pod)));
}

function reconcileNewSet(rollout: Rollout): boolean {
  const { newSet, deployment } = rollout;
  if (newSet === undefined) return false;
  const current = replicasOf(newSet);
  const wanted = replicasOf(deployment);
  if (current === wanted) return false;
  return rollout.scale(newSet, current > wanted ? wanted : newReplicaSetReplicas(deployment, rollout.all, current));
}

function reconcileOldSets(rollout: Rollout): boolean {
  const { newSet, deployment } = rollout;
  if (sumReplicas(rollout.oldSets) === 0 || newSet === undefined) return false;
  const minAvailable = replicasOf(deployment) - maxUnavailableOf(deployment);
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const maxScaledDown = sumReplicas(rollout.all) - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return false;
  // Unhealthy ones first: they do not count as available, and would hold up the rollout.
  const cleaned = scaleDown(rollout, maxScaledDown, (set) => replicasOf(set) - (set.status?.availableReplicas ?? 0));
  const room = sumStatus(rollout.all, 'availableReplicas') - minAvailable;
  const scaled = room > 0 ? scaleDown(rollout, room, replicasOf) : 0;
  return cleaned + scaled > 0;
}

/** Takes up to `most` replicas from the old sets, oldest first, from each no more than `from` says. */
function scaleDown(rollout: Rollout, most: number, from: (set: ReplicaSet) => number): number {
  let total = 0;
  for (const set of [...rollout.oldSets]) {
    if (total >= most) break;
    const count = Math.min(most - total, Math.max(0, from(set)), replicasOf(set));
    if (count === 0) continue;
    rollout.scale(set, replicasOf(set) - count);
    total += count;
  }
  return total;
}

/** Whether the Deployment was scaled since its ReplicaSets were sized: isScalingEvent. */
export const isScalingEvent = (deployment: Deployment, sets: readonly ReplicaSet[]): boolean =>
  sets.some((set) => {
    const desired = set.metadata.annotations?.[desiredReplicasAnnotation];
    return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment);
  });

/** sync.go scale: one active set gets all; in the middle of a rollout each gets its share. */
export function scaleOnly(rollout: Rollout): void {
  rollout.syncRevision(false);
  const { deployment, newSet } = rollout;
  const wanted = replicasOf(deployment);
  const active = rollout.all.filter((set) => replicasOf(set) > 0);
  const only = active.length === 0 ? (newSet ?? rollout.oldSets.at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only !== undefined) {
    if (replicasOf(only) !== wanted) rollout.scale(only, wanted);
  } else if (isSaturated(deployment, newSet)) for (const set of [...rollout.oldSets]) rollout.scale(set, 0);
  else if (deployment.spec.strategy?.type !== 'Recreate') scaleProportionally(rollout, active);
  if (deployment.spec.paused) cleanUp(rollout);
}

function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  if (set === undefined) return false;
  const wanted = replicasOf(deployment);
  return (
    replicasOf(set) === wanted && Number(set.metadata.annotations?.[desiredReplicasAnnotation]) === wanted && (set.status?.availableReplicas ?? 0) === wanted
  );
}

function scaleProportionally(rollout: Rollout, active: readonly ReplicaSet[]): void {
  const { deployment } = rollout;
  const allowed = replicasOf(deployment) === 0 ? 0 : replicasOf(deployment) + maxSurgeOf(deployment);
  const toAdd = allowed - sumReplicas(active);
  const newerFirst = toAdd > 0;
  const sets = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (newerFirst ? age(b, a) : age(a, b)));
  let added = 0;
  const sizes = sets.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(rollout, set, toAdd, added);
    added += share;
    return replicasOf(set) + share;
  });
  if (sizes.length > 0 && toAdd !== 0) sizes[0] = Math.max(0, (sizes[0] ?? 0) + toAdd - added);
  for (const [i, set] of sets.entries()) rollout.scale(set, sizes[i] ?? 0);
}

const age = (a: ReplicaSet, b: ReplicaSet): number => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1);

/** GetReplicaSetProportion: the set's share of what is added (or taken, if negative). */
function proportion({ deployment }: Rollout, set: ReplicaSet, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === added) return 0;
  const share = fraction(deployment, set);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fraction(deployment: Deployment, set: ReplicaSet): number {
  if (replicasOf(deployment) === 0) return -replicasOf(set);
  const most = replicasOf(deployment) + maxSurgeOf(deployment);
  const before = Number(set.metadata.annotations?.[maxReplicasAnnotation] ?? deployment.status?.replicas ?? most);
  return before === 0 ? 0 : Math.round((replicasOf(set) * most) / before) - replicasOf(set);
}

/** Deletes old ReplicaSets beyond the history limit: cleanupDeployment. */
function cleanUp({ deployment, oldSets, context }: Rollout): void {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined) return;
  const alive = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
    const busy = (set.status?.replicas ?? 0) !== 0 || replicasOf(set) !== 0 || (set.metadata.generation ?? 0) > (set.status?.observedGeneration ?? 0);
    if (busy) continue;
    try {
      context.client.delete('replicasets.apps', keyOf(set));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}
