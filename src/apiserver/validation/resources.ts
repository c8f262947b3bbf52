/** Names and amounts of resources: kubernetes pkg/apis/core/validation/validation.go validateResourceRequirements, pkg/apis/core/helper/helpers.go. */
import type { core } from '../../api/types.ts';
import { forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { validateQualifiedName } from '../../apimachinery/names.ts';
import { type Quantity, tryParseQuantity } from '../../apimachinery/quantity.ts';
import { type Errors, invalidAll } from './report.ts';

const compute = ['cpu', 'memory', 'ephemeral-storage'];
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const quotaNames = new Set([...compute, ...['requests', 'limits'].flatMap((what) => compute.map((name) => `${what}.${name}`)), 'requests.storage', ...counted]);
const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isStandard = (name: string): boolean => quotaNames.has(name) || name === 'storage' || isHugePages(name) || name.startsWith('requests.hugepages-');
const isQuota = (name: string): boolean => quotaNames.has(name) || name.startsWith('requests.hugepages-') || isHugePages(name);
/** helper.IsNativeResource */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.') && validateQualifiedName(`requests.${name}`).length === 0;
/** helper.IsOvercommitAllowed */
const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** validateResourceName */
export function checkResourceName(errors: Errors, path: string, name: string): boolean {
  const texts = validateQualifiedName(name);
  invalidAll(errors, path, name, texts);
  if (texts.length > 0) return false;
  if (!name.includes('/') && !isStandard(name)) errors.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'));
  return true;
}

/** validateContainerResourceName */
export function checkContainerResourceName(errors: Errors, path: string, name: string): void {
  checkResourceName(errors, path, name);
  if (!name.includes('/')) {
    if (!compute.includes(name) && !isHugePages(name)) errors.push(invalidValue(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
}

/** ValidateResourceQuotaResourceName */
export function checkQuotaResourceName(errors: Errors, path: string, name: string): void {
  if (checkResourceName(errors, path, name) && !name.includes('/') && !isQuota(name))
    errors.push(invalidValue(path, name, 'must be a standard resource for quota'));
}

/** ValidateResourceQuantityValue: not negative, and whole where only whole amounts make sense. */
export function checkAmount(errors: Errors, path: string, name: string, amount: Quantity): void {
  if (amount.nanos < 0n) errors.push(invalidValue(path, amount.toString(), 'must be greater than or equal to 0'));
  if ((counted.includes(name) || isExtended(name)) && amount.nanos % 1_000_000_000n !== 0n)
    errors.push(invalidValue(path, amount.toString(), 'must be an integer'));
}

/** Requests and limits: amounts are not negative, requests not above limits. */
export function checkRequirements(
  errors: Errors,
  path: string,
  resources: core.ResourceRequirements | undefined,
  checkName: typeof checkContainerResourceName = checkContainerResourceName,
): void {
  if (resources === undefined) return;
  const { limits = {}, requests = {} } = resources;
  const names = new Set<string>();
  const each = (field: string, amounts: Readonly<Record<string, string>>, more: (name: string, amount: Quantity) => void): void => {
    for (const name in amounts) {
      const at = `${path}.${field}[${name}]`;
      names.add(name);
      if (name !== 'cpu' && name !== 'memory') checkName(errors, at, name);
      const amount = tryParseQuantity(amounts[name]);
      if (amount === undefined) continue;
      checkAmount(errors, at, name, amount);
      more(name, amount);
    }
  };
  each('limits', limits, () => undefined);
  each('requests', requests, (name, amount) => {
    const limit = tryParseQuantity(limits[name]);
    if (limit === undefined) {
      if (!mayOvercommit(name)) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (!mayOvercommit(name) && amount.compare(limit) !== 0)
      errors.push(invalidValue(`${path}.requests`, amount.toString(), `must be equal to ${name} limit of ${limit.toString()}`));
    else if (amount.compare(limit) > 0)
      errors.push(invalidValue(`${path}.requests`, amount.toString(), `must be less than or equal to ${name} limit of ${limit.toString()}`));
  });
  if ([...names].some(isHugePages) && !names.has('cpu') && !names.has('memory')) errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
}
