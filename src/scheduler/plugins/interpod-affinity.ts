import { type ClusterView, type Filter, maxNodeScore, type Plugin, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { type AffinityTerm, type PodInfo, termMatches } from '../pod-info.ts';

const affinityRefused = unresolvable("node(s) didn't match pod affinity rules");
const antiAffinityRefused = unschedulable("node(s) didn't match pod anti-affinity rules");
const existingRefused = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** How heavily a required term of a pod that is there already weighs: hardPodAffinityWeight. */
const hardPodAffinityWeight = 1;

/** Counts or weights by `topologyKey=value`. */
type Topology = Map<string, number>;

/** pkg/scheduler/framework/plugins/interpodaffinity. */
export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  weight: 2,
  helpedBy: ['AssignedPodAdd', 'AssignedPodLabel', 'AssignedPodDelete', 'NodeAdd', 'NodeLabel', 'PodUpdate', 'Namespace'],
  preFilter(pod, cluster) {
    const wanted = pod.requiredAffinity.length > 0 || pod.requiredAntiAffinity.length > 0;
    if (!wanted && !cluster.hasAffinityPods) return undefined;
    return { filter: filterFor(pod, cluster), clusterWide: true };
  },
  preScore(pod, cluster) {
    const wanted = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
    if (!wanted && !cluster.hasAffinityPods) return undefined;
    const weights = weigh(pod, cluster);
    if (weights.size === 0) return undefined;
    return { score: (node) => weightOf(weights, node), normalize: normalizeSigned };
  },
};

function filterFor(pod: PodInfo, cluster: ClusterView): Filter {
  const affinity: Topology = new Map();
  const antiAffinity: Topology = new Map();
  const existing: Topology = new Map();
  for (const node of cluster.nodes) {
    for (const other of node.podsWithAffinity.values()) {
      for (const term of other.requiredAntiAffinity) if (termMatches(term, pod.pod, cluster.namespaceLabels)) count(existing, node, term.topologyKey, 1);
    }
    if (pod.requiredAffinity.length === 0 && pod.requiredAntiAffinity.length === 0) continue;
    for (const other of node.pods.values()) {
      const all = pod.requiredAffinity.length > 0 && pod.requiredAffinity.every((term) => termMatches(term, other.pod, cluster.namespaceLabels));
      if (all) for (const term of pod.requiredAffinity) count(affinity, node, term.topologyKey, 1);
      for (const term of pod.requiredAntiAffinity) if (termMatches(term, other.pod, cluster.namespaceLabels)) count(antiAffinity, node, term.topologyKey, 1);
    }
  }
  // The first pod of a group that wants to be together would otherwise wait for itself.
  const first = affinity.size === 0 && pod.requiredAffinity.every((term) => termMatches(term, pod.pod, cluster.namespaceLabels));
  return (node) => {
    if (!satisfiesAffinity(node, pod.requiredAffinity, affinity, first)) return affinityRefused;
    if (pod.requiredAntiAffinity.some((term) => at(antiAffinity, node, term.topologyKey) > 0)) return antiAffinityRefused;
    return weightOf(existing, node) > 0 ? existingRefused : undefined;
  };
}

function satisfiesAffinity(node: NodeInfo, terms: readonly AffinityTerm[], affinity: Topology, first: boolean): boolean {
  let found = true;
  for (const { topologyKey } of terms) {
    if (node.node.metadata.labels?.[topologyKey] === undefined) return false;
    if (at(affinity, node, topologyKey) <= 0) found = false;
  }
  return found || first;
}

function weigh(pod: PodInfo, cluster: ClusterView): Topology {
  const weights: Topology = new Map();
  const own = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
  for (const node of cluster.nodes) {
    for (const other of (own ? node.pods : node.podsWithAffinity).values()) weighOne(weights, pod, other, node, cluster);
  }
  return weights;
}

function weighOne(weights: Topology, pod: PodInfo, other: PodInfo, node: NodeInfo, { namespaceLabels }: ClusterView): void {
  for (const { term, weight } of pod.preferredAffinity) if (termMatches(term, other.pod, namespaceLabels)) count(weights, node, term.topologyKey, weight);
  for (const { term, weight } of pod.preferredAntiAffinity) if (termMatches(term, other.pod, namespaceLabels)) count(weights, node, term.topologyKey, -weight);
  if (!other.hasAffinity) return;
  for (const term of other.requiredAffinity) if (termMatches(term, pod.pod, namespaceLabels)) count(weights, node, term.topologyKey, hardPodAffinityWeight);
  for (const { term, weight } of other.preferredAffinity) if (termMatches(term, pod.pod, namespaceLabels)) count(weights, node, term.topologyKey, weight);
  for (const { term, weight } of other.preferredAntiAffinity) if (termMatches(term, pod.pod, namespaceLabels)) count(weights, node, term.topologyKey, -weight);
}

function count(topology: Topology, node: NodeInfo, key: string, weight: number): void {
  const value = node.node.metadata.labels?.[key];
  if (value === undefined) return;
  const pair = `${key}=${value}`;
  topology.set(pair, (topology.get(pair) ?? 0) + weight);
}

const at = (topology: Topology, node: NodeInfo, key: string): number => topology.get(`${key}=${node.node.metadata.labels?.[key] ?? ''}`) ?? 0;

/** The sum over all of the node's labels that some term spoke of. */
function weightOf(topology: Topology, node: NodeInfo): number {
  if (topology.size === 0) return 0;
  let sum = 0;
  const { labels } = node.node.metadata;
  for (const key in labels) sum += topology.get(`${key}=${labels[key]}`) ?? 0;
  return sum;
}

/** Lowest becomes 0, highest 100: scores may be negative. */
function normalizeSigned(scores: number[]): void {
  const low = Math.min(...scores);
  const high = Math.max(...scores);
  for (let i = 0; i < scores.length; i++) scores[i] = high === low ? 0 : Math.floor((maxNodeScore * ((scores[i] ?? 0) - low)) / (high - low));
}
