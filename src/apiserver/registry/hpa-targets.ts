import type { HorizontalPodAutoscaler, KubeObject } from '../../api/types.ts';

const kinds = ['resource', 'containerResource', 'pods', 'object', 'external'] as const;
type Source = { readonly name?: string; readonly target?: Target; readonly current?: Target };
type Metric = { readonly type: string } & { readonly [kind in (typeof kinds)[number]]?: Source };
type Target = { readonly averageUtilization?: number; readonly averageValue?: string; readonly value?: string };

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
  const kind = kinds.find((each) => metric[each] !== undefined);
  if (kind === undefined) return '<unknown type>';
  const { name, target } = metric[kind] ?? {};
  const now = current?.[kind]?.current;
  const prefix = name === undefined ? '' : `${name}: `;
  const percent = (share: number | undefined): string | undefined => (share === undefined ? undefined : `${share}%`);
  if (target?.averageValue !== undefined)
    return `${prefix}${now?.averageValue ?? '<unknown>'}/${target.averageValue}${kind === 'object' || kind === 'external' ? ' (avg)' : ''}`;
  if (name === undefined) return `${now?.value ?? '<unknown>'}/${target?.value ?? '<nil>'}`;
  return `${prefix}${percent(now?.averageUtilization) ?? '<unknown>'}/${percent(target?.averageUtilization) ?? '<auto>'}`;
}
