import { maxNodeScore, type Plugin } from '../framework.ts';

/** Prefers nodes whose cpu and memory fill alike. pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go. */
export const balancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  preScore({ requests }) {
    // A pod that asks for nothing would move every node towards the emptier one: upstream skips it.
    if (requests.milliCpu === 0 && requests.memory === 0) return undefined;
    return {
      score({ allocatable, milliCpu, memory }) {
        if (allocatable.milliCpu === 0 || allocatable.memory === 0) return 0;
        const cpu = Math.min(1, (milliCpu + requests.milliCpu) / allocatable.milliCpu);
        const ram = Math.min(1, (memory + requests.memory) / allocatable.memory);
        return Math.floor((1 - Math.abs(cpu - ram) / 2) * maxNodeScore);
      },
    };
  },
};
