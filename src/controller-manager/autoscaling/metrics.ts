import type { HorizontalPodAutoscaler, Pod } from '../../api/types.ts';
import { cpuMillis, wholeValue } from '../../apimachinery/quantity.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { Client } from '../../client/client.ts';
import { isReady } from '../pods.ts';

/** pkg/controller/podautoscaler/metrics and replica_calculator.go, for Resource metrics. */

type PodMetrics = {
  readonly metadata: { readonly name: string };
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
};

/** Why no number of replicas could be worked out, in upstream's words. */
export class MetricError extends Error {}

/** cpu in thousandths, everything else in whole units. */
const amount = (resource: string, text: string | undefined): number => (resource === 'cpu' ? cpuMillis(text) : wholeValue(text));

/** Usage by pod from the resource metrics API; throws MetricError when nobody serves it. */
export function usageByPod(client: Client, namespace: string, labelSelector: string, resource: string): ReadonlyMap<string, number> {
  let items: readonly PodMetrics[];
  try {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    items = (client.send({ method: 'GET', path, query: { labelSelector } }).body as { items: readonly PodMetrics[] }).items;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const why =
      error.reason === 'NotFound'
        ? 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        : error.reason === 'ServiceUnavailable'
          ? 'the server is currently unable to handle the request (get pods.metrics.k8s.io)'
          : error.message;
    throw new MetricError(`unable to get metrics for resource ${resource}: unable to fetch metrics from resource metrics API: ${why}`);
  }
  if (items.length === 0) throw new MetricError(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`);
  return new Map(items.map(({ metadata, containers }) => [metadata.name, containers.reduce((sum, { usage }) => sum + amount(resource, usage[resource]), 0)]));
}

export type Proposal = { readonly replicas: number; readonly averageUtilization?: number; readonly averageValue: number };

type Target = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]['resource']>['target'];

/** How many replicas would bring the usage to its target; within the tolerance: as many as there are. */
export function propose(target: Target, resource: string, pods: readonly Pod[], usage: ReadonlyMap<string, number>, current: number): Proposal {
  const ready = pods.filter((pod) => isReady(pod) && usage.has(pod.metadata.name ?? ''));
  if (ready.length === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  const total = ready.reduce((sum, { metadata }) => sum + (usage.get(metadata.name ?? '') ?? 0), 0);
  const averageValue = Math.floor(total / ready.length);
  if (target.averageUtilization !== undefined) {
    const requested = ready.reduce((sum, pod) => sum + requestOf(pod, resource), 0);
    const averageUtilization = Math.floor((total * 100) / requested);
    return { replicas: scaled(averageUtilization / target.averageUtilization, ready.length, current), averageUtilization, averageValue };
  }
  return { replicas: scaled(averageValue / amount(resource, target.averageValue), ready.length, current), averageValue };
}

const tolerance = 0.1;
const scaled = (ratio: number, ready: number, current: number): number => (Math.abs(1 - ratio) <= tolerance ? current : Math.ceil(ratio * ready));

function requestOf({ metadata, spec }: Pod, resource: string): number {
  return spec.containers.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource];
    if (request === undefined) throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
    return sum + amount(resource, request);
  }, 0);
}
