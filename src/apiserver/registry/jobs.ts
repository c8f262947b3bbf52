import type { batch, CronJob, Job, KubeObject } from '../../api/types.ts';
import { humanDuration } from '../../apimachinery/duration.ts';
import { mapKept } from '../objects.ts';
import { age, ageColumn, nameColumn } from '../table.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/jobs.ts';
import { fill, mapField } from './fill.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { type Column, type Strategy, type StrategyContext, strategyOf } from './strategy.ts';
import { nameWarnings, podWarnings, workloadWarnings } from './warnings.ts';
import { containerColumns, selectorColumn } from './workload-columns.ts';

type JobSpec = Job['spec'] & { completionMode?: string; podReplacementPolicy?: string; managedBy?: string; manualSelector?: boolean };

/** kubernetes pkg/apis/batch/v1/defaults.go SetDefaults_Job */
function defaultJobSpec(given: JobSpec): JobSpec {
  // Without either number a job is one pod; with only parallelism it is a work queue.
  const alone = given.completions === undefined && given.parallelism === undefined;
  const filled = fill(given, {
    completions: alone ? 1 : undefined,
    parallelism: 1,
    // With a limit for each index the Job's own is as high as can be.
    backoffLimit: given.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: given.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
  const withPolicy = mapField(filled, 'podFailurePolicy', (policy) => mapField(policy, 'rules', (rules) => mapKept(rules, defaultRule)));
  return mapField(withPolicy, 'template', defaultTemplate);
}

const defaultRule = (rule: batch.PodFailurePolicyRule): batch.PodFailurePolicyRule =>
  mapField(rule, 'onPodConditions', (patterns) => mapKept(patterns, (pattern) => fill(pattern, { status: 'True' })));

/** The selector and the labels that tie pods to their job; given ones stay, for validation to refuse (pkg/registry/batch/job/strategy.go generateSelector). */
function generateSelector(job: Job): Job {
  const spec = job.spec as JobSpec;
  if (spec?.manualSelector || spec?.template === undefined) return job;
  const { uid = '', name = '' } = job.metadata;
  const own = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  const { template } = spec;
  const metadata = { ...template.metadata, labels: { ...own, ...template.metadata?.labels } };
  const selector = { ...spec.selector, matchLabels: { 'batch.kubernetes.io/controller-uid': uid, ...spec.selector?.matchLabels } };
  // A Job without labels of its own has its template's (SetDefaults_Job, whenever it is read).
  const labels = Object.keys(job.metadata.labels ?? {}).length > 0 ? job.metadata.labels : metadata.labels;
  return { ...job, metadata: { ...job.metadata, ...(labels && { labels }) }, spec: { ...spec, selector, template: { ...template, metadata } } };
}

const condition = (job: Job, type: string): boolean => job.status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;

function jobStatus(job: Job): string {
  if (condition(job, 'Complete')) return 'Complete';
  if (condition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (condition(job, 'Suspended')) return 'Suspended';
  if (condition(job, 'FailureTarget')) return 'FailureTarget';
  if (condition(job, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${done}/1 of ${spec.parallelism}` : `${done}/1`;
}

function duration({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  return humanDuration((status.completionTime === undefined ? now : Date.parse(status.completionTime)) - Date.parse(status.startTime));
}

/** kubernetes pkg/printers/internalversion/printers.go printJob */
const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  { name: 'Status', cell: jobStatus },
  { name: 'Completions', cell: completions },
  { name: 'Duration', cell: duration },
  ageColumn,
  ...(containerColumns as readonly Column<KubeObject>[] as readonly Column<Job>[]),
  selectorColumn,
];

const jobStrategy: Strategy<Job> = {
  defaults: (job) => mapField(job, 'spec', (spec) => defaultJobSpec(spec)),
  prepareForCreate: (job) => ({ ...generateSelector(job), status: {} }),
  prepareForUpdate: (job) => job,
  validate: (job) => validateJob(job),
  validateUpdate: (job, old) => validateJobUpdate(job, old),
  generation: true,
  status: true,
  defaultPropagation: 'Orphan',
  fields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  columns: jobColumns,
  warnings: workloadWarnings(),
};

type CronJobSpec = CronJob['spec'] & { timeZone?: string };

/** kubernetes pkg/apis/batch/v1/defaults.go SetDefaults_CronJob */
const defaultCronSpec = (given: CronJobSpec): CronJobSpec => {
  const filled = fill(given, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  return mapField(filled, 'jobTemplate', (template) =>
    mapField(fill(template, { metadata: {} }), 'spec', (spec) => mapField(spec, 'template', defaultTemplate)),
  );
};

const template = ({ spec }: CronJob): { readonly metadata: object; readonly spec: object } => ({ metadata: {}, spec: spec.jobTemplate.spec ?? {} });

/** kubernetes pkg/printers/internalversion/printers.go printCronJob */
const cronColumns: readonly Column<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', cell: ({ spec }) => spec.schedule },
  { name: 'Timezone', cell: ({ spec }) => (spec as CronJobSpec).timeZone ?? '<none>' },
  { name: 'Suspend', cell: ({ spec }) => (spec.suspend ? 'True' : 'False') },
  { name: 'Active', type: 'integer', cell: ({ status }) => status?.active?.length ?? 0 },
  { name: 'Last Schedule', cell: ({ status }, now) => (status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, now)) },
  ageColumn,
  ...[...containerColumns, selectorColumn].map(
    ({ facts: _facts, ...column }): Column<CronJob> => ({
      ...column,
      cell: (cronJob, now) => column.cell(template(cronJob) as Parameters<typeof column.cell>[0], now),
    }),
  ),
];

function cronWarnings({ metadata, spec }: CronJob, old?: CronJob): string[] {
  const own = old === undefined ? nameWarnings(metadata.name, 'Pod names and hostnames') : [];
  const pods = old?.metadata.generation === metadata.generation ? [] : podWarnings('spec.jobTemplate.spec.template.', spec.jobTemplate.spec?.template ?? {});
  return [...own, ...pods];
}

const cronJobStrategy: Strategy<CronJob> = {
  defaults: (cronJob) => mapField(cronJob, 'spec', (spec) => defaultCronSpec(spec)),
  prepareForCreate: (cronJob: CronJob, _context: StrategyContext) => ({ ...cronJob, status: {} }),
  validate: (cronJob) => validateCronJob(cronJob),
  validateUpdate: (cronJob) => validateCronJob(cronJob),
  generation: true,
  status: true,
  warnings: cronWarnings,
  columns: cronColumns,
};

/** Selector and labels are made as the Job is; pods of a deleted Job are orphaned unless told otherwise. */
export const jobs = strategyOf(jobStrategy);
/** Three successful Jobs and one failed are kept unless told otherwise. */
export const cronjobs = strategyOf(cronJobStrategy);
