import type { CronJob, core, Job } from '../../api/types.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import { byControllerUid, type Context, type Controller, enqueueOwner, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, controllerRef, keyOf, type ObjectKey } from '../../client/keys.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { constants } from '../constants.ts';
import { localTime, parseSchedule, type Schedule, ScheduleError } from '../cronjob/schedule.ts';
import { equal } from '../equal.ts';
import { jobEnd } from './job.ts';

/** Jobs by the clock: pkg/controller/cronjob/cronjob_controllerv2.go. */
export const cronJobController = (): Controller => ({
  name: 'cronjob-controller',
  watches: [
    watch('cronjobs.batch', enqueueSelf, { delay: (_key, object, context, before) => untilNewSchedule(object as CronJob, context, before as CronJob) }),
    watch('jobs.batch', enqueueOwner('CronJob')),
  ],
  indexes: [{ resource: 'jobs.batch', name: 'controller', of: byControllerUid }],
  reconcile,
});

function reconcile(key: ObjectKey, context: Context): Result {
  const cronJob = context.informers.of('cronjobs.batch').get(key);
  if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return {};
  const jobs = [...context.informers.of('jobs.batch').byIndex('controller', cronJob.metadata.uid ?? '')];
  const sync: Sync = { context, cronJob, jobs, active: [...(cronJob.status?.active ?? [])], status: {} };
  cleanUpFinished(sync);
  noteFinished(sync);
  const requeueAfter = cronJob.spec.suspend ? undefined : start(sync);
  const { lastScheduleTime, lastSuccessfulTime } = { ...cronJob.status, ...sync.status };
  const status = {
    ...(sync.active.length > 0 && { active: sync.active }),
    ...(lastScheduleTime && { lastScheduleTime }),
    ...(lastSuccessfulTime && { lastSuccessfulTime }),
  };
  if (!equal(status, cronJob.status)) context.client.updateStatus('cronjobs.batch', { ...cronJob, status });
  return requeueAfter === undefined ? {} : { requeueAfter };
}

type Sync = {
  readonly context: Context;
  readonly cronJob: CronJob;
  readonly jobs: readonly Job[];
  active: core.ObjectReference[];
  status: { lastScheduleTime?: string; lastSuccessfulTime?: string };
};

