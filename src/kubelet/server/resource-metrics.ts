/** /metrics/resource: CPU and memory of the node, its pods and containers, for metrics-server (kubernetes pkg/kubelet/metrics/collectors/resource_metrics.go). */
import { CriError } from '../../interfaces/cri.ts';
import type { Context } from '../context.ts';

type Sample = { readonly labels: string; readonly value: number };
type Usage = { readonly labels: string; readonly cpuSeconds: number; readonly memoryBytes: number };

/** In the text format of Prometheus, with the moment of the measurement in milliseconds. */
export function resourceMetrics(context: Context): string {
  const now = Math.floor(context.sim.now);
  const { rootCgroup } = context.kernel;
  const containers = containerUsage(context);
  const pods = podUsage(containers);
  const family = (name: string, help: string, type: string, samples: readonly Sample[]): string =>
    samples.length === 0
      ? ''
      : `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${samples.map(({ labels, value }) => `${name}${labels} ${goFloat(value)} ${now}\n`).join('')}`;
  const cpu = (usages: readonly Usage[]): Sample[] => usages.map(({ labels, cpuSeconds }) => ({ labels, value: cpuSeconds }));
  const memory = (usages: readonly Usage[]): Sample[] => usages.map(({ labels, memoryBytes }) => ({ labels, value: memoryBytes }));
  return [
    family('container_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the container in core-seconds', 'counter', cpu(containers)),
    family('container_memory_working_set_bytes', 'Current working set of the container in bytes', 'gauge', memory(containers)),
    family('node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds', 'counter', [
      { labels: '', value: rootCgroup.cpuUsageMicros / 1e6 },
    ]),
    family('node_memory_working_set_bytes', 'Current working set of the node in bytes', 'gauge', [{ labels: '', value: rootCgroup.memoryBytes }]),
    family('pod_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the pod in core-seconds', 'counter', cpu(pods)),
    family('pod_memory_working_set_bytes', 'Current working set of the pod in bytes', 'gauge', memory(pods)),
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n',
  ].join('');
}

type ContainerUsage = Usage & { readonly pod: string };

function containerUsage({ cri }: Context): ContainerUsage[] {
  try {
    return cri()
      .runtime.listContainerStats()
      .map(({ labels, metadata, cpuUsageNanos, memoryWorkingSetBytes }) => {
        const pod = `namespace="${labels['io.kubernetes.pod.namespace'] ?? ''}",pod="${labels['io.kubernetes.pod.name'] ?? ''}"`;
        const name = labels['io.kubernetes.container.name'] ?? metadata.name;
        return { pod: `{${pod}}`, labels: `{container="${name}",${pod}}`, cpuSeconds: cpuUsageNanos / 1e9, memoryBytes: memoryWorkingSetBytes };
      });
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return [];
  }
}

function podUsage(containers: readonly ContainerUsage[]): Usage[] {
  const pods = new Map<string, { labels: string; cpuSeconds: number; memoryBytes: number }>();
  for (const { pod, cpuSeconds, memoryBytes } of containers) {
    const sum = pods.get(pod) ?? { labels: pod, cpuSeconds: 0, memoryBytes: 0 };
    sum.cpuSeconds += cpuSeconds;
    sum.memoryBytes += memoryBytes;
    pods.set(pod, sum);
  }
  return [...pods.values()];
}

/** `2.62144e+08`, as Go prints floats from a million on. */
function goFloat(value: number): string {
  if (value < 1e6) return String(Math.round(value * 1e6) / 1e6);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
