/** The scheduling framework: what a plugin is. kubernetes pkg/scheduler/framework. */
import type { Namespace, Pod } from '../api/types.ts';
import type { SharedInformers } from '../client/shared-informers.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Why a node, or every node, is refused. Unresolvable: evicting pods would not help. */
export type Rejection = { readonly reasons: readonly string[]; readonly unresolvable: boolean };

/** What may make a pod schedulable that was not. */
export type ClusterEvent =
  | 'NodeAdd'
  | 'NodeDelete'
  | 'NodeAllocatable'
  | 'NodeLabel'
  | 'NodeTaint'
  | 'AssignedPodAdd'
  | 'AssignedPodLabel'
  | 'AssignedPodScaleDown'
  | 'AssignedPodDelete'
  | 'PodUpdate'
  | 'Storage'
  | 'Devices'
  | 'Namespace';

/** What plugins may look at beside the node and the pod. */
export type ClusterView = {
  readonly nodes: readonly NodeInfo[];
  /** Whether any pod anywhere has affinity terms. */
  readonly hasAffinityPods: boolean;
  readonly informers: SharedInformers;
  readonly namespaceLabels: (namespace: string) => Namespace['metadata']['labels'];
};

/** A plugin's Filter made ready for one pod. */
export type Filter = (node: NodeInfo) => Rejection | undefined;

/** A plugin's Score made ready for one pod: higher is better. */
export type Score = {
  readonly score: (node: NodeInfo) => number;
  /** How the scores become 0 … 100; absent: they are already. */
  readonly normalize?: (scores: number[]) => void;
};

/** PreFilter's answer: a filter, nothing to filter, or no node at all. */
type PreFiltered = { readonly filter: Filter; readonly clusterWide?: boolean } | { readonly rejected: Rejection } | undefined;

/** Every extension point is optional; `weight` multiplies its scores. */
export type Plugin = {
  readonly name: string;
  readonly preFilter?: (pod: PodInfo, cluster: ClusterView) => PreFiltered;
  readonly weight?: number;
  /** PreScore: undefined when it would say the same of all nodes. */
  readonly preScore?: (pod: PodInfo, cluster: ClusterView, feasible: readonly NodeInfo[]) => Score | undefined;
  /** EventsToRegister: what may help a pod that this plugin refused. */
  readonly helpedBy?: readonly ClusterEvent[];
  /** PreEnqueue: false keeps the pod out of the queue. */
  readonly admits?: (pod: Pod, cluster: ClusterView) => boolean;
};

/** A Filter's refusal that the removal of pods might lift: preemption is tried. */
export const unschedulable = (...reasons: readonly string[]): Rejection => ({ reasons, unresolvable: false });
/** A Filter's refusal that no removal of pods lifts. */
export const unresolvable = (...reasons: readonly string[]): Rejection => ({ reasons, unresolvable: true });

/** Scores are 0 to this before their weight. */
export const maxNodeScore = 100;

/** helper.DefaultNormalizeScore: the highest becomes 100; reversed: the lowest. */
export function normalize(scores: number[], reverse: boolean): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  for (let i = 0; i < scores.length; i++) {
    const scaled = highest === 0 ? 0 : Math.floor((maxNodeScore * (scores[i] ?? 0)) / highest);
    scores[i] = reverse ? maxNodeScore - scaled : scaled;
  }
}
