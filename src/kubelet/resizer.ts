import type { ContainerSpec, core, Pod, PodStatus } from '../api/types.ts';
import { quote } from '../apimachinery/go-text.ts';
import { sortedJson } from '../apimachinery/json.ts';
import { cpuMillis, wholeValue } from '../apimachinery/quantity.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import type { Routine } from '../sim/routine.ts';
import type { Context } from './context.ts';
import type { NodeAllocatable } from './node/resources.ts';
import { initContainers, isRestartableInit, uidOf } from './pod.ts';
import { cgroupParent, linuxResources, podCgroupResources, podRequest } from './qos.ts';
import type { ContainerEvents } from './runtime/events.ts';
import type { Killer } from './runtime/kill.ts';
import { newest, type RuntimePod } from './runtime/runtime-pod.ts';

type Resizable = ContainerSpec & { readonly resizePolicy?: readonly { readonly resourceName: string; readonly restartPolicy: string }[] };
type Resources = core.ResourceRequirements;
type Given = ReadonlyMap<string, Resources>;
/** What the containers were promised, and what they really have; conditions while the one is not the other, or not what is asked for. */
type Allotment = { readonly allocated: Given; readonly actuated: Given; readonly pending?: PodCondition; readonly progress?: PodCondition };
type PodCondition = core.PodCondition & { readonly observedGeneration?: number };

type Parts = {
  readonly context: Context;
  readonly events: ContainerEvents;
  readonly killer: Killer;
  readonly allocatable: () => NodeAllocatable;
  /** What the node says of a pod that wants more, or less; undefined: it has room, and has counted it. */
  readonly admit: (pod: Pod) => string | undefined;
  /** Has the pods of these uids looked at again. */
  readonly wake: (uids: readonly string[]) => void;
};

const same = (a: unknown, b: unknown): boolean => sortedJson(a ?? {}) === sortedJson(b ?? {});

/** Requests and limits that change while a pod runs: kubernetes pkg/kubelet/allocation, kuberuntime doPodResizeAction. */
export class Resizer {
  readonly #parts: Parts;
  readonly #allotted = new Map<string, Allotment>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The pod with what it was promised so far. */
  seen(pod: Pod): Pod {
    const { allocated } = this.#allotted.get(uidOf(pod)) ?? {};
    return allocated === undefined || !differs(pod, allocated) ? pod : withResources(pod, allocated);
  }

  /** Promises what the pod asks for now, where the node has it (handlePodResourcesResize); the pod with what it gets. */
  allocate(pod: Pod): Pod {
    const uid = uidOf(pod);
    const before = this.#allotted.get(uid);
    const allocated = new Map(resizable(pod).map((each) => [each.name, each.resources ?? {}]));
    if (before === undefined || !differs(pod, before.allocated)) {
      const { pending: _reverted, ...rest } = before ?? { allocated, actuated: allocated };
      this.#allotted.set(uid, { ...rest, allocated });
      return pod;
    }
    const refused = this.#refused(pod);
    if (refused !== undefined) {
      this.#wait(pod, before, ...refused);
      return this.seen(pod);
    }
    this.#allotted.set(uid, { allocated, actuated: before.actuated, progress: this.#condition('PodResizeInProgress', pod) });
    this.#parts.events.podNormal(pod, 'ResizeStarted', `Pod resize started: ${summary(pod)}`);
    return pod;
  }

  /** Gives the running containers what was promised. False: not now, and it is to be tried again. */
  *actuate(pod: Pod, runtime: RuntimePod, podIp: string): Routine<boolean> {
    const { events, killer, context } = this.#parts;
    const before = this.#allotted.get(uidOf(pod));
    if (before?.progress === undefined) return true;
    const shrunk = this.#tooSmall(pod, runtime, before.actuated);
    if (shrunk !== undefined) {
      if (before.progress.message !== shrunk) events.podWarning(pod, 'ResizeError', `Pod resize error: ${summary(pod, shrunk)}`);
      this.#allotted.set(uidOf(pod), { ...before, progress: this.#condition('PodResizeInProgress', pod, 'Error', shrunk, before.progress) });
      return false;
    }
    for (const container of resizable(pod)) {
      const status = newest(runtime, container.name);
      const was = before.actuated.get(container.name) ?? {};
      if (status?.state !== 'CONTAINER_RUNNING' || same(was, container.resources)) continue;
      const restarts = container.resizePolicy?.some(
        ({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && changes(was, container.resources, resourceName),
      );
      if (restarts) yield* killer.kill({ status, spec: container, message: `Container ${container.name} resize requires restart` }, { pod, podIp });
      else context.cri().runtime.updateContainerResources(status.id, linuxResources(pod, container, context.kernel.memoryBytes));
    }
    return true;
  }

  /** All have what was promised, as the next look at them shows: of this pod's resize no more is told. */
  completed(pod: Pod): void {
    const before = this.#allotted.get(uidOf(pod));
    if (before?.progress === undefined) return;
    const { progress, ...rest } = before;
    this.#allotted.set(uidOf(pod), { ...rest, actuated: before.allocated });
    this.#parts.events.podNormal(pod, 'ResizeCompleted', `Pod resize completed: ${summary(pod, undefined, progress?.observedGeneration)}`);
    this.retry();
  }

  /** The status with the conditions of a resize, and with what running containers have while it goes on. */
  told(status: PodStatus, pod: Pod): PodStatus {
    const conditions = (status.conditions ?? []).filter(({ type }) => type !== 'PodResizePending' && type !== 'PodResizeInProgress');
    const { pending, progress, actuated } = this.#allotted.get(uidOf(pod)) ?? {};
    const own = status.phase === 'Failed' || status.phase === 'Succeeded' ? [] : [pending, progress].filter((each) => each !== undefined);
    if (own.length === 0 && conditions.length === (status.conditions?.length ?? 0)) return status;
    const has = (each: core.ContainerStatus): core.ContainerStatus =>
      progress && each.state?.running ? { ...each, resources: actuated?.get(each.name) ?? each.resources ?? {} } : each;
    const { containerStatuses, initContainerStatuses } = status;
    return {
      ...status,
      conditions: [...own, ...conditions],
      ...(containerStatuses && { containerStatuses: containerStatuses.map(has) }),
      ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(has) }),
    };
  }

