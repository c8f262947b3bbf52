import { isTolerated } from '../../client/component-helpers/taints.ts';
import { normalize, type Plugin, unresolvable } from '../framework.ts';

const refused = unresolvable('node(s) had untolerated taint(s)');

/** pkg/scheduler/framework/plugins/tainttoleration; since 1.35 the reason does not name the taint. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  helpedBy: ['NodeAdd', 'NodeTaint', 'PodUpdate'],
  preFilter({ pod }) {
    const { tolerations } = pod.spec;
    return {
      filter({ node }) {
        const { taints } = node.spec;
        if (taints === undefined || taints.length === 0) return undefined;
        return taints.every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, tolerations)) ? undefined : refused;
      },
    };
  },
  preScore({ pod }, _cluster, feasible) {
    const soft = feasible.some(({ node }) => node.spec.taints?.some((taint) => taint.effect === 'PreferNoSchedule'));
    if (!soft) return undefined;
    const { tolerations } = pod.spec;
    return {
      score: ({ node }) => (node.spec.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)).length,
      normalize: (scores) => normalize(scores, true),
    };
  },
};
