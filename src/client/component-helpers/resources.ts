import type { ContainerSpec, core, Pod } from '../../api/types.ts';
import { cpuMillis, parseQuantity, wholeValue } from '../../apimachinery/quantity.ts';
import { podLevelResources } from './pod-resources.ts';

/** What a pod asks for or a node has: whole numbers only. */
export type Resources = {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources and huge pages. */
  readonly scalars: ReadonlyMap<string, number>;
};

/** What a container that asks for nothing counts as in scores: scheduler/util/pod_resources.go. */
const defaultMilliCpu = 100;
const defaultMemory = 200 * 1024 * 1024;

const noScalars: ReadonlyMap<string, number> = new Map();
const none: Resources = { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: noScalars };

type List = Readonly<Record<string, string>> | undefined;

/** A resource list of the API in whole numbers. */
export function resourcesOf(list: List): Resources {
  if (list === undefined) return none;
  let milliCpu = 0;
  let memory = 0;
  let ephemeralStorage = 0;
  let scalars: Map<string, number> | undefined;
  for (const [name, text] of Object.entries(list)) {
    if (name === 'cpu') milliCpu = cpuMillis(text);
    else if (name === 'memory') memory = wholeValue(text);
    else if (name === 'ephemeral-storage') ephemeralStorage = wholeValue(text);
    else if (name !== 'pods') {
      scalars ??= new Map();
      scalars.set(name, wholeValue(text));
    }
  }
  return { milliCpu, memory, ephemeralStorage, scalars: scalars ?? noScalars };
}

/** Effective requests: the larger of what runs and what each init container needs, plus overhead (component-helpers resource/helpers.go). */
export const podRequests = (pod: Pod): Resources => total(pod, (container) => resourcesOf(requestsOf(pod, container)));

/** Whether a container has, or was promised, other than what it asks for. */
export const isResizing = (pod: Pod): boolean => pod.spec.containers.some((each) => requestsOf(pod, each) !== each.resources?.requests);

/** While a resize is under way, the larger of what is asked for, promised and had; of an infeasible one what is had (determineEffectiveRequests). */
function requestsOf({ status }: Pod, { name, resources, restartPolicy }: ContainerSpec): List {
  const asked = resources?.requests;
  const statuses = restartPolicy === 'Always' ? status?.initContainerStatuses : status?.containerStatuses;
  const found = statuses?.find((each) => each.name === name) as { resources?: { requests?: List }; allocatedResources?: List } | undefined;
  if (found?.resources === undefined) return asked;
  const lists = [found.resources.requests, found.allocatedResources];
  if (lists.every((list) => list?.['cpu'] === asked?.['cpu'] && list?.['memory'] === asked?.['memory'])) return asked;
  const infeasible = status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible');
  const largest = (key: 'cpu' | 'memory'): object => {
    const amounts = [...(infeasible ? [] : [asked]), ...lists].flatMap((list) => list?.[key] ?? []);
    const most = amounts.sort((a, b) => parseQuantity(b).compare(parseQuantity(a)))[0];
    return most === undefined ? {} : { [key]: most };
  };
  const { cpu: _cpu, memory: _memory, ...others } = asked ?? {};
  return { ...others, ...largest('cpu'), ...largest('memory') };
}

/** The same with defaults for containers that ask for nothing: what scores are made of. */
export const podNonZeroRequests = (pod: Pod): Resources =>
  total(pod, (container) => {
    const asks = requestsOf(pod, container);
    const requests = resourcesOf(asks);
    return {
      ...requests,
      milliCpu: asks?.['cpu'] === undefined ? defaultMilliCpu : requests.milliCpu,
      memory: asks?.['memory'] === undefined ? defaultMemory : requests.memory,
    };
  });

function total(pod: Pod, of: (container: ContainerSpec) => Resources): Resources {
  let running = none;
  for (const container of pod.spec.containers) running = add(running, of(container));
  let sidecars = none;
  let peak = none;
  for (const container of (pod.spec.initContainers ?? []) as readonly ContainerSpec[]) {
    const requests = of(container);
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, requests);
      peak = max(peak, sidecars);
    } else peak = max(peak, add(sidecars, requests));
  }
  const needed = withPodLevel(max(add(running, sidecars), peak), podLevelResources(pod.spec)?.requests);
  const { overhead } = pod.spec as core.PodSpec;
  return overhead === undefined ? needed : add(needed, resourcesOf(overhead));
}

/** What the pod as a whole asks for stands in place of what its containers do. */
function withPodLevel(needed: Resources, own: List): Resources {
  if (own === undefined) return needed;
  const asked = resourcesOf(own);
  const scalars = new Map([...needed.scalars, ...asked.scalars]);
  return {
    milliCpu: own['cpu'] === undefined ? needed.milliCpu : asked.milliCpu,
    memory: own['memory'] === undefined ? needed.memory : asked.memory,
    ephemeralStorage: needed.ephemeralStorage,
    scalars,
  };
}

const add = (a: Resources, b: Resources): Resources => combine(a, b, (x, y) => x + y);
const max = (a: Resources, b: Resources): Resources => combine(a, b, Math.max);

function combine(a: Resources, b: Resources, how: (x: number, y: number) => number): Resources {
  if (a === none) return b;
  if (b === none) return a;
  return {
    milliCpu: how(a.milliCpu, b.milliCpu),
    memory: how(a.memory, b.memory),
    ephemeralStorage: how(a.ephemeralStorage, b.ephemeralStorage),
    scalars: combineScalars(a.scalars, b.scalars, how),
  };
}

function combineScalars(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>, how: (x: number, y: number) => number): ReadonlyMap<string, number> {
  if (b.size === 0) return a;
  const out = new Map(a);
  for (const [name, amount] of b) out.set(name, how(out.get(name) ?? 0, amount));
  return out;
}