  forget(pod: Pod): void {
    this.#allotted.delete(uidOf(pod));
  }

  /** Whether it waits for room: an infeasible one is not tried again. */
  isDeferred(uid: string): boolean {
    return this.#allotted.get(uid)?.pending?.reason === 'Deferred';
  }

  isInProgress(pod: Pod): boolean {
    return this.#allotted.get(uidOf(pod))?.progress !== undefined;
  }

  /** Something was given back: who waits may have it now. */
  retry(): void {
    this.#parts.wake([...this.#allotted.keys()].filter((uid) => this.isDeferred(uid)));
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

  #wait(pod: Pod, before: Allotment, reason: 'Infeasible' | 'Deferred', message: string): void {
    const { pending } = before;
    const isNew = pending?.reason !== reason || pending.observedGeneration !== pod.metadata.generation;
    if (!isNew && pending?.message === message) return;
    this.#allotted.set(uidOf(pod), { ...before, pending: this.#condition('PodResizePending', pod, reason, message, pending) });
    if (isNew) this.#parts.events.podWarning(pod, `Resize${reason}`, `Pod resize ${reason}: ${summary(pod, message)}`);
  }

  /** updatedPodResizeCondition */
  #condition(type: string, { metadata: { generation } }: Pod, reason = '', message = '', before?: PodCondition): PodCondition {
    const now = rfc3339(this.#parts.context.sim.now);
    return {
      lastProbeTime: now,
      lastTransitionTime: before?.reason === reason ? (before.lastTransitionTime ?? now) : now,
      ...(message !== '' && { message }),
      observedGeneration: (type === 'PodResizeInProgress' && before?.observedGeneration) || (generation ?? 1),
      ...(reason !== '' && { reason }),
      status: 'True',
      type,
    };
  }

  /** validateMemoryResizeAction: no limit goes below what is in use. */
  #tooSmall(pod: Pod, runtime: RuntimePod, actuated: Given): string | undefined {
    const { cri, kernel, config } = this.#parts.context;
    const shrinks = (is: number, was: number): boolean => is !== 0 && (was === 0 || is < was);
    const [is, was] = [pod, withResources(pod, actuated)].map((each) => podCgroupResources(each).memoryLimitInBytes) as [number, number];
    const used = kernel.rootCgroup.find(cgroupParent(pod, config.cgroupDriver))?.memoryBytes ?? 0;
    const errors = shrinks(is, was) && used >= is ? [`attempting to set pod memory limit (${is}) below current usage (${used})`] : [];
    for (const { name, resources } of resizable(pod)) {
      const status = newest(runtime, name);
      const limit = wholeValue(resources?.limits?.['memory'] ?? '0');
      if (status?.state !== 'CONTAINER_RUNNING' || !shrinks(limit, wholeValue(actuated.get(name)?.limits?.['memory'] ?? '0'))) continue;
      if (cri().runtime.containerStats(status.id).memoryWorkingSetBytes >= limit)
        errors.push(`attempting to set container ${quote(name)} memory limit (${limit}) below current usage (${used})`);
    }
    if (errors.length === 0) return undefined;
    return `cannot decrease memory limits: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`;
  }
}

function withResources(pod: Pod, resources: Given): Pod {
  const given = (each: ContainerSpec): ContainerSpec => ({ ...each, resources: resources.get(each.name) ?? each.resources ?? {} });
  const { containers, initContainers } = pod.spec;
  return { ...pod, spec: { ...pod.spec, containers: containers.map(given), ...(initContainers && { initContainers: initContainers.map(given) }) } };
}

/** Containers and sidecars. */
const resizable = (pod: Pod): readonly Resizable[] => [...pod.spec.containers, ...initContainers(pod).filter(isRestartableInit)];

const differs = (pod: Pod, resources: Given): boolean => resizable(pod).some((each) => !same(each.resources, resources.get(each.name)));

const changes = (was: Resources, is: Resources | undefined, name: string): boolean =>
  was.limits?.[name] !== is?.limits?.[name] || was.requests?.[name] !== is?.requests?.[name];

/** `{"containers":[{"name":"c","resources":{…}}],"generation":2}` */
function summary(pod: Pod, error?: string, generation = pod.metadata.generation): string {
  const parts = (list: readonly ContainerSpec[]): string =>
    list.map(({ name, resources }) => `{"name":"${name}","resources":${sortedJson(resources ?? {})}}`).join(',');
  const init = initContainers(pod);
  const first = init.length > 0 ? `"initContainers":[${parts(init)}],` : '';
  return `{${first}"containers":[${parts(pod.spec.containers)}],"generation":${generation ?? 1}${error ? `,"error":${JSON.stringify(error)}` : ''}}`;
}
