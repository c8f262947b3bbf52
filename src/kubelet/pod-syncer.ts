/** What a pod worker does: kubernetes pkg/kubelet/kubelet.go SyncPod, SyncTerminatingPod, SyncTerminatedPod. */
import type { Pod, PodStatus } from '../api/types.ts';
import { parseTime } from '../apimachinery/time.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Context } from './context.ts';
import type { PodFacts } from './field-ref.ts';
import type { NodeAllocatable } from './node/resources.ts';
import type { RuntimeState } from './node/runtime-state.ts';
import { allContainers, formatPod, initContainers, isStatic, podDirectory, podRef, uidOf } from './pod.ts';
import { destroyPodCgroup, ensurePodCgroup } from './pod-cgroup.ts';
import type { FinalStatus, PodSyncer, SyncOutcome, Termination } from './pod-workers.ts';
import type { ProbeManager } from './probes/probe-manager.ts';
import type { Resizer } from './resizer.ts';
import type { Cancel, SyncResult } from './runtime/errors.ts';
import type { ContainerEvents } from './runtime/events.ts';
import type { Pleg } from './runtime/pleg.ts';
import type { ReasonCache } from './runtime/reason-cache.ts';
import type { RuntimeManager } from './runtime/runtime-manager.ts';
import type { RuntimePod } from './runtime/runtime-pod.ts';
import { imageIdOf, terminationMessageOf } from './status/container-facts.ts';
import { lostContainer, noTime } from './status/container-statuses.ts';
import { makePodStatus } from './status/pod-status.ts';
import type { StatusManager } from './status/status-manager.ts';
import { ensureDirectory } from './volumes/atomic-writer.ts';
import type { VolumeManager } from './volumes/volume-manager.ts';

type SyncerParts = {
  readonly context: Context;
  readonly pleg: Pleg;
  readonly runtime: RuntimeManager;
  readonly reasons: ReasonCache;
  readonly statuses: StatusManager;
  readonly probes: ProbeManager;
  readonly volumes: VolumeManager;
  readonly events: ContainerEvents;
  readonly state: RuntimeState;
  readonly allocatable: () => NodeAllocatable;
  /** Makes a static pod's mirror in the API. */
  readonly ensureMirror: (pod: Pod) => void;
  readonly images: { forget(pod: Pod): void };
  readonly resizer: Resizer;
};

const backOffPeriod: Milliseconds = 10_000;
const transientPeriod: Milliseconds = 1_000;
const jitterFactor = 0.5;
/** pkg/kubelet/allocation retryDelay */
const resizeRetry: Milliseconds = 180_000;
const resizeSeenAfter: Milliseconds = 500;
/** WaitForUnmount looks at once, when all is still mounted, and then so much later (kubernetes pkg/kubelet/volumemanager podAttachAndMountRetryInterval). */
const unmountPoll: Milliseconds = 300;
/** How long after a container's end its state is shown before `CrashLoopBackOff` is. */
const crashShownAfter: Milliseconds = 1_500;

