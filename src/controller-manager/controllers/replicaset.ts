import type { apps, OwnerReference, Pod, ReplicaSet } from '../../api/types.ts';
import { matchesMap } from '../../apimachinery/labels.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { byControllerUid, type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, controllerRef, isControlledBy, keyText, type ObjectKey, textOf } from '../../client/keys.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { constants } from '../constants.ts';
import { equal, withoutZeros } from '../equal.ts';
import { Expectations } from '../expectations.ts';
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts';
import { deletionOrder, isActive, isAvailable, isReady, isTerminal } from '../pods.ts';

/** A sync looks at all pods of the set: it takes time, and what changes meanwhile waits for the next one. */
const podsPerMillisecond = 20;

/** Keeps the wanted number of pods: pkg/controller/replicaset/replica_set.go. */
export const replicaSetController = (): Controller =>
  newController({
    name: 'replicaset-controller',
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    resource: 'replicasets.apps',
    countsTerminating: true,
    get: ({ informers }, key) => informers.of('replicasets.apps').get(key),
    writeStatus: ({ client }, set, status) => client.updateStatus('replicasets.apps', { ...set, status }),
  });

/** The same for the older kind, through an adapter as upstream: pkg/controller/replication/conversion.go. */
export const replicationController = (): Controller =>
  newController({
    name: 'replication-controller',
    kind: 'ReplicationController',
    apiVersion: 'v1',
    resource: 'replicationcontrollers',
    countsTerminating: false,
    get({ informers }, key) {
      const found = informers.of('replicationcontrollers').get(key);
      return found && ({ ...found, spec: { ...found.spec, selector: { matchLabels: found.spec.selector ?? {} } } } as ReplicaSet);
    },
    writeStatus({ client }, set, status) {
      const selector = { ...set.spec.selector.matchLabels };
      client.updateStatus('replicationcontrollers', { ...set, apiVersion: 'v1', kind: 'ReplicationController', spec: { ...set.spec, selector }, status });
    },
  });

/** A kind that keeps a number of pods, seen as a ReplicaSet. */
type Flavour = {
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly resource: 'replicasets.apps' | 'replicationcontrollers';
  /** Whether its status has terminatingReplicas. */
  readonly countsTerminating: boolean;
  readonly get: (context: Context, key: ObjectKey) => ReplicaSet | undefined;
  readonly writeStatus: (context: Context, set: ReplicaSet, status: apps.ReplicaSetStatus) => void;
};

function newController(flavour: Flavour): Controller {
  const expectations = new Expectations();
  const { name, kind, resource } = flavour;
  return {
    name,
    watches: [
      watch(resource, enqueueSelf),
      watch('pods', enqueueClaimant(kind, resource), {
        observe: (type, pod) => observePod(expectations, kind, type, pod as Pod),
        delay: (_key, pod, { informers }) => informers.of('pods').countIndex('controller', controllerOf(pod)?.uid ?? '') / podsPerMillisecond,
      }),
    ],
    indexes: [...claimIndexes('pods'), { resource: 'replicasets.apps', name: 'controller', of: byControllerUid }],
    reconcile: (key, context) => reconcile(key, context, expectations, flavour),
  };
}

/** What the informer shows of pods, told to the expectations of their owner. */
export function observePod(expectations: Expectations, kind: string, type: 'add' | 'update' | 'delete', pod: Pod): void {
  const owner = controllerOf(pod);
  if (owner?.kind !== kind) return;
  const key = keyText({ namespace: pod.metadata.namespace ?? '', name: owner.name });
  if (type === 'add' && pod.metadata.deletionTimestamp === undefined) expectations.created(key);
  // A pod that is being deleted counts as deleted: it may take its grace period to go.
  else if (type === 'delete' || pod.metadata.deletionTimestamp !== undefined) expectations.deleted(key, textOf(pod));
}

function reconcile(key: ObjectKey, context: Context, expectations: Expectations, flavour: Flavour): Result {
  const replicaSet = flavour.get(context, key);
  const text = keyText(key);
  if (replicaSet === undefined) {
    expectations.forget(text);
    return {};
  }
  const ready = expectations.satisfied(text, context.sim.now);
  const reference = controllerRef(flavour.apiVersion, flavour.kind, replicaSet);
  const owned = claim(context, 'pods', replicaSet, { selector: replicaSet.spec.selector, reference });
  const active = owned.filter(isActive);
  let failure: Failure | undefined;
  let throttled = false;
  if (ready && replicaSet.metadata.deletionTimestamp === undefined)
    ({ failure, throttled } = manageReplicas(context, replicaSet, active, expectations, reference));
  // Upstream stands still in the midst of the batch here: no status is written before the last pod is made.
  if (throttled && failure === undefined) return { requeueAfter: 1 };
  const status = statusOf(context, replicaSet, { active, owned, failure, countsTerminating: flavour.countsTerminating });
  if (!equal(status, replicaSet.status)) flavour.writeStatus(context, replicaSet, status);
  if (failure !== undefined) throw failure.error;
  return awaitsMinReady(replicaSet, active, context.sim.now) ? { requeueAfter: (replicaSet.spec.minReadySeconds ?? 0) * 1000 } : {};
}

