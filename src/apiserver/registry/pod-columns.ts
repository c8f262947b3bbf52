/** The row of a pod: kubernetes pkg/printers/internalversion/printers.go printPod. */
import type { ContainerStatus, Pod } from '../../api/types.ts';
import { age, ageColumn, nameColumn } from '../table.ts';
import type { Column } from './strategy.ts';

type Row = { readonly ready: number; readonly total: number; readonly reason: string; readonly restarts: number; readonly lastRestart: number };

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  { name: 'Ready', cell: (pod) => `${rowOf(pod).ready}/${rowOf(pod).total}` },
  { name: 'Status', cell: (pod) => rowOf(pod).reason },
  { name: 'Restarts', cell: restartsCell },
  ageColumn,
  { name: 'IP', wide: true, cell: (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>' },
  { name: 'Node', wide: true, cell: (pod) => pod.spec.nodeName || '<none>' },
  { name: 'Nominated Node', wide: true, cell: (pod) => pod.status?.nominatedNodeName || '<none>' },
  { name: 'Readiness Gates', wide: true, cell: readinessGates },
];

function restartsCell(pod: Pod, now: number): string {
  const { restarts, lastRestart } = rowOf(pod);
  return restarts === 0 || lastRestart === 0 ? String(restarts) : `${restarts} (${age(new Date(lastRestart).toISOString(), now)} ago)`;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter((gate) => hasCondition(pod, gate.conditionType));
  return `${open.length}/${gates.length}`;
}

const hasCondition = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;

function rowOf(pod: Pod): Row {
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((container) => (container as { restartPolicy?: string }).restartPolicy === 'Always').map(({ name }) => name),
  );
  const total = pod.spec.containers.length + sidecars.size;
  const init = initRow(pod, sidecars);
  const main = init.initializing && !hasCondition(pod, 'Initialized') ? init : mainRow(pod, init);
  return { ...main, total, reason: deletionReason(pod, main.reason) };
}

function deletionReason(pod: Pod, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? reason : 'Terminating';
}

type Partial = Omit<Row, 'total'> & { readonly initializing: boolean; readonly sidecarRestarts: number; readonly sidecarLast: number };

function initRow(pod: Pod, sidecars: ReadonlySet<string>): Partial {
  let [ready, restarts, lastRestart, sidecarRestarts, sidecarLast] = [0, 0, 0, 0, 0];
  let reason = pod.status?.reason || (isGated(pod) ? 'SchedulingGated' : (pod.status?.phase ?? ''));
  let initializing = false;
  for (const [i, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    restarts += status.restartCount;
    lastRestart = Math.max(lastRestart, finishedAt(status));
    const sidecar = sidecars.has(status.name);
    if (sidecar) {
      sidecarRestarts += status.restartCount;
      sidecarLast = Math.max(sidecarLast, finishedAt(status));
    }
    if (status.state?.terminated?.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) ready++;
      continue;
    }
    reason = `Init:${initReason(status, i, pod.spec.initContainers?.length ?? 0)}`;
    initializing = true;
    break;
  }
  return { ready, restarts, lastRestart, reason, initializing, sidecarRestarts, sidecarLast };
}

const isGated = (pod: Pod): boolean => pod.status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated') === true;

function initReason({ state }: ContainerStatus, at: number, count: number): string {
  if (state?.terminated) return terminatedReason(state.terminated);
  if (state?.waiting?.reason && state.waiting.reason !== 'PodInitializing') return state.waiting.reason;
  return `${at}/${count}`;
}

const terminatedReason = ({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

function mainRow(pod: Pod, init: Partial): Partial {
  let { ready, reason, sidecarRestarts: restarts, sidecarLast: lastRestart } = init;
  let hasRunning = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    restarts += status.restartCount;
    lastRestart = Math.max(lastRestart, finishedAt(status));
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) reason = terminatedReason(terminated);
    else if (status.ready && running) {
      hasRunning = true;
      ready++;
    }
  }
  if (reason === 'Completed' && hasRunning) reason = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  return { ...init, ready, reason, restarts, lastRestart };
}

const finishedAt = (status: ContainerStatus): number => {
  const time = status.lastState?.terminated?.finishedAt;
  return time === undefined ? 0 : Date.parse(time);
};
