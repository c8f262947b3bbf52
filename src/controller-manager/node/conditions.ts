import type { core, Node } from '../../api/types.ts';

/** node.kubernetes.io taints: pkg/controller/nodelifecycle and component-helpers/node/topology. */
export const taintKeys = {
  notReady: 'node.kubernetes.io/not-ready',
  unreachable: 'node.kubernetes.io/unreachable',
  unschedulable: 'node.kubernetes.io/unschedulable',
} as const;

/** Which taint a condition in a certain state calls for. */
const conditionTaints: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', taintKeys.notReady],
  ['Ready', 'Unknown', taintKeys.unreachable],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const conditionKeys = new Set([...conditionTaints.map(([, , key]) => key), taintKeys.unschedulable]);

/** undefined where the kubelet has not reported it yet. */
export const nodeCondition = ({ status }: Node, type: string): core.NodeCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Keys of the NoSchedule taints that the node should have now. */
export function wantedNoSchedule(node: Node): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [type, status, key] of conditionTaints) if (nodeCondition(node, type)?.status === status) keys.add(key);
  if (node.spec.unschedulable) keys.add(taintKeys.unschedulable);
  return keys;
}

/** Whether a taint is one that we set and take away by ourselves. */
export const isConditionTaint = ({ key, effect }: core.Taint): boolean => effect === 'NoSchedule' && conditionKeys.has(key);

/** The conditions of a node whose kubelet is silent. */
export function unknownConditions(node: Node, now: string): core.NodeCondition[] {
  const before = node.status?.conditions ?? [];
  const silent = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
  const changed = before.map((condition): core.NodeCondition => {
    if (!silent.includes(condition.type) || condition.status === 'Unknown') return condition;
    return { ...condition, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: now };
  });
  const missing = silent.filter((type) => !before.some((condition) => condition.type === type));
  const never = missing.map(
    (type): core.NodeCondition => ({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
      lastTransitionTime: now,
    }),
  );
  return [...changed, ...never];
}
