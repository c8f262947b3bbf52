/** Quotas and limits of a namespace: kubernetes pkg/apis/core/validation/validation.go ValidateResourceQuota, ValidateLimitRange. */
import type { core, LimitRange, ResourceQuota } from '../../api/types.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { validateQualifiedName } from '../../apimachinery/names.ts';
import { type Quantity, tryParseQuantity } from '../../apimachinery/quantity.ts';
import { internalForm } from './internal-form.ts';
import { collect, type Errors, invalidAll } from './report.ts';
import { checkAmount, checkContainerResourceName, checkQuotaResourceName, checkResourceName } from './resources.ts';

const scopes = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity', 'VolumeAttributesClass'];
const podScopes = new Set(['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity']);
const podResources = /^(?:pods|cpu|memory|(?:requests|limits)\.(?:cpu|memory))$/;

/** helper.IsResourceQuotaScopeValidForResource */
function scopeCounts(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  return podScopes.has(scope) ? podResources.test(resource) : true;
}

const conflicts = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

/** Names of resources, amounts, and scopes that do not go with them. */
export const validateQuota = ({ spec }: ResourceQuota): FieldError[] =>
  collect((errors) => {
    for (const [name, text] of Object.entries(spec?.hard ?? {})) {
      checkQuotaResourceName(errors, `spec.hard[${name}]`, name);
      const amount = tryParseQuantity(text);
      if (amount) checkAmount(errors, `spec.hard[${name}]`, name, amount);
    }
    const names = Object.keys(spec?.hard ?? {}).filter((name) => !name.includes('/'));
    const given = spec?.scopes ?? [];
    const wrong = (text: string): number => errors.push(invalidValue('spec.scopes', given, text));
    for (const scope of given) {
      if (!scopes.includes(scope)) wrong('unsupported scope');
      for (const name of names) if (!scopeCounts(scope, name)) wrong('unsupported scope applied to resource');
    }
    if (conflicts.some((pair) => pair.every((scope) => given.includes(scope)))) wrong('conflicting scopes');
    if (spec?.scopeSelector) checkScopeSelector(errors, spec.scopeSelector, names);
  });

function checkScopeSelector(errors: Errors, selector: core.ScopeSelector, names: readonly string[]): void {
  const path = 'spec.scopeSelector.matchExpressions';
  for (const { scopeName, operator, values = [] } of selector.matchExpressions ?? []) {
    if (!scopes.includes(scopeName)) errors.push(invalidValue(`${path}.scopeName`, scopeName, 'unsupported scope'));
    for (const name of names)
      if (!scopeCounts(scopeName, name)) errors.push(invalidValue(path, internalForm('ScopeSelector', selector), 'unsupported scope applied to resource'));
    if (scopeName !== 'PriorityClass' && scopeName !== 'VolumeAttributesClass' && operator !== 'Exists')
      errors.push(
        invalidValue(
          `${path}.operator`,
          operator,
          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ),
      );
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.push(required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.push(invalidValue(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    } else errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
}

/** Scopes cannot be changed. */
export const validateQuotaUpdate = (quota: ResourceQuota, old: ResourceQuota): FieldError[] =>
  collect((errors) => {
    errors.push(...validateQuota(quota));
    const sorted = (object: ResourceQuota): string => [...(object.spec?.scopes ?? [])].sort().join();
    if (sorted(quota) !== sorted(old)) errors.push(invalidValue('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable'));
  });

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** One item a type, with min ≤ defaultRequest ≤ default ≤ max. */
export const validateLimitRange = ({ spec }: LimitRange): FieldError[] =>
  collect((errors) => {
    const seen = new Set<string>();
    for (const [i, limit] of (spec?.limits ?? []).entries()) {
      const at = `spec.limits[${i}]`;
      const texts = validateQualifiedName(limit.type ?? '');
      invalidAll(errors, `${at}.type`, limit.type ?? '', texts);
      if (texts.length === 0 && !limit.type.includes('/') && !limitTypes.includes(limit.type))
        errors.push(invalidValue(`${at}.type`, limit.type, 'must be a standard limit type or fully qualified'));
      if (seen.has(limit.type)) errors.push(duplicate(`${at}.type`, limit.type));
      seen.add(limit.type);
      checkLimit(errors, at, limit);
    }
  });

const bounds = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function checkLimit(errors: Errors, path: string, limit: core.LimitRangeItem): void {
  const names = new Set<string>();
  const isPod = limit.type === 'Pod';
  const ofPods = isPod || limit.type === 'Container';
  for (const field of bounds) {
    const amounts = limit[field] ?? {};
    if (isPod && (field === 'default' || field === 'defaultRequest')) {
      if (Object.keys(amounts).length > 0) errors.push(forbiddenField(`${path}.${field}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    if (field === 'maxLimitRequestRatio' && limit.type === 'PersistentVolumeClaim' && !limit.min?.['storage'] && !limit.max?.['storage'])
      errors.push(required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
    for (const name of Object.keys(amounts)) {
      (ofPods ? checkContainerResourceName : checkResourceName)(errors, `${path}.${field}[${name}]`, name);
      names.add(name);
    }
  }
  for (const name of names) checkBounds(errors, path, name, limit);
}

function checkBounds(errors: Errors, path: string, name: string, limit: core.LimitRangeItem): void {
  const [max, min, normal, request, ratio] = bounds.map((field) => tryParseQuantity(limit[field]?.[name]));
  const wrong = (field: string, value: Quantity, text: string): number => errors.push(invalidValue(`${path}.${field}[${name}]`, value.toString(), text));
  const above = (a: Quantity | undefined, b: Quantity | undefined): boolean => a !== undefined && b !== undefined && a.compare(b) > 0;
  if (min && max && above(min, max)) wrong('min', min, `min value ${min} is greater than max value ${max}`);
  if (request && min && above(min, request)) wrong('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (request && max && above(request, max)) wrong('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (request && normal && above(request, normal))
    wrong('defaultRequest', request, `default request value ${request} is greater than default limit value ${normal}`);
  if (normal && min && above(min, normal)) wrong('default', min, `min value ${min} is greater than default value ${normal}`);
  if (normal && max && above(normal, max)) wrong('default', max, `default value ${normal} is greater than max value ${max}`);
  if (!ratio) return;
  if (ratio.nanos < 1_000_000_000n) wrong('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
  const most = min && max ? max.milliValue() / min.milliValue() : undefined;
  if (most !== undefined && ratio.milliValue() / 1000 > most)
    wrong('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`);
}
