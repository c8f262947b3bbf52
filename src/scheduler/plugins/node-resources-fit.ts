import { type Filter, maxNodeScore, type Plugin, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** Requests against what is left; scores by LeastAllocated. pkg/scheduler/framework/plugins/noderesources/fit.go. */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  helpedBy: ['AssignedPodDelete', 'AssignedPodScaleDown', 'NodeAdd', 'NodeAllocatable', 'PodUpdate'],
  preFilter: (pod) => ({ filter: fits(pod) }),
  preScore: ({ nonZero }) => ({
    score({ allocatable, nonZeroMilliCpu, nonZeroMemory }) {
      const cpu = least(nonZeroMilliCpu + nonZero.milliCpu, allocatable.milliCpu);
      const memory = least(nonZeroMemory + nonZero.memory, allocatable.memory);
      return Math.floor((cpu + memory) / 2);
    },
  }),
};

/** `scoringStrategy` of NodeResourcesFitArgs. */
export type ScoringStrategy = { readonly type?: string; readonly resources?: readonly { readonly name: string; readonly weight?: number }[] };

/** The plugin with another way to score: as much as possible on few nodes, or by other weights of cpu and memory. */
export function withStrategy(plugin: Plugin, { type, resources }: ScoringStrategy): Plugin {
  const weights = new Map((resources ?? [{ name: 'cpu' }, { name: 'memory' }]).map(({ name, weight = 1 }) => [name, weight]));
  const [cpuWeight, memoryWeight] = [weights.get('cpu') ?? 0, weights.get('memory') ?? 0];
  const score = type === 'MostAllocated' ? most : least;
  return {
    ...plugin,
    preScore: ({ nonZero }) => ({
      score({ allocatable, nonZeroMilliCpu, nonZeroMemory }) {
        const cpu = score(nonZeroMilliCpu + nonZero.milliCpu, allocatable.milliCpu);
        const memory = score(nonZeroMemory + nonZero.memory, allocatable.memory);
        return cpuWeight + memoryWeight === 0 ? 0 : Math.floor((cpu * cpuWeight + memory * memoryWeight) / (cpuWeight + memoryWeight));
      },
    }),
  };
}

const most = (requested: number, capacity: number): number => (capacity === 0 ? 0 : Math.floor((Math.min(requested, capacity) * maxNodeScore) / capacity));

const least = (requested: number, capacity: number): number =>
  capacity === 0 || requested > capacity ? 0 : Math.floor(((capacity - requested) * maxNodeScore) / capacity);

function fits({ requests }: PodInfo): Filter {
  const { milliCpu, memory, ephemeralStorage, scalars } = requests;
  const simple = scalars.size === 0;
  return (node) => {
    const { allocatable } = node;
    const enough =
      node.pods.size < node.allowedPods &&
      (milliCpu === 0 || milliCpu <= allocatable.milliCpu - node.milliCpu) &&
      (memory === 0 || memory <= allocatable.memory - node.memory) &&
      (ephemeralStorage === 0 || ephemeralStorage <= allocatable.ephemeralStorage - node.ephemeralStorage);
    return enough && simple ? undefined : insufficient(requests, node);
  };
}

/** All that is short, in upstream's order. A request above the whole node cannot be helped by preemption. */
function insufficient({ milliCpu, memory, ephemeralStorage, scalars }: PodInfo['requests'], node: NodeInfo) {
  const { allocatable } = node;
  const reasons: string[] = [];
  let hopeless = false;
  const check = (name: string, wanted: number, used: number, has: number) => {
    if (wanted === 0 || wanted <= has - used) return;
    reasons.push(`Insufficient ${name}`);
    if (wanted > has) hopeless = true;
  };
  if (node.pods.size + 1 > node.allowedPods) reasons.push('Too many pods');
  check('cpu', milliCpu, node.milliCpu, allocatable.milliCpu);
  check('memory', memory, node.memory, allocatable.memory);
  check('ephemeral-storage', ephemeralStorage, node.ephemeralStorage, allocatable.ephemeralStorage);
  for (const [name, amount] of scalars) check(name, amount, node.scalars.get(name) ?? 0, allocatable.scalars.get(name) ?? 0);
  if (reasons.length === 0) return undefined;
  return hopeless ? unresolvable(...reasons) : unschedulable(...reasons);
}