/** Takes ended and vanished Jobs off the list of active ones. */
function noteFinished(sync: Sync): void {
  const { context, cronJob, jobs } = sync;
  for (const job of jobs) {
    const end = jobEnd(job);
    const listed = sync.active.some(({ uid }) => uid === job.metadata.uid);
    if (end === undefined) {
      if (listed) continue;
      // Ours by its owner, though our status does not know it: the informer was late, or someone made it by hand.
      const live = context.client.get('cronjobs.batch', keyOf(cronJob));
      if (live?.status?.active?.some(({ uid }) => uid === job.metadata.uid)) continue;
      // The informer may still show what we have just deleted to put another in its place.
      if (context.client.get('jobs.batch', keyOf(job))?.metadata.uid !== job.metadata.uid) continue;
      context.recorder.warning(cronJob, 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
      continue;
    }
    if (listed) {
      sync.active = sync.active.filter(({ uid }) => uid !== job.metadata.uid);
      context.recorder.normal(cronJob, 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
    }
    const { completionTime } = job.status ?? {};
    const last = sync.status.lastSuccessfulTime ?? cronJob.status?.lastSuccessfulTime;
    if (end === 'Complete' && completionTime !== undefined && (last === undefined || completionTime > last)) sync.status.lastSuccessfulTime = completionTime;
  }
  for (const reference of sync.active) {
    if (jobs.some(({ metadata }) => metadata.uid === reference.uid)) continue;
    if (context.client.get('jobs.batch', { namespace: cronJob.metadata.namespace ?? '', name: reference.name ?? '' }) !== undefined) continue;
    sync.active = sync.active.filter((each) => each !== reference);
    // Our own last word on it may not have come back by the informer yet.
    if (!context.client.get('cronjobs.batch', keyOf(cronJob))?.status?.active?.some(({ uid }) => uid === reference.uid)) continue;
    context.recorder.normal(cronJob, 'MissingJob', `Active job went missing: ${reference.name}`);
  }
}

/** A schedule that was changed counts from its next moment on: what it would have started before is not made up for (updateCronJob). */
function untilNewSchedule(cronJob: CronJob, { sim: { now } }: Context, before: CronJob | undefined): Milliseconds {
  const { schedule, timeZone } = cronJob.spec;
  if (before === undefined || (before.spec.schedule === schedule && before.spec.timeZone === timeZone)) return 0;
  try {
    const parsed = parseSchedule(schedule, timeZone);
    return parsed.next(now) === undefined ? 0 : untilNext(parsed, passed(cronJob, parsed, now), now);
  } catch (error) {
    if (error instanceof ScheduleError) return 0;
    throw error;
  }
}

/** nextScheduleTimeDuration */
const untilNext = (schedule: Schedule, { earliest, last }: Passed, now: Milliseconds): Milliseconds =>
  (schedule.next(last ?? earliest) ?? now) - now + constants.cronJobStartDelay.value;

/** Starts the Job whose time has come, if one has; returns when the next one will. */
function start(sync: Sync): Milliseconds | undefined {
  const { context, cronJob } = sync;
  const { now } = context.sim;
  const schedule = scheduleOf(sync);
  if (schedule === undefined) return undefined;
  if (schedule.next(now) === undefined) {
    const why = 'time difference between two schedules is less than 1 second';
    context.recorder.warning(cronJob, 'InvalidSchedule', `invalid schedule: ${cronJob.spec.schedule} : ${why}`);
    return undefined;
  }
  const scheduled = mostRecent(sync, schedule, now);
  const wait = untilNext(schedule, passed(cronJob, schedule, now), now);
  if (scheduled === undefined) return wait;
  const deadline = cronJob.spec.startingDeadlineSeconds;
  if (deadline !== undefined && deadline !== null && scheduled + deadline * 1000 < now) {
    context.recorder.warning(cronJob, 'MissSchedule', `Missed scheduled time to start a job: ${goTime(scheduled)}`);
    return wait;
  }
  const name = `${cronJob.metadata.name}-${Math.floor(scheduled / 60_000)}`;
  if (sync.active.some((reference) => reference.name === name) || cronJob.status?.lastScheduleTime === rfc3339(scheduled)) return wait;
  if (cronJob.spec.concurrencyPolicy === 'Forbid' && sync.active.length > 0) {
    context.recorder.normal(cronJob, 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return wait;
  }
  if (cronJob.spec.concurrencyPolicy === 'Replace') for (const reference of [...sync.active]) replace(sync, reference);
  createJob(sync, name, scheduled);
  return wait;
}

function scheduleOf({ context, cronJob }: Sync): Schedule | undefined {
  try {
    return parseSchedule(cronJob.spec.schedule, cronJob.spec.timeZone);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    context.recorder.warning(cronJob, 'UnparseableSchedule', `unparseable schedule: ${quote(cronJob.spec.schedule)} : ${error.message}`);
    return undefined;
  }
}

/** The last moment that has passed since the last start; of those before the deadline nothing is said. */
function mostRecent({ context, cronJob }: Sync, schedule: Schedule, now: Milliseconds): Milliseconds | undefined {
  const { last, missed } = passed(cronJob, schedule, now, cronJob.spec.startingDeadlineSeconds ?? undefined);
  if (missed > constants.maxStartsCounted.value) {
    const message = `too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
    context.recorder.warning(cronJob, 'TooManyMissedTimes', message);
  }
  return last;
}

type Passed = { readonly earliest: Milliseconds; readonly last: Milliseconds | undefined; readonly missed: number };

/** utils.go mostRecentScheduleTime */
function passed({ status, metadata }: CronJob, schedule: Schedule, now: Milliseconds, deadline?: number): Passed {
  const since = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? rfc3339(now));
  const earliest = deadline === undefined ? since : Math.max(since, now - deadline * 1000);
  let missed = 0;
  let last: Milliseconds | undefined;
  for (let at = schedule.next(earliest); at !== undefined && at <= now; at = schedule.next(at)) {
    last = at;
    missed++;
  }
  return { earliest, last, missed };
}

function replace(sync: Sync, reference: core.ObjectReference): void {
  removeJob(sync, { namespace: sync.cronJob.metadata.namespace ?? '', name: reference.name ?? '' });
  sync.active = sync.active.filter((each) => each !== reference);
}

function createJob(sync: Sync, name: string, scheduled: Milliseconds): void {
  const { context, cronJob } = sync;
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  const namespace = cronJob.metadata.namespace ?? '';
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      ...(metadata.labels && { labels: metadata.labels }),
      annotations: { ...metadata.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': localTime(scheduled, cronJob.spec.timeZone) },
      ownerReferences: [controllerRef('batch/v1', 'CronJob', cronJob)],
    },
    spec: (spec ?? { template: {} }) as Job['spec'],
  };
  let made: Job | undefined;
  try {
    made = context.client.create('jobs.batch', job);
    context.recorder.normal(cronJob, 'SuccessfulCreate', `Created job ${name}`);
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) {
      if (error instanceof StatusError) context.recorder.warning(cronJob, 'FailedCreate', `Error creating job: ${error.message}`);
      throw error;
    }
    // Ours from before a crash, or somebody else's: that is left alone.
    made = context.client.get('jobs.batch', { namespace, name });
    const uid = made?.metadata.uid;
    if (made === undefined || controllerOf(made)?.uid !== cronJob.metadata.uid || sync.active.some((each) => each.uid === uid)) return;
  }
  const { uid, resourceVersion } = made.metadata;
  sync.active.push({ apiVersion: 'batch/v1', kind: 'Job', name, namespace, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) });
  sync.status.lastScheduleTime = rfc3339(scheduled);
}

/** Keeps the last few Jobs of each outcome. */
function cleanUpFinished(sync: Sync): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = sync.cronJob.spec;
  const limits = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ] as const;
  for (const [outcome, limit] of limits) {
    const ended = sync.jobs.filter((job) => jobEnd(job) === outcome && job.metadata.deletionTimestamp === undefined);
    ended.sort((a, b) => ((a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) {
      removeJob(sync, keyOf(job));
      sync.active = sync.active.filter(({ uid }) => uid !== job.metadata.uid);
    }
  }
}

function removeJob({ context, cronJob }: Sync, key: ObjectKey): void {
  try {
    context.client.delete('jobs.batch', key, { propagationPolicy: 'Background' });
    context.recorder.normal(cronJob, 'SuccessfulDelete', `Deleted job ${key.name}`);
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

/** time.RFC1123Z. */
const goTime = (at: Milliseconds): string => new Date(at).toUTCString().replace('GMT', '+0000');
