import type { core } from '../../api/types.ts';
import { matchesNodeTerm, matchesPodNodeSelection } from '../../client/component-helpers/node-selection.ts';
import { normalize, type Plugin, unresolvable } from '../framework.ts';

const refused = unresolvable("node(s) didn't match Pod's node affinity/selector");

/** nodeSelector and nodeAffinity. pkg/scheduler/framework/plugins/nodeaffinity. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  helpedBy: ['NodeAdd', 'NodeLabel'],
  preFilter({ pod }) {
    const { nodeSelector, affinity } = pod.spec;
    if (nodeSelector === undefined && affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined) return undefined;
    return { filter: ({ node }) => (matchesPodNodeSelection(pod, node) ? undefined : refused) };
  },
  preScore({ pod }) {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    if (!preferred?.length) return undefined;
    const weighs = (node: core.Node) => preferred.reduce((sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node) ? weight : 0), 0);
    return { score: ({ node }) => weighs(node), normalize: (scores) => normalize(scores, false) };
  },
};