const deadlineExceeded: FinalStatus = {
  phase: 'Failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

export class KubeletPodSyncer implements PodSyncer {
  readonly #parts: SyncerParts;
  readonly #finals = new Map<string, FinalStatus>();

  constructor(parts: SyncerParts) {
    this.#parts = parts;
  }

  *sync(pod: Pod, runtime: RuntimePod, cancel: Cancel): Routine<SyncOutcome> {
    const { context, statuses, state, events, probes, reasons, volumes, resizer } = this.#parts;
    const late = this.#deadline(pod);
    if (late !== undefined && late <= context.sim.now) return this.#pastDeadline(pod, runtime);
    const given = resizer.allocate(pod);
    const status = this.status(pod, runtime, false);
    if (status.phase === 'Failed' || status.phase === 'Succeeded') {
      statuses.set(pod, status);
      return { terminal: true };
    }
    statuses.set(pod, status);
    const network = state.networkError;
    if (network !== undefined && !pod.spec.hostNetwork) {
      events.podWarning(pod, 'NetworkNotReady', `network is not ready: ${network}`);
      return { terminal: false, again: context.sim.now + this.#jitter(transientPeriod) };
    }
    if (isStatic(pod)) this.#parts.ensureMirror(pod);
    ensureDirectory(context.fs, podDirectory(uidOf(pod)));
    const mounted = yield* volumes.mount(pod, this.facts(pod, runtime.ips), cancel);
    if (cancel.cancelled) return { terminal: false };
    if (!mounted) return { terminal: false, again: context.sim.now + this.#jitter(backOffPeriod) };
    probes.add(pod, runtime);
    const facts = (ips: readonly string[]): PodFacts => this.facts(pod, ips);
    const resizes = resizer.isInProgress(pod);
    const resized = yield* resizer.actuate(given, runtime, runtime.ips[0] ?? '');
    if (resized) ensurePodCgroup(context, given);
    const result = yield* this.#parts.runtime.sync({ pod: given, status: runtime, facts, volumes: mounted, cancel });
    const shown = [...result.failures].every(([name, error]) => reasons.get(pod, name)?.reason === error.reason);
    reasons.update(pod, result);
    // A container that failed to start tells nobody of its end: look.
    if (result.failures.size > 0) this.#parts.pleg.request();
    if (resizes) yield* this.#resized(given, runtime, resized);
    const retry = resized ? resizeRetry : this.#jitter(backOffPeriod);
    const again = this.#again(pod, result, shown) ?? (!resized || resizer.isDeferred(uidOf(pod)) ? context.sim.now + retry : undefined);
    return { terminal: false, ...(again !== undefined && { again }) };
  }

  /** Told when the next look at the containers has shown it. */
  *#resized(pod: Pod, runtime: RuntimePod, done: boolean): Routine {
    if (done) {
      yield { timeout: resizeSeenAfter };
      this.#parts.resizer.completed(pod);
    }
    this.#parts.statuses.set(pod, this.status(pod, runtime, false));
  }

  *syncTerminating(pod: Pod, runtime: RuntimePod, termination: () => Termination): Routine {
    const { context, probes, statuses, pleg } = this.#parts;
    probes.stopLiveness(uidOf(pod));
    const { final } = termination();
    if (final) this.#finals.set(uidOf(pod), final);
    statuses.set(pod, this.status(pod, runtime, false));
    const podIp = pod.spec.hostNetwork ? context.nodeIp : (runtime.ips[0] ?? '');
    let { gracePeriod } = termination();
    const kill = (grace: number) => context.sim.go(this.#parts.runtime.killer.killPod(runtime, { pod, podIp, gracePeriod: grace }), 'kubelet kill pod');
    let killing = kill(gracePeriod);
    while (!killing.done) {
      yield { on: [killing.exited, termination().changed] };
      const now = termination();
      if (now.gracePeriod < gracePeriod && !killing.done) {
        // A shorter grace came in while we waited: it holds from now on.
        gracePeriod = now.gracePeriod;
        killing = kill(gracePeriod);
      }
    }
    if (killing.error !== undefined) throw killing.error;
    probes.remove(uidOf(pod));
    if (!pleg.relist()) yield* pleg.getNewerThan(uidOf(pod), context.sim.now, () => false);
    statuses.set(pod, this.status(pod, pleg.get(uidOf(pod)), true));
    yield { timeout: unmountPoll };
  }

  syncTerminated(pod: Pod, runtime: RuntimePod): void {
    const { context, statuses, volumes, images, reasons } = this.#parts;
    const uid = uidOf(pod);
    statuses.set(pod, withoutUnknown(pod, this.status(pod, runtime, true)));
    volumes.unmount(pod);
    destroyPodCgroup(context, pod);
    this.#parts.runtime.forget(pod);
    images.forget(pod);
    this.#parts.resizer.forget(pod);
    const names = allContainers(pod).map(({ name }) => name);
    reasons.forget(pod, names);
    this.#finals.delete(uid);
    statuses.reclaim(pod);
  }

  interrupt(): void {
    this.#parts.volumes.interrupted.notify();
  }

  status(pod: Pod, runtime: RuntimePod, terminal: boolean): PodStatus {
    const { context, reasons, statuses, probes, resizer } = this.#parts;
    const final = this.#finals.get(uidOf(pod));
    const old = statuses.get(uidOf(pod));
    // One that was not taken stays as it was told.
    if (old?.phase === 'Failed' && old.containerStatuses === undefined && runtime.sandboxes.length === 0) return old;
    const status = makePodStatus({
      context,
      pod: resizer.seen(pod),
      runtime,
      reasons,
      terminal,
      probes: probes.results,
      old,
      runtimeName: context.runtimeName,
      terminationMessage: (container) => terminationMessageOf(context, container),
      imageId: (container) => imageIdOf(context, container),
      ...(final && { final }),
    });
    return resizer.told(status, pod);
  }

  facts(pod: Pod, ips: readonly string[]): PodFacts {
    const { context, allocatable } = this.#parts;
    const podIps = pod.spec.hostNetwork ? [context.nodeIp] : ips;
    return { podIps, hostIp: context.nodeIp, nodeName: context.nodeName, allocatable: allocatable() };
  }

  /** When to look again: completeSync of pod_workers.go, with MinBackoffExpiration. */
  #again(pod: Pod, result: SyncResult, shown: boolean): Milliseconds | undefined {
    const { sim } = this.#parts.context;
    const failures = [...result.failures.values()];
    if (result.error !== undefined) {
      this.#parts.context.klog.error('pod_workers.go:1324', 'Error syncing pod, skipping', result.error, { pod: podRef(pod), podUID: uidOf(pod) });
      return sim.now + this.#jitter(backOffPeriod);
    }
    if (failures.length === 0) return this.#nextChore(pod);
    const crashed = failures.every(({ reason }) => reason === 'CrashLoopBackOff');
    if (!crashed) return sim.now + this.#jitter(backOffPeriod);
    const until = Math.min(...failures.map((failure) => failure.until ?? sim.now)) + sim.random.between(0, jitterFactor) * backOffPeriod;
    return shown ? until : Math.min(until, sim.now + crashShownAfter);
  }

  /** What comes due by the clock alone: a token's renewal, the pod's deadline. */
  #nextChore(pod: Pod): Milliseconds | undefined {
    const due = [this.#parts.volumes.tokens.refreshAt(uidOf(pod)), this.#deadline(pod)].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.max(this.#parts.context.sim.now + 1, Math.min(...due));
  }

  #deadline(pod: Pod): Milliseconds | undefined {
    const seconds = pod.spec.activeDeadlineSeconds;
    const start = this.#parts.statuses.get(uidOf(pod))?.startTime ?? pod.status?.startTime;
    return seconds === undefined || start === undefined ? undefined : parseTime(start) + seconds * 1000;
  }

  #pastDeadline(pod: Pod, runtime: RuntimePod): SyncOutcome {
    this.#parts.events.podNormal(pod, deadlineExceeded.reason, deadlineExceeded.message);
    this.#finals.set(uidOf(pod), deadlineExceeded);
    this.#parts.statuses.set(pod, this.status(pod, runtime, false));
    this.#parts.context.klog.info('kubelet.go:2000', 'Pod is past its deadline', { pod: formatPod(pod) });
    return { terminal: true };
  }

  #jitter(period: Milliseconds): Milliseconds {
    return period * (1 + this.#parts.context.sim.random.between(0, jitterFactor));
  }
}

/** At its end nothing of a pod waits or runs: what left no trace failed (status_manager.go TerminatePod). */
function withoutUnknown(pod: Pod, status: PodStatus): PodStatus {
  const { containerStatuses = [] } = status;
  const began = initContainers(pod).length === 0 || containerStatuses.some(({ state, lastState }) => lastState?.terminated || !state?.waiting);
  // One that never was on the node has no containers to tell of.
  const known = containerStatuses.some(({ state, lastState }) => lastState?.terminated || state?.terminated || state?.running);
  if (!began || !known || containerStatuses.every(({ state }) => state?.terminated)) return status;
  const terminated = { exitCode: 137, reason: 'ContainerStatusUnknown', message: lostContainer, startedAt: noTime, finishedAt: noTime };
  return { ...status, containerStatuses: containerStatuses.map((each) => (each.state?.terminated ? each : { ...each, state: { terminated } })) };
}
