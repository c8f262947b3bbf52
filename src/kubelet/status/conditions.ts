/** Conditions of a pod: kubernetes pkg/kubelet/status/generate.go. */
import type { ContainerSpec, ContainerStatus, Pod } from '../../api/types.ts';
import { initContainers, isRestartableInit } from '../pod.ts';
import { restartsAfter } from '../runtime/restart-policy.ts';

/** Without times: the status manager keeps lastTransitionTime where nothing changed. */
export type ConditionFacts = { readonly type: string; readonly status: 'True' | 'False'; readonly reason?: string; readonly message?: string };

/** PodPhase of the API. */
type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

type Statuses = readonly ContainerStatus[];

/** In the order in which a real kubelet writes them. */
export function podConditions(pod: Pod, phase: Phase, init: Statuses, containers: Statuses, sandboxReady: boolean): ConditionFacts[] {
  const ready = containersReady(pod, phase, init, containers);
  return [
    { type: 'PodReadyToStartContainers', status: sandboxReady ? 'True' : 'False' },
    initialized(pod, phase, init, containers),
    podReady(pod, ready),
    ready,
    { type: 'PodScheduled', status: 'True' },
  ];
}

function initialized(pod: Pod, phase: Phase, init: Statuses, containers: Statuses): ConditionFacts {
  const type = 'Initialized';
  const incomplete = initContainers(pod)
    .filter((container) => {
      const status = init.find(({ name }) => name === container.name);
      return isRestartableInit(container) ? !status?.started : status?.state?.terminated?.exitCode !== 0;
    })
    .map(({ name }) => name);
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = containers.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  if (incomplete.length === 0 || begun) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
}

function containersReady(pod: Pod, phase: Phase, init: Statuses, containers: Statuses): ConditionFacts {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unknown: string[] = [];
  const unready: string[] = [];
  const look = (container: ContainerSpec, statuses: Statuses): void => {
    const status = statuses.find(({ name }) => name === container.name);
    if (!status) unknown.push(container.name);
    else if (!status.ready) unready.push(container.name);
  };
  for (const container of initContainers(pod)) if (isRestartableInit(container)) look(container, init);
  for (const container of pod.spec.containers) look(container, containers);
  if (unknown.length === 0 && unready.length === 0) return { type, status: 'True' };
  const parts = [
    ...(unknown.length > 0 ? [`containers with unknown status: [${unknown.join(' ')}]`] : []),
    ...(unready.length > 0 ? [`containers with unready status: [${unready.join(' ')}]`] : []),
  ];
  return { type, status: 'False', reason: 'ContainersNotReady', message: parts.join(', ') };
}

function podReady(pod: Pod, containers: ConditionFacts): ConditionFacts {
  if (containers.status !== 'True') return { ...containers, type: 'Ready' };
  const wrong: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const found = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!found) wrong.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (found.status !== 'True') wrong.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
  }
  if (wrong.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: wrong.join(', ') };
}

/** kubelet_pods.go getPhase. */
export function podPhase(pod: Pod, init: Statuses, containers: Statuses, terminal: boolean): Phase {
  const ordinary = initContainers(pod).filter((each) => !isRestartableInit(each));
  let pendingInit = 0;
  let failedInit = 0;
  let failed = false;
  for (const container of ordinary) {
    const status = init.find(({ name }) => name === container.name);
    const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
    if (status?.state?.running) pendingInit++;
    else if (!ended) pendingInit++;
    else if (ended.exitCode !== 0) {
      failedInit++;
      failed ||= !restartsAfter(pod, container, ended.exitCode);
    }
  }
  for (const container of initContainers(pod).filter(isRestartableInit)) {
    const status = init.find(({ name }) => name === container.name);
    if (status?.state?.running && !status.started) pendingInit++;
  }
  const counts = { waiting: 0, running: 0, stopped: 0, restarting: 0, succeeded: 0, unknown: 0 };
  for (const container of pod.spec.containers) {
    const status = containers.find(({ name }) => name === container.name);
    if (!status) counts.unknown++;
    else if (status.state?.running) counts.running++;
    else {
      const ended = status.state?.terminated ?? (status.state?.waiting && status.lastState?.terminated);
      if (!ended) counts.waiting++;
      else {
        counts.stopped++;
        if (restartsAfter(pod, container, ended.exitCode)) counts.restarting++;
        if (status.state?.terminated?.exitCode === 0) counts.succeeded++;
      }
    }
  }
  if (failed) return 'Failed';
  const begun = counts.running + counts.stopped > 0;
  if ((pendingInit > 0 || failedInit > 0) && !begun) return 'Pending';
  if (counts.waiting > 0 && !(terminal && begun)) return 'Pending';
  if (counts.running > 0 && counts.unknown === 0) return 'Running';
  if (counts.running === 0 && counts.stopped > 0 && counts.unknown === 0) {
    if (!terminal && counts.restarting > 0) return 'Running';
    return counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed';
  }
  return 'Pending';
}
