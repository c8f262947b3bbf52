import type { core, Pod } from '../api/types.ts';
import { matchesLabelSelector } from '../apimachinery/labels.ts';
import { podNonZeroRequests, podRequests, type Resources } from '../client/component-helpers/resources.ts';

/** A pod (anti-)affinity term with its namespaces worked out. */
export type AffinityTerm = {
  readonly selector: core.PodAffinityTerm['labelSelector'];
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: core.PodAffinityTerm['namespaceSelector'];
};
type WeightedTerm = { readonly weight: number; readonly term: AffinityTerm };
/** `ip` is 0.0.0.0 unless set: it conflicts with every address. */
export type HostPort = { readonly ip: string; readonly protocol: string; readonly port: number };

/** What the scheduler wants to know of a pod, worked out once: framework.PodInfo. */
export type PodInfo = {
  readonly pod: Pod;
  readonly requests: Resources;
  readonly nonZero: Resources;
  readonly priority: number;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAntiAffinity: readonly WeightedTerm[];
  /** Whether other pods' schedulings must look at it. */
  readonly hasAffinity: boolean;
};

const nothing: readonly never[] = [];

/** Done once a pod: what the plugins ask of each pod and node again and again is worked out here. */
export function newPodInfo(pod: Pod): PodInfo {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const namespace = pod.metadata.namespace ?? '';
  const required = (terms: readonly core.PodAffinityTerm[] | undefined) => terms?.map((term) => termOf(term, pod, namespace)) ?? nothing;
  const preferred = (terms: readonly core.WeightedPodAffinityTerm[] | undefined) =>
    terms?.map(({ weight, podAffinityTerm }) => ({ weight, term: termOf(podAffinityTerm, pod, namespace) })) ?? nothing;
  return {
    pod,
    requests: podRequests(pod),
    nonZero: podNonZeroRequests(pod),
    priority: pod.spec.priority ?? 0,
    hostPorts: hostPortsOf(pod),
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    hasAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
  };
}

function termOf(term: core.PodAffinityTerm & { matchLabelKeys?: readonly string[] }, pod: Pod, namespace: string): AffinityTerm {
  const own = term.namespaces?.length || term.namespaceSelector ? (term.namespaces ?? []) : [namespace];
  const selector = withLabelKeys(term.labelSelector, term.matchLabelKeys, pod);
  return { selector, topologyKey: term.topologyKey, namespaces: new Set(own), namespaceSelector: term.namespaceSelector };
}

/** `matchLabelKeys`: the pod's own values of these labels are asked for too. */
export function withLabelKeys(selector: AffinityTerm['selector'], keys: readonly string[] | undefined, pod: Pod): AffinityTerm['selector'] {
  if (!keys?.length || selector === undefined) return selector;
  const own = Object.fromEntries(keys.flatMap((key) => (pod.metadata.labels?.[key] === undefined ? [] : [[key, pod.metadata.labels[key]]])));
  return { ...selector, matchLabels: { ...selector.matchLabels, ...own } };
}

/** Whether the term speaks of this pod. */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels: (namespace: string) => Readonly<Record<string, string>> | undefined): boolean {
  const namespace = pod.metadata.namespace ?? '';
  if (!term.namespaces.has(namespace) && !matchesNamespace(term, namespaceLabels(namespace))) return false;
  return matchesLabelSelector(term.selector, pod.metadata.labels);
}

const matchesNamespace = (term: AffinityTerm, labels: Readonly<Record<string, string>> | undefined): boolean =>
  term.namespaceSelector !== undefined && matchesLabelSelector(term.namespaceSelector, labels);

function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []).filter((port) => (port.hostPort ?? 0) > 0);
  if (ports.length === 0) return nothing;
  return ports.map((port) => ({ ip: port.hostIP ?? '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort ?? 0 }));
}
