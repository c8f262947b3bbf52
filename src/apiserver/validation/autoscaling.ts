/** Autoscalers and disruption budgets: kubernetes pkg/apis/autoscaling/validation/validation.go, pkg/apis/policy/validation/validation.go. */
import type { autoscaling, HorizontalPodAutoscaler, PodDisruptionBudget } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { internalForm } from './internal-form.ts';
import { checkSelector } from './labels.ts';
import { pathSegment } from './networking.ts';
import { collect, type Errors, oneOf, requiredName } from './report.ts';
import { checkAtMostAll, checkShare } from './workloads.ts';

/** Of create and update alike; whether the target exists is not asked. */
export const validateAutoscaler = ({ spec }: HorizontalPodAutoscaler): FieldError[] =>
  collect((errors) => {
    const { minReplicas: min, maxReplicas: max = 0 } = spec ?? {};
    if (min !== undefined && min < 1) errors.push(invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1'));
    if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
    if (min !== undefined && max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
    checkTarget(errors, 'spec.scaleTargetRef', spec?.scaleTargetRef ?? {});
    for (const [i, metric] of (spec?.metrics ?? []).entries()) checkMetric(errors, `spec.metrics[${i}]`, metric);
    if (spec?.behavior) checkBehavior(errors, 'spec.behavior', spec.behavior);
  });

function checkTarget(errors: Errors, path: string, { kind, name }: { readonly kind?: string; readonly name?: string }): void {
  requiredName(errors, `${path}.kind`, kind, pathSegment);
  requiredName(errors, `${path}.name`, name, pathSegment);
}

const sourceTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

function checkMetric(errors: Errors, path: string, metric: autoscaling.MetricSpec): void {
  const { type = '' } = metric;
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!sourceTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, sourceTypes));
  const given = sources.filter((name) => metric[name] !== undefined);
  const [first] = given;
  if (first) checkSource(errors, `${path}.${first}`, first, metric);
  const expected = type === '' ? '' : `${type[0]?.toLowerCase()}${type.slice(1)}`;
  if (!given.some((name) => name === expected)) errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  if (given.length !== 1)
    for (const name of given) if (name !== expected) errors.push(forbiddenField(`${path}.${name}`, 'must populate the given metric source only'));
}

function checkSource(errors: Errors, path: string, kind: (typeof sources)[number], metric: autoscaling.MetricSpec): void {
  const source = metric[kind];
  if (source === undefined) return;
  if (kind === 'object') checkTarget(errors, `${path}.describedObject`, metric.object?.describedObject ?? {});
  if ('metric' in source && !source.metric?.name) errors.push(required(`${path}.metric.name`, 'must specify a metric name'));
  if ('name' in source && !source.name) errors.push(required(`${path}.name`, 'must specify a resource name'));
  if (kind === 'containerResource' && !metric.containerResource?.container) errors.push(required(`${path}.container`, 'must specify a container'));
  checkMetricTarget(errors, `${path}.target`, source.target ?? {}, kind);
}

function checkMetricTarget(errors: Errors, path: string, target: Partial<autoscaling.MetricTarget>, kind: string): void {
  const { type, averageUtilization: utilization } = target;
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'] as const) {
    const amount = tryParseQuantity(target[field]);
    if (amount !== undefined && amount.nanos <= 0n) errors.push(invalidValue(`${path}.${field}`, amount.toString(), 'must be positive'));
  }
  if (utilization !== undefined && utilization < 1) errors.push(invalidValue(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
  if (kind === 'resource' || kind === 'containerResource') {
    if (utilization === undefined && target.averageValue === undefined)
      errors.push(required(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization'));
    if (utilization !== undefined && target.averageValue !== undefined)
      errors.push(forbiddenField(`${path}.averageValue`, 'may not set both a target raw value and a target utilization'));
  } else if (kind === 'pods' && target.averageValue === undefined) errors.push(required(`${path}.averageValue`, 'must specify a positive target averageValue'));
}

function checkBehavior(errors: Errors, path: string, behavior: autoscaling.HorizontalPodAutoscalerBehavior): void {
  for (const field of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior[field];
    if (rules === undefined) continue;
    const at = `${path}.${field}`;
    const seconds = rules.stabilizationWindowSeconds;
    if (seconds !== undefined && seconds < 0) errors.push(invalidValue(`${at}.stabilizationWindowSeconds`, seconds, 'must be greater than or equal to zero'));
    if (seconds !== undefined && seconds > 3600) errors.push(invalidValue(`${at}.stabilizationWindowSeconds`, seconds, 'must be less than or equal to 3600'));
    oneOf(errors, `${at}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min']);
    if (rules.policies?.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'));
    for (const [i, { type, value, periodSeconds }] of (rules.policies ?? []).entries()) {
      oneOf(errors, `${at}.policies[${i}].type`, type, ['Percent', 'Pods']);
      if (value <= 0) errors.push(invalidValue(`${at}.policies[${i}].value`, value, 'must be greater than zero'));
      if (periodSeconds <= 0) errors.push(invalidValue(`${at}.policies[${i}].periodSeconds`, periodSeconds, 'must be greater than zero'));
      if (periodSeconds > 1800) errors.push(invalidValue(`${at}.policies[${i}].periodSeconds`, periodSeconds, 'must be less than or equal to 1800'));
    }
    const tolerance = tryParseQuantity((rules as { readonly tolerance?: string }).tolerance);
    if (tolerance !== undefined && tolerance.nanos < 0n)
      errors.push(invalidValue(`${at}.tolerance`, tolerance.toString(), 'must be greater than or equal to 0'));
  }
}

/** minAvailable and maxUnavailable exclude each other. */
export const validateBudget = ({ spec }: PodDisruptionBudget): FieldError[] =>
  collect((errors) => {
    if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined)
      errors.push(invalidValue('spec', internalForm('PodDisruptionBudgetSpec', spec), 'minAvailable and maxUnavailable cannot be both set'));
    for (const field of ['minAvailable', 'maxUnavailable'] as const) {
      checkShare(errors, `spec.${field}`, spec?.[field]);
      checkAtMostAll(errors, `spec.${field}`, spec?.[field]);
    }
    checkSelector(errors, 'spec.selector', spec?.selector);
    oneOf(errors, 'spec.unhealthyPodEvictionPolicy', spec?.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']);
  });
