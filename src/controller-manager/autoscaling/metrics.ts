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
export function usageByPod(
  client: Client,
  { namespace, labelSelector, resource, container }: { namespace: string; labelSelector: string; resource: string; container?: string | undefined },
): ReadonlyMap<string, number> {
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
  const counted = (containers: PodMetrics['containers']): PodMetrics['containers'] =>
    container === undefined ? containers : containers.filter(({ name }) => name === container);
  return new Map(
    items.map(({ metadata, containers }) => [metadata.name, counted(containers).reduce((sum, { usage }) => sum + amount(resource, usage[resource]), 0)]),
  );
}

/** What one metric asks for; the largest of them wins. `averageValue` is in the metric's own unit (millicores for cpu). */
export type Proposal = { readonly replicas: number; readonly averageUtilization?: number; readonly averageValue: number };

type Spec = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];

/** Metrics that come from APIs which no cluster has by itself: what the controller says without them. */
export function missingApi({ pods, object, external }: Spec, namespace: string): { readonly reason: string; readonly message: string } | undefined {
  const custom = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
  if (pods) return { reason: 'FailedGetPodsMetric', message: `unable to get metric ${pods.metric.name}: ${custom}` };
  if (object) {
    const { kind, name } = object.describedObject;
    return { reason: 'FailedGetObjectMetric', message: `unable to get metric ${object.metric.name}: ${kind} on ${namespace} ${name}/${custom}` };
  }
  if (!external) return undefined;
  const labels = Object.entries(external.metric.selector?.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`);
  const selector = external.metric.selector
    ? `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{},}`
    : 'nil';
  const api = 'unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered';
  return { reason: 'FailedGetExternalMetric', message: `unable to get external metric ${namespace}/${external.metric.name}/${selector}: ${api}` };
}

type Target = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]['resource']>['target'];

/** How many replicas would bring the usage to its target; within the tolerance: as many as there are. */
export function propose(
  { target, name: resource, container }: { readonly target: Target; readonly name: string; readonly container?: string | undefined },
  pods: readonly Pod[],
  usage: ReadonlyMap<string, number>,
  current: number,
): Proposal {
  const ready = pods.filter((pod) => isReady(pod) && usage.has(pod.metadata.name ?? ''));
  if (ready.length === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  const total = ready.reduce((sum, { metadata }) => sum + (usage.get(metadata.name ?? '') ?? 0), 0);
  const averageValue = Math.floor(total / ready.length);
  if (target.averageUtilization !== undefined) {
    const requested = ready.reduce((sum, pod) => sum + requestOf(pod, resource, container), 0);
    const averageUtilization = Math.floor((total * 100) / requested);
    return { replicas: scaled(averageUtilization / target.averageUtilization, ready.length, current), averageUtilization, averageValue };
  }
  return { replicas: scaled(averageValue / amount(resource, target.averageValue), ready.length, current), averageValue };
}

const tolerance = 0.1;
const scaled = (ratio: number, ready: number, current: number): number => (Math.abs(1 - ratio) <= tolerance ? current : Math.ceil(ratio * ready));

function requestOf({ metadata, spec }: Pod, resource: string, only: string | undefined): number {
  return spec.containers.reduce((sum, { name, resources }) => {
    if (only !== undefined && name !== only) return sum;
    const request = resources?.requests?.[resource];
    if (request === undefined) throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
    return sum + amount(resource, request);
  }, 0);
}
