import type { Node } from '../api/types.ts';
import type { ClusterEvent } from './framework.ts';

/** nodeSchedulingPropertiesChange: an update of a node is news only if it changes what scheduling looks at. */
export function nodeEvents(before: Node, node: Node): readonly ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (differs(before.status?.allocatable, node.status?.allocatable)) events.push('NodeAllocatable');
  if (differs(before.metadata.labels, node.metadata.labels)) events.push('NodeLabel');
  if (differs(before.spec.taints, node.spec.taints) || before.spec.unschedulable !== node.spec.unschedulable) events.push('NodeTaint');
  return events;
}

const differs = (a: unknown, b: unknown): boolean => a !== b && JSON.stringify(a) !== JSON.stringify(b);
