import { type Plugin, unresolvable } from '../framework.ts';

const refused = unresolvable("node(s) didn't match the requested node name");

/** pkg/scheduler/framework/plugins/nodename. */
export const nodeName: Plugin = {
  name: 'NodeName',
  helpedBy: ['NodeAdd'],
  preFilter({ pod }) {
    const wanted = pod.spec.nodeName;
    return wanted ? { filter: ({ name }) => (name === wanted ? undefined : refused) } : undefined;
  },
};
