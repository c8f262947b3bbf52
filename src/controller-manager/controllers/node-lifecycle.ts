import type { core, Node, Pod } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { constants } from '../constants.ts';
import { isConditionTaint, nodeCondition, taintKeys, unknownConditions, wantedNoSchedule } from '../node/conditions.ts';
import { podCondition } from '../pods.ts';

/** Nodes that were told of, and when the next one may be tainted NoExecute. Lost with the process, as upstream. */
type Memory = {
  /** By name: nobody is late before the grace period has passed under our own eyes. */
  readonly known: Map<string, Signs>;
  /** Nodes whose pods were marked when they stopped being ready. */
  readonly marked: Set<string>;
  nextEviction: Milliseconds;
};

/** The last signs of life of a node, and when they came by this process's clock: a node's own may go wrong. */
type Signs = { at: Milliseconds; heartbeat?: string | undefined; renewTime?: string };

/** Watches over nodes: silent ones become Unknown and tainted, their pods not ready. pkg/controller/nodelifecycle/node_lifecycle_controller.go. */
export function nodeLifecycleController(): Controller {
  const memory: Memory = { known: new Map(), marked: new Set(), nextEviction: 0 };
  return {
    name: 'node-lifecycle-controller',
    watches: [watch('nodes', enqueueSelf)],
    indexes: [{ resource: 'pods', name: 'node', of: (pod) => byNode(pod as Pod) }],
    reconcile: (key, context) => reconcile(key, context, memory),
  };
}

/** The index of pods by node, shared with the taint eviction controller. */
export const byNode = ({ spec }: Pod): readonly string[] => (spec.nodeName ? [spec.nodeName] : []);

function reconcile(key: ObjectKey, context: Context, memory: Memory): Result {
  const seen = context.informers.of('nodes').get(key);
  if (seen === undefined) {
    if (memory.known.delete(key.name)) nodeEvent(context, key.name, 'RemovingNode', `Removing Node ${key.name} from Controller`);
    return {};
  }
  if (!memory.known.has(key.name)) {
    memory.known.set(key.name, { at: context.sim.now });
    nodeEvent(context, key.name, 'RegisteredNode', `Registered Node ${key.name} in Controller`);
  }
  const { node, deadline } = checkHealth(context, seen, memory.known.get(key.name) ?? { at: 0 });
  if (node === undefined) return {};
  if (nodeCondition(node, 'Ready')?.status === 'True') memory.marked.delete(key.name);
  else if (!memory.marked.has(key.name)) {
    markPodsNotReady(context, node);
    memory.marked.add(key.name);
  }
  const wait = taint(context, node, memory);
  return { requeueAfter: Math.min(wait, deadline) };
}

const nodeEvent = ({ recorder }: Context, name: string, reason: string, text: string): void =>
  recorder.normal({ kind: 'Node', name, uid: name, apiVersion: 'v1' }, reason, `Node ${name} event: ${text}`);

type Health = { readonly node: Node | undefined; readonly deadline: Milliseconds };

/**
 * Unknown after the grace period without a sign of life. The Lease is asked for only when the time may be over: a kubelet's heartbeat
 * then costs the controller nothing.
 */
function checkHealth(context: Context, seen: Node, signs: Signs): Health {
  const { now } = context.sim;
  const name = seen.metadata.name ?? '';
  const ready = nodeCondition(seen, 'Ready');
  const grace = ready === undefined ? constants.nodeStartupGracePeriod.value : constants.nodeMonitorGracePeriod.value;
  const lease = (): string => context.client.get('leases.coordination.k8s.io', { namespace: 'kube-node-lease', name })?.spec.renewTime ?? '';
  const heartbeat = ready?.lastHeartbeatTime ?? seen.metadata.creationTimestamp ?? rfc3339(now);
  // When it came, unless that cannot be: then only now is known. What is found at the start is no sign yet.
  const cameAt = (time: string): Milliseconds => (parseTime(time) > signs.at && parseTime(time) <= now ? parseTime(time) : now);
  if (signs.heartbeat === undefined) Object.assign(signs, { heartbeat, renewTime: lease() });
  else if (heartbeat !== signs.heartbeat) Object.assign(signs, { at: cameAt(heartbeat), heartbeat });
  if (signs.at + grace > now) return { node: seen, deadline: untilCheck(signs.at + grace - now) };
  const renewTime = lease();
  if (renewTime !== '' && !(parseTime(renewTime) <= parseTime(signs.renewTime ?? ''))) Object.assign(signs, { at: cameAt(renewTime), renewTime });
  if (signs.at + grace > now) return { node: seen, deadline: untilCheck(signs.at + grace - now) };
  const node = context.client.get('nodes', keyOf(seen));
  if (node === undefined) return { node, deadline: 0 };
  return { node: markUnknown(context, node), deadline: constants.nodeMonitorPeriod.value };
}

