import type { apps, ControllerRevision, Pod, StatefulSet } from '../../api/types.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import type { Context } from '../../client/controller.ts';
import { keyOf } from '../../client/keys.ts';
import { equal } from '../equal.ts';
import { revisionHashLabel } from '../history.ts';
import { scaledValue } from '../int-or-percent.ts';
import { isAvailable, isReady, isTerminal } from '../pods.ts';
import { hasStaleClaim, ownClaims } from './claims.ts';
import { firstOrdinal, newClaims, newPod, ordinalOf } from './pods.ts';

/** What one sync of a StatefulSet works with. */
export type Sync = {
  readonly context: Context;
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
};

const isHealthy = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod) && pod.metadata.deletionTimestamp === undefined;
const revisionOfPod = ({ metadata }: Pod): string => metadata.labels?.[revisionHashLabel] ?? '';

/**
 * One step towards the wanted pods, in order unless podManagementPolicy is Parallel: stateful_set_control.go updateStatefulSet.
 * Returns once it has to wait for a pod.
 */
export function step(sync: Sync): void {
  const { set, context } = sync;
  if (set.metadata.deletionTimestamp !== undefined) return;
  const first = firstOrdinal(set);
  const last = first + (set.spec.replicas ?? 1) - 1;
  const monotonic = set.spec.podManagementPolicy !== 'Parallel';
  const minReady = set.spec.minReadySeconds ?? 0;
  for (let ordinal = first; ordinal <= last; ordinal++) {
    const pod = sync.pods.find((each) => ordinalOf(each) === ordinal);
    if (pod === undefined) {
      if (hasStaleClaim(context, set, ordinal)) return;
      createOrdinal(sync, ordinal);
      if (monotonic) return;
    } else if (isTerminal(pod)) {
      // The next sync makes it anew, once it is gone.
      if (pod.metadata.deletionTimestamp === undefined) deletePod(sync, pod);
      if (monotonic) return;
    } else if (monotonic && (pod.metadata.deletionTimestamp !== undefined || !isHealthy(pod) || !isAvailable(pod, minReady, context.sim.now))) return;
    else ownClaims(context, set, pod);
  }
  if (!removeCondemned(sync, first, last, monotonic)) return;
  if (set.spec.updateStrategy?.type !== 'OnDelete') rollOut(sync, first, last);
}

/** Scaling down goes from the highest ordinal, one at a time; false while it has to wait: also for one that is not healthy, unless it is the lowest such. */
function removeCondemned(sync: Sync, first: number, last: number, monotonic: boolean): boolean {
  const condemned = sync.pods.filter((pod) => ordinalOf(pod) > last || ordinalOf(pod) < first).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  for (const pod of condemned) ownClaims(sync.context, sync.set, pod);
  const firstUnavailable = condemned.findLast((pod) => isUnavailable(sync, pod));
  for (const pod of condemned) {
    if (monotonic && isUnavailable(sync, pod) && pod !== firstUnavailable) return false;
    if (pod.metadata.deletionTimestamp === undefined) deletePod(sync, pod);
    if (monotonic) return false;
  }
  return condemned.length === 0;
}

