import type { Pod } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { isRetriable } from '../../client/client.ts';
import type { Context } from '../../client/controller.ts';
import { keyOf } from '../../client/keys.ts';
import { type Milliseconds, type Routine, sleep } from '../../sim/routine.ts';
import { constants } from '../constants.ts';
import { isTerminal } from '../pods.ts';

/** Every 20 s: pods of nodes that are no more, pods that never got a node, and too many that are over. pkg/controller/podgc/gc_controller.go. */
export function runPodGc(context: Context): void {
  context.sim.go(loop(context), 'pod-garbage-collector');
}

function* loop(context: Context): Routine {
  const pods = context.informers.of('pods');
  const nodes = context.informers.of('nodes');
  /** Nodes that pods name and nobody has seen, since when. */
  const missing = new Map<string, Milliseconds>();
  for (;;) {
    yield* sleep(constants.podGcCheckPeriod.value);
    if (!pods.synced || !nodes.synced) continue;
    try {
      collect(context, pods.list(), missing);
    } catch (error) {
      // The next round comes in 20 s.
      if (!isRetriable(error)) throw error;
    }
  }
}

function collect(context: Context, pods: readonly Pod[], missing: Map<string, Milliseconds>): void {
  for (const pod of pods) if (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName) remove(context, pod, 'unscheduled terminating');
  removeOrphaned(context, pods, missing);
  removeTerminated(context, pods);
}

function removeOrphaned(context: Context, pods: readonly Pod[], missing: Map<string, Milliseconds>): void {
  const { now } = context.sim;
  const exists = (name: string) => context.informers.of('nodes').get({ namespace: '', name }) !== undefined;
  for (const name of missing.keys()) if (exists(name)) missing.delete(name);
  for (const pod of pods) {
    const { nodeName } = pod.spec;
    if (!nodeName || exists(nodeName)) continue;
    const since = missing.get(nodeName) ?? now;
    missing.set(nodeName, since);
    // A node may come late: its pods are safe for the time of quarantine.
    if (now - since >= constants.podGcQuarantine.value && context.client.get('nodes', { namespace: '', name: nodeName }) === undefined)
      remove(context, pod, 'orphaned');
  }
}

function removeTerminated(context: Context, pods: readonly Pod[]): void {
  const over = pods.filter(isTerminal);
  const excess = over.length - constants.terminatedPodGcThreshold.value;
  if (excess <= 0) return;
  over.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
  for (const pod of over.slice(0, excess)) remove(context, pod, 'terminated');
}

function remove({ client, sim }: Context, pod: Pod, why: 'orphaned' | 'unscheduled terminating' | 'terminated'): void {
  try {
    if (!isTerminal(pod)) markFailed(client, pod, why, rfc3339(sim.now));
    client.delete('pods', keyOf(pod), { gracePeriodSeconds: 0 });
  } catch (error) {
    // One that cannot be deleted keeps no other from it.
    if (!isRetriable(error)) throw error;
  }
}

function markFailed(client: Context['client'], pod: Pod, why: string, now: string): void {
  const { conditions = [] } = pod.status ?? {};
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastProbeTime: null,
    lastTransitionTime: now,
  };
  const added = why === 'orphaned' ? [...conditions.filter(({ type }) => type !== 'DisruptionTarget'), condition] : conditions;
  client.patch('pods', { ...keyOf(pod), type: 'merge', subresource: 'status' }, { status: { phase: 'Failed', conditions: added } });
}