/** Upstream looks at all nodes every 5 s. */
const untilCheck = (left: Milliseconds): Milliseconds => Math.ceil((left + 1) / constants.nodeMonitorPeriod.value) * constants.nodeMonitorPeriod.value;

function markUnknown({ client, sim, recorder }: Context, node: Node): Node {
  const ready = nodeCondition(node, 'Ready');
  const conditions = unknownConditions(node, rfc3339(sim.now));
  if (conditions.every((condition, i) => condition === node.status?.conditions?.[i])) return node;
  const updated = client.updateStatus('nodes', { ...node, status: { ...node.status, conditions } });
  const name = node.metadata.name ?? '';
  if (ready?.status === 'True')
    recorder.normal({ kind: 'Node', name, uid: name, apiVersion: 'v1' }, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  return updated;
}

/** MarkPodsNotReady: the pods may well run on, but nobody can tell. */
function markPodsNotReady({ client, informers, recorder, sim }: Context, node: Node): void {
  for (const pod of informers.of('pods').byIndex('node', node.metadata.name ?? '')) {
    const ready = podCondition(pod, 'Ready');
    if (ready?.status !== 'True') continue;
    recorder.warning(pod, 'NodeNotReady', 'Node is not ready');
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition === ready ? { ...condition, status: 'False', lastTransitionTime: rfc3339(sim.now) } : condition,
    );
    try {
      client.patch('pods', { ...keyOf(pod), type: 'merge', subresource: 'status' }, { status: { conditions } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}

/** Both kinds of taint in one or two writes; returns when to look again. */
function taint(context: Context, node: Node, memory: Memory): Milliseconds {
  const { now } = context.sim;
  const timeAdded = rfc3339(now);
  const before = node.spec.taints ?? [];
  const wanted = wantedNoSchedule(node);
  let taints = before.filter((each) => !isConditionTaint(each) || wanted.has(each.key));
  for (const key of wanted) if (!taints.some((each) => each.key === key && each.effect === 'NoSchedule')) taints.push({ key, effect: 'NoSchedule', timeAdded });
  const evicting = evictionTaint(node);
  const stale = ({ key, effect }: core.Taint) => effect === 'NoExecute' && (key === taintKeys.notReady || key === taintKeys.unreachable) && key !== evicting;
  taints = taints.filter((each) => !stale(each));
  let wait = Number.MAX_SAFE_INTEGER;
  if (evicting !== undefined && !taints.some(({ key, effect }) => key === evicting && effect === 'NoExecute')) {
    wait = evictionWait(context, memory);
    if (wait === 0) taints.push({ key: evicting, effect: 'NoExecute', timeAdded });
  }
  if (taints.length !== before.length || taints.some((each, i) => each !== before[i])) {
    context.client.patch(
      'nodes',
      { ...keyOf(node), type: 'merge' },
      { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } },
    );
  }
  return wait === 0 ? Number.MAX_SAFE_INTEGER : wait;
}

function evictionTaint(node: Node): string | undefined {
  const status = nodeCondition(node, 'Ready')?.status;
  if (status === 'False') return taintKeys.notReady;
  return status === 'Unknown' ? taintKeys.unreachable : undefined;
}

/** The zone's rate limit of evictions: 0 now, else when to ask again. When all nodes are down it is rather us that are cut off. */
function evictionWait({ informers, sim }: Context, memory: Memory): Milliseconds {
  const nodes = informers.of('nodes').list();
  const down = nodes.filter((node) => nodeCondition(node, 'Ready')?.status !== 'True').length;
  const again = constants.nodeMonitorPeriod.value;
  if (down === nodes.length) return again;
  const partial = down > 2 && down / nodes.length >= constants.unhealthyZoneThreshold.value;
  if (partial && nodes.length <= constants.largeClusterSizeThreshold.value) return again;
  if (sim.now < memory.nextEviction) return memory.nextEviction - sim.now;
  const rate = partial ? constants.secondaryNodeEvictionRate.value : constants.nodeEvictionRate.value;
  memory.nextEviction = sim.now + 1000 / rate;
  return 0;
}
