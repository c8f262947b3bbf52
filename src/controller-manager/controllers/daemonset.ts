import type { DaemonSet, Node, Pod } from '../../api/types.ts';
import { byControllerUid, type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, keyOf, keyText, type ObjectKey, textOf } from '../../client/keys.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { constants } from '../constants.ts';
import { nodeOfPod, shouldRun, templateForNode } from '../daemon/nodes.ts';
import { allowsSurge, rollingSteps, type Steps, superfluous } from '../daemon/rollout.ts';
import { equal, withoutZeros } from '../equal.ts';
import { Expectations } from '../expectations.ts';
import { currentRevision, listRevisions, revisionHashLabel, truncateHistory } from '../history.ts';
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts';
import { isAvailable, isReady, isTerminal } from '../pods.ts';
import { observePod } from './replicaset.ts';

/** One pod on each fitting node: pkg/controller/daemon/daemon_controller.go. */
export function daemonSetController(): Controller {
  const expectations = new Expectations();
  const backoffs: Backoffs = new Map();
  return {
    name: 'daemonset-controller',
    watches: [
      watch('daemonsets.apps', enqueueSelf),
      watch('pods', enqueueClaimant('DaemonSet', 'daemonsets.apps'), { observe: (type, pod) => observePod(expectations, 'DaemonSet', type, pod as Pod) }),
      watch('nodes', (node, { informers }, before) =>
        before !== undefined && !concerns(before, node) ? [] : informers.of('daemonsets.apps').list().map(keyOf),
      ),
      watch('controllerrevisions.apps', () => []),
    ],
    indexes: [...claimIndexes('pods'), { resource: 'controllerrevisions.apps', name: 'controller', of: byControllerUid }],
    reconcile: (key, context) => reconcile(key, context, expectations, backoffs),
  };
}

const concerns = (before: Node, node: Node): boolean =>
  !equal(before.metadata.labels, node.metadata.labels) || !equal(before.spec.taints, node.spec.taints) || before.spec.unschedulable !== node.spec.unschedulable;

/** One sync: the set, its template's hash now, and its pods by node. */
type Sync = {
  readonly context: Context;
  readonly set: DaemonSet;
  readonly hash: string;
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly nodes: readonly Node[];
  readonly backoffs: Backoffs;
};

/** When a failed pod of a set on a node was last deleted, and how long the next one stays. */
type Backoffs = Map<string, { readonly at: Milliseconds; readonly delay: Milliseconds }>;

function reconcile(key: ObjectKey, context: Context, expectations: Expectations, backoffs: Backoffs): Result {
  const set = context.informers.of('daemonsets.apps').get(key);
  const id = keyText(key);
  if (set === undefined) {
    expectations.forget(id);
    return {};
  }
  if (set.metadata.deletionTimestamp !== undefined) return {};
  const history = listRevisions(context, set);
  const revision = currentRevision(context, set, 'DaemonSet', history);
  const hash = revision.metadata.labels?.[revisionHashLabel] ?? '';
  const pods = podsByNode(claim(context, 'pods', set, { selector: set.spec.selector, reference: controllerRef('apps/v1', 'DaemonSet', set) }));
  const sync: Sync = { context, set, hash, pods, nodes: context.informers.of('nodes').list(), backoffs };
  let throttled = false;
  let requeueAfter: Milliseconds | undefined;
  if (expectations.satisfied(id, context.sim.now)) {
    const managed = manage(sync, expectations);
    ({ throttled, requeueAfter } = managed);
    if (!throttled && expectations.satisfied(id, context.sim.now) && set.spec.updateStrategy?.type !== 'OnDelete')
      throttled = syncNodes(sync, expectations, rollingSteps(set, hash, pods, sync.nodes, context.sim.now));
    truncate(context, set, history, [...pods.values()].flat());
  }
  updateStatus(sync);
  if (throttled) return { requeueAfter: 1 };
  return requeueAfter === undefined ? minReadyWait(sync) : { requeueAfter };
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = nodeOfPod(pod);
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [pod]);
    else known.push(pod);
  }
  return byNode;
}

/** podsShouldBeOnNode for each node, then the difference. True when the budget of requests ran out. */
function manage(sync: Sync, expectations: Expectations): Result & { readonly throttled: boolean } {
  const { set, hash, pods, nodes, context } = sync;
  const wanted: string[] = [];
  const unwanted: Pod[] = [];
  const known = new Set<string>();
  let wait: Milliseconds | undefined;
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    known.add(name);
    const { run, stay } = shouldRun(set, node);
    const all = pods.get(name) ?? [];
    const here = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (!stay) unwanted.push(...here);
    else {
      const { over, running, inBackoff } = split(sync, here, name);
      wait = Math.min(inBackoff ?? Number.POSITIVE_INFINITY, wait ?? Number.POSITIVE_INFINITY);
      unwanted.push(...over, ...superfluous(set, running, hash, context.sim.now));
      if (run && (allowsSurge(set) ? running.length === 0 : all.length === 0)) wanted.push(name);
    }
  }
  // Pods that wait for a node that is gone will never be scheduled.
  for (const [name, here] of pods)
    if (!known.has(name)) unwanted.push(...here.filter(({ spec, metadata }) => !spec.nodeName && metadata.deletionTimestamp === undefined));
  const throttled = syncNodes(sync, expectations, { wanted, unwanted });
  return { throttled, ...(wait !== undefined && Number.isFinite(wait) && { requeueAfter: wait }) };
}

