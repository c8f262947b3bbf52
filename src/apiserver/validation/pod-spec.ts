/** What may stand in a pod's spec: kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec. */
import type { core, PodSpec, PodTemplateSpec } from '../../api/types.ts';
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateDnsSubdomain } from '../../apimachinery/names.ts';
import { validateContainers } from './containers.ts';
import { nonNegative } from './numbers.ts';
import { validateAnnotations, validateLabels } from './object-meta.ts';

/** A pod's spec; `path` is `spec`, or `spec.template.spec`. `claims` are volumes that come later, of a StatefulSet's claim templates. */
export function validatePodSpec(spec: PodSpec | undefined, path: string, claims: readonly string[] = []): FieldError[] {
  if (spec === undefined) return [required(path)];
  const volumes = new Set<string>();
  return [
    ...validateVolumes(spec.volumes ?? [], `${path}.volumes`, volumes),
    ...validateContainers(spec, path, new Set([...volumes, ...claims])),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`),
    ...validateNames(spec, path),
    ...(spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 1
      ? [invalidValue(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive')]
      : []),
    ...nonNegative(spec.terminationGracePeriodSeconds, `${path}.terminationGracePeriodSeconds`),
    ...validateNodeSelector(spec, path),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
  ];
}

/** A template of a workload: labels, annotations, spec. */
export function validatePodTemplate(template: PodTemplateSpec, path: string, claims: readonly string[] = []): FieldError[] {
  const { labels, annotations } = template.metadata ?? {};
  return [
    ...(labels ? validateLabels(labels, `${path}.metadata.labels`) : []),
    ...(annotations ? validateAnnotations(annotations, `${path}.metadata.annotations`) : []),
    ...validatePodSpec(template.spec, `${path}.spec`, claims),
  ];
}

/** A value outside its enumeration; an absent one is somebody else's business. */
export const oneOf = (value: string | undefined, allowed: readonly string[], path: string): FieldError[] =>
  value === undefined || allowed.includes(value) ? [] : [notSupported(path, value, allowed)];

function validateVolumes(volumes: readonly core.Volume[], path: string, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, volume] of volumes.entries()) {
    const at = `${path}[${i}]`;
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    if (sources.length > 1) errors.push({ type: 'Forbidden', field: `${at}.${sources[1]}`, detail: 'may not specify more than 1 volume type' });
    errors.push(...validateSource(volume, at));
    if (!volume.name) errors.push(required(`${at}.name`));
    else for (const text of validateDnsLabel(volume.name)) errors.push(invalidValue(`${at}.name`, volume.name, text));
    if (volume.name && names.has(volume.name)) errors.push({ type: 'Duplicate', field: `${at}.name`, badValue: volume.name });
    names.add(volume.name);
  }
  return errors;
}

function validateSource(volume: core.Volume, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (volume.persistentVolumeClaim && !volume.persistentVolumeClaim.claimName) errors.push(required(`${at}.persistentVolumeClaim.claimName`));
  if (volume.secret && !volume.secret.secretName) errors.push(required(`${at}.secret.secretName`));
  if (volume.configMap && !volume.configMap.name) errors.push(required(`${at}.configMap.name`));
  if (volume.hostPath && !volume.hostPath.path) errors.push(required(`${at}.hostPath.path`));
  return errors;
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (value: string | undefined, field: string, rule: (value: string) => string[]): void => {
    if (value) for (const text of rule(value)) errors.push(invalidValue(`${path}.${field}`, value, text));
  };
  for (const [i, { name }] of (spec.imagePullSecrets ?? []).entries()) if (!name) errors.push(required(`${path}.imagePullSecrets[${i}].name`));
  check(spec.serviceAccountName, 'serviceAccountName', validateDnsSubdomain);
  check(spec.nodeName, 'nodeName', validateDnsSubdomain);
  check(spec.hostname, 'hostname', validateDnsLabel);
  check(spec.subdomain, 'subdomain', validateDnsLabel);
  check(spec.priorityClassName, 'priorityClassName', validateDnsSubdomain);
  return errors;
}

const nodeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

function validateNodeSelector(spec: PodSpec, path: string): FieldError[] {
  const errors = spec.nodeSelector ? validateLabels(spec.nodeSelector, `${path}.nodeSelector`) : [];
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const at = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  if (terms !== undefined && terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
  for (const [i, term] of (terms ?? []).entries()) {
    for (const [j, { operator, values = [] }] of (term.matchExpressions ?? []).entries()) {
      const field = `${at}[${i}].matchExpressions[${j}]`;
      if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
        errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      if (!nodeOperators.includes(operator)) errors.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
    }
  }
  return errors;
}

function validateTolerations(tolerations: readonly core.Toleration[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { key, operator, value, effect }] of tolerations.entries()) {
    const at = `${path}[${i}]`;
    if (!key && operator !== 'Exists')
      errors.push(invalidValue(`${at}.operator`, operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    if (operator === 'Exists' && value) errors.push(invalidValue(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    errors.push(...oneOf(operator, ['Equal', 'Exists'], `${at}.operator`));
    if (effect) errors.push(...oneOf(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${at}.effect`));
  }
  return errors;
}
