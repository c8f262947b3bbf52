/** Resources of a pod as a whole: kubernetes pkg/apis/core/validation/validation.go validatePodResources. */
import type { PodResourceClaim, PodSpec } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, notFoundField, notSupported, required } from '../../apimachinery/field-error.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { containersTotal, isPodLevelResource, podLevelResources } from '../../client/component-helpers/pod-resources.ts';
import { validateDnsLabel, validateDnsSubdomain } from './names.ts';
import { type Errors, optionalName, requiredName } from './report.ts';
import { checkRequirements, checkResourceName } from './resources.ts';

/** Requests not below the containers' sum, limits not below any container's. */
export function checkPodResources(errors: Errors, path: string, spec: PodSpec): void {
  const own = podLevelResources(spec);
  if (own === undefined) return;
  const at = `${path}.resources`;
  if (spec.os?.name === 'windows') return void errors.push(forbiddenField(at, 'may not be set for a windows pod'));
  if ((own as { claims?: unknown }).claims !== undefined) errors.push(forbiddenField(`${at}.claims`, 'claims may not be set for Resources at pod-level'));
  checkRequirements(errors, at, own, checkPodResourceName);
  for (const kind of ['requests', 'limits'] as const) {
    for (const [name, sum] of Object.entries(containersTotal(spec, kind))) {
      const amount = tryParseQuantity(own[kind]?.[name]);
      if (amount !== undefined && sum.compare(amount) > 0 && (kind === 'requests' || name.startsWith('hugepages-')))
        errors.push(invalidValue(`${at}.${kind}[${name}]`, amount.toString(), `must be greater than or equal to aggregate container ${kind} of ${sum}`));
    }
  }
  for (const [i, { resources }] of (spec.containers ?? []).entries()) {
    for (const [name, text] of Object.entries(resources?.limits ?? {})) {
      const [limit, most] = [tryParseQuantity(text), tryParseQuantity(own.limits?.[name])];
      if (limit && most && limit.compare(most) > 0)
        errors.push(invalidValue(`${at}.containers[${i}][${name}].limits`, limit.toString(), `must be less than or equal to pod limits of ${most}`));
    }
  }
}

/** validatePodResourceName */
function checkPodResourceName(errors: Errors, path: string, name: string): void {
  if (checkResourceName(errors, path, name) && !isPodLevelResource(name)) errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']));
}

/** validatePodResourceClaims */
export function checkResourceClaims(errors: Errors, path: string, claims: readonly PodResourceClaim[]): void {
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const at = `${path}[${i}]`;
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    else requiredName(errors, `${at}.name`, name, validateDnsLabel);
    names.add(name);
    const wrong = (text: string): void => void errors.push(invalidValue(at, claim, text));
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      wrong('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      wrong('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    optionalName(errors, `${at}.resourceClaimName`, resourceClaimName, validateDnsSubdomain);
    optionalName(errors, `${at}.resourceClaimTemplateName`, resourceClaimTemplateName, validateDnsSubdomain);
  }
}

/** validateResourceClaimNames: a claim as a whole, or requests of it, each once, and all of them the pod's. */
export function checkClaimNames(
  errors: Errors,
  path: string,
  claims: readonly { name: string; request?: string }[],
  podClaims: readonly PodResourceClaim[],
): void {
  const names = new Set<string>();
  const known = podClaims.map(({ name }) => name).sort();
  for (const [i, { name, request = '' }] of claims.entries()) {
    const at = `${path}[${i}]`;
    if (!name) {
      errors.push(required(at));
      continue;
    }
    if (names.has(name)) errors.push(duplicate(at, name));
    else {
      optionalName(errors, `${at}.request`, request, validateDnsLabel);
      const key = request === '' ? name : `${name}/${request}`;
      if (names.has(key)) errors.push(duplicate(at, key));
      else if (request === '') for (const each of names) if (each.startsWith(`${name}/`)) errors.push(duplicate(at, name));
      names.add(key);
    }
    const which = known.length === 0 ? ' which is empty' : `: ${known.join(', ')}`;
    if (!known.includes(name)) errors.push({ ...notFoundField(at, name), detail: `must be one of the names in pod.spec.resourceClaims${which}` });
  }
}
