import type { autoscaling, HorizontalPodAutoscaler } from '../../api/types.ts';
import { matches, parseSelector, type Requirement } from '../../apimachinery/labels.ts';
import { Quantity } from '../../apimachinery/quantity.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyText, type ObjectKey } from '../../client/keys.ts';
import { type Memory, newMemory, normalize, recommendFirst, remember } from '../autoscaling/behavior.ts';
import { MetricError, missingApi, type Proposal, propose, usageByPod } from '../autoscaling/metrics.ts';
import { NoScale, readScale, type ScaleTarget, writeScale } from '../autoscaling/scale-target.ts';
import { constants } from '../constants.ts';
import { equal } from '../equal.ts';

const resource = 'horizontalpodautoscalers.autoscaling';

/** What each autoscaler's target selected when it was looked at last, by the autoscaler's key. */
type Selectors = Map<string, { readonly namespace: string; readonly name: string; readonly selector: readonly Requirement[] }>;

type Metric = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];
type MetricStatus = NonNullable<autoscaling.HorizontalPodAutoscalerStatus['currentMetrics']>[number];

/** Replicas by measured usage: pkg/controller/podautoscaler/horizontal.go, for Resource metrics. */
export function horizontalPodAutoscalerController(): Controller {
  const memories = new Map<string, Memory>();
  const selectors: Selectors = new Map();
  return {
    name: 'horizontal-pod-autoscaler-controller',
    watches: [
      // Also a new one waits for a whole period: upstream's queue gives every key the same delay.
      watch(resource, (hpa, context, before) => (before !== undefined && equal(before.spec, hpa.spec) ? [] : enqueueSelf(hpa, context)), {
        delay: () => constants.hpaSyncPeriod.value,
      }),
    ],
    reconcile: (key, context) => reconcile(key, context, memories, selectors),
  };
}

function reconcile(key: ObjectKey, context: Context, memories: Map<string, Memory>, selectors: Selectors): Result {
  const hpa = context.informers.of(resource).get(key);
  if (hpa === undefined) {
    memories.delete(keyText(key));
    selectors.delete(keyText(key));
    return {};
  }
  const memory = memories.get(keyText(key)) ?? newMemory();
  memories.set(keyText(key), memory);
  new Autoscaling(context, hpa, memory, selectors).run();
  return { requeueAfter: constants.hpaSyncPeriod.value };
}

class Autoscaling {
  readonly #context: Context;
  readonly #hpa: HorizontalPodAutoscaler;
  readonly #memory: Memory;
  readonly #selectors: Selectors;
  #conditions: autoscaling.HorizontalPodAutoscalerCondition[];

  constructor(context: Context, hpa: HorizontalPodAutoscaler, memory: Memory, selectors: Selectors) {
    this.#context = context;
    this.#hpa = hpa;
    this.#memory = memory;
    this.#selectors = selectors;
    this.#conditions = [...(hpa.status?.conditions ?? [])];
  }

