/** The row of a pod: kubernetes pkg/printers/internalversion/printers.go printPod. */
import type { ContainerStatus, Pod } from '../../api/types.ts';
import { age, ageColumn, nameColumn } from '../table.ts';
import type { Column } from './strategy.ts';

type Row = { readonly ready: number; readonly total: number; readonly reason: string; readonly restarts: number; readonly lastRestart: number };

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  { name: 'Ready', facts: rowOf, cell: (_pod, _now, row) => `${(row as Row).ready}/${(row as Row).total}` },
  { name: 'Status', facts: rowOf, cell: (_pod, _now, row) => (row as Row).reason },
  { name: 'Restarts', facts: rowOf, cell: restartsCell },
  ageColumn,
  { name: 'IP', wide: true, cell: (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>' },
  { name: 'Node', wide: true, cell: (pod) => pod.spec.nodeName || '<none>' },
  { name: 'Nominated Node', wide: true, cell: (pod) => pod.status?.nominatedNodeName || '<none>' },
  { name: 'Readiness Gates', wide: true, cell: readinessGates },
];

function restartsCell(_pod: Pod, now: number, row: unknown): string {
  const { restarts, lastRestart } = row as Row;
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
  const sidecars = pod.spec.initContainers ? sidecarsOf(pod.spec.initContainers) : noNames;
  const total = pod.spec.containers.length + sidecars.size;
  const init = initRow(pod, sidecars);
  const main = init.initializing && !hasCondition(pod, 'Initialized') ? init : mainRow(pod, init);
  // Written out: this is made for every row of every list.
  return { ready: main.ready, total, reason: deletionReason(pod, main.reason), restarts: main.restarts, lastRestart: main.lastRestart };
}

const noNames: ReadonlySet<string> = new Set();
const sidecarsOf = (containers: NonNullable<Pod['spec']['initContainers']>): ReadonlySet<string> =>
  new Set(containers.filter((container) => (container as { restartPolicy?: string }).restartPolicy === 'Always').map(({ name }) => name));

function deletionReason(pod: Pod, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? reason : 'Terminating';
}

type Partial = Omit<Row, 'total'> & { readonly initializing: boolean; readonly sidecarRestarts: number; readonly sidecarLast: number };

function initRow(pod: Pod, sidecars: ReadonlySet<string>): Partial {
  let ready = 0;
  let restarts = 0;
  let lastRestart = 0;
  let sidecarRestarts = 0;
  let sidecarLast = 0;
  let reason = pod.status?.reason || (isGated(pod) ? 'SchedulingGated' : (pod.status?.phase ?? ''));
  let initializing = false;
  const statuses = pod.status?.initContainerStatuses;
  for (let i = 0; statuses !== undefined && i < statuses.length; i++) {
    const status = statuses[i] as ContainerStatus;
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
  const statuses = pod.status?.containerStatuses ?? [];
  for (let i = statuses.length - 1; i >= 0; i--) {
    const status = statuses[i] as ContainerStatus;
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
  return { ready, reason, restarts, lastRestart, initializing: init.initializing, sidecarRestarts: init.sidecarRestarts, sidecarLast: init.sidecarLast };
}

const finishedAt = (status: ContainerStatus): number => {
  const time = status.lastState?.terminated?.finishedAt;
  return time === undefined ? 0 : Date.parse(time);
};