type Failure = { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly error: unknown };
type Managed = { failure: Failure | undefined; throttled: boolean };

function manageReplicas(context: Context, replicaSet: ReplicaSet, pods: readonly Pod[], expectations: Expectations, reference: OwnerReference): Managed {
  const key = textOf(replicaSet);
  const missing = (replicaSet.spec.replicas ?? 1) - pods.length;
  if (missing > 0) {
    const count = Math.min(missing, constants.burstReplicas.value);
    const pod = podFromTemplate(replicaSet.spec.template ?? {}, replicaSet, reference);
    const { done, error, throttled } = slowStartBatch(context, count, () => createPod(context, pod, replicaSet));
    // Informers are told after this call has returned: the count can be set when it is known.
    expectations.expect(key, context.sim.now, { creations: done });
    return { failure: error === undefined ? undefined : { reason: 'FailedCreate', error }, throttled };
  }
  if (missing === 0) return { failure: undefined, throttled: false };
  return removePods(context, replicaSet, pods, Math.min(-missing, constants.burstReplicas.value), expectations);
}

function removePods(context: Context, replicaSet: ReplicaSet, pods: readonly Pod[], count: number, expectations: Expectations): Managed {
  const order = deletionOrder(ranks(context, replicaSet), context.sim.now);
  const victims = count < pods.length ? [...pods].sort(order).slice(0, count) : pods;
  const deletions: string[] = [];
  let failure: Failure | undefined;
  let throttled = false;
  for (const pod of victims) {
    throttled = deletions.length > 0 && (context.client.options.limiter?.exhausted ?? false);
    if (throttled) break;
    try {
      if (deletePod(context, pod, replicaSet)) deletions.push(textOf(pod));
    } catch (error) {
      failure ??= { reason: 'FailedDelete', error };
    }
  }
  expectations.expect(textOf(replicaSet), context.sim.now, { deletions });
  return { failure, throttled };
}

/** How many active pods of the same Deployment share a pod's node: scaling down thins out the crowded nodes first. */
function ranks({ informers }: Context, replicaSet: ReplicaSet): (pod: Pod) => number {
  const owner = controllerOf(replicaSet);
  const related = owner === undefined ? [replicaSet] : informers.of('replicasets.apps').byIndex('controller', owner.uid);
  const onNode = new Map<string, number>();
  for (const { metadata } of related) {
    for (const pod of informers.of('pods').byIndex('controller', metadata.uid ?? '')) {
      if (isActive(pod) && pod.spec.nodeName) onNode.set(pod.spec.nodeName, (onNode.get(pod.spec.nodeName) ?? 0) + 1);
    }
  }
  return (pod) => onNode.get(pod.spec.nodeName ?? '') ?? 0;
}

type Counted = { readonly active: readonly Pod[]; readonly owned: readonly Pod[]; readonly failure: Failure | undefined; readonly countsTerminating: boolean };

function statusOf(context: Context, replicaSet: ReplicaSet, { active, owned, failure, countsTerminating }: Counted): apps.ReplicaSetStatus {
  const { template, minReadySeconds = 0 } = replicaSet.spec;
  const { now } = context.sim;
  const counts = { fullyLabeledReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
  for (const pod of active) {
    if (matchesMap(template?.metadata?.labels, pod.metadata.labels)) counts.fullyLabeledReplicas++;
    if (!isReady(pod)) continue;
    counts.readyReplicas++;
    if (isAvailable(pod, minReadySeconds, now)) counts.availableReplicas++;
  }
  const terminatingReplicas = owned.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod) && isControlledBy(pod, replicaSet)).length;
  const conditions = failureConditions(replicaSet.status?.conditions, failure, rfc3339(now));
  return {
    replicas: active.length,
    ...withoutZeros(counts),
    ...(countsTerminating && ({ terminatingReplicas } as object)),
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  };
}

function failureConditions(before: readonly apps.ReplicaSetCondition[] = [], failure: Failure | undefined, now: string): apps.ReplicaSetCondition[] {
  const others = before.filter(({ type }) => type !== 'ReplicaFailure');
  const known = before.find(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return others;
  if (known !== undefined) return [...before];
  const message = failure.error instanceof Error ? failure.error.message : String(failure.error);
  return [...others, { type: 'ReplicaFailure', status: 'True', reason: failure.reason, message, lastTransitionTime: now }];
}

const awaitsMinReady = ({ spec }: ReplicaSet, pods: readonly Pod[], now: number): boolean =>
  (spec.minReadySeconds ?? 0) > 0 && pods.some((pod) => isReady(pod) && !isAvailable(pod, spec.minReadySeconds ?? 0, now));