  run(): void {
    const target = this.#target();
    if (target === undefined) return;
    const current = target.scale.spec.replicas ?? 0;
    recommendFirst(this.#memory, current, this.#context.sim.now);
    this.#set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const { minReplicas = 1, maxReplicas } = this.#hpa.spec;
    if (current === 0 && minReplicas !== 0) {
      this.#set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
      this.#write(0, 0, []);
    } else if (current > maxReplicas) this.#rescale(target, current, maxReplicas, 'Current number of replicas above Spec.MaxReplicas', []);
    else if (current < minReplicas) this.#rescale(target, current, minReplicas, 'Current number of replicas below Spec.MinReplicas', []);
    else this.#byMetrics(target, current);
  }

  #byMetrics(target: ScaleTarget, current: number): void {
    const selector = target.scale.status?.selector ?? '';
    const wrong =
      selector === ''
        ? ({
            event: 'SelectorRequired',
            reason: 'InvalidSelector',
            said: 'selector is required',
            told: "the HPA target's scale is missing a selector",
          } as const)
        : this.#ambiguous(selector);
    if (wrong !== undefined) {
      this.#context.recorder.warning(this.#hpa, wrong.event, wrong.said);
      this.#set('ScalingActive', 'False', wrong.reason, wrong.told);
      this.#context.recorder.warning(this.#hpa, 'FailedComputeMetricsReplicas', wrong.said);
      this.#write(current, this.#hpa.status?.desiredReplicas ?? 0, []);
      return;
    }
    const metrics = this.#hpa.spec.metrics ?? [];
    // One for each metric, empty where it failed: readers count on the order.
    const statuses: MetricStatus[] = metrics.map(() => ({ type: '' }));
    let best: { readonly replicas: number; readonly name: string } | undefined;
    let failure: { readonly reason: string; readonly text: string; readonly message: string } | undefined;
    let invalid = 0;
    for (const [i, metric] of metrics.entries()) {
      try {
        const proposal = this.#propose(metric, selector, current);
        statuses[i] = metricStatus(metric, proposal);
        const name = metricName(metric);
        if (best === undefined || proposal.replicas > best.replicas) best = { replicas: proposal.replicas, name };
      } catch (error) {
        if (!(error instanceof MetricError)) throw error;
        invalid++;
        const failed = this.#metricFailed(metric, error);
        failure ??= failed;
      }
    }
    if (best === undefined || (failure !== undefined && best.replicas < current)) {
      const { reason = '', text = '', message = '' } = failure ?? {};
      this.#set('ScalingActive', 'False', reason, `the HPA was unable to compute the replica count: ${text}`);
      this.#write(current, this.#hpa.status?.desiredReplicas ?? 0, statuses);
      const first = `invalid metrics (${invalid} invalid out of ${metrics.length}), first error is: ${message}`;
      this.#context.recorder.warning(this.#hpa, 'FailedComputeMetricsReplicas', first);
      return;
    }
    this.#set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`);
    const desired = this.#normalize(best.replicas, current);
    const direction = best.replicas > current ? `${best.name} above target` : 'All metrics below target';
    if (desired === current) this.#write(current, desired, statuses);
    else this.#rescale(target, current, desired, direction, statuses);
  }

  /** What is wrong when other autoscalers have taken a pod of the target too (validateAndParseSelector). */
  #ambiguous(selector: string): { readonly event: string; readonly reason: string; readonly said: string; readonly told: string } | undefined {
    const { namespace = '', name = '' } = this.#hpa.metadata;
    const own = parseSelector(selector);
    this.#selectors.set(keyText({ namespace, name }), { namespace, name, selector: own });
    const others = [...this.#selectors.values()].filter((each) => each.namespace === namespace);
    const pods = this.#context.informers.of('pods').list(namespace);
    const labels = pods.map((pod) => pod.metadata.labels).filter((each) => matches(own, each));
    const taking = others.filter((other) => labels.some((each) => matches(other.selector, each)));
    if (taking.length < 2) return undefined;
    const names = taking.map((each) => `{${each.name} ${each.namespace}}`).join(' ');
    const said = `pods by selector ${selector} are controlled by multiple HPAs: [${names}]`;
    return { event: 'AmbiguousSelector', reason: 'AmbiguousSelector', said, told: said };
  }

  #propose(metric: Metric, selector: string, current: number): Proposal {
    const source = metric.resource ?? metric.containerResource;
    if (source === undefined)
      throw new MetricError(missingApi(metric, this.#hpa.metadata.namespace ?? '')?.message ?? `unknown metric source type "${metric.type}"`);
    const container = metric.containerResource?.container;
    const namespace = this.#hpa.metadata.namespace ?? '';
    const usage = usageByPod(this.#context.client, {
      namespace,
      labelSelector: selector,
      resource: source.name,
      container,
    });
    const requirements = parseSelector(selector);
    const pods = this.#context.informers
      .of('pods')
      .list(namespace)
      .filter((pod) => matches(requirements, pod.metadata.labels));
    return propose({ target: source.target, name: source.name, container }, pods, usage, {
      current,
      now: this.#context.sim.now,
      behavior: this.#hpa.spec.behavior,
    });
  }

  /** `text` is told of the metric, `message` of the whole. */
  #metricFailed(metric: Metric, error: MetricError) {
    const absent = missingApi(metric, this.#hpa.metadata.namespace ?? '');
    const [reason, text] = absent ? [absent.reason, absent.message] : this.#resourceFailure(metric, error);
    this.#context.recorder.warning(this.#hpa, reason, text);
    return { reason, text, message: `failed to get ${metricTitle(metric)} metric value: ${absent?.wrapped ?? text}` };
  }

