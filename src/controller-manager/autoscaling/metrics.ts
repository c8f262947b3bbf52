import type { HorizontalPodAutoscaler, Pod } from '../../api/types.ts';
import { parseGoDuration } from '../../apimachinery/duration.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { parseTime } from '../../apimachinery/time.ts';
import type { Client } from '../../client/client.ts';
import { podLevelResources, podTotal } from '../../client/component-helpers/pod-resources.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { podCondition } from '../pods.ts';

/** pkg/controller/podautoscaler/metrics and replica_calculator.go, for Resource metrics. */

type PodMetrics = {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
};

/** Why no number of replicas could be worked out, in upstream's words. */
export class MetricError extends Error {}

/** What the metrics API measured of one pod, in thousandths, over the `window` that ended at `at`. */
export type PodMetric = { readonly value: number; readonly at: Milliseconds; readonly window: Milliseconds };

const millis = (text: string | undefined): number => tryParseQuantity(text)?.milliValue() ?? 0;

/** Usage by pod from the resource metrics API; a pod of which a container lacks it has none. Throws MetricError when nobody serves it. */
export function usageByPod(
  client: Client,
  { namespace, labelSelector, resource, container }: { namespace: string; labelSelector: string; resource: string; container?: string | undefined },
): Map<string, PodMetric> {
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
  const found = new Map<string, PodMetric>();
  for (const { metadata, timestamp, window, containers } of items) {
    const counted = container === undefined ? containers : containers.filter(({ name }) => name === container);
    if (counted.some(({ usage }) => usage[resource] === undefined) || (container !== undefined && counted.length === 0)) continue;
    const value = counted.reduce((sum, { usage }) => sum + millis(usage[resource]), 0);
    found.set(metadata.name, { value, at: parseTime(timestamp), window: parseGoDuration(window) });
  }
  return found;
}

/** What one metric asks for; the largest of them wins. `averageValue` is in thousandths. */
export type Proposal = { readonly replicas: number; readonly averageUtilization?: number; readonly averageValue: number };

type Spec = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];

/** `wrapped` is what the whole says of it, where that is more than its own `message`. */
type MissingApi = { readonly reason: string; readonly message: string; readonly wrapped?: string };