const isUnavailable = ({ set, context }: Sync, pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined || !isAvailable(pod, set.spec.minReadySeconds ?? 0, context.sim.now);

/** Replaces pods of old revisions from the highest ordinal down to the partition: one at a time, or as many as maxUnavailable leaves room for. */
function rollOut(sync: Sync, first: number, last: number): void {
  const { set, pods, update } = sync;
  const { partition = 0, maxUnavailable } = (set.spec.updateStrategy?.rollingUpdate ?? {}) as apps.RollingUpdateStatefulSetStrategy;
  const replicas = pods.filter((pod) => ordinalOf(pod) >= first && ordinalOf(pod) <= last).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (replicas.length < last - first + 1) return;
  const unavailable = (pod: Pod): boolean => isUnavailable(sync, pod);
  const allowed = Math.max(1, scaledValue(maxUnavailable ?? 1, set.spec.replicas ?? 1, false));
  let room = maxUnavailable === undefined ? 1 : allowed - replicas.filter(unavailable).length;
  for (const pod of replicas) {
    if (room <= 0 || ordinalOf(pod) < first + partition) return;
    if (revisionOfPod(pod) !== update.metadata.name && pod.metadata.deletionTimestamp === undefined) {
      deletePod(sync, pod);
      room--;
    } else if (maxUnavailable === undefined && unavailable(pod)) return;
  }
}

function createOrdinal({ context, set, current, update }: Sync, ordinal: number): void {
  const { partition = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const onlyOnDelete = set.spec.updateStrategy?.type === 'OnDelete';
  const old = current.metadata.name !== update.metadata.name && !onlyOnDelete && ordinal < firstOrdinal(set) + partition;
  const revision = old ? current : update;
  createClaims(context, set, ordinal);
  const pod = newPod(set, templateOf(revision, set), ordinal, revision.metadata.name ?? '');
  const { name } = pod.metadata;
  const owner = `StatefulSet ${set.metadata.name}`;
  try {
    ownClaims(context, set, context.client.create('pods', pod));
    context.recorder.normal(set, 'SuccessfulCreate', `Create Pod ${name} in ${owner} successful`);
  } catch (error) {
    if (isReason(error, 'AlreadyExists')) return;
    if (error instanceof StatusError) {
      // The claims are there, pod or not.
      ownClaims(context, set, pod);
      context.recorder.warning(set, 'FailedCreate', `Create Pod ${name} in ${owner} failed error: ${error.message}`);
    }
    throw error;
  }
}

function createClaims({ client, informers, recorder }: Context, set: StatefulSet, ordinal: number): void {
  for (const claim of newClaims(set, ordinal)) {
    if (informers.of('persistentvolumeclaims').get(keyOf(claim)) !== undefined) continue;
    const what = `Claim ${claim.metadata.name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name}`;
    try {
      client.create('persistentvolumeclaims', claim);
      recorder.normal(set, 'SuccessfulCreate', `Create ${what} success`);
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) continue;
      if (error instanceof StatusError) recorder.warning(set, 'FailedCreate', `Create ${what} failed error: ${error.message}`);
      throw error;
    }
  }
}

function deletePod({ context, set }: Sync, pod: Pod): void {
  // The informer may not know yet that we have deleted it a moment ago.
  const live = context.client.get('pods', keyOf(pod));
  if (live === undefined || live.metadata.uid !== pod.metadata.uid || live.metadata.deletionTimestamp !== undefined) return;
  try {
    context.client.delete('pods', keyOf(pod), pod.metadata.uid === undefined ? undefined : { preconditions: { uid: pod.metadata.uid } });
    context.recorder.normal(set, 'SuccessfulDelete', `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}

function templateOf({ data }: ControllerRevision, set: StatefulSet): StatefulSet['spec']['template'] {
  // Written by history.ts in this form.
  const template = (data as { spec?: { template?: StatefulSet['spec']['template'] & { $patch?: string } } } | undefined)?.spec?.template;
  if (template === undefined) return set.spec.template;
  const { $patch: _, ...rest } = template;
  return rest;
}

/** The counts, and the end of a rollout: then the update revision becomes the current one. */
function statusOf({ context, set, pods, current, update }: Sync): apps.StatefulSetStatus {
  const { now } = context.sim;
  const created = pods.filter(({ status }) => status?.phase !== undefined);
  // One that is going counts for as long as it answers.
  const ready = created.filter((pod) => pod.status?.phase === 'Running' && isReady(pod));
  const availableReplicas = ready.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length;
  const of = ({ metadata }: ControllerRevision) =>
    created.filter((pod) => pod.metadata.deletionTimestamp === undefined && revisionOfPod(pod) === metadata.name).length;
  const updated = of(update);
  const done =
    set.spec.updateStrategy?.type !== 'OnDelete' &&
    updated === created.length &&
    ready.length === created.length &&
    created.length === (set.spec.replicas ?? 1);
  const same = current.metadata.name === update.metadata.name;
  const currentReplicas = done || same ? updated : of(current);
  return {
    replicas: created.length,
    ...(ready.length > 0 && { readyReplicas: ready.length }),
    ...(currentReplicas > 0 && { currentReplicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    availableReplicas,
    currentRevision: (done ? update : current).metadata.name ?? '',
    updateRevision: update.metadata.name ?? '',
    collisionCount: set.status?.collisionCount ?? 0,
    observedGeneration: set.metadata.generation ?? 0,
  };
}

/** Writes only what differs: each write would set the controller off again. */
export function writeStatus(sync: Sync): void {
  const status = statusOf(sync);
  if (!equal(status, sync.set.status)) sync.context.client.updateStatus('statefulsets.apps', { ...sync.set, status });
}
