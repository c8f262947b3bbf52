import type { Rejection } from './framework.ts';

/** Why no node was found: framework.FitError. */
export type Diagnosis = {
  readonly nodes: number;
  /** Refusal of each node that was looked at. */
  readonly byNode: ReadonlyMap<string, Rejection>;
  /** Names of the plugins that refused. */
  readonly plugins: ReadonlySet<string>;
  /** Refusal of all nodes at once, by a PreFilter. */
  readonly preFilterMessage?: string;
};

/** Go's ErrNoNodesAvailable: the cluster has no node at all. */
export const noNodesAvailable = 'no nodes available to schedule pods';

/** `0/3 nodes are available: 1 …, 2 …. <what PostFilter says>`: FitError.Error in pkg/scheduler/framework/types.go. */
export function fitErrorText({ nodes, byNode, preFilterMessage }: Diagnosis, postFilterMessage: string): string {
  let text = `0/${nodes} nodes are available:`;
  if (preFilterMessage !== undefined) text += ` ${preFilterMessage}.`;
  else if (byNode.size > 0) text += ` ${histogram([...byNode.values()].flatMap((rejection) => rejection.reasons))}.`;
  return postFilterMessage === '' ? text : `${text} ${postFilterMessage}`;
}

/** Counts equal reasons; sorted as text, so `10 …` stands before `2 …`. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  return texts.sort((a, b) => (a < b ? -1 : 1)).join(', ');
}