function syncNodes({ context, set, hash }: Sync, expectations: Expectations, { wanted, unwanted }: Steps): boolean {
  const deletions = unwanted.filter((pod) => deletePod(context, pod, set)).map(textOf);
  const names = wanted.slice(0, constants.daemonSetBurstReplicas.value);
  if (names.length + deletions.length === 0) return false;
  let next = 0;
  const reference = controllerRef('apps/v1', 'DaemonSet', set);
  const { done, error, throttled } = slowStartBatch(context, names.length, () => {
    createPod(context, podFromTemplate(templateForNode(set, names[next] ?? '', { [revisionHashLabel]: hash }), set, reference), set);
    next++;
  });
  expectations.expect(textOf(set), context.sim.now, { creations: done, deletions });
  if (error !== undefined) throw error;
  return throttled;
}

/** Those that are over are told and go; one that failed only after a while, so that a kubelet that refuses it is not asked all the time. */
function split({ context: { recorder, sim }, set, backoffs }: Sync, pods: readonly Pod[], node: string) {
  const over: Pod[] = [];
  let inBackoff: Milliseconds | undefined;
  for (const pod of pods.filter(isTerminal)) {
    const failed = pod.status?.phase === 'Failed';
    const id = `${set.metadata.uid}/${set.status?.observedGeneration}/${node}`;
    const last = backoffs.get(id);
    if (failed && last !== undefined && sim.now - last.at < last.delay) {
      inBackoff = last.delay;
      continue;
    }
    if (failed) backoffs.set(id, { at: sim.now, delay: Math.min(2 * (last?.delay ?? 500), 900_000) });
    const which = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    if (failed) recorder.warning(set, 'FailedDaemonPod', `Found failed ${which}, will try to kill it`);
    else recorder.normal(set, 'SucceededDaemonPod', `Found succeeded ${which}, will try to delete it`);
    over.push(pod);
  }
  return { over, inBackoff, running: pods.filter((pod) => !isTerminal(pod)) };
}

function truncate(context: Context, set: DaemonSet, history: ReturnType<typeof listRevisions>, pods: readonly Pod[]): void {
  const hashes = new Set(pods.map(({ metadata }) => metadata.labels?.[revisionHashLabel]));
  const newest = history.at(-1)?.metadata.name ?? '';
  const live = new Set([
    newest,
    ...history.filter(({ metadata }) => hashes.has(metadata.labels?.[revisionHashLabel])).map(({ metadata }) => metadata.name ?? ''),
  ]);
  truncateHistory(context, set, history, live);
}

function updateStatus({ context, set, hash, pods, nodes }: Sync): void {
  const counts = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  const more = { updatedNumberScheduled: 0, numberAvailable: 0 };
  for (const node of nodes) {
    const here = pods.get(node.metadata.name ?? '') ?? [];
    if (!shouldRun(set, node).run) {
      if (here.length > 0) counts.numberMisscheduled++;
      continue;
    }
    counts.desiredNumberScheduled++;
    const pod = [...here].sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))[0];
    if (pod === undefined) continue;
    counts.currentNumberScheduled++;
    if (isReady(pod)) {
      counts.numberReady++;
      if (isAvailable(pod, set.spec.minReadySeconds ?? 0, context.sim.now)) more.numberAvailable++;
    }
    if (pod.metadata.labels?.[revisionHashLabel] === hash) more.updatedNumberScheduled++;
  }
  const numberUnavailable = counts.desiredNumberScheduled - more.numberAvailable;
  const status = { ...counts, ...withoutZeros({ ...more, numberUnavailable }), observedGeneration: set.metadata.generation ?? 0 };
  const { collisionCount, conditions, ...before } = set.status ?? {};
  if (equal(before, status)) return;
  context.client.updateStatus('daemonsets.apps', {
    ...set,
    status: { ...status, ...(collisionCount !== undefined && { collisionCount }), ...(conditions && { conditions }) },
  });
}

function minReadyWait({ set, pods, context }: Sync): Result {
  const { minReadySeconds = 0 } = set.spec;
  const waits = minReadySeconds > 0 && [...pods.values()].flat().some((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, context.sim.now));
  return waits ? { requeueAfter: minReadySeconds * 1000 } : {};
}
