/** How a DaemonSet goes over to a new template: pkg/controller/daemon/update.go rollingUpdate. */
import type { DaemonSet, Node, Pod } from '../../api/types.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { revisionHashLabel } from '../history.ts';
import { scaledValue } from '../int-or-percent.ts';
import { isAvailable, isReady } from '../pods.ts';
import { shouldRun } from './nodes.ts';

/** Nodes that get a pod, and pods that go. */
export type Steps = { readonly wanted: readonly string[]; readonly unwanted: readonly Pod[] };

const surgeOf = ({ spec }: DaemonSet, nodes: number): number => scaledValue(spec.updateStrategy?.rollingUpdate?.maxSurge, nodes, true);
/** Whether the new pod may come before the old one goes. */
export const allowsSurge = (set: DaemonSet): boolean => set.spec.updateStrategy?.type !== 'OnDelete' && surgeOf(set, 100) > 0;

const isNew = (pod: Pod, hash: string): boolean => pod.metadata.labels?.[revisionHashLabel] === hash;
const oldestFirst = (pods: readonly Pod[]): Pod[] =>
  [...pods].sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));

/** Of several pods on one node the oldest stays; with surge also the oldest new one, until it is available or the old one is not ready. */
export function superfluous(set: DaemonSet, running: readonly Pod[], hash: string, now: Milliseconds): Pod[] {
  const [first, ...rest] = oldestFirst(running);
  if (rest.length === 0 || first === undefined) return [];
  if (!allowsSurge(set)) return rest;
  const fresh = [first, ...rest].find((pod) => isNew(pod, hash));
  const old = [first, ...rest].find((pod) => !isNew(pod, hash));
  const more = [first, ...rest].filter((pod) => pod !== fresh && pod !== old);
  const replaced = fresh && old && (!isReady(old) || isAvailable(fresh, set.spec.minReadySeconds ?? 0, now));
  return replaced ? [...more, old] : more;
}

/** Pods that do not work are replaced at once: nothing gets less available by it. */
export function rollingSteps(set: DaemonSet, hash: string, pods: ReadonlyMap<string, readonly Pod[]>, nodes: readonly Node[], now: Milliseconds): Steps {
  const desired = nodes.filter((node) => shouldRun(set, node).run);
  const maxSurge = surgeOf(set, desired.length);
  const counted = scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired.length, true);
  const works = (pod: Pod): boolean => isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
  // What is on its way: nodes without a good pod, or with surge nodes that have both.
  let busy = 0;
  const unwanted: Pod[] = [];
  const atOnce: Pod[] = [];
  const candidates: Pod[] = [];
  for (const node of desired) {
    const here = (pods.get(node.metadata.name ?? '') ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const [fresh, old] = [here.find((pod) => isNew(pod, hash)), here.find((pod) => !isNew(pod, hash))];
    if (old !== undefined && fresh === undefined) {
      (works(old) ? candidates : atOnce).push(old);
      if (!works(old) && maxSurge === 0) busy++;
    } else if (maxSurge === 0) {
      if (fresh === undefined || old !== undefined || !works(fresh)) busy++;
    } else if (old !== undefined && fresh !== undefined) {
      if (works(fresh)) unwanted.push(old);
      else busy++;
    }
  }
  const room = Math.max(0, (maxSurge > 0 ? maxSurge : Math.max(1, counted)) - busy);
  const next = [...atOnce, ...candidates.slice(0, room)];
  if (maxSurge === 0) return { wanted: [], unwanted: next };
  return { wanted: next.map(({ spec }) => spec.nodeName ?? ''), unwanted };
}
