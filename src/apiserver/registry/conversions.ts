/** Versions of a kind that are not the one it is stored as. */
import type { CoreEvent, KubeObject } from '../../api/types.ts';
import { tidy } from '../objects.ts';

/** Both ways between one older version and the stored one; objects that need no change may be given back as they are. */
export type Conversion = { readonly toStorage: (object: KubeObject) => KubeObject; readonly fromStorage: (object: KubeObject) => KubeObject };

type NewEvent = KubeObject & {
  readonly regarding?: CoreEvent['involvedObject'];
  readonly note?: string;
  readonly deprecatedCount?: number;
  readonly deprecatedFirstTimestamp?: string;
  readonly deprecatedLastTimestamp?: string;
  readonly deprecatedSource?: CoreEvent['source'];
  readonly reportingController?: string;
};

/** kubernetes pkg/apis/events/v1/conversion.go */
const events: Conversion = {
  toStorage: (object) => {
    const { regarding, note, deprecatedCount, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedSource, reportingController, ...rest } =
      object as NewEvent;
    return tidy({
      ...rest,
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      message: note,
      count: deprecatedCount,
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      source: deprecatedSource,
      reportingComponent: reportingController,
    }) as KubeObject;
  },
  fromStorage: (object) => {
    const { involvedObject, message, count, firstTimestamp, lastTimestamp, source, reportingComponent, ...rest } = object as CoreEvent;
    return tidy({
      ...rest,
      apiVersion: 'events.k8s.io/v1',
      regarding: involvedObject,
      note: message,
      deprecatedCount: count,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedSource: source,
      reportingController: reportingComponent,
    }) as unknown as KubeObject;
  },
};

type Spec = Readonly<Record<string, unknown>>;
type Scaler = KubeObject & { readonly spec?: Spec; readonly status?: Spec };
type CpuMetric = {
  readonly type?: string;
  readonly resource?: {
    readonly name?: string;
    readonly target?: { readonly averageUtilization?: number };
    readonly current?: { readonly averageUtilization?: number };
  };
};

const cpuMetric = (list: unknown): CpuMetric | undefined =>
  Array.isArray(list) ? (list as readonly CpuMetric[]).find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu') : undefined;

/** kubernetes pkg/apis/autoscaling/v1/conversion.go, as far as processor utilisation goes; other metrics are v2's only. */
const horizontalPodAutoscalers: Conversion = {
  toStorage: (object) => {
    const { targetCPUUtilizationPercentage: percent, ...spec } = (object as Scaler).spec ?? {};
    const metrics =
      percent === undefined ? {} : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } }] };
    return { ...object, apiVersion: 'autoscaling/v2', spec: { ...spec, ...metrics } } as KubeObject;
  },
  fromStorage: (object) => {
    const { metrics, behavior: _behavior, ...spec } = (object as Scaler).spec ?? {};
    const { currentMetrics, conditions: _conditions, ...status } = (object as Scaler).status ?? {};
    const target = cpuMetric(metrics)?.resource?.target?.averageUtilization;
    const current = cpuMetric(currentMetrics)?.resource?.current?.averageUtilization;
    return {
      ...object,
      apiVersion: 'autoscaling/v1',
      spec: { ...spec, ...(target !== undefined && { targetCPUUtilizationPercentage: target }) },
      status: { ...status, ...(current !== undefined && { currentCPUUtilizationPercentage: current }) },
    } as KubeObject;
  },
};

/** The same in the beta of that group. */
export const betaEvents: Conversion = { ...events, fromStorage: (object) => ({ ...events.fromStorage(object), apiVersion: 'events.k8s.io/v1beta1' }) };

type OldMetric = CpuMetric & { readonly resource?: { readonly targetAverageUtilization?: number; readonly targetAverageValue?: string } };
type NewMetric = CpuMetric & { readonly resource?: { readonly target?: { readonly averageValue?: string } } };

/** kubernetes pkg/apis/autoscaling/v2beta1/conversion.go: targets of resource metrics were fields of their own. */
export const oldestAutoscalers: Conversion = {
  toStorage: (object) =>
    withMetrics(object, 'autoscaling/v2', ({ resource, ...metric }: OldMetric) => {
      const { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue, ...rest } = resource ?? {};
      const target = averageUtilization === undefined ? { type: 'AverageValue', averageValue } : { type: 'Utilization', averageUtilization };
      return { ...metric, ...(resource && { resource: { ...rest, target } }) };
    }),
  fromStorage: (object) =>
    withMetrics(object, 'autoscaling/v2beta1', ({ resource, ...metric }: NewMetric) => {
      const { target, ...rest } = resource ?? {};
      const old =
        target?.averageUtilization === undefined ? { targetAverageValue: target?.averageValue } : { targetAverageUtilization: target.averageUtilization };
      return { ...metric, ...(resource && { resource: { ...rest, ...old } }) };
    }),
};

function withMetrics<Metric>(object: KubeObject, apiVersion: string, convert: (metric: Metric) => object): KubeObject {
  const { spec } = object as Scaler;
  const metrics = spec?.['metrics'] as readonly Metric[] | undefined;
  return tidy({ ...object, apiVersion, spec: { ...spec, ...(metrics && { metrics: metrics.map(convert) }) } }) as unknown as KubeObject;
}

/** By group, version and resource. */
export const conversions: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/events': events,
  'autoscaling/v1/horizontalpodautoscalers': horizontalPodAutoscalers,
};

/** A custom resource in another of its versions: only the name of the version differs (conversion strategy None). */
export const renamed = (apiVersion: string, storageVersion: string): Conversion => ({
  toStorage: (object) => ({ ...object, apiVersion: storageVersion }),
  fromStorage: (object) => ({ ...object, apiVersion }),
});
