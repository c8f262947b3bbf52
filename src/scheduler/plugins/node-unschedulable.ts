import { toleratesTaint } from '../../client/component-helpers/taints.ts';
import { type Plugin, unresolvable } from '../framework.ts';

const refused = unresolvable('node(s) were unschedulable');

/** Cordoned nodes. pkg/scheduler/framework/plugins/nodeunschedulable. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  helpedBy: ['NodeAdd', 'NodeTaint'],
  preFilter({ pod }) {
    const tolerates = pod.spec.tolerations?.some((toleration) => toleratesTaint(toleration, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }));
    if (tolerates) return undefined;
    return { filter: ({ node }) => (node.spec.unschedulable ? refused : undefined) };
  },
};
