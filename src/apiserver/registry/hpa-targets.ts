import type { HorizontalPodAutoscaler, KubeObject } from '../../api/types.ts';

type Metric = {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target?: Target; readonly current?: Target };
  readonly pods?: { readonly target?: Target; readonly current?: Target };
};
type Target = { readonly averageUtilization?: number; readonly averageValue?: string };

/** TARGETS: `cpu: 12%/80%` (printers.go formatHPAMetrics). */
export function hpaTargets(hpa: HorizontalPodAutoscaler): string {
  const { spec, status } = hpa as KubeObject & {
    readonly spec: { readonly metrics?: readonly Metric[] };
    readonly status?: { readonly currentMetrics?: readonly Metric[] | null };
  };
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, 2).map((metric, i) => metricText(metric, status?.currentMetrics?.[i]));
  return metrics.length > 2 ? `${texts.join(', ')} + ${metrics.length - 2} more...` : texts.join(', ');
}

function metricText(metric: Metric, current: Metric | undefined): string {
  const { name, target } = metric.resource ?? { name: '', target: metric.pods?.target };
  const now = current?.resource?.current ?? current?.pods?.current;
  const prefix = name === '' ? '' : `${name}: `;
  if (target?.averageUtilization !== undefined)
    return `${prefix}${now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`}/${target.averageUtilization}%`;
  return `${prefix}${now?.averageValue ?? '<unknown>'}/${target?.averageValue ?? '<auto>'}`;
}
