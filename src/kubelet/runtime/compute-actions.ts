/** What has to be done to make a pod run: kubernetes pkg/kubelet/kuberuntime computePodActions. */
import type { ContainerSpec, Pod } from '../../api/types.ts';
import type { ContainerStatus } from '../../interfaces/cri.ts';
import { ephemeralContainers, hashContainer, initContainers, isRestartableInit } from '../pod.ts';
import type { ProbeResults } from '../probes/results.ts';
import { restartPolicyOf, restartsAfter, shouldRestart } from './restart-policy.ts';
import { containerName, labelNames, newest, type RuntimePod } from './runtime-pod.ts';

/** `spec` is undefined for a container that the pod has no more. */
export type ContainerToKill = {
  readonly status: ContainerStatus;
  readonly spec: ContainerSpec | undefined;
  readonly message: string;
  readonly reason?: 'livenessProbe' | 'startupProbe';
};

/** `attempt` is the next sandbox's number; lists are in the order in which they are to be done. */
export type PodActions = {
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  readonly attempt: number;
  readonly ephemeral: readonly ContainerSpec[];
  readonly init: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  readonly kill: readonly ContainerToKill[];
};

const nothing: PodActions = { killPod: false, createSandbox: false, attempt: 0, ephemeral: [], init: [], containers: [], kill: [] };

/** Pure: looks at the pod, at what runs and at probe results, and decides. syncPod does it (runtime-manager.ts). */
export function computePodActions(pod: Pod, status: RuntimePod, probes: ProbeResults): PodActions {
  const sandbox = sandboxChanged(pod, status);
  if (sandbox.changed) return actionsForNewSandbox(pod, status, sandbox.attempt);

  const ephemeral = ephemeralContainers(pod).filter((each) => newest(status, each.name) === undefined);
  const init = initActions(pod, status, probes);
  if (init.failed) return { ...nothing, killPod: true, ephemeral };
  if (!init.done) return { ...nothing, ephemeral, init: init.start, kill: init.kill };

  const start: ContainerSpec[] = [];
  const kill: ContainerToKill[] = [...init.kill];
  let keep = 0;
  for (const container of pod.spec.containers) {
    const verdict = judge(pod, container, status, probes);
    if (verdict === 'start') start.push(container);
    else if (verdict === 'keep') keep++;
    else if (verdict !== 'leave') {
      kill.push(verdict.kill);
      if (verdict.restart) {
        start.push(container);
        keep++;
      }
    }
  }
  const finished = keep === 0 && start.length === 0;
  return { ...nothing, killPod: finished, ephemeral, init: finished ? [] : init.start, containers: start, kill };
}

/** PodSandboxChanged: no sandbox, several ready ones, one that died, or one of another network mode. */
function sandboxChanged(pod: Pod, status: RuntimePod): { readonly changed: boolean; readonly attempt: number } {
  const [latest] = status.sandboxes;
  if (!latest) return { changed: true, attempt: 0 };
  const ready = status.sandboxes.filter((each) => each.state === 'SANDBOX_READY').length;
  const attempt = latest.metadata.attempt + 1;
  if (ready > 1 || latest.state !== 'SANDBOX_READY') return { changed: true, attempt };
  const network = latest.linux.namespaces.options.network;
  if ((pod.spec.hostNetwork ?? false) !== (network === 2)) return { changed: true, attempt };
  if (!pod.spec.hostNetwork && latest.network.ip === '') return { changed: true, attempt };
  return { changed: false, attempt: latest.metadata.attempt };
}

function actionsForNewSandbox(pod: Pod, status: RuntimePod, attempt: number): PodActions {
  // Containers can have outlived their sandbox (`docker rm -f` of the pause container).
  const killPod = status.sandboxes.length > 0 || status.containers.some(({ state }) => state === 'CONTAINER_RUNNING');
  // A pod that ran to its end needs no new sandbox: shouldRestartOnFailure and "no container to start".
  if (pod.spec.restartPolicy === 'Never' && attempt !== 0 && status.containers.length > 0) return { ...nothing, killPod };
  const containers = pod.spec.containers.filter((container) => {
    const last = newest(status, container.name);
    return !(restartPolicyOf(pod, container) === 'OnFailure' && last?.state === 'CONTAINER_EXITED' && last.exitCode === 0);
  });
  if (containers.length === 0) return { ...nothing, killPod };
  const [first] = initContainers(pod);
  const began = first !== undefined;
  return { ...nothing, killPod, createSandbox: true, attempt, init: began ? [first] : [], containers: began ? [] : containers };
}

