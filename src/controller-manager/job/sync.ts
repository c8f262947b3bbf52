import type { batch, Job, Pod } from '../../api/types.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import type { Context, Result } from '../../client/controller.ts';
import { textOf } from '../../client/keys.ts';
import { equal } from '../equal.ts';
import type { Expectations } from '../expectations.ts';
import { createPod, deletePod, slowStartBatch } from '../pod-control.ts';
import { deletionOrder, isActive, isReady, isTerminal } from '../pods.ts';
import { formatIndexes, indexOf, isIndexed, nextIndexes, parseIndexes } from './indexes.ts';
import { type Backoff, dropFinalizer, hasFinalizer, newJobPod, nextBackoff, remainingBackoff } from './pods.ts';
import { failedIndexes, failureAnnotations, failureOf, indexBackoff, lastFailed, restartsExceed, successOf } from './policies.ts';

/** `counted`: uids of pods whose finalizer we took off, though the informer may not show it yet; `backoffs` by the Job's key. */
export type Memory = { readonly counted: Set<string>; readonly backoffs: Map<string, Backoff | undefined> };

type Status = batch.JobStatus;
type Verdict = { readonly type: 'Complete' | 'Failed'; readonly reason: string; readonly message: string };

/** One sync of a Job that is not over: pkg/controller/job/job_controller.go syncJob. */
export class JobSync {
  readonly #context: Context;
  readonly #pods: readonly Pod[];
  readonly #expectations: Expectations;
  readonly #memory: Memory;
  readonly #job: Job;
  readonly #status: Status & { terminating?: number };
  /** The Job as the apiserver has it after our last write. */
  #current: Job;
  #requeueAfter: number | undefined;
  /** Pods that this sync has deleted. */
  #leaving = 0;

  constructor(context: Context, job: Job, pods: readonly Pod[], expectations: Expectations, memory: Memory) {
    this.#memory = memory;
    this.#context = context;
    this.#pods = pods;
    this.#expectations = expectations;
    this.#job = job;
    this.#current = job;
    this.#status = { ...job.status };
  }

