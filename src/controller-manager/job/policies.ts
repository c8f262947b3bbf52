/** Which failures count and what they mean: pkg/controller/job/{pod_failure_policy,success_policy,backoff_utils,indexed_job_utils}.go. */
import type { batch, Job, Pod } from '../../api/types.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { constants } from '../constants.ts';
import { indexOf, parseIndexes } from './indexes.ts';
import { finishTime } from './pods.ts';

/** How often the pods of an index failed before this one. */
const failureCountAnnotation = 'batch.kubernetes.io/job-index-failure-count';
const ignoredCountAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** What podFailurePolicy makes of one failed pod; without a rule that fits it counts. */
type Failure = { readonly action: 'Count' | 'Ignore' | 'FailIndex' | 'FailJob'; readonly message: string };

const counts: Failure = { action: 'Count', message: '' };

/** What the first rule of the Job's podFailurePolicy that fits says of a failed pod; without one it counts. */
export function failureOf(job: Job, pod: Pod): Failure {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  for (const [index, rule] of rules.entries()) {
    const action = rule.action as Failure['action'];
    const exited = rule.onExitCodes && containerThatExited(pod, rule.onExitCodes);
    if (exited)
      return {
        action,
        message: `Container ${exited.name} for pod ${name} failed with exit code ${exited.state?.terminated?.exitCode} matching ${action} rule at index ${index}`,
      };
    const condition = rule.onPodConditions?.find(({ type, status = 'True' }) =>
      pod.status?.conditions?.some((each) => each.type === type && each.status === status),
    );
    if (condition) return { action, message: `Pod ${name} has condition ${condition.type} matching ${action} rule at index ${index}` };
  }
  return counts;
}

function containerThatExited({ status }: Pod, { containerName, operator, values }: batch.PodFailurePolicyOnExitCodesRequirement) {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(({ name, state }) => {
    const code = state?.terminated?.exitCode ?? 0;
    return code !== 0 && (containerName === undefined || containerName === name) && values.includes(code) === (operator === 'In');
  });
}

/** The indexes that may not be tried again. */
export function failedIndexes(job: Job, known: string | undefined, pods: readonly Pod[]): ReadonlySet<number> {
  const indexes = new Set(parseIndexes(known));
  for (const pod of pods) {
    if (pod.status?.phase !== 'Failed' || indexOf(pod) < 0) continue;
    const { action } = failureOf(job, pod);
    if (action === 'FailIndex' || (action !== 'Ignore' && countOf(pod) >= (job.spec.backoffLimitPerIndex ?? 0))) indexes.add(indexOf(pod));
  }
  return indexes;
}

const countOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[failureCountAnnotation] ?? 0);
const ignoredOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[ignoredCountAnnotation] ?? 0);
const triesOf = (pod: Pod): number => countOf(pod) + ignoredOf(pod);

/** The last pod of an index that failed. */
export function lastFailed(pods: readonly Pod[], index: number): Pod | undefined {
  const failed = pods.filter((pod) => indexOf(pod) === index && pod.status?.phase === 'Failed');
  return failed.reduce<Pod | undefined>((last, pod) => (last === undefined || triesOf(pod) >= triesOf(last) ? pod : last), undefined);
}

/** What the next pod of an index remembers of those before it. */
export function failureAnnotations(job: Job, last: Pod | undefined): Readonly<Record<string, string>> {
  if (job.spec.backoffLimitPerIndex === undefined) return {};
  const ignored = last !== undefined && failureOf(job, last).action === 'Ignore';
  const failures = last === undefined ? 0 : countOf(last) + (ignored ? 0 : 1);
  const others = last === undefined ? 0 : ignoredOf(last) + (ignored ? 1 : 0);
  return { [failureCountAnnotation]: String(failures), ...(others > 0 && { [ignoredCountAnnotation]: String(others) }) };
}

/** How long an index waits for its next pod. */
export function indexBackoff(last: Pod | undefined, now: Milliseconds): Milliseconds {
  if (last === undefined) return 0;
  const backoff = Math.min(constants.jobPodFailureBackoff.value * 2 ** triesOf(last), constants.maxJobPodFailureBackoff.value);
  return Math.max(0, finishTime(last, now) + backoff - now);
}

/** What the success policy says of the indexes that succeeded; undefined when it is not met. */
export function successOf(job: Job, succeeded: ReadonlySet<number>): string | undefined {
  const rules = job.spec.successPolicy?.rules ?? [];
  const index = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
    const wanted = [...parseIndexes(succeededIndexes)].filter((each) => each < (job.spec.completions ?? 0));
    const met = wanted.filter((each) => succeeded.has(each)).length;
    return met >= (succeededCount ?? wanted.length);
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

/** With restartPolicy OnFailure it is the containers that fail, not the pods: pastBackoffLimitOnFailure. */
export function restartsExceed(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const each of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += each.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
