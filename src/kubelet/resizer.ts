import type { ContainerSpec, core, Pod, PodStatus } from '../api/types.ts';
import { sortedJson } from '../apimachinery/json.ts';
import { cpuMillis, wholeValue } from '../apimachinery/quantity.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import type { Routine } from '../sim/routine.ts';
import type { Context } from './context.ts';
import type { NodeAllocatable } from './node/resources.ts';
import { initContainers, isRestartableInit, uidOf } from './pod.ts';
import { linuxResources, podRequest } from './qos.ts';
import type { ContainerEvents } from './runtime/events.ts';
import type { Killer } from './runtime/kill.ts';
import { newest, type RuntimePod } from './runtime/runtime-pod.ts';

type Resizable = ContainerSpec & { readonly resizePolicy?: readonly { readonly resourceName: string; readonly restartPolicy: string }[] };
type Resources = core.ResourceRequirements;
type Allotment = { readonly resources: ReadonlyMap<string, Resources>; readonly pending?: core.PodCondition };

type Parts = {
  readonly context: Context;
  readonly events: ContainerEvents;
  readonly killer: Killer;
  readonly allocatable: () => NodeAllocatable;
  /** What the node says of a pod that wants more, or less; undefined: it has room, and has counted it. */
  readonly admit: (pod: Pod) => string | undefined;
};

const same = (a: unknown, b: unknown): boolean => sortedJson(a ?? {}) === sortedJson(b ?? {});

/** Requests and limits that change while a pod runs: kubernetes pkg/kubelet/allocation, kuberuntime doPodResizeAction. */
export class Resizer {
  readonly #parts: Parts;
  readonly #allotted = new Map<string, Allotment>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The pod with what it was given so far. */
  seen(pod: Pod): Pod {
    const { resources } = this.#allotted.get(uidOf(pod)) ?? {};
    if (resources === undefined || !differs(pod, resources)) return pod;
    const given = (each: ContainerSpec): ContainerSpec => ({ ...each, resources: resources.get(each.name) ?? each.resources ?? {} });
    return {
      ...pod,
      spec: {
        ...pod.spec,
        containers: pod.spec.containers.map(given),
        ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(given) }),
      },
    };
  }

  /** Gives the running containers what the pod asks for now, where the node has it. */
  *resize(pod: Pod, runtime: RuntimePod, podIp: string): Routine<Pod> {
    const { events, killer, context } = this.#parts;
    const uid = uidOf(pod);
    const before = this.#allotted.get(uid);
    const resources = new Map(resizable(pod).map((each) => [each.name, each.resources ?? {}]));
    if (before === undefined || !differs(pod, before.resources)) {
      this.#allotted.set(uid, { resources });
      return pod;
    }
    const refused = this.#refused(pod);
    if (refused !== undefined) {
      this.#wait(pod, before, ...refused);
      return this.seen(pod);
    }
    this.#allotted.set(uid, { resources });
    events.podNormal(pod, 'ResizeStarted', `Pod resize started: ${summary(pod)}`);
    for (const container of resizable(pod)) {
      const status = newest(runtime, container.name);
      const was = before.resources.get(container.name) ?? {};
      if (status?.state !== 'CONTAINER_RUNNING' || same(was, container.resources)) continue;
      const restarts = container.resizePolicy?.some(
        ({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && changes(was, container.resources, resourceName),
      );
      if (restarts) yield* killer.kill({ status, spec: container, message: `Container ${container.name} resize requires restart` }, { pod, podIp });
      else context.cri().runtime.updateContainerResources(status.id, linuxResources(pod, container, context.kernel.memoryBytes));
    }
    // Seen by the next look at the containers.
    yield { timeout: 500 };
    events.podNormal(pod, 'ResizeCompleted', `Pod resize completed: ${summary(pod)}`);
    return pod;
  }

  /** The condition of a resize that waits. */
  condition(status: PodStatus, pod: Pod): PodStatus {
    const conditions = (status.conditions ?? []).filter(({ type }) => type !== 'PodResizePending');
    const { pending } = this.#allotted.get(uidOf(pod)) ?? {};
    if (pending === undefined && conditions.length === (status.conditions?.length ?? 0)) return status;
    return { ...status, conditions: pending ? [pending, ...conditions] : conditions };
  }

  forget(pod: Pod): void {
    this.#allotted.delete(uidOf(pod));
  }

  /** Whether it waits for room. */
  isPending(pod: Pod): boolean {
    return this.#allotted.get(uidOf(pod))?.pending !== undefined;
  }

  #refused(pod: Pod): readonly ['Infeasible' | 'Deferred', string] | undefined {
    const node = this.#parts.allocatable();
    const [cpu, memory] = [podRequest(pod, 'cpu'), podRequest(pod, 'memory')];
    const [cpuRoom, memoryRoom] = [cpuMillis(node['cpu']), wholeValue(node['memory'])];
    const over =
      memory > memoryRoom ? `memory, requested: ${memory}, capacity: ${memoryRoom}` : cpu > cpuRoom ? `cpu, requested: ${cpu}, capacity: ${cpuRoom}` : '';
    if (over !== '') return ['Infeasible', `Node didn't have enough capacity: ${over}`];
    const text = this.#parts.admit(pod);
    return text === undefined ? undefined : ['Deferred', text];
  }

  #wait(pod: Pod, { resources, pending }: Allotment, reason: 'Infeasible' | 'Deferred', message: string): void {
    const { events, context } = this.#parts;
    if (pending?.reason === reason && pending.message === message) return;
    const condition = { type: 'PodResizePending', status: 'True', reason, message, lastProbeTime: null, lastTransitionTime: rfc3339(context.sim.now) };
    this.#allotted.set(uidOf(pod), { resources, pending: condition as unknown as core.PodCondition });
    events.podWarning(pod, `Resize${reason}`, `Pod resize ${reason}: ${summary(pod, message)}`);
  }
}

/** Containers and sidecars. */
const resizable = (pod: Pod): readonly Resizable[] => [...pod.spec.containers, ...initContainers(pod).filter(isRestartableInit)];

const differs = (pod: Pod, resources: ReadonlyMap<string, Resources>): boolean =>
  resizable(pod).some((each) => !same(each.resources, resources.get(each.name)));

const changes = (was: Resources, is: Resources | undefined, name: string): boolean =>
  was.limits?.[name] !== is?.limits?.[name] || was.requests?.[name] !== is?.requests?.[name];

/** `{"containers":[{"name":"c","resources":{…}}],"generation":2}` */
function summary(pod: Pod, error?: string): string {
  const parts = (list: readonly ContainerSpec[]): string =>
    list.map(({ name, resources }) => `{"name":"${name}","resources":${sortedJson(resources ?? {})}}`).join(',');
  const init = initContainers(pod);
  const first = init.length > 0 ? `"initContainers":[${parts(init)}],` : '';
  return `{${first}"containers":[${parts(pod.spec.containers)}],"generation":${pod.metadata.generation ?? 1}${error ? `,"error":${JSON.stringify(error)}` : ''}}`;
}
