/** /metrics and /metrics/cadvisor of the kubelet: kubernetes pkg/kubelet/metrics/metrics.go, google/cadvisor metrics/prometheus.go. */
import type { Pod } from '../../api/types.ts';
import { type BuildInfo, Counter, exposition, type Family, labelsText, processFamilies, type Sample, single } from '../../apimachinery/metrics.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { type ContainerStats, CriError } from '../../interfaces/cri.ts';
import type { Context } from '../context.ts';

/** What is counted where it happens. */
export class KubeletCounters {
  readonly startedPods = new Counter();
  readonly startedPodErrors = new Counter();
  readonly startedContainers = new Counter();
  readonly startedContainerErrors = new Counter();
  readonly evictions = new Counter();
}

/** What is told of a kubelet beside what it does. */
export type KubeletFacts = {
  readonly pods: () => readonly Pod[];
  readonly startedAt: number;
  readonly build?: BuildInfo | undefined;
  /** As its file and flags have it. */
  readonly config: Readonly<Record<string, unknown>>;
};

/** `/metrics` */
export function kubeletMetrics(context: Context, facts: KubeletFacts): string {
  const { counters, kernel, nodeName, sim } = context;
  const alpha = (name: string, type: Family['type'], help: string, samples: Iterable<Sample>): Family => ({ name, type, help, stability: 'ALPHA', samples });
  const counted: readonly Family[] = [
    alpha('kubelet_started_pods_total', 'counter', 'Cumulative number of pods started', counters.startedPods),
    alpha('kubelet_started_pods_errors_total', 'counter', 'Cumulative number of errors when starting pods', counters.startedPodErrors),
    alpha('kubelet_started_containers_total', 'counter', 'Cumulative number of containers started', counters.startedContainers),
    alpha('kubelet_started_containers_errors_total', 'counter', 'Cumulative number of errors when starting containers', counters.startedContainerErrors),
    alpha('kubelet_evictions', 'counter', 'Cumulative number of pod evictions by eviction signal', counters.evictions),
  ];
  const pods = facts.pods();
  const statics = pods.filter(({ metadata }) => metadata.annotations?.['kubernetes.io/config.source'] === 'file').length;
  return exposition([
    ...counted,
    alpha('kubelet_node_name', 'gauge', "The node's name. The count is always 1.", [[labelsText({ node: nodeName }), 1]]),
    alpha('kubelet_running_containers', 'gauge', 'Number of containers currently running', runningContainers(context)),
    alpha('kubelet_running_pods', 'gauge', 'Number of pods that have a running pod sandbox', single(runningSandboxes(context))),
    alpha('kubelet_desired_pods', 'gauge', 'The number of pods the kubelet is being instructed to run. static is true if the pod is not from the apiserver.', [
      [labelsText({ static: '' }), pods.length - statics],
      [labelsText({ static: 'true' }), statics],
    ]),
    alpha('machine_cpu_cores', 'gauge', 'Number of logical CPU cores.', single(kernel.cpus)),
    alpha('machine_memory_bytes', 'gauge', 'Amount of memory installed on the machine.', single(kernel.memoryBytes)),
    ...processFamilies({ startedAt: facts.startedAt, memoryBytes: 90 * 2 ** 20, cpuSeconds: (sim.now - facts.startedAt) / 50_000 }, facts.build),
  ]);
}

function asked<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return otherwise;
  }
}

const states: Readonly<Record<string, string>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

function runningContainers({ cri }: Context): Counter {
  const counter = new Counter();
  for (const { state } of asked(() => cri().runtime.listContainers(), [])) counter.inc(labelsText({ container_state: states[state] ?? 'unknown' }));
  return counter;
}

const runningSandboxes = ({ cri }: Context): number => asked(() => cri().runtime.listPodSandbox(), []).filter(({ state }) => state === 'SANDBOX_READY').length;

