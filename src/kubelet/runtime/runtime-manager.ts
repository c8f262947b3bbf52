/** Makes the containers of a pod as they should be: kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod. */
import type { ContainerSpec, Pod } from '../../api/types.ts';
import { CriError, type PodSandboxConfig } from '../../interfaces/cri.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import type { PodFacts } from '../field-ref.ts';
import { ephemeralContainers, formatPod, hashContainer, podLogsDirectory, podRef, uidOf } from '../pod.ts';
import type { ProbeResults } from '../probes/results.ts';
import { ensureDirectory } from '../volumes/atomic-writer.ts';
import type { MountedVolumes } from '../volumes/volume-manager.ts';
import { Backoff } from './backoff.ts';
import { computePodActions, type PodActions } from './compute-actions.ts';
import { type Cancel, StartError, type SyncResult } from './errors.ts';
import type { ContainerEvents } from './events.ts';
import type { Killer } from './kill.ts';
import { containerName, type RuntimePod } from './runtime-pod.ts';
import { sandboxConfig } from './sandbox-config.ts';
import type { ContainerStarter, StartInputs } from './start-container.ts';

type SyncInputs = {
  readonly pod: Pod;
  readonly status: RuntimePod;
  readonly facts: (ips: readonly string[]) => PodFacts;
  readonly volumes: MountedVolumes;
  readonly cancel: Cancel;
};

const initialCrashBackoff = 10_000;

export class RuntimeManager {
  readonly killer: Killer;
  readonly #context: Context;
  readonly #starter: ContainerStarter;
  readonly #events: ContainerEvents;
  readonly #probes: ProbeResults;
  readonly #backoff: Backoff;

  constructor(context: Context, starter: ContainerStarter, killer: Killer, events: ContainerEvents, probes: ProbeResults) {
    this.#context = context;
    this.#starter = starter;
    this.killer = killer;
    this.#events = events;
    this.#probes = probes;
    this.#backoff = new Backoff(() => context.kernel.now, initialCrashBackoff, context.config.crashLoopMaxBackoff);
  }

  forget(pod: Pod): void {
    this.#backoff.forget(`${uidOf(pod)}/`);
  }

  *sync(inputs: SyncInputs): Routine<SyncResult> {
    const { pod, status, cancel } = inputs;
    const failures = new Map<string, StartError>();
    const started: string[] = [];
    const actions = computePodActions(pod, status, this.#probes);
    const podIp = status.ips[0] ?? '';
    if (actions.killPod) {
      if (actions.createSandbox && status.sandboxes.length > 0)
        this.#events.podNormal(pod, 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
      const error = yield* this.killer.killPod(status, { pod, podIp });
      if (error !== undefined) return { failures, started, error };
    } else {
      for (const target of actions.kill) {
        const error = yield* this.killer.kill(target, { pod, podIp });
        if (error !== undefined) return { failures, started, error };
      }
    }
    if (cancel.cancelled || !hasWork(actions)) return { failures, started };
    const sandbox = yield* this.#sandbox(inputs, actions);
    if ('error' in sandbox) return { failures, started, error: sandbox.error };
    const given: StartInputs = { ...inputs, sandboxId: sandbox.id, sandbox: sandbox.config, facts: inputs.facts(sandbox.ips) };
    for (const container of actions.ephemeral) yield* this.#start(container, given, failures, started);
    for (const container of actions.init) yield* this.#start(container, given, failures, started);
    for (const container of actions.containers) yield* this.#start(container, given, failures, started);
    return { failures, started };
  }

  *#start(container: ContainerSpec, inputs: StartInputs, failures: Map<string, StartError>, started: string[]): Routine {
    if (inputs.cancel.cancelled) return;
    try {
      this.#checkBackoff(inputs.pod, container, inputs.status);
      yield* this.#starter.start(container, inputs);
      started.push(container.name);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      failures.set(container.name, error);
      if (error.reason !== 'CrashLoopBackOff')
        this.#context.klog.error(
          'pod_workers.go:1324',
          'Error syncing pod, skipping',
          `failed to "StartContainer" for "${container.name}" with ${error.reason}: ${JSON.stringify(error.message)}`,
          {
            pod: podRef(inputs.pod),
            podUID: uidOf(inputs.pod),
          },
        );
    }
  }

  /** doBackOff: a container that ended waits before its second restart. */
  #checkBackoff(pod: Pod, container: ContainerSpec, status: RuntimePod): void {
    // One that runs and is about to be killed does not count: then the one before it does.
    const last = status.containers.find((each) => containerName(each) === container.name && each.state === 'CONTAINER_EXITED');
    if (last === undefined || ephemeralContainers(pod).some(({ name }) => name === container.name)) return;
    const key = `${uidOf(pod)}/${container.name}/${hashContainer(container)}`;
    const ended = last.finishedAt;
    if (!this.#backoff.isInBackoffSince(key, ended)) {
      this.#backoff.next(key, ended);
      return;
    }
    this.#events.warning(pod, container.name, 'BackOff', `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`);
    const delay = this.#backoff.delay(key);
    const message = `back-off ${goMinutes(delay)} restarting failed container=${container.name} pod=${formatPod(pod)}`;
    this.#context.klog.error(
      'pod_workers.go:1324',
      'Error syncing pod, skipping',
      `failed to "StartContainer" for "${container.name}" with CrashLoopBackOff: ${JSON.stringify(message)}`,
      {
        pod: podRef(pod),
        podUID: uidOf(pod),
      },
    );
    throw new StartError('CrashLoopBackOff', message, ended + delay - this.#context.kernel.clockOffset);
  }

  *#sandbox(inputs: SyncInputs, actions: PodActions): Routine<{ id: string; config: PodSandboxConfig; ips: readonly string[] } | { error: string }> {
    const { pod, status } = inputs;
    const [latest] = status.sandboxes;
    if (!actions.createSandbox) {
      if (!latest) return { error: 'no sandbox' };
      return { id: latest.id, config: sandboxConfig(this.#context, pod, latest.metadata.attempt), ips: this.#ips(pod, status.ips) };
    }
    const config = sandboxConfig(this.#context, pod, actions.attempt);
    const { fs, cri, klog } = this.#context;
    ensureDirectory(fs, podLogsDirectory(pod));
    this.#context.counters.startedPods.inc();
    try {
      const id = yield* cri().runtime.runPodSandbox(config, pod.spec.runtimeClassName ?? '');
      const made = cri().runtime.podSandboxStatus(id);
      return { id, config, ips: this.#ips(pod, made.network.ip === '' ? [] : [made.network.ip]) };
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      this.#context.counters.startedPodErrors.inc();
      klog.error('kuberuntime_manager.go:1343', 'CreatePodSandbox for pod failed', error.message, { pod: podRef(pod) });
      this.#events.podWarning(pod, 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.message}`);
      return { error: `failed to "CreatePodSandbox" for "${formatPod(pod)}" with CreatePodSandboxError` };
    }
  }

  #ips(pod: Pod, ips: readonly string[]): readonly string[] {
    return pod.spec.hostNetwork ? [this.#context.nodeIp] : ips;
  }
}

const hasWork = (actions: PodActions): boolean =>
  actions.createSandbox || actions.ephemeral.length > 0 || actions.init.length > 0 || actions.containers.length > 0;

/** `10s`, `2m40s`, `5m0s`. */
function goMinutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
