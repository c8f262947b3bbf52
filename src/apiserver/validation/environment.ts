/** A container's environment: kubernetes pkg/apis/core/validation/validation.go ValidateEnv, ValidateEnvFrom and the downward API's selectors. */
import type { core } from '../../api/types.ts';
import { invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateConfigMapKey, validateDnsSubdomain, validateQualifiedName, validateRelaxedEnvVarName } from '../../apimachinery/names.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { type Errors, invalidAll, requiredName } from './report.ts';

const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** Labels that podshelper.ConvertDownwardAPIFieldLabel knows. */
const knownFields = new Set([...envFields, ...volumeFields, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'spec.host']);

/** Adds to `errors`; `valueFrom` has exactly one source, and no value beside it. */
export function checkEnv(errors: Errors, path: string, env: readonly core.EnvVar[]): void {
  for (const [i, variable] of env.entries()) {
    requiredName(errors, `${path}[${i}].name`, variable.name, validateRelaxedEnvVarName);
    if (variable.valueFrom !== undefined) checkValueFrom(errors, `${path}[${i}].valueFrom`, variable);
  }
}

function checkValueFrom(errors: Errors, path: string, { value, valueFrom = {} }: core.EnvVar): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) checkFieldRef(errors, `${path}.fieldRef`, fieldRef, envFields);
  if (resourceFieldRef) checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, false);
  if (configMapKeyRef) checkKeyRef(errors, `${path}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef) checkKeyRef(errors, `${path}.secretKeyRef`, secretKeyRef);
  const count = Object.keys(valueFrom).length;
  const wrong = (text: string): number => errors.push(invalidValue(path, '', text));
  if (count === 0) wrong('must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  else if (value) wrong('may not be specified when `value` is not empty');
  else if (count > 1) wrong('may not have more than one field specified at a time');
}

function checkKeyRef(errors: Errors, path: string, { name = '', key }: { readonly name?: string; readonly key?: string }): void {
  invalidAll(errors, `${path}.name`, name, validateDnsSubdomain(name));
  requiredName(errors, `${path}.key`, key, validateConfigMapKey);
}

/** A field of the pod, in a variable or in a file of a volume. */
export function checkFieldRef(errors: Errors, path: string, { fieldPath = '' }: core.ObjectFieldSelector, allowed: readonly string[] = volumeFields): void {
  if (fieldPath === '') return void errors.push(required(`${path}.fieldPath`));
  const [, name = fieldPath, subscript] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  const wrong = (text: string): number => errors.push(invalidValue(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${text}`));
  if (subscript !== undefined) {
    if (name === 'metadata.annotations') invalidAll(errors, path, subscript.toLowerCase(), validateQualifiedName(subscript.toLowerCase()));
    else if (name === 'metadata.labels') invalidAll(errors, path, subscript, validateQualifiedName(subscript));
    else wrong(`field label does not support subscript: ${fieldPath}`);
  } else if (!knownFields.has(fieldPath)) wrong(`field label not supported: ${fieldPath}`);
  else if (!allowed.includes(fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath)) errors.push(notSupported(`${path}.fieldPath`, fieldPath, allowed));
}

const containerResources = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];
const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

/** A container's request or limit, in a variable or in a file of a volume. */
export function checkResourceFieldRef(errors: Errors, path: string, selector: core.ResourceFieldSelector, inVolume: boolean): void {
  const { containerName, resource, divisor } = selector;
  if (inVolume && !containerName) errors.push(required(`${path}.containerName`));
  else if (!resource) errors.push(required(`${path}.resource`));
  else if (!containerResources.includes(resource) && !/^(?:requests|limits)\.hugepages-/.test(resource))
    errors.push(notSupported(`${path}.resource`, resource, containerResources));
  const amount = tryParseQuantity(divisor);
  if (amount === undefined || amount.nanos === 0n) return;
  const cpu = resource.endsWith('.cpu');
  const allowed = cpu ? ['1m', '1'] : byteDivisors.split(', ');
  if (allowed.includes(amount.toString())) return;
  const what = cpu ? 'cpu' : resource.endsWith('.memory') ? 'memory' : resource.endsWith('.ephemeral-storage') ? 'local ephemeral storage' : 'hugepages';
  const values = cpu ? '1m and 1' : byteDivisors;
  errors.push(invalidValue(`${path}.divisor`, resource, `only divisor's values ${values} are supported with the ${what} resource`));
}

/** Adds to `errors`; each source is a config map or a secret. */
export function checkEnvFrom(errors: Errors, path: string, sources: readonly core.EnvFromSource[]): void {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${i}]`;
    if (prefix) invalidAll(errors, `${at}.prefix`, prefix, validateRelaxedEnvVarName(prefix));
    if (configMapRef) requiredName(errors, `${at}.configMapRef.name`, configMapRef.name, validateDnsSubdomain);
    if (secretRef) requiredName(errors, `${at}.secretRef.name`, secretRef.name, validateDnsSubdomain);
    if (!configMapRef && !secretRef) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  }
}