/** `/metrics/cadvisor` */
export function cadvisorMetrics(context: Context, { pods }: KubeletFacts): string {
  const { cri, kernel, sim } = context;
  const stats = asked(() => cri().runtime.listContainerStats(), []);
  const images = new Map(asked(() => cri().runtime.listContainers(), []).map(({ id, image }) => [id, image.image]));
  const limits = new Map(
    pods().flatMap((pod) => pod.spec.containers.map((container) => [`${pod.metadata.uid}/${container.name}`, container.resources?.limits])),
  );
  const labels = (each: ContainerStats): string => {
    const label = (name: string): string => each.labels[`io.kubernetes.${name}`] ?? '';
    return labelsText({
      container: label('container.name'),
      id: `/kubepods/pod${label('pod.uid')}/${each.id}`,
      image: images.get(each.id) ?? '',
      name: each.id,
      namespace: label('pod.namespace'),
      pod: label('pod.name'),
    });
  };
  const limitOf = (each: ContainerStats, name: string) =>
    tryParseQuantity(limits.get(`${each.labels['io.kubernetes.pod.uid']}/${each.labels['io.kubernetes.container.name']}`)?.[name]);
  const family = (name: string, type: Family['type'], help: string, value: (each: ContainerStats) => number): Family => ({
    name,
    type,
    help,
    samples: stats.map((each): Sample => [labels(each), value(each)]),
  });
  const bytes = (each: ContainerStats): number => each.memoryWorkingSetBytes;
  return exposition([
    family('container_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed in seconds.', (each) => each.cpuUsageNanos / 1e9),
    family('container_memory_working_set_bytes', 'gauge', 'Current working set in bytes.', bytes),
    family('container_memory_usage_bytes', 'gauge', 'Current memory usage in bytes, including all memory regardless of when it was accessed', bytes),
    family('container_fs_usage_bytes', 'gauge', 'Number of bytes that are consumed by the container on this filesystem.', (each) => each.writableLayerBytes),
    family('container_last_seen', 'gauge', 'Last time a container was seen by the exporter', () => Math.floor(sim.now / 1000)),
    family('container_spec_memory_limit_bytes', 'gauge', 'Memory limit for the container.', (each) => limitOf(each, 'memory')?.value() ?? 0),
    family('container_spec_cpu_quota', 'gauge', 'CPU quota of the container.', (each) => (limitOf(each, 'cpu')?.milliValue() ?? 0) * 100),
    { name: 'machine_cpu_cores', type: 'gauge', help: 'Number of logical CPU cores.', samples: single(kernel.cpus) },
    { name: 'machine_memory_bytes', type: 'gauge', help: 'Amount of memory installed on the machine.', samples: single(kernel.memoryBytes) },
    {
      name: 'container_scrape_error',
      type: 'gauge',
      help: '1 if there was an error while getting container metrics, 0 otherwise',
      samples: single(0),
    },
  ]);
}

/** `/stats/summary`: pkg/kubelet/server/stats. */
export function statsSummary(context: Context): object {
  const { kernel, nodeName, sim } = context;
  const time = new Date(Math.floor(sim.now / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const pods = new Map<string, { podRef: object; startTime: string; containers: object[] }>();
  for (const each of asked(() => context.cri().runtime.listContainerStats(), [])) {
    const label = (name: string): string => each.labels[`io.kubernetes.${name}`] ?? '';
    const uid = label('pod.uid');
    const pod = pods.get(uid) ?? { podRef: { name: label('pod.name'), namespace: label('pod.namespace'), uid }, startTime: time, containers: [] };
    pods.set(uid, pod);
    pod.containers.push({
      name: label('container.name'),
      startTime: time,
      cpu: { time, usageCoreNanoSeconds: each.cpuUsageNanos },
      memory: { time, usageBytes: each.memoryWorkingSetBytes, workingSetBytes: each.memoryWorkingSetBytes },
      rootfs: { time, usedBytes: each.writableLayerBytes, inodesUsed: each.writableLayerInodes },
    });
  }
  const { rootCgroup } = kernel;
  const node = {
    nodeName,
    startTime: time,
    cpu: { time, usageCoreNanoSeconds: Math.round(rootCgroup.cpuUsageMicros * 1000) },
    memory: { time, availableBytes: kernel.memoryBytes - rootCgroup.memoryBytes, usageBytes: rootCgroup.memoryBytes, workingSetBytes: rootCgroup.memoryBytes },
  };
  return { node, pods: [...pods.values()] };
}
