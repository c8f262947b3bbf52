import type { autoscaling, HorizontalPodAutoscaler, LabelSelector, ReplicaSet } from '../../api/types.ts';
import { formatSelector, matchesLabelSelector, selectorFromLabelSelector } from '../../apimachinery/labels.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyText, type ObjectKey } from '../../client/keys.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { MetricError, type Proposal, propose, usageByPod } from '../autoscaling/metrics.ts';
import { constants } from '../constants.ts';
import { equal } from '../equal.ts';

const resource = 'horizontalpodautoscalers.autoscaling';
const scalable = { Deployment: 'deployments.apps', ReplicaSet: 'replicasets.apps', StatefulSet: 'statefulsets.apps' } as const;

type Recommendation = { readonly at: Milliseconds; readonly replicas: number };
type Metric = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];
type MetricStatus = NonNullable<autoscaling.HorizontalPodAutoscalerStatus['currentMetrics']>[number];

/** Replicas by measured usage: pkg/controller/podautoscaler/horizontal.go, for Resource metrics. */
export function horizontalPodAutoscalerController(): Controller {
  /** What was recommended in the last five minutes: scaling down waits for the highest of it. Lost with the process, as upstream. */
  const recommendations = new Map<string, Recommendation[]>();
  return {
    name: 'horizontal-pod-autoscaler-controller',
    watches: [
      // Also a new one waits for a whole period: upstream's queue gives every key the same delay.
      watch(resource, (hpa, context, before) => (before !== undefined && equal(before.spec, hpa.spec) ? [] : enqueueSelf(hpa, context)), {
        delay: () => constants.hpaSyncPeriod.value,
      }),
      watch('deployments.apps', () => []),
      watch('replicasets.apps', () => []),
      watch('statefulsets.apps', () => []),
    ],
    reconcile: (key, context) => reconcile(key, context, recommendations),
  };
}

function reconcile(key: ObjectKey, context: Context, recommendations: Map<string, Recommendation[]>): Result {
  const hpa = context.informers.of(resource).get(key);
  if (hpa === undefined) {
    recommendations.delete(keyText(key));
    return {};
  }
  new Autoscaling(context, hpa, recommendations).run();
  return { requeueAfter: constants.hpaSyncPeriod.value };
}

class Autoscaling {
  readonly #context: Context;
  readonly #hpa: HorizontalPodAutoscaler;
  readonly #recommendations: Map<string, Recommendation[]>;
  #conditions: autoscaling.HorizontalPodAutoscalerCondition[];

  constructor(context: Context, hpa: HorizontalPodAutoscaler, recommendations: Map<string, Recommendation[]>) {
    this.#context = context;
    this.#hpa = hpa;
    this.#recommendations = recommendations;
    this.#conditions = [...(hpa.status?.conditions ?? [])];
  }

  run(): void {
    const { recorder } = this.#context;
    const { kind, name } = this.#hpa.spec.scaleTargetRef;
    const target = this.#target();
    if (target === undefined) {
      const plural = scalable[kind as keyof typeof scalable] ?? `${kind.toLowerCase()}s`;
      const message = `${plural} "${name}" not found`;
      recorder.warning(this.#hpa, 'FailedGetScale', message);
      this.#set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${message}`);
      this.#write(this.#hpa.status?.currentReplicas ?? 0, this.#hpa.status?.desiredReplicas ?? 0, []);
      return;
    }
    const current = target.spec.replicas ?? 1;
    this.#set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const { minReplicas = 1, maxReplicas } = this.#hpa.spec;
    if (current === 0 && minReplicas !== 0) {
      this.#set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
      this.#write(0, 0, []);
    } else if (current > maxReplicas) this.#rescale(target, current, maxReplicas, 'Current number of replicas above Spec.MaxReplicas', []);
    else if (current < minReplicas) this.#rescale(target, current, minReplicas, 'Current number of replicas below Spec.MinReplicas', []);
    else this.#byMetrics(target, current);
  }

  #byMetrics(target: ReplicaSet, current: number): void {
    const metrics = this.#hpa.spec.metrics ?? [];
    const statuses: MetricStatus[] = [];
    let best: { readonly replicas: number; readonly name: string } | undefined;
    let failure: string | undefined;
    for (const metric of metrics) {
      try {
        const proposal = this.#propose(metric, target, current);
        statuses.push(metricStatus(metric, proposal));
        const name = metricName(metric);
        if (best === undefined || proposal.replicas > best.replicas) best = { replicas: proposal.replicas, name };
      } catch (error) {
        if (!(error instanceof MetricError)) throw error;
        failure ??= this.#metricFailed(metric, error);
      }
    }
    if (best === undefined || (failure !== undefined && best.replicas < current)) {
      this.#computeFailed(current, metrics.length, failure ?? '');
      return;
    }
    this.#set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`);
    const desired = this.#limit(this.#stabilize(best.replicas, current), current);
    const direction = desired > current ? `${best.name} above target` : 'All metrics below target';
    if (desired === current) this.#write(current, desired, statuses);
    else this.#rescale(target, current, desired, direction, statuses);
  }

