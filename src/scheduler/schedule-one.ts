import type { Random } from '../sim/random.ts';
import type { Cache } from './cache.ts';
import type { Diagnosis } from './fit-error.ts';
import type { ClusterView, Filter, Plugin, Rejection, Score } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Under so many nodes all are looked at: minFeasibleNodesToFind. */
const minFeasibleNodes = 100;
const minPercentage = 5;

/** A plugin's filter, ready for one pod. */
export type PreparedFilter = { readonly plugin: string; readonly filter: Filter; readonly clusterWide: boolean };
/** A node, or why there is none; `filters` go on to preemption. */
type Scheduled = { readonly node: NodeInfo } | { readonly diagnosis: Diagnosis; readonly filters: readonly PreparedFilter[] };

/** Finds the node for a pod: schedulePod in pkg/scheduler/schedule_one.go. */
export class ScheduleAlgorithm {
  readonly #plugins: readonly Plugin[];
  readonly #cache: Cache;
  readonly #random: Random;
  #nextStart = 0;

  constructor(plugins: readonly Plugin[], cache: Cache, random: Random) {
    this.#plugins = plugins;
    this.#cache = cache;
    this.#random = random;
  }

  schedule(pod: PodInfo, cluster: ClusterView): Scheduled {
    const prepared = this.preFilter(pod, cluster);
    if ('rejected' in prepared) {
      const { rejected, plugin } = prepared;
      const byNode = new Map(cluster.nodes.map(({ name }) => [name, rejected]));
      const diagnosis = { nodes: cluster.nodes.length, byNode, plugins: new Set([plugin]), preFilterMessage: rejected.reasons.join(', ') };
      return { diagnosis, filters: [] };
    }
    const byNode = new Map<string, Rejection>();
    const plugins = new Set<string>();
    const feasible = this.#findFeasible(pod, cluster, prepared.filters, (node, rejection, plugin) => {
      byNode.set(node.name, rejection);
      plugins.add(plugin);
    });
    if (feasible.length === 0) return { diagnosis: { nodes: cluster.nodes.length, byNode, plugins }, filters: prepared.filters };
    return { node: feasible.length === 1 ? (feasible[0] as NodeInfo) : this.#selectHost(pod, cluster, feasible) };
  }

  /** All plugins' PreFilter: the filters that have something to say about this pod. */
  preFilter(pod: PodInfo, cluster: ClusterView): { readonly filters: readonly PreparedFilter[] } | { readonly rejected: Rejection; readonly plugin: string } {
    const filters: PreparedFilter[] = [];
    for (const { name, preFilter } of this.#plugins) {
      const answer = preFilter?.(pod, cluster);
      if (answer === undefined) continue;
      if ('rejected' in answer) return { rejected: answer.rejected, plugin: name };
      filters.push({ plugin: name, filter: answer.filter, clusterWide: answer.clusterWide ?? false });
    }
    return { filters };
  }

  #findFeasible(
    pod: PodInfo,
    { nodes }: ClusterView,
    filters: readonly PreparedFilter[],
    refused: (node: NodeInfo, rejection: Rejection, plugin: string) => void,
  ): readonly NodeInfo[] {
    const enough = nodesToFind(nodes.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#nextStart + looked) % nodes.length] as NodeInfo;
      const refusal = this.#refusal(pod, node, filters);
      if (refusal === undefined) feasible.push(node);
      else refused(node, refusal.rejection, refusal.plugin);
    }
    // The next pod begins where this one stopped, so that all nodes get their turn.
    if (nodes.length > 0) this.#nextStart = (this.#nextStart + looked) % nodes.length;
    return feasible;
  }

  /** The first refusal; pods nominated to the node with the same or a higher priority count as if they were there. */
  #refusal(pod: PodInfo, node: NodeInfo, filters: readonly PreparedFilter[]): { readonly rejection: Rejection; readonly plugin: string } | undefined {
    const nominated = this.#cache.nominated.get(node.name);
    if (nominated !== undefined) {
      const crowded = node.copy();
      for (const [key, other] of nominated) if (other.priority >= pod.priority && other.pod.metadata.uid !== pod.pod.metadata.uid) crowded.add(key, other);
      const refusal = firstRefusal(crowded, filters);
      if (refusal !== undefined) return refusal;
    }
    return firstRefusal(node, filters);
  }

  #selectHost(pod: PodInfo, cluster: ClusterView, feasible: readonly NodeInfo[]): NodeInfo {
    const totals = new Array<number>(feasible.length).fill(0);
    for (const { weight, preScore } of this.#plugins) {
      const score = preScore?.(pod, cluster, feasible);
      if (score !== undefined) addScores(totals, score, weight ?? 1, feasible);
    }
    // Reservoir sampling among the best, as upstream does.
    let best = 0;
    let ties = 1;
    for (let i = 1; i < totals.length; i++) {
      const difference = (totals[i] as number) - (totals[best] as number);
      if (difference > 0) {
        best = i;
        ties = 1;
      } else if (difference === 0 && this.#random.int(++ties) === 0) best = i;
    }
    return feasible[best] as NodeInfo;
  }
}

/** The first filter that refuses the node, in the order of the plugins. */
export function firstRefusal(node: NodeInfo, filters: readonly PreparedFilter[]): { readonly rejection: Rejection; readonly plugin: string } | undefined {
  for (const { filter, plugin } of filters) {
    const rejection = filter(node);
    if (rejection !== undefined) return { rejection, plugin };
  }
  return undefined;
}

function addScores(totals: number[], { score, normalize }: Score, weight: number, feasible: readonly NodeInfo[]): void {
  if (normalize === undefined) {
    for (let i = 0; i < feasible.length; i++) totals[i] = (totals[i] as number) + weight * score(feasible[i] as NodeInfo);
    return;
  }
  const scores = feasible.map(score);
  normalize(scores);
  for (let i = 0; i < scores.length; i++) totals[i] = (totals[i] as number) + weight * (scores[i] as number);
}

/** numFeasibleNodesToFind: all of a small cluster, a share of a large one. */
function nodesToFind(nodes: number): number {
  if (nodes < minFeasibleNodes) return nodes;
  const percentage = Math.max(minPercentage, 50 - Math.floor(nodes / 125));
  return Math.max(minFeasibleNodes, Math.floor((nodes * percentage) / 100));
}
