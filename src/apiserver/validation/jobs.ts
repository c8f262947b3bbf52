/** Jobs and CronJobs: kubernetes pkg/apis/batch/validation/validation.go. */
import type { batch, CronJob, Job, PodSpec, PodTemplateSpec } from '../../api/types.ts';
import { type FieldError, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { validateDnsLabel } from '../../apimachinery/names.ts';
import { semanticEqual } from '../objects.ts';
import { internalTemplate } from './internal-form.ts';
import { checkFailurePolicy, checkSuccessPolicy } from './job-policies.ts';
import { checkSelector } from './labels.ts';
import { checkPodTemplate } from './pod-spec.ts';
import { checkDomainPrefixedPath, collect, type Errors, immutable, notNegative, oneOf } from './report.ts';
import { validateSchedule, validateTimeZone } from './schedule.ts';

type JobSpec = NonNullable<batch.JobSpec>;

/** The selector is checked against the template's labels; `prepareForCreate` has made both. */
export const validateJob = (job: Job): FieldError[] =>
  collect((errors) => {
    const { spec, metadata } = job;
    checkGeneratedSelector(errors, job);
    checkJobSpec(errors, 'spec', spec);
    if (spec?.selector === undefined) errors.push(required('spec.selector'));
    else checkSelector(errors, 'spec.selector', spec.selector);
    const labels = spec?.template?.metadata?.labels;
    if (spec?.selector !== undefined && !matchesLabelSelector(spec.selector, labels))
      errors.push(invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'));
    if (spec?.completionMode === 'Indexed' && spec.completions) {
      const last = `${metadata.name}-${spec.completions - 1}`;
      if (validateDnsLabel(last).length > 0)
        errors.push(invalidValue('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${last}`));
    }
  });

/** validateGeneratedSelector: labels of another Job, as an exported one has them, are not replaced but refused. */
function checkGeneratedSelector(errors: Errors, { spec, metadata }: Job): void {
  if (spec?.manualSelector || spec?.selector === undefined) return;
  const { uid = '', name = '' } = metadata;
  const own = { 'controller-uid': uid, 'job-name': name, 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name };
  const labels = spec.template?.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(own))
    if (labels[key] !== value) errors.push(invalidValue(`spec.template.metadata.labels[${key}]`, labels, `must be '${value}'`));
  if (!matchesLabelSelector(spec.selector, own)) errors.push(invalidValue('spec.selector', spec.selector, '`selector` not auto-generated'));
}

function checkJobSpec(errors: Errors, path: string, spec: JobSpec | undefined): void {
  const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'];
  for (const field of counts as (keyof JobSpec)[]) notNegative(errors, `${path}.${field}`, spec?.[field] as number | undefined);
  if (spec?.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec?.managedBy !== undefined) {
    checkDomainPrefixedPath(errors, `${path}.managedBy`, spec.managedBy);
    if (spec.managedBy.length > 63) errors.push(tooLong(`${path}.managedBy`, '', 63));
  }
  oneOf(errors, `${path}.completionMode`, spec?.completionMode, ['NonIndexed', 'Indexed']);
  if (spec?.completionMode === 'Indexed') checkIndexed(errors, path, spec);
  else {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
      if (spec?.[field] !== undefined) errors.push(invalidValue(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
  }
  if (spec?.podFailurePolicy) checkFailurePolicy(errors, `${path}.podFailurePolicy`, spec.podFailurePolicy, spec);
  if (spec?.successPolicy) checkSuccessPolicy(errors, `${path}.successPolicy`, spec.successPolicy, spec);
  oneOf(errors, `${path}.podReplacementPolicy`, spec?.podReplacementPolicy, spec?.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']);
  checkPodTemplate(errors, `${path}.template`, spec?.template);
  const policy = spec?.template?.spec?.restartPolicy ?? 'Always';
  const at = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always') errors.push(required(at, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(at, policy, ['OnFailure', 'Never']));
  else if (spec?.podFailurePolicy !== undefined && policy !== 'Never')
    errors.push(invalidValue(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}

const manyIndexes = 100_000;
const fewIndexes = 10_000;

function checkIndexed(errors: Errors, path: string, { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex }: JobSpec): void {
  const tooHigh = (field: string, value: number, most: number | string, when = ''): void =>
    void errors.push(invalidValue(`${path}.${field}`, value, `must be less than or equal to ${most}${when}`));
  const failed = maxFailedIndexes ?? 0;
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > manyIndexes) tooHigh('parallelism', parallelism, manyIndexes, ' when completion mode is Indexed');
  if (completions !== undefined && failed > completions) tooHigh('maxFailedIndexes', failed, 'completions');
  if (failed > manyIndexes) tooHigh('maxFailedIndexes', failed, manyIndexes);
  if ((completions ?? 0) <= manyIndexes || backoffLimitPerIndex === undefined) return;
  const when = ` when completions are above ${manyIndexes} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${manyIndexes}`));
  if (parallelism > fewIndexes) tooHigh('parallelism', parallelism, fewIndexes, when);
  if (failed > fewIndexes) tooHigh('maxFailedIndexes', failed, fewIndexes, when);
}

/** A job that is suspended and has not started may still change where its pods will run. */
export const validateJobUpdate = (job: Job, old: Job): FieldError[] =>
  collect((errors) => {
    errors.push(...validateJob(job));
    const [is, was] = [job.spec, old.spec];
    if (is.completionMode !== 'Indexed') immutable(errors, 'spec.completions', is.completions, was.completions);
    else if (is.completions !== undefined && is.completions !== was.completions && is.completions !== is.parallelism)
      errors.push(invalidValue('spec.completions', is.completions, 'can only be modified in tandem with spec.parallelism'));
    immutable(errors, 'spec.selector', is.selector, was.selector);
    // Where and how a suspended job's pods will run may still be chosen (validatePodTemplateUpdate).
    const open = was.suspend === true && old.status?.startTime === undefined;
    const template = open ? withDirectives(was.template, is.template) : was.template;
    if (!semanticEqual(is.template, template)) immutable(errors, 'spec.template', is.template, template, internalTemplate(is.template));
    for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const) {
      const value = (spec: object): unknown => (spec as Readonly<Record<string, unknown>>)[field];
      immutable(errors, `spec.${field}`, value(is), value(was));
    }
  });

function withDirectives(template: PodTemplateSpec, given: PodTemplateSpec): PodTemplateSpec {
  const { nodeSelector, affinity, tolerations, schedulingGates } = (given.spec ?? {}) as PodSpec;
  return {
    ...template,
    metadata: given.metadata ?? {},
    spec: { ...(template.spec as PodSpec), ...dropAbsent({ nodeSelector, affinity, tolerations, schedulingGates }) },
  };
}

const dropAbsent = <T extends object>(object: T): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'];

/** The schedule must parse, and the Job inside may not bring a selector. */
export const validateCronJob = ({ spec, metadata }: CronJob): FieldError[] =>
  collect((errors) => {
    if (!spec?.schedule) errors.push(required('spec.schedule'));
    else errors.push(...validateSchedule(spec.schedule));
    notNegative(errors, 'spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds);
    errors.push(...validateTimeZone(spec?.timeZone));
    oneOf(errors, 'spec.concurrencyPolicy', spec?.concurrencyPolicy, concurrencyPolicies);
    const job = spec?.jobTemplate?.spec;
    checkJobSpec(errors, 'spec.jobTemplate.spec', job);
    if (job?.selector) errors.push(invalidValue('spec.jobTemplate.spec.selector', job.selector, '`selector` will be auto-generated'));
    if (job?.manualSelector) errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
    notNegative(errors, 'spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit);
    notNegative(errors, 'spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit);
    if ((metadata.name?.length ?? 0) > 52) errors.push(invalidValue('metadata.name', metadata.name, 'must be no more than 52 characters'));
  });