  #propose(metric: Metric, target: ReplicaSet, current: number): Proposal {
    const source = metric.resource;
    if (source === undefined) throw new MetricError(`k8s-lab: metrics of type ${metric.type} are not simulated`);
    const { selector } = target.spec;
    const namespace = this.#hpa.metadata.namespace ?? '';
    const usage = usageByPod(this.#context.client, namespace, formatSelector(selectorFromLabelSelector(selector)), source.name);
    const pods = this.#context.informers
      .of('pods')
      .list(namespace)
      .filter((pod) => matchesLabelSelector(selector as LabelSelector, pod.metadata.labels));
    return propose(source.target, source.name, pods, usage, current);
  }

  #metricFailed(metric: Metric, error: MetricError): string {
    const name = metric.resource?.name ?? metric.type;
    const what = metric.resource?.target.averageUtilization === undefined ? `${name} usage` : `${name} utilization`;
    const message = `failed to get ${what}: ${error.message}`;
    this.#context.recorder.warning(this.#hpa, 'FailedGetResourceMetric', message);
    this.#set('ScalingActive', 'False', 'FailedGetResourceMetric', `the HPA was unable to compute the replica count: ${message}`);
    return `failed to get ${name} resource metric value: ${message}`;
  }

  #computeFailed(current: number, total: number, first: string): void {
    const message = `invalid metrics (${total} invalid out of ${total}), first error is: ${first}`;
    this.#context.recorder.warning(this.#hpa, 'FailedComputeMetricsReplicas', message);
    this.#write(current, this.#hpa.status?.desiredReplicas ?? 0, []);
  }

  /** The highest of what was recommended within the window: usage that goes up and down does not shake the replicas. */
  #stabilize(replicas: number, current: number): number {
    const { now } = this.#context.sim;
    const key = keyText({ namespace: this.#hpa.metadata.namespace ?? '', name: this.#hpa.metadata.name ?? '' });
    const window = (this.#hpa.spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? 300) * 1000;
    const recent = [...(this.#recommendations.get(key) ?? [{ at: now, replicas: current }]), { at: now, replicas }].filter(({ at }) => now - at <= window);
    this.#recommendations.set(key, recent);
    const stabilized = replicas >= current ? replicas : Math.min(current, Math.max(...recent.map((each) => each.replicas)));
    if (stabilized === replicas) this.#set('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
    else {
      const message = 'recent recommendations were higher than current one, applying the highest recent recommendation';
      this.#set('AbleToScale', 'True', 'ScaleDownStabilized', message);
    }
    return stabilized;
  }

  /** Up by no more than 4 pods or double, and within the bounds. */
  #limit(replicas: number, current: number): number {
    const { minReplicas = 1, maxReplicas } = this.#hpa.spec;
    const ceiling = Math.min(maxReplicas, Math.max(current * 2, current + 4));
    if (replicas > ceiling) {
      const [reason, message] =
        ceiling === maxReplicas
          ? ['TooManyReplicas', 'the desired replica count is more than the maximum replica count']
          : ['ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate'];
      this.#set('ScalingLimited', 'True', reason as string, message as string);
      return ceiling;
    }
    if (replicas < minReplicas) {
      this.#set('ScalingLimited', 'True', 'TooFewReplicas', 'the desired replica count is less than the minimum replica count');
      return minReplicas;
    }
    this.#set('ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range');
    return replicas;
  }

  #rescale(target: ReplicaSet, current: number, desired: number, reason: string, statuses: readonly MetricStatus[]): void {
    const { client, recorder } = this.#context;
    const { kind } = this.#hpa.spec.scaleTargetRef;
    const plural = scalable[kind as keyof typeof scalable];
    const key = { namespace: target.metadata.namespace ?? '', name: target.metadata.name ?? '' };
    try {
      client.patch(plural, { ...key, type: 'merge', subresource: 'scale' }, { spec: { replicas: desired } });
    } catch (error) {
      if (isReason(error, 'Conflict'))
        this.#set('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${error.message}`);
      throw error;
    }
    this.#set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    recorder.normal(this.#hpa, 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    this.#write(current, desired, statuses, rfc3339(this.#context.sim.now));
  }

  #target(): ReplicaSet | undefined {
    const { kind, name } = this.#hpa.spec.scaleTargetRef;
    const key = { namespace: this.#hpa.metadata.namespace ?? '', name };
    const plural = scalable[kind as keyof typeof scalable];
    // All three have replicas and a selector, which is all that is looked at here.
    return plural && (this.#context.informers.of(plural).get(key) as ReplicaSet | undefined);
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

function metricName({ resource: source, type }: Metric): string {
  if (source === undefined) return type;
  return source.target.averageUtilization === undefined ? `${source.name} resource` : `${source.name} resource utilization (percentage of request)`;
}

function metricStatus({ resource: source, type }: Metric, { averageUtilization, averageValue }: Proposal): MetricStatus {
  const name = source?.name ?? '';
  const text = name === 'cpu' ? `${averageValue}m` : String(averageValue);
  return {
    type,
    resource: { name, current: { averageValue: text, ...(averageUtilization !== undefined && { averageUtilization }) } },
  } as unknown as MetricStatus;
}