/** Metrics that come from APIs which no cluster has by itself: what the controller says without them. */
export function missingApi({ pods, object, external }: Spec, namespace: string): MissingApi | undefined {
  const custom = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
  if (pods) return { reason: 'FailedGetPodsMetric', message: `unable to get metric ${pods.metric.name}: ${custom}` };
  if (object) {
    const { kind, name } = object.describedObject;
    const message = `unable to get metric ${object.metric.name}: ${kind} on ${namespace} ${name}/${custom}`;
    const average = object.target.type === 'AverageValue';
    return { reason: 'FailedGetObjectMetric', message, ...(average && { wrapped: `failed to get ${object.metric.name} object metric: ${message}` }) };
  }
  if (!external) return undefined;
  const labels = Object.entries(external.metric.selector?.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`);
  const selector = external.metric.selector
    ? `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{},}`
    : 'nil';
  const api = `unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${external.metric.name}.external.metrics.k8s.io)`;
  const name = external.metric.name;
  const message = `unable to get external metric ${namespace}/${name}/${selector}: ${api}`;
  const what = external.target.averageValue === undefined ? `external metric ${name}` : `${name} external metric`;
  return { reason: 'FailedGetExternalMetric', message, wrapped: `failed to get ${what}: ${message}` };
}

type Target = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]['resource']>['target'];

type Question = { readonly target: Target; readonly name: string; readonly container?: string | undefined };
type Circumstances = { readonly current: number; readonly now: Milliseconds; readonly behavior?: HorizontalPodAutoscaler['spec']['behavior'] };

/**
 * How many replicas would bring the usage to its target; within the tolerance: as many as there are. Pods that are not ready yet count as idle
 * when it goes up; pods without metrics as idle when it goes up, as fully used when it goes down (GetResourceReplicas, calcPlainMetricReplicas).
 */
export function propose(
  { target, name: resource, container }: Question,
  pods: readonly Pod[],
  metrics: ReadonlyMap<string, PodMetric>,
  { current, now, behavior }: Circumstances,
): Proposal {
  if (pods.length === 0) throw new MetricError('no pods returned by selector while calculating replica count');
  const { ready, unready, missing } = groupPods(pods, metrics, resource, now);
  const values = new Map([...metrics].filter(([name]) => ready.has(name)).map(([name, { value }]) => [name, value]));
  if (values.size === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)');
  const wanted = target.averageUtilization;
  const requests = wanted === undefined ? undefined : new Map(pods.map((pod) => [pod.metadata.name ?? '', requestOf(pod, resource, container)]));
  const goal = wanted ?? millis(target.averageValue);
  const measured = measure(values, requests, goal);
  const { ratio, averageUtilization, averageValue } = measured;
  const proposal = (replicas: number): Proposal => ({ replicas, averageValue, ...(averageUtilization !== undefined && { averageUtilization }) });
  const within = (of: number): boolean => 1 - toleranceOf(behavior?.scaleDown) <= of && of <= 1 + toleranceOf(behavior?.scaleUp);
  const waking = ratio > 1 ? unready : [];
  if (waking.length === 0 && missing.length === 0) return proposal(within(ratio) ? current : Math.ceil(ratio * ready.size));
  for (const name of missing) {
    if (ratio < 1) values.set(name, requests ? Math.floor(((requests.get(name) ?? 0) * Math.max(100, goal)) / 100) : goal);
    else if (ratio > 1) values.set(name, 0);
  }
  for (const name of waking) values.set(name, 0);
  const next = measure(values, requests, goal).ratio;
  if (within(next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return proposal(current);
  const replicas = Math.ceil(next * values.size);
  return proposal((next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas);
}

/** GetResourceUtilizationRatio with `requests`, GetMetricUsageRatio without. */
function measure(values: ReadonlyMap<string, number>, requests: ReadonlyMap<string, number> | undefined, goal: number) {
  const known = [...values].filter(([name]) => requests?.has(name) ?? true);
  const total = known.reduce((sum, [, value]) => sum + value, 0);
  const averageValue = Math.floor(total / known.length);
  if (requests === undefined) return { ratio: averageValue / goal, averageUtilization: undefined, averageValue };
  const requested = known.reduce((sum, [name]) => sum + (requests.get(name) ?? 0), 0);
  if (requested === 0) throw new MetricError('no metrics returned matched known pods');
  const averageUtilization = Math.floor((total * 100) / requested);
  return { ratio: averageUtilization / goal, averageUtilization, averageValue };
}

const toleranceOf = (rules: object | undefined): number => {
  const given = tryParseQuantity((rules as { readonly tolerance?: string } | undefined)?.tolerance);
  return given === undefined ? 0.1 : Number(given.nanos) / 1e9;
};

/** Those that end count nowhere. A young pod's CPU counts once a whole window was measured after it became ready. */
function groupPods(pods: readonly Pod[], metrics: ReadonlyMap<string, PodMetric>, resource: string, now: Milliseconds) {
  const ready = new Set<string>();
  const [unready, missing]: [string[], string[]] = [[], []];
  for (const pod of pods) {
    const { metadata, status } = pod;
    const name = metadata.name ?? '';
    const metric = metrics.get(name);
    if (metadata.deletionTimestamp !== undefined || status?.phase === 'Failed') continue;
    if (status?.phase === 'Pending') unready.push(name);
    else if (metric === undefined) missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, now)) unready.push(name);
    else ready.add(name);
  }
  return { ready, unready, missing };
}

const cpuInitializationPeriod = 5 * 60_000;
const initialReadinessDelay = 30_000;

function isStarting(pod: Pod, { at, window }: PodMetric, now: Milliseconds): boolean {
  const condition = podCondition(pod, 'Ready');
  if (condition?.lastTransitionTime === undefined || pod.status?.startTime === undefined) return true;
  const [started, changed, down] = [parseTime(pod.status.startTime), parseTime(condition.lastTransitionTime), condition.status === 'False'];
  if (started + cpuInitializationPeriod > now) return down || at < changed + window;
  return down && started + initialReadinessDelay > changed;
}

function requestOf(pod: Pod, resource: string, only: string | undefined): number {
  const { metadata, spec } = pod;
  if (podLevelResources(spec)?.requests !== undefined && only === undefined) {
    const request = podTotal(spec, 'requests')[resource];
    if (request === undefined) throw new MetricError(`missing pod-level request for ${resource} in Pod ${metadata.name}`);
    return request.milliValue();
  }
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const counted = [...spec.containers, ...sidecars].filter(({ name }) => only === undefined || name === only);
  if (counted.length === 0) throw new MetricError(`container ${only} not found in Pod ${metadata.name}`);
  return counted.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource];
    if (request === undefined) throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
    return sum + millis(request);
  }, 0);
}
