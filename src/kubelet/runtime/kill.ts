/** Ending containers and pods: kuberuntime_container.go killContainer, killContainersWithSyncResult. */
import type { ContainerSpec, Pod } from '../../api/types.ts';
import { type ContainerStatus, CriError } from '../../interfaces/cri.ts';
import type { Fiber } from '../../sim/fiber.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { allContainers, gracePeriodOf, initContainers, isRestartableInit } from '../pod.ts';
import type { ContainerToKill } from './compute-actions.ts';
import type { ContainerEvents } from './events.ts';
import { runHook } from './lifecycle.ts';
import { containerName, isRunning, type RuntimePod } from './runtime-pod.ts';

/** Grace that is left to SIGTERM whatever a preStop hook took. */
const minimumGrace = 2;

type KillOptions = { readonly pod: Pod; readonly gracePeriod?: number; readonly podIp: string };

export class Killer {
  readonly #context: Context;
  readonly #events: ContainerEvents;

  constructor(context: Context, events: ContainerEvents) {
    this.#context = context;
    this.#events = events;
  }

  /** Stops one container: preStop, SIGTERM, SIGKILL. Gives the text of a failure. */
  *kill({ status, spec, message, reason }: ContainerToKill, { pod, gracePeriod, podIp }: KillOptions): Routine<string | undefined> {
    const { cri, sim } = this.#context;
    const name = containerName(status);
    let grace = gracePeriod ?? this.#grace(pod, spec, reason);
    this.#events.normal(pod, name, 'Killing', message === '' ? `Stopping container ${name}` : message);
    const preStop = spec?.lifecycle?.preStop;
    if (preStop && spec && grace > 0 && isRunning(status)) {
      const began = sim.now;
      const hook = sim.go(runHook(this.#context, status.id, spec, preStop, podIp), 'kubelet preStop');
      if (!hook.done) yield { on: [hook.exited], timeout: grace * 1000 };
      if (!hook.done) hook.cancel();
      else if (hook.result !== undefined) this.#events.warning(pod, name, 'FailedPreStopHook', 'PreStopHook failed');
      grace -= Math.floor((sim.now - began) / 1000);
    }
    // Even a hook that took all the time leaves the process a moment; a forced end does not.
    if (gracePeriod !== 0 && grace < minimumGrace && preStop) grace = minimumGrace;
    try {
      yield* cri().runtime.stopContainer(status.id, Math.max(0, grace));
      return undefined;
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      return error.code === 'NotFound' ? undefined : error.message;
    }
  }

  /** Stops what runs of a pod: the containers together, then the sidecars in the reverse order of their start. */
  *killContainers(running: RuntimePod, options: KillOptions): Routine<string | undefined> {
    const specs = new Map(allContainers(options.pod).map((each) => [each.name, each]));
    const alive = running.containers.filter((each) => each.state === 'CONTAINER_RUNNING' || each.state === 'CONTAINER_UNKNOWN');
    const sidecars = initContainers(options.pod).filter(isRestartableInit);
    const isSidecar = (each: ContainerStatus): boolean => sidecars.some(({ name }) => name === containerName(each));
    const began = this.#context.sim.now;
    const kill = (status: ContainerStatus, left: KillOptions): Fiber<string | undefined> =>
      this.#context.sim.go(this.kill({ status, spec: specs.get(containerName(status)), message: '' }, left), 'kubelet kill');
    let failure: string | undefined;
    for (const fiber of alive.filter((each) => !isSidecar(each)).map((each) => kill(each, options))) failure = (yield* fiber.join()) ?? failure;
    for (const sidecar of [...sidecars].reverse()) {
      const status = alive.find((each) => containerName(each) === sidecar.name);
      if (!status) continue;
      const grace = options.gracePeriod ?? gracePeriodOf(options.pod);
      const left = Math.max(0, grace - Math.floor((this.#context.sim.now - began) / 1000));
      failure = (yield* kill(status, { ...options, gracePeriod: left }).join()) ?? failure;
    }
    return failure;
  }

  /** Stops containers and sandboxes of a pod. */
  *killPod(running: RuntimePod, options: KillOptions): Routine<string | undefined> {
    const failure = yield* this.killContainers(running, options);
    for (const sandbox of running.sandboxes) {
      try {
        // One whose process has died too: it still has its network.
        yield* this.#context.cri().runtime.stopPodSandbox(sandbox.id);
      } catch (error) {
        if (!(error instanceof CriError)) throw error;
        if (error.code !== 'NotFound') return error.message;
      }
    }
    return failure;
  }

  /** setTerminationGracePeriod: the pod's, or that of the probe that failed. */
  #grace(pod: Pod, spec: ContainerSpec | undefined, reason: ContainerToKill['reason']): number {
    if (pod.metadata.deletionTimestamp !== undefined) return gracePeriodOf(pod);
    const own = reason === undefined ? undefined : spec?.[reason]?.terminationGracePeriodSeconds;
    return own ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  }
}
