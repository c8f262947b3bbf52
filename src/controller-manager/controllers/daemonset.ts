import type { DaemonSet, Node, Pod } from '../../api/types.ts';
import { byControllerUid, type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, keyOf, keyText, type ObjectKey, textOf } from '../../client/keys.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { constants } from '../constants.ts';
import { nodeOfPod, shouldRun, templateForNode } from '../daemon/nodes.ts';
import { equal, withoutZeros } from '../equal.ts';
import { Expectations } from '../expectations.ts';
import { currentRevision, listRevisions, revisionHashLabel, truncateHistory } from '../history.ts';
import { scaledValue } from '../int-or-percent.ts';
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts';
import { isAvailable, isReady } from '../pods.ts';
import { observePod } from './replicaset.ts';

/** One pod on each fitting node: pkg/controller/daemon/daemon_controller.go. */
export function daemonSetController(): Controller {
  const expectations = new Expectations();
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
    reconcile: (key, context) => reconcile(key, context, expectations),
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
};

function reconcile(key: ObjectKey, context: Context, expectations: Expectations): Result {
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
  const sync: Sync = { context, set, hash, pods, nodes: context.informers.of('nodes').list() };
  let throttled = false;
  if (expectations.satisfied(id, context.sim.now)) {
    throttled = manage(sync, expectations);
    if (!throttled && expectations.satisfied(id, context.sim.now) && set.spec.updateStrategy?.type !== 'OnDelete') rollingUpdate(sync, expectations);
    truncate(context, set, history, [...pods.values()].flat());
  }
  updateStatus(sync);
  return throttled ? { requeueAfter: 1 } : minReadyWait(sync);
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
function manage({ context, set, hash, pods, nodes }: Sync, expectations: Expectations): boolean {
  const wanted: string[] = [];
  const unwanted: Pod[] = [];
  const known = new Set<string>();
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    known.add(name);
    const { run, stay } = shouldRun(set, node);
    const here = (pods.get(name) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (!stay) unwanted.push(...here);
    else if (run) {
      const { failed, running } = split(context, here);
      unwanted.push(...failed, ...running.slice(1));
      if (running.length === 0 && failed.length === 0 && (pods.get(name) ?? []).length === 0) wanted.push(name);
    }
  }
  // Pods that wait for a node that is gone will never be scheduled.
  for (const [name, here] of pods)
    if (!known.has(name)) unwanted.push(...here.filter(({ spec, metadata }) => !spec.nodeName && metadata.deletionTimestamp === undefined));
  const deletions = unwanted.filter((pod) => deletePod(context, pod, set)).map(textOf);
  const names = wanted.slice(0, constants.daemonSetBurstReplicas.value);
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

function split({ recorder }: Context, pods: readonly Pod[]): { readonly failed: readonly Pod[]; readonly running: readonly Pod[] } {
  const failed = pods.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded');
  for (const pod of failed) {
    const { name, namespace } = pod.metadata;
    const [reason, word, type] =
      pod.status?.phase === 'Failed' ? (['FailedDaemonPod', 'failed', 'Warning'] as const) : (['SucceededDaemonPod', 'succeeded', 'Normal'] as const);
    const message = `Found ${word} daemon pod ${namespace}/${name} on node ${pod.spec.nodeName}, will try to ${word === 'failed' ? 'kill' : 'delete'} it`;
    recorder.record(pod, { type, reason, message });
  }
  const rest = pods.filter((pod) => !failed.includes(pod));
  // Of several pods on one node the oldest stays.
  return { failed, running: rest.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1)) };
}

/** update.go rollingUpdate without surge: old pods go while no more than maxUnavailable nodes are without a good one. */
function rollingUpdate({ context, set, hash, pods, nodes }: Sync, expectations: Expectations): void {
  const desired = nodes.filter((node) => shouldRun(set, node).run);
  const maxUnavailable = Math.max(1, scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired.length, true));
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const node of desired) {
    const here = pods.get(node.metadata.name ?? '') ?? [];
    const pod = here.find(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (pod === undefined) unavailable++;
    else if (!isAvailable(pod, set.spec.minReadySeconds ?? 0, context.sim.now)) {
      unavailable++;
      // A pod that does not work is replaced at once: it cannot get less available.
      if (pod.metadata.labels?.[revisionHashLabel] !== hash) broken.push(pod);
    } else if (pod.metadata.labels?.[revisionHashLabel] !== hash) candidates.push(pod);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  const deletions = [...broken, ...candidates.slice(0, room)].filter((pod) => deletePod(context, pod, set)).map(textOf);
  if (deletions.length > 0) expectations.expect(textOf(set), context.sim.now, { deletions });
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