  run(): Result {
    const suspended = this.#job.spec.suspend ?? false;
    if (this.#status.startTime === undefined && !suspended) this.#status.startTime = this.#now;
    let finished = this.#uncounted();
    const verdict = this.#decide(finished);
    let active: readonly Pod[] = this.#pods.filter(isActive);
    // Of a Job that failed every pod that still runs counts as failed.
    if (verdict?.type === 'Failed') finished = { ...finished, failed: [...finished.failed, ...active.filter(this.#isUncounted)] };
    if (verdict !== undefined) active = this.#deleteAll(active, verdict.type === 'Failed');
    else if (this.#expectations.satisfied(textOf(this.#job), this.#context.sim.now)) active = this.#manage(active);
    this.#noteSuspension(suspended);
    this.#count(finished, active);
    this.#finish(verdict, active);
    return this.#requeueAfter === undefined ? {} : { requeueAfter: this.#requeueAfter };
  }

  get #now(): string {
    return rfc3339(this.#context.sim.now);
  }

  readonly #isUncounted = (pod: Pod): boolean => hasFinalizer(pod) && !this.#memory.counted.has(pod.metadata.uid ?? '');

  /** Pods that are over and not in the counts yet: those that still have the finalizer. */
  #uncounted(): { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] } {
    const over = this.#pods.filter(this.#isUncounted);
    const succeeded = over.filter(({ status }) => status?.phase === 'Succeeded');
    // A pod that is deleted counts as failed at once, unless only those that have failed are replaced (isPodFailed).
    const failed = over.filter(
      ({ status, metadata }) =>
        status?.phase === 'Failed' || (!this.#replacesFailedOnly && metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded'),
    );
    return { succeeded, failed };
  }

  /** onlyReplaceFailedPods */
  get #replacesFailedOnly(): boolean {
    const { podReplacementPolicy, podFailurePolicy } = this.#job.spec;
    return podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;
  }

  #backoff(succeeded: readonly Pod[], failed: readonly Pod[]): Backoff | undefined {
    return nextBackoff(this.#memory.backoffs.get(textOf(this.#job)), succeeded, failed, this.#context.sim.now);
  }

  #decide({ succeeded, failed }: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] }): Verdict | undefined {
    const target = this.#status.conditions?.find(({ type, status }) => status === 'True' && (type === 'FailureTarget' || type === 'SuccessCriteriaMet'));
    if (target !== undefined)
      return { type: target.type === 'FailureTarget' ? 'Failed' : 'Complete', reason: target.reason ?? '', message: target.message ?? '' };
    const { backoffLimit = 6, activeDeadlineSeconds, completions, suspend } = this.#job.spec;
    const fatal = failed.map((pod) => failureOf(this.#job, pod)).find(({ action }) => action === 'FailJob');
    if (fatal) return { type: 'Failed', reason: 'PodFailurePolicy', message: fatal.message };
    const failures = (this.#status.failed ?? 0) + failed.filter(this.#failureCounts).length;
    if (failures > backoffLimit || restartsExceed(this.#job, this.#pods, backoffLimit))
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    if (activeDeadlineSeconds !== undefined && this.#status.startTime !== undefined && !suspend) {
      const left = parseTime(this.#status.startTime) + activeDeadlineSeconds * 1000 - this.#context.sim.now;
      if (left <= 0) return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
      this.#comeBack(left);
    }
    const byIndex = isIndexed(this.#job) ? this.#decideByIndex(this.#completedIndexes(succeeded)) : undefined;
    if (byIndex) return byIndex;
    const done = isIndexed(this.#job) ? this.#completedIndexes(succeeded).size : (this.#status.succeeded ?? 0) + succeeded.length;
    const active = this.#pods.filter(isActive).length;
    const complete = completions === undefined || completions === null ? done > 0 && active === 0 : done >= completions;
    return complete ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined;
  }

  /** Too many indexes that failed for good, or enough that succeeded. */
  #decideByIndex(succeeded: ReadonlySet<number>): Verdict | undefined {
    const { maxFailedIndexes, completions } = this.#job.spec;
    const failed = this.#failedIndexes().size;
    if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
      return { type: 'Failed', reason: 'MaxFailedIndexesExceeded', message: 'Job has exceeded the specified maximal number of failed indexes' };
    if (failed > 0 && failed + succeeded.size >= (completions ?? 0)) return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
    const met = successOf(this.#job, succeeded);
    return met === undefined ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message: met };
  }

  /** Whether a failed pod is counted: podFailurePolicy may say that it is not. */
  readonly #failureCounts = (pod: Pod): boolean => failureOf(this.#job, pod).action !== 'Ignore';

  #failedIndexes(): ReadonlySet<number> {
    return this.#job.spec.backoffLimitPerIndex === undefined ? new Set() : failedIndexes(this.#job, this.#status.failedIndexes, this.#pods);
  }

  #completedIndexes(succeeded: readonly Pod[]): Set<number> {
    const { completions = 0 } = this.#job.spec;
    const indexes = new Set([...parseIndexes(this.#status.completedIndexes), ...succeeded.map(indexOf)]);
    return new Set([...indexes].filter((index) => index >= 0 && index < (completions ?? 0)));
  }

  /** manageJob: as many pods as parallelism and what is left to do allow. */
  #manage(active: readonly Pod[]): readonly Pod[] {
    const { parallelism = 1, completions, suspend } = this.#job.spec;
    if (suspend) return this.#deleteAll(active);
    const succeeded = this.#uncounted().succeeded;
    const done = isIndexed(this.#job) ? this.#completedIndexes(succeeded).size : (this.#status.succeeded ?? 0) + succeeded.length;
    const wanted =
      completions === undefined || completions === null
        ? done > 0
          ? active.length
          : parallelism
        : Math.min(parallelism, completions - done - this.#failedIndexes().size);
    if (active.length > wanted) {
      const least = [...active].sort(deletionOrder(() => 0, this.#context.sim.now));
      const excess = Math.min(active.length, active.length - wanted);
      this.#deleteAll(least.slice(0, excess));
      return least.slice(excess);
    }
    const terminating = this.#replacesFailedOnly ? this.#terminating : 0;
    const missing = wanted - active.length - terminating;
    return missing > 0 ? this.#create(missing, active) : active;
  }

  #create(count: number, active: readonly Pod[]): readonly Pod[] {
    const { sim } = this.#context;
    const perIndex = this.#job.spec.backoffLimitPerIndex !== undefined;
    const { succeeded, failed } = this.#uncounted();
    const wait = perIndex ? 0 : remainingBackoff(this.#backoff(succeeded, failed), sim.now);
    if (wait > 0) {
      this.#comeBack(wait);
      return active;
    }
    const indexes = isIndexed(this.#job) ? this.#indexesToStart(count, active, perIndex) : undefined;
    const created: Pod[] = [];
    const { done, error, throttled } = slowStartBatch(this.#context, indexes?.length ?? count, () => {
      const index = indexes?.[created.length];
      const notes = perIndex && index !== undefined ? failureAnnotations(this.#job, lastFailed(this.#pods, index)) : {};
      created.push(createPod(this.#context, newJobPod(this.#job, index, notes), this.#job));
    });
    this.#expectations.expect(textOf(this.#job), sim.now, { creations: done });
    if (throttled) this.#comeBack(1);
    if (error !== undefined) throw error;
    return [...active, ...created];
  }

  /** The lowest that are neither done, nor failed for good, nor worked on; with a limit for each, less those that still wait. */
  #indexesToStart(count: number, active: readonly Pod[], perIndex: boolean): readonly number[] {
    const over = new Set([...this.#completedIndexes(this.#uncounted().succeeded), ...this.#failedIndexes()]);
    const indexes = nextIndexes(this.#job, over, active, count);
    if (!perIndex) return indexes;
    return indexes.filter((index) => {
      const wait = indexBackoff(lastFailed(this.#pods, index), this.#context.sim.now);
      if (wait > 0) this.#comeBack(wait);
      return wait === 0;
    });
  }

  /** `keep`: the finalizer stays, since the pods are yet to be counted. */
  #deleteAll(pods: readonly Pod[], keep = false): readonly Pod[] {
    const deletions: string[] = [];
    this.#leaving += pods.length;
    for (const pod of pods) {
      if (!keep) {
        dropFinalizer(this.#context.client, pod);
        this.#memory.counted.add(pod.metadata.uid ?? '');
      }
      if (deletePod(this.#context, pod, this.#job)) deletions.push(textOf(pod));
    }
    if (deletions.length > 0) this.#expectations.expect(textOf(this.#job), this.#context.sim.now, { deletions });
    return [];
  }

  /** First their uids into the status, then the finalizer off, then into the counts: a pod is never counted twice, nor lost. */
  #count({ succeeded, failed }: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] }, active: readonly Pod[]): void {
    const uids = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.uid ?? '');
    const { uncountedTerminatedPods: before } = this.#status;
    const status = this.#status;
    const newlySucceeded = new Set([...(before?.succeeded ?? []), ...uids(succeeded)]);
    const newlyFailed = new Set([...(before?.failed ?? []), ...uids(failed.filter(this.#failureCounts))]);
    const newlyFailedIndexes = this.#failedIndexes();
    const backoff = this.#backoff(succeeded, failed);
    if (newlySucceeded.size + newlyFailed.size + failed.length > 0) {
      this.#setActive(active);
      status.uncountedTerminatedPods = {
        ...(newlySucceeded.size > 0 && { succeeded: [...newlySucceeded] }),
        ...(newlyFailed.size > 0 && { failed: [...newlyFailed] }),
      };
      this.#write();
      for (const pod of [...succeeded, ...failed]) {
        dropFinalizer(this.#context.client, pod);
        this.#memory.counted.add(pod.metadata.uid ?? '');
      }
      this.#memory.backoffs.set(textOf(this.#job), backoff);
    }
    if (isIndexed(this.#job)) {
      const indexes = this.#completedIndexes(succeeded);
      if (indexes.size > 0) status.completedIndexes = formatIndexes(indexes);
      if (this.#job.spec.backoffLimitPerIndex !== undefined) status.failedIndexes = formatIndexes(newlyFailedIndexes);
    }
    const total = isIndexed(this.#job) ? this.#completedIndexes(succeeded).size : (status.succeeded ?? 0) + newlySucceeded.size;
    if (total > 0) status.succeeded = total;
    if (newlyFailed.size > 0) status.failed = (status.failed ?? 0) + newlyFailed.size;
    status.uncountedTerminatedPods = {};
    this.#setActive(active);
  }

  #setActive(active: readonly Pod[]): void {
    if (active.length > 0) this.#status.active = active.length;
    else delete this.#status.active;
    this.#status.ready = active.filter(isReady).length;
    this.#status.terminating = this.#terminating + this.#leaving;
  }

  get #terminating(): number {
    return this.#pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod)).length;
  }

  #noteSuspension(suspended: boolean): void {
    const known = this.#status.conditions?.find(({ type }) => type === 'Suspended');
    if (suspended === (known?.status === 'True') || (!suspended && known === undefined)) return;
    if (suspended) {
      this.#setCondition('Suspended', 'True', 'JobSuspended', 'Job suspended');
      this.#context.recorder.normal(this.#job, 'Suspended', 'Job suspended');
    } else {
      this.#setCondition('Suspended', 'False', 'JobResumed', 'Job resumed');
      this.#status.startTime = this.#now;
      this.#context.recorder.normal(this.#job, 'Resumed', 'Job resumed');
    }
  }

  /** The end comes in two steps: what it will be, and, when the last pod has gone, that it is. */
  #finish(verdict: Verdict | undefined, active: readonly Pod[]): void {
    if (verdict === undefined) {
      this.#write();
      return;
    }
    const { type, reason, message } = verdict;
    this.#setCondition(type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', reason, message);
    const over = active.length === 0 && (this.#status.terminating ?? 0) === 0;
    if (over) this.#setCondition(type, 'True', reason, message);
    if (over && type === 'Complete') this.#status.completionTime = this.#now;
    this.#write();
    if (!over) return;
    const { completions } = this.#job.spec;
    if (type === 'Complete' && completions !== undefined && (this.#status.succeeded ?? 0) > completions)
      this.#context.recorder.warning(this.#job, 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
    if (type === 'Complete') this.#context.recorder.normal(this.#job, 'Completed', 'Job completed');
    else this.#context.recorder.warning(this.#job, reason, message);
  }

  #setCondition(type: string, status: string, reason: string, message: string): void {
    const before = this.#status.conditions ?? [];
    const known = before.find((condition) => condition.type === type);
    if (known?.status === status && known.reason === reason) return;
    const condition: batch.JobCondition = { type, status, reason, message, lastProbeTime: this.#now, lastTransitionTime: this.#now };
    this.#status.conditions = known === undefined ? [...before, condition] : before.map((each) => (each === known ? condition : each));
  }

  #write(): void {
    if (equal(this.#status, this.#current.status)) return;
    this.#current = this.#context.client.updateStatus('jobs.batch', { ...this.#current, status: { ...this.#status } });
  }

  #comeBack(after: number): void {
    this.#requeueAfter = Math.min(this.#requeueAfter ?? Number.POSITIVE_INFINITY, after);
  }
}