  #resourceFailure(metric: Metric, error: MetricError): readonly [string, string] {
    const source = metric.resource ?? metric.containerResource;
    const name = source?.name ?? metric.type;
    const what = source?.target.averageUtilization === undefined ? `${name} usage` : `${name} utilization`;
    return [metric.resource ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric', `failed to get ${what}: ${error.message}`];
  }

  #normalize(desired: number, current: number): number {
    const { replicas, able, limited } = normalize(this.#hpa, this.#memory, { desired, current }, this.#context.sim.now);
    this.#set('AbleToScale', 'True', able.reason, able.message);
    this.#set('ScalingLimited', limited.holds ? 'True' : 'False', limited.reason, limited.message);
    return replicas;
  }

  #rescale(target: ScaleTarget, current: number, desired: number, reason: string, statuses: readonly MetricStatus[]): void {
    const { client, recorder } = this.#context;
    try {
      writeScale(client, target, desired);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      recorder.warning(this.#hpa, 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${error.message}`);
      this.#set('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${error.message}`);
      this.#write(current, this.#hpa.status?.desiredReplicas ?? 0, statuses);
      throw error;
    }
    this.#set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    remember(this.#memory, current, desired, this.#context.sim.now);
    recorder.normal(this.#hpa, 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    this.#write(current, desired, statuses, rfc3339(this.#context.sim.now));
  }

  /** Undefined when there is none, which has been told then. */
  #target(): ScaleTarget | undefined {
    const { client, recorder } = this.#context;
    try {
      return readScale(client, this.#hpa.spec.scaleTargetRef, this.#hpa.metadata.namespace ?? '');
    } catch (error) {
      if (!(error instanceof NoScale)) throw error;
      recorder.warning(this.#hpa, 'FailedGetScale', error.message);
      this.#set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${error.message}`);
      const { currentReplicas = 0, desiredReplicas = 0, currentMetrics } = this.#hpa.status ?? {};
      this.#write(currentReplicas, desiredReplicas, currentMetrics ?? []);
      return undefined;
    }
  }

  #set(type: string, status: string, reason: string, message: string): void {
    const before = this.#conditions.find((condition) => condition.type === type);
    const lastTransitionTime =
      before?.status === status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : rfc3339(this.#context.sim.now);
    const condition = { type, status, reason, message, lastTransitionTime };
    this.#conditions = before === undefined ? [...this.#conditions, condition] : this.#conditions.map((each) => (each === before ? condition : each));
  }

  #write(currentReplicas: number, desiredReplicas: number, statuses: readonly MetricStatus[], scaledAt?: string): void {
    const lastScaleTime = scaledAt ?? this.#hpa.status?.lastScaleTime;
    const status = {
      conditions: this.#conditions,
      currentMetrics: statuses.length > 0 ? [...statuses] : null,
      currentReplicas,
      desiredReplicas,
      ...(lastScaleTime !== undefined && { lastScaleTime }),
    } as HorizontalPodAutoscaler['status'] & object;
    if (!equal(status, this.#hpa.status)) this.#context.client.updateStatus(resource, { ...this.#hpa, status });
  }
}

function metricTitle({ resource, containerResource, pods, object, external, type }: Metric): string {
  if (resource) return `${resource.name} resource`;
  if (containerResource) return `${containerResource.container} container`;
  return pods ? 'pods' : object ? 'object' : external ? `${external.metric.name} external` : type;
}

function metricName({ resource, containerResource, type }: Metric): string {
  const source = resource ?? containerResource;
  if (source === undefined) return type;
  if (source.target.averageUtilization === undefined) return `${source.name} resource`;
  return `${source.name} ${containerResource ? 'container ' : ''}resource utilization (percentage of request)`;
}

function metricStatus({ resource, containerResource, type }: Metric, { averageUtilization, averageValue }: Proposal): MetricStatus {
  const name = (resource ?? containerResource)?.name ?? '';
  const text = new Quantity(BigInt(averageValue) * 1_000_000n, name === 'memory' ? 'BinarySI' : 'DecimalSI').toString();
  return {
    type,
    [resource ? 'resource' : 'containerResource']: {
      name,
      ...(containerResource && { container: containerResource.container }),
      current: { averageValue: text, ...(averageUtilization !== undefined && { averageUtilization }) },
    },
  } as unknown as MetricStatus;
}
