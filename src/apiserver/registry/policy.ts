/** Disruption budgets, autoscalers, quotas, limits, priorities. */
import type { autoscaling, HorizontalPodAutoscaler, KubeObject, LimitRange, PodDisruptionBudget, PriorityClass, ResourceQuota } from '../../api/types.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateAutoscaler, validateBudget } from '../validation/autoscaling.ts';
import { validatePriority, validatePriorityUpdate } from '../validation/misc.ts';
import { validateLimitRange, validateQuota, validateQuotaUpdate } from '../validation/quota.ts';
import { fill, mapField } from './fill.ts';
import { hpaTargets } from './hpa-targets.ts';
import { quotaWarnings } from './object-warnings.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

const text = (value: string | number | undefined): string => (value === undefined ? 'N/A' : String(value));

const budget: Strategy<PodDisruptionBudget> = {
  prepareForCreate: (object) => ({ ...object, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } }),
  validate: validateBudget,
  validateUpdate: validateBudget,
  generation: true,
  status: true,
  columns: [
    nameColumn,
    { name: 'Min Available', cell: ({ spec }) => text(spec.minAvailable) },
    { name: 'Max Unavailable', cell: ({ spec }) => text(spec.maxUnavailable) },
    { name: 'Allowed Disruptions', type: 'integer', cell: ({ status }) => status?.disruptionsAllowed ?? 0 },
    ageColumn,
  ],
};

const perQuarter = (type: string, value: number) => ({ type, value, periodSeconds: 15 });

/** kubernetes pkg/apis/autoscaling/v2/defaults.go: with one direction given, both have their rules. */
const defaultBehavior = (behavior: autoscaling.HorizontalPodAutoscalerBehavior): autoscaling.HorizontalPodAutoscalerBehavior =>
  mapField(mapField(fill(behavior, { scaleUp: {}, scaleDown: {} }), 'scaleUp', defaultUp), 'scaleDown', defaultDown);
const defaultUp = (rules: autoscaling.HPAScalingRules): autoscaling.HPAScalingRules =>
  fill(rules, { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [perQuarter('Pods', 4), perQuarter('Percent', 100)] });
const defaultDown = (rules: autoscaling.HPAScalingRules): autoscaling.HPAScalingRules =>
  fill(rules, { selectPolicy: 'Max', policies: [perQuarter('Percent', 100)] });

const autoscaler: Strategy<HorizontalPodAutoscaler> = {
  defaults: (hpa) =>
    mapField(hpa, 'spec', (spec) =>
      fill(mapField(spec, 'behavior', defaultBehavior), {
        minReplicas: 1,
        ...(!('targetCPUUtilizationPercentage' in spec) && {
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
        }),
      } as Partial<typeof spec>),
    ),
  prepareForCreate: (hpa) => ({ ...hpa, status: { currentReplicas: 0, desiredReplicas: 0, currentMetrics: null } as never }),
  validate: validateAutoscaler,
  validateUpdate: validateAutoscaler,
  status: true,
  columns: [
    nameColumn,
    { name: 'Reference', cell: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` },
    { name: 'Targets', cell: hpaTargets },
    { name: 'MinPods', cell: ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)) },
    { name: 'MaxPods', type: 'integer', cell: ({ spec }) => spec.maxReplicas },
    { name: 'Replicas', type: 'integer', cell: ({ status }) => status?.currentReplicas ?? 0 },
    ageColumn,
  ],
};

/** `pods: 1/2, requests.cpu: 0/1`: used and hard of the names that pass. */
const quotaText = ({ status }: ResourceQuota, limits: boolean): string =>
  Object.keys(status?.hard ?? {})
    .sort()
    .filter((name) => name.startsWith('limits') === limits)
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');

const quota: Strategy<ResourceQuota> = {
  prepareForCreate: (object) => ({ ...object, status: {} }),
  validate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  warnings: quotaWarnings,
  status: true,
  returnsDeleted: true,
  columns: [
    nameColumn,
    { name: 'Request', cell: (object) => quotaText(object, false) },
    { name: 'Limit', cell: (object) => quotaText(object, true) },
    ageColumn,
  ],
};

const createdColumns: readonly Column[] = [nameColumn, { name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp ?? '' }];

/** kubernetes pkg/apis/core/v1/defaults.go SetDefaults_LimitRangeItem */
const limitRange: Strategy<LimitRange> = {
  defaults: (object) =>
    mapField(object, 'spec', (spec) =>
      mapField(spec, 'limits', (limits) =>
        mapKept(limits, (item) => {
          if (item.type !== 'Container') return item;
          const ceiling = { ...item.max, ...item.default };
          const floor = { ...item.min, ...ceiling, ...item.defaultRequest };
          return fill(
            { ...item, ...(Object.keys(ceiling).length > 0 && { default: ceiling }), ...(Object.keys(floor).length > 0 && { defaultRequest: floor }) },
            {},
          );
        }),
      ),
    ),
  validate: validateLimitRange,
  validateUpdate: validateLimitRange,
  columns: createdColumns,
};

const priorityClass: Strategy<PriorityClass & { preemptionPolicy?: string }> = {
  defaults: (object) => fill(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: validatePriority,
  validateUpdate: validatePriorityUpdate,
  generation: true,
  columns: [
    nameColumn,
    { name: 'Value', type: 'integer', cell: ({ value }) => value },
    { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault }) => globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', cell: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
  ],
};

/** `minAvailable` and `maxUnavailable` exclude each other. */
export const poddisruptionbudgets = strategyOf(budget);
/** Stored as autoscaling/v2; v1 is a conversion. */
export const horizontalpodautoscalers = strategyOf(autoscaler);
/** What is used is written by its controller and by admission. */
export const resourcequotas = strategyOf(quota);
/** Defaults of limits and requests follow from each other, item by item. */
export const limitranges = strategyOf(limitRange);
/** Value and preemptionPolicy cannot be changed. */
export const priorityclasses = strategyOf(priorityClass as Strategy<PriorityClass & KubeObject>);
