import type { PodDisruptionBudget } from '../api/types.ts';
import { matchesLabelSelector } from '../apimachinery/labels.ts';
import { parseTime, rfc3339 } from '../apimachinery/time.ts';
import { type Diagnosis, fitErrorText } from './fit-error.ts';
import { type ClusterView, type Rejection, unresolvable, unschedulable } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { firstRefusal, type PreparedFilter, type ScheduleAlgorithm } from './schedule-one.ts';

const notHelpful = unresolvable('Preemption is not helpful for scheduling');
const noVictims = unschedulable('No preemption victims found for incoming pod');

/** A node that would do if these pods went. */
export type Candidate = { readonly node: NodeInfo; readonly victims: readonly PodInfo[]; readonly violations: number };
/** A node whose pods are to go, or what the event says after `preemption: `. */
type Preempted = { readonly candidate: Candidate } | { readonly message: string };

/** DefaultPreemption's PostFilter: pkg/scheduler/framework/plugins/defaultpreemption. */
export function preempt(
  pod: PodInfo,
  cluster: ClusterView,
  failed: { readonly diagnosis: Diagnosis; readonly filters: readonly PreparedFilter[] },
  algorithm: ScheduleAlgorithm,
): Preempted {
  if (pod.pod.spec.preemptionPolicy === 'Never') return { message: 'preemption: not eligible due to preemptionPolicy=Never.' };
  if (waitsForVictims(pod, cluster)) return { message: 'preemption: not eligible due to a terminating pod on the nominated node.' };
  const budgets = cluster.informers.of('poddisruptionbudgets.policy').list();
  const byNode = new Map<string, Rejection>();
  const candidates: Candidate[] = [];
  for (const node of cluster.nodes) {
    const refusal = failed.diagnosis.byNode.get(node.name);
    if (refusal === undefined || refusal.unresolvable || failed.filters.length === 0) {
      byNode.set(node.name, notHelpful);
      continue;
    }
    const found = selectVictims(pod, node, cluster, failed.filters, algorithm, budgets);
    if ('victims' in found) candidates.push(found);
    else byNode.set(node.name, found);
  }
  const best = candidates.sort(compareCandidates)[0];
  if (best !== undefined) return { candidate: best };
  return { message: `preemption: ${fitErrorText({ nodes: cluster.nodes.length, byNode, plugins: new Set() }, '')}` };
}

/** It has made room already, and its victims have not gone yet. */
function waitsForVictims({ pod, priority }: PodInfo, cluster: ClusterView): boolean {
  const nominated = pod.status?.nominatedNodeName;
  const node = nominated === undefined ? undefined : cluster.nodes.find(({ name }) => name === nominated);
  if (node === undefined) return false;
  return [...node.pods.values()].some((other) => other.priority < priority && other.pod.metadata.deletionTimestamp !== undefined);
}

function selectVictims(
  pod: PodInfo,
  node: NodeInfo,
  cluster: ClusterView,
  filters: readonly PreparedFilter[],
  algorithm: ScheduleAlgorithm,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Rejection {
  const trial = node.copy();
  const lower = [...trial.pods].filter(([, other]) => other.priority < pod.priority);
  if (lower.length === 0) return noVictims;
  const refuses = () => firstRefusal(trial, filtersFor(pod, trial, cluster, filters, algorithm))?.rejection;
  for (const [key] of lower) trial.remove(key);
  const refusal = refuses();
  if (refusal !== undefined) return refusal;
  const violating = violators(
    lower.map(([, other]) => other),
    budgets,
  );
  // Give back what can stay: first those that a budget protects, the important ones first.
  lower.sort(([, a], [, b]) => Number(violating.has(b)) - Number(violating.has(a)) || b.priority - a.priority || startOf(a) - startOf(b));
  const victims: PodInfo[] = [];
  for (const [key, other] of lower) {
    trial.add(key, other);
    if (refuses() === undefined) continue;
    trial.remove(key);
    victims.push(other);
  }
  return { node, victims: victims.sort((a, b) => b.priority - a.priority), violations: victims.filter((victim) => violating.has(victim)).length };
}

/** Filters that looked at the whole cluster look again with the trial node in it. */
function filtersFor(
  pod: PodInfo,
  trial: NodeInfo,
  cluster: ClusterView,
  filters: readonly PreparedFilter[],
  algorithm: ScheduleAlgorithm,
): readonly PreparedFilter[] {
  if (!filters.some(({ clusterWide }) => clusterWide)) return filters;
  const nodes = cluster.nodes.map((node) => (node.name === trial.name ? trial : node));
  const prepared = algorithm.preFilter(pod, { ...cluster, nodes });
  return 'filters' in prepared ? prepared.filters : filters;
}

/** The pods whose eviction would break a PodDisruptionBudget. */
function violators(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): ReadonlySet<PodInfo> {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const violating = new Set<PodInfo>();
  for (const info of pods) {
    const { namespace, labels } = info.pod.metadata;
    for (const [budget, allowed] of left) {
      if (budget.metadata.namespace !== namespace || !matchesLabelSelector(budget.spec.selector, labels)) continue;
      left.set(budget, allowed - 1);
      if (allowed <= 0) violating.add(info);
    }
  }
  return violating;
}

const startOf = ({ pod }: PodInfo): number => (pod.status?.startTime === undefined ? Number.POSITIVE_INFINITY : parseTime(pod.status.startTime));

/** pickOneNodeForPreemption. */
function compareCandidates(a: Candidate, b: Candidate): number {
  const sum = ({ victims }: Candidate) => victims.reduce((total, victim) => total + victim.priority + 2 ** 31, 0);
  const earliest = ({ victims }: Candidate) => Math.min(...victims.filter(({ priority }) => priority === victims[0]?.priority).map(startOf));
  return (
    a.violations - b.violations ||
    (a.victims[0]?.priority ?? 0) - (b.victims[0]?.priority ?? 0) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    (earliest(a) === earliest(b) ? 0 : earliest(b) - earliest(a))
  );
}

/** What a victim's status says of its end. */
export const preemptionCondition = (scheduler: string, now: number) => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'PreemptionByScheduler',
  message: `${scheduler}: preempting to accommodate a higher priority pod`,
  lastProbeTime: null,
  lastTransitionTime: rfc3339(now),
});
