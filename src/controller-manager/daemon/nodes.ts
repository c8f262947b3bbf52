import type { core, DaemonSet, Node, PodTemplateSpec } from '../../api/types.ts';
import { matchesPodNodeSelection } from '../../client/component-helpers/node-selection.ts';
import { isTolerated } from '../../client/component-helpers/taints.ts';

/** Where daemon pods go: pkg/controller/daemon/util/daemonset_util.go and NodeShouldRunDaemonPod. */

const exists = (key: string, effect: string): core.Toleration => ({ key, operator: 'Exists', effect });
const defaultTolerations: readonly core.Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
];
const hostNetworkToleration = exists('node.kubernetes.io/network-unavailable', 'NoSchedule');

/** The template's tolerations with those that every daemon pod has. */
function daemonTolerations({ template }: DaemonSet['spec']): core.Toleration[] {
  const own = template.spec?.tolerations ?? [];
  const added = template.spec?.hostNetwork ? [...defaultTolerations, hostNetworkToleration] : defaultTolerations;
  const missing = added.filter((each) => !own.some(({ key, effect, operator }) => key === each.key && effect === each.effect && operator === each.operator));
  return [...own, ...missing];
}

/** Whether a pod should be made on the node, and whether one that is there may stay. */
export function shouldRun({ spec }: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const podSpec = spec.template.spec;
  if (podSpec === undefined) return { run: false, stay: false };
  if (podSpec.nodeName && podSpec.nodeName !== node.metadata.name) return { run: false, stay: false };
  if (!matchesPodNodeSelection({ spec: podSpec }, node)) return { run: false, stay: false };
  const tolerations = daemonTolerations(spec);
  const refused = (node.spec.taints ?? []).filter(({ effect, ...taint }) => effect !== 'PreferNoSchedule' && !isTolerated({ ...taint, effect }, tolerations));
  return { run: refused.length === 0, stay: !refused.some(({ effect }) => effect === 'NoExecute') };
}

/** The template for one node: the scheduler puts the pod there by affinity, not by name. */
export function templateForNode({ spec, metadata }: DaemonSet, nodeName: string, labels: Readonly<Record<string, string>>): PodTemplateSpec {
  const { template } = spec;
  const pinned: core.NodeSelectorTerm = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  const nodeAffinity = template.spec?.affinity?.nodeAffinity;
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const terms =
    required === undefined ? [pinned] : required.map((term) => ({ ...term, matchFields: [...(term.matchFields ?? []), ...(pinned.matchFields ?? [])] }));
  const generation = metadata.annotations?.['deprecated.daemonset.template.generation'];
  return {
    ...template,
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, ...labels, ...(generation !== undefined && { 'pod-template-generation': generation }) },
    },
    spec: {
      ...(template.spec ?? { containers: [] }),
      tolerations: daemonTolerations(spec),
      affinity: { ...template.spec?.affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    },
  };
}

/** The node a daemon pod is on, or is meant for. */
export function nodeOfPod({ spec }: { readonly spec: core.PodSpec }): string {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap((term) => term.matchFields ?? []).find(({ key }) => key === 'metadata.name')?.values?.[0] ?? '';
}
