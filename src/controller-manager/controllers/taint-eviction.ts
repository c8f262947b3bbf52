import type { core, Node, Pod } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import { toleratesTaint } from '../../client/component-helpers/taints.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyOf, keyText, type ObjectKey } from '../../client/keys.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { byNode } from './node-lifecycle.ts';

/** Deletes pods that do not tolerate a NoExecute taint, or not for ever: pkg/controller/tainteviction. */
export function taintEvictionController(): Controller {
  /** Pods whose time is running. */
  const scheduled = new Set<string>();
  return {
    name: 'taint-eviction-controller',
    watches: [
      watch('pods', (pod, context, before) =>
        before?.spec.nodeName === pod.spec.nodeName || !isTainted(nodeOf(context, pod)) ? [] : enqueueSelf(pod, context),
      ),
      watch('nodes', (node, { informers }, before) =>
        isTainted(node) || isTainted(before)
          ? informers
              .of('pods')
              .byIndex('node', node.metadata.name ?? '')
              .map(keyOf)
          : [],
      ),
    ],
    indexes: [{ resource: 'pods', name: 'node', of: (pod) => byNode(pod as Pod) }],
    reconcile: (key, context) => reconcile(key, context, scheduled),
  };
}

const nodeOf = ({ informers }: Context, { spec }: Pod): Node | undefined => informers.of('nodes').get({ namespace: '', name: spec.nodeName ?? '' });
const noExecuteOf = (node: Node | undefined): readonly core.Taint[] => (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
const isTainted = (node: Node | undefined): boolean => noExecuteOf(node).length > 0;

function reconcile(key: ObjectKey, context: Context, scheduled: Set<string>): Result {
  const pod = context.informers.of('pods').get(key);
  const id = keyText(key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
    scheduled.delete(id);
    return {};
  }
  const deadline = evictionTime(pod, noExecuteOf(nodeOf(context, pod)), context.sim.now);
  if (deadline === undefined) {
    if (scheduled.delete(id)) context.recorder.normal(pod, 'TaintManagerEviction', `Cancelling deletion of Pod ${id}`);
    return {};
  }
  if (deadline > context.sim.now) {
    scheduled.add(id);
    return { requeueAfter: deadline - context.sim.now };
  }
  evict(context, pod, id);
  scheduled.delete(id);
  return {};
}

/** When the pod has to go: undefined: never. A pod stays for the shortest of the times that it tolerates. */
function evictionTime({ spec }: Pod, taints: readonly core.Taint[], now: Milliseconds): Milliseconds | undefined {
  let earliest: Milliseconds | undefined;
  for (const taint of taints) {
    const tolerations = (spec.tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (tolerations.length === 0) return now;
    const seconds = tolerations.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)]));
    if (seconds.length === 0) continue;
    const since = taint.timeAdded === undefined ? now : parseTime(taint.timeAdded);
    earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, since + Math.min(...seconds) * 1000);
  }
  return earliest;
}

function evict({ client, recorder, sim }: Context, pod: Pod, id: string): void {
  recorder.normal(pod, 'TaintManagerEviction', `Marking for deletion Pod ${id}`);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(sim.now),
  };
  const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget'), condition];
  try {
    client.patch('pods', { ...keyOf(pod), type: 'merge', subresource: 'status' }, { status: { conditions } });
    client.delete('pods', keyOf(pod));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
