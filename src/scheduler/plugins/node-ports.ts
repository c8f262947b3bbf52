import { type Plugin, unschedulable } from '../framework.ts';
import type { HostPort } from '../pod-info.ts';

const refused = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** pkg/scheduler/framework/plugins/nodeports. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  helpedBy: ['AssignedPodDelete', 'NodeAdd'],
  preFilter({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return {
      filter({ pods }) {
        for (const other of pods.values()) if (other.hostPorts.some((taken) => hostPorts.some((wanted) => clash(taken, wanted)))) return refused;
        return undefined;
      },
    };
  },
};

const clash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
