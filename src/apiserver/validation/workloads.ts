/** Workloads: kubernetes pkg/apis/apps/validation/validation.go and pkg/apis/batch/validation/validation.go. */
import type { CronJob, DaemonSet, Deployment, Job, LabelSelector, PodTemplateSpec, ReplicaSet, StatefulSet } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { semanticEqual } from '../objects.ts';
import { nonNegative } from './numbers.ts';
import { validatePodTemplate } from './pod-spec.ts';

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const errors = [...nonNegative(spec?.replicas, 'spec.replicas'), ...validateSelectorAndTemplate(spec?.selector, spec?.template, 'deployment')];
  const { strategy } = spec ?? {};
  if (strategy?.type === 'Recreate' && strategy.rollingUpdate)
    errors.push(forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
  else if (strategy?.type !== undefined && strategy.type !== 'Recreate' && strategy.type !== 'RollingUpdate')
    errors.push(notSupported('spec.strategy.type', strategy.type, ['Recreate', 'RollingUpdate']));
  else if (strategy?.rollingUpdate) errors.push(...validateRollingUpdate(strategy.rollingUpdate, 'spec.strategy.rollingUpdate'));
  errors.push(...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'), ...nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  if (spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function validateRollingUpdate(update: { maxUnavailable?: string | number; maxSurge?: string | number }, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['maxUnavailable', 'maxSurge'] as const) {
    const value = update[field];
    if (typeof value === 'string' && !/^\d+%$/.test(value)) {
      errors.push(
        invalidValue(
          `${path}.${field}`,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      );
    } else if (typeof value === 'number') errors.push(...nonNegative(value, `${path}.${field}`));
  }
  if (errors.length === 0 && isZero(update.maxUnavailable) && isZero(update.maxSurge)) {
    errors.push(invalidValue(`${path}.maxUnavailable`, update.maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof update.maxUnavailable === 'string' && Number.parseInt(update.maxUnavailable, 10) > 100)
    errors.push(invalidValue(`${path}.maxUnavailable`, update.maxUnavailable, 'must not be greater than 100%'));
  return errors;
}

const isZero = (value: string | number | undefined): boolean => value === 0 || value === '0%';

export const validateReplicaSet = ({ spec }: ReplicaSet): FieldError[] => [
  ...nonNegative(spec?.replicas, 'spec.replicas'),
  ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
  ...validateSelectorAndTemplate(spec?.selector, spec?.template, 'replicaset'),
];

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const errors = validateSelectorAndTemplate(spec?.selector, spec?.template, 'daemonset');
  const type = spec?.updateStrategy?.type;
  if (type !== undefined && type !== 'RollingUpdate' && type !== 'OnDelete')
    errors.push(notSupported('spec.updateStrategy.type', type, ['OnDelete', 'RollingUpdate']));
  return errors;
}

export function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const policy = spec?.podManagementPolicy;
  if (policy !== undefined && policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  const type = spec?.updateStrategy?.type;
  if (type !== undefined && type !== 'RollingUpdate' && type !== 'OnDelete')
    errors.push(invalidValue('spec.updateStrategy', spec?.updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
  const claims = (spec?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  return [...errors, ...nonNegative(spec?.replicas, 'spec.replicas'), ...validateSelectorAndTemplate(spec?.selector, spec?.template, 'statefulset', claims)];
}

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate({ spec }: StatefulSet, { spec: old }: StatefulSet): FieldError[] {
  const rest = (whole: object): object =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !(statefulSetMutable as readonly string[]).includes(name)));
  if (semanticEqual(rest(spec), rest(old))) return [];
  return [
    forbiddenField(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}

/** Selector and template of apps/v1: both there, the one matching the other, and pods that are always restarted. */
function validateSelectorAndTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  kind: string,
  claims: readonly string[] = [],
): FieldError[] {
  const errors: FieldError[] = [];
  if (selector === undefined) errors.push(required('spec.selector'));
  else if (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length)
    errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
  if (template === undefined) return [...errors, required('spec.template')];
  if (!matchesTemplate(selector, template))
    errors.push(invalidValue('spec.template.metadata.labels', template.metadata?.labels ?? {}, '`selector` does not match template `labels`'));
  errors.push(...validatePodTemplate(template, 'spec.template', claims));
  const policy = template.spec?.restartPolicy;
  if (policy === 'OnFailure' || policy === 'Never') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (template.spec?.activeDeadlineSeconds !== undefined)
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported'));
  return errors;
}

const matchesTemplate = (selector: LabelSelector | undefined, template: PodTemplateSpec): boolean =>
  selector !== undefined && matchesLabelSelector(selector, template.metadata?.labels);

/** apps/v1 selectors never change. */
export const validateSelectorUnchanged = (selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] =>
  semanticEqual(selector, old) ? [] : [invalidValue('spec.selector', selector, 'field is immutable')];

export function validateJob({ spec }: Job): FieldError[] {
  return validateJobSpec(spec, 'spec');
}

function validateJobSpec(spec: Job['spec'] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'] as const)
    errors.push(...nonNegative(spec?.[field], `${path}.${field}`));
  const mode = (spec as { completionMode?: string } | undefined)?.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') errors.push(notSupported(`${path}.completionMode`, mode, ['Indexed', 'NonIndexed']));
  if (mode === 'Indexed' && spec?.completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (spec?.template === undefined) return [...errors, required(`${path}.template`)];
  errors.push(...validatePodTemplate(spec.template, `${path}.template`));
  const policy = spec.template.spec?.restartPolicy;
  const at = `${path}.template.spec.restartPolicy`;
  if (policy === undefined || policy === 'Always') errors.push(required(at, 'valid values: "OnFailure", "Never"'));
  return errors;
}

export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const errors = validateJob(job);
  for (const field of ['selector', 'template', 'completionMode'] as const) {
    const [is, was] = [fieldOf(job.spec, field), fieldOf(old.spec, field)];
    if (!semanticEqual(is, was)) errors.push(invalidValue(`spec.${field}`, is, 'field is immutable'));
  }
  const indexed = (job.spec as { completionMode?: string }).completionMode === 'Indexed';
  if (job.spec.completions !== old.spec.completions && !(indexed && job.spec.completions === job.spec.parallelism))
    errors.push(invalidValue('spec.completions', job.spec.completions, 'field is immutable'));
  return errors;
}

const fieldOf = (object: object, field: string): unknown => (object as Readonly<Record<string, unknown>>)[field];

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'];

export function validateCronJob({ spec, metadata }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.schedule) errors.push(required('spec.schedule'));
  else errors.push(...validateSchedule(spec.schedule));
  if (spec?.concurrencyPolicy !== undefined && !concurrencyPolicies.includes(spec.concurrencyPolicy))
    errors.push(notSupported('spec.concurrencyPolicy', spec.concurrencyPolicy, concurrencyPolicies));
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    errors.push(...nonNegative(spec?.[field], `spec.${field}`));
  errors.push(...validateJobSpec(spec?.jobTemplate?.spec, 'spec.jobTemplate.spec'));
  if ((metadata.name?.length ?? 0) > 52) errors.push(invalidValue('metadata.name', metadata.name, 'must be no more than 52 characters'));
  return errors;
}

const macros = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;
const names = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** robfig/cron's parser, as far as its refusals go. */
function validateSchedule(schedule: string): FieldError[] {
  const wrong = (text: string): FieldError[] => [invalidValue('spec.schedule', schedule, text)];
  if (schedule.includes('TZ')) return wrong('cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  if (schedule.startsWith('@')) {
    return macros.has(schedule) || /^@every \d+(?:\.\d+)?(?:ns|us|ms|s|m|h)/.test(schedule) ? [] : wrong(`unrecognized descriptor: ${schedule}`);
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return wrong(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  for (const [i, field] of fields.entries()) {
    const problem = fieldProblem(field, bounds[i] as readonly [number, number]);
    if (problem !== undefined) return wrong(problem);
  }
  return [];
}

function fieldProblem(field: string, [low, high]: readonly [number, number]): string | undefined {
  for (const part of field.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0) return `too many slashes: ${part}`;
    if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}: strconv.Atoi: parsing "${step}": invalid syntax`;
    if (step === '0') return `step of range should be a positive number: ${part}`;
    if (range === '*' || range === '?') continue;
    const ends = range.split('-');
    if (ends.length > 2) return `too many hyphens: ${part}`;
    for (const end of ends)
      if (!names.test(end) && !/^\d+$/.test(end)) return `failed to parse int from ${end}: strconv.Atoi: parsing "${end}": invalid syntax`;
    const [from = 0, to = from] = ends.map(Number);
    if (from < low) return `beginning of range (${from}) below minimum (${low}): ${part}`;
    if (to > high) return `end of range (${to}) above maximum (${high}): ${part}`;
    if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${part}`;
  }
  return undefined;
}