type InitActions = { done: boolean; failed: boolean; readonly start: ContainerSpec[]; readonly kill: ContainerToKill[] };

/** computeInitContainerActions: the ordinary ones one after the other, sidecars kept running. */
function initActions(pod: Pod, status: RuntimePod, probes: ProbeResults): InitActions {
  const result: InitActions = { done: true, failed: false, start: [], kill: [] };
  // Once a container of the pod has run, ordinary init containers are not looked at again: they may have been collected.
  const initialized = pod.spec.containers.some((container) => newest(status, container.name) !== undefined);
  for (const container of initContainers(pod)) {
    const last = newest(status, container.name);
    const goesOn = isRestartableInit(container)
      ? sidecar(container, last, status, probes, result, initialized)
      : initialized || ordinaryInit(pod, container, last, result);
    if (!goesOn) {
      result.done = false;
      return result;
    }
  }
  return result;
}

/** True when the next container may begin. */
function sidecar(
  container: ContainerSpec,
  last: ContainerStatus | undefined,
  status: RuntimePod,
  probes: ProbeResults,
  result: InitActions,
  initialized: boolean,
): boolean {
  if (!last || last.state === 'CONTAINER_EXITED') {
    result.start.push(container);
    return initialized;
  }
  const unhealthy = probeVerdict(container, last, probes);
  if (unhealthy) {
    result.kill.push(unhealthy);
    result.start.push(container);
    return initialized;
  }
  if (last.state !== 'CONTAINER_RUNNING') return initialized;
  void status;
  return initialized || container.startupProbe === undefined || probes.startup.get(last.id) === 'success';
}

function ordinaryInit(pod: Pod, container: ContainerSpec, last: ContainerStatus | undefined, result: InitActions): boolean {
  if (!last) {
    result.start.push(container);
    return false;
  }
  if (last.state === 'CONTAINER_RUNNING') return false;
  if (last.state === 'CONTAINER_EXITED') {
    if (last.exitCode === 0) return true;
    result.failed = !restartsAfter(pod, container, last.exitCode);
    if (!result.failed) result.start.push(container);
    return false;
  }
  if (last.state === 'CONTAINER_CREATED') result.start.push(container);
  else {
    result.kill.push({ status: last, spec: container, message: `Init container is in "${last.state}" state, try killing it before restart` });
    result.start.push(container);
  }
  return false;
}

type Verdict = 'start' | 'keep' | 'leave' | { readonly kill: ContainerToKill; readonly restart: boolean };

function judge(pod: Pod, container: ContainerSpec, status: RuntimePod, probes: ProbeResults): Verdict {
  const last = newest(status, container.name);
  if (last?.state !== 'CONTAINER_RUNNING') {
    if (!shouldRestart(pod, container, last)) return 'leave';
    if (last?.state !== 'CONTAINER_UNKNOWN') return 'start';
    return { kill: { status: last, spec: container, message: `Container is in "unknown" state, try killing it before restart` }, restart: true };
  }
  const restart = restartPolicyOf(pod, container) !== 'Never';
  if (last.annotations[labelNames.hash] !== hashContainer(container)) {
    const message = `Container ${container.name} definition changed, will be restarted`;
    return { kill: { status: last, spec: container, message }, restart: true };
  }
  const unhealthy = probeVerdict(container, last, probes);
  if (!unhealthy) return 'keep';
  return { kill: restart ? unhealthy : { ...unhealthy, message: unhealthy.message.replace(', will be restarted', '') }, restart };
}

function probeVerdict(container: ContainerSpec, last: ContainerStatus, probes: ProbeResults): ContainerToKill | undefined {
  if (probes.liveness.get(last.id) === 'failure')
    return { status: last, spec: container, message: `Container ${containerName(last)} failed liveness probe, will be restarted`, reason: 'livenessProbe' };
  if (probes.startup.get(last.id) === 'failure')
    return { status: last, spec: container, message: `Container ${containerName(last)} failed startup probe, will be restarted`, reason: 'startupProbe' };
  return undefined;
}
