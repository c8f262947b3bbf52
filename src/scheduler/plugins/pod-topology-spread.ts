import type { core, LabelSelector } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { matchesPodNodeSelection } from '../../client/component-helpers/node-selection.ts';
import { isTolerated } from '../../client/component-helpers/taints.ts';
import { type ClusterView, type Filter, maxNodeScore, type Plugin, type Score, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { type PodInfo, withLabelKeys } from '../pod-info.ts';
import { defaultSelector } from './default-selector.ts';

const text = "node(s) didn't match pod topology spread constraints";
const refused = unschedulable(text);
const missingLabel = unresolvable(`${text} (missing required label)`);

type Constraint = {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: LabelSelector | undefined;
  /** Stands for the namespace and the selector in the counts that nodes keep. */
  readonly countKey: string;
  readonly source: core.TopologySpreadConstraint;
};

/** What the scheduler applies to pods of a Service or a workload that say nothing themselves. */
const systemDefaults: readonly core.TopologySpreadConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** pkg/scheduler/framework/plugins/podtopologyspread. */
export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  helpedBy: ['AssignedPodAdd', 'AssignedPodLabel', 'AssignedPodDelete', 'NodeAdd', 'NodeDelete', 'NodeLabel', 'PodUpdate'],
  preFilter(pod, cluster) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    return constraints.length === 0 ? undefined : { filter: filterFor(pod, constraints, cluster), clusterWide: true };
  },
  preScore(pod, cluster, feasible) {
    const own = constraintsOf(pod, 'ScheduleAnyway');
    if (own.length > 0) return scoreFor(pod, own, cluster, feasible, true);
    if (pod.pod.spec.topologySpreadConstraints?.length) return undefined;
    const selector = defaultSelector(pod.pod, cluster.informers);
    if (selector === undefined) return undefined;
    const defaults = systemDefaults.map((source) => constraintOf({ ...source, labelSelector: selector }, pod));
    return scoreFor(pod, defaults, cluster, feasible, false);
  },
};

const constraintsOf = (pod: PodInfo, action: string): readonly Constraint[] =>
  (pod.pod.spec.topologySpreadConstraints ?? []).filter((each) => each.whenUnsatisfiable === action).map((each) => constraintOf(each, pod));

function constraintOf(source: core.TopologySpreadConstraint, { pod }: PodInfo): Constraint {
  const { topologyKey, maxSkew, minDomains = 1 } = source;
  const selector = withLabelKeys(source.labelSelector, source.matchLabelKeys, pod);
  return { topologyKey, maxSkew, minDomains, selector, countKey: `${pod.metadata.namespace}|${JSON.stringify(selector)}`, source };
}

/** nodeAffinityPolicy and nodeTaintsPolicy: whether the node counts for the constraint. */
function counts({ source }: Constraint, { pod }: PodInfo, { node }: NodeInfo): boolean {
  if ((source.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !matchesPodNodeSelection(pod, node)) return false;
  if ((source.nodeTaintsPolicy ?? 'Ignore') !== 'Honor') return true;
  return (node.spec.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, pod.spec.tolerations));
}

const matching = (node: NodeInfo, constraint: Constraint, namespace: string | undefined): number =>
  node.countMatching(constraint.countKey, namespace, constraint.selector);

function filterFor(pod: PodInfo, constraints: readonly Constraint[], cluster: ClusterView): Filter {
  const { namespace, labels } = pod.pod.metadata;
  const domains = constraints.map(() => new Map<string, number>());
  for (const node of cluster.nodes) {
    if (!hasAllKeys(node, constraints)) continue;
    constraints.forEach((constraint, i) => {
      if (!counts(constraint, pod, node)) return;
      const value = labelOf(node, constraint);
      const domain = domains[i] as Map<string, number>;
      domain.set(value, (domain.get(value) ?? 0) + matching(node, constraint, namespace));
    });
  }
  const least = constraints.map(({ minDomains }, i) => {
    const domain = domains[i] as Map<string, number>;
    return domain.size < minDomains ? 0 : Math.min(...domain.values());
  });
  return (node) => {
    for (const [i, constraint] of constraints.entries()) {
      const value = node.node.metadata.labels?.[constraint.topologyKey];
      if (value === undefined) return missingLabel;
      const self = matchesLabelSelector(constraint.selector, labels) ? 1 : 0;
      const skew = (domains[i]?.get(value) ?? 0) + self - (least[i] ?? 0);
      if (skew > constraint.maxSkew) return refused;
    }
    return undefined;
  };
}

const labelOf = (node: NodeInfo, { topologyKey }: Constraint): string => node.node.metadata.labels?.[topologyKey] ?? '';
const hasAllKeys = (node: NodeInfo, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ topologyKey }) => node.node.metadata.labels?.[topologyKey] !== undefined);

/** Fewer matching pods in the node's domains is better; `requireAll`: nodes without all the labels score nothing. */
function scoreFor(pod: PodInfo, constraints: readonly Constraint[], cluster: ClusterView, feasible: readonly NodeInfo[], requireAll: boolean): Score {
  const { namespace } = pod.pod.metadata;
  const ignored = new Set(requireAll ? feasible.filter((node) => !hasAllKeys(node, constraints)) : []);
  const domains = constraints.map((constraint) => {
    const domain = new Map<string, number>();
    for (const node of feasible)
      if (!ignored.has(node) && node.node.metadata.labels?.[constraint.topologyKey] !== undefined) domain.set(labelOf(node, constraint), 0);
    for (const node of cluster.nodes) {
      const value = labelOf(node, constraint);
      const before = domain.get(value);
      if (before !== undefined && counts(constraint, pod, node)) domain.set(value, before + matching(node, constraint, namespace));
    }
    return domain;
  });
  // Many domains weigh more, or a spread over hosts would drown in one over zones.
  const weights = domains.map((domain) => Math.log(domain.size + 2));
  const score = (node: NodeInfo): number => {
    if (ignored.has(node)) return -1;
    let sum = 0;
    for (const [i, constraint] of constraints.entries()) {
      const count = domains[i]?.get(labelOf(node, constraint));
      if (count !== undefined) sum += count * (weights[i] ?? 0) + (constraint.maxSkew - 1);
    }
    return Math.round(sum);
  };
  return { score, normalize: invert };
}

/** The fewest become 100; -1 marks nodes that are out of it. */
function invert(scores: number[]): void {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const score of scores) {
    if (score < 0) continue;
    low = Math.min(low, score);
    high = Math.max(high, score);
  }
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score < 0) scores[i] = 0;
    else scores[i] = high === 0 ? maxNodeScore : Math.floor((maxNodeScore * (high + low - score)) / high);
  }
}
