import type { core, Job, Pod, PodTemplateSpec } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { parseTime } from '../../apimachinery/time.ts';
import type { Client } from '../../client/client.ts';
import { controllerOf, controllerRef, keyOf, keyText } from '../../client/keys.ts';
import type { IndexFunction } from '../../client/store.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import { constants } from '../constants.ts';
import { podFromTemplate } from '../pod-control.ts';
import { indexAnnotation, isIndexed } from './indexes.ts';

/** Keeps a finished pod until it is counted. */
const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** Its end has not been counted in the Job's status yet. */
export const hasFinalizer = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(trackingFinalizer) ?? false;

/** Pods that still have the finalizer, by the Job that they say is theirs, which may be gone. */
export const byTrackingJob: IndexFunction = (object) => {
  const owner = controllerOf(object);
  return owner?.kind === 'Job' && hasFinalizer(object as Pod) ? [keyText({ namespace: object.metadata.namespace ?? '', name: owner.name })] : [];
};

/** Lets a pod go. */
export function dropFinalizer(client: Client, pod: Pod): void {
  if (!hasFinalizer(pod)) return;
  const finalizers = (pod.metadata.finalizers ?? []).filter((each) => each !== trackingFinalizer);
  try {
    const metadata = { uid: pod.metadata.uid, finalizers: finalizers.length === 0 ? null : finalizers };
    client.patch('pods', { ...keyOf(pod), type: 'merge' }, { metadata });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}

/** A pod of the Job; of an Indexed one, the pod of that index. */
export function newJobPod(job: Job, index: number | undefined, annotations: Readonly<Record<string, string>> = {}): Pod {
  const template = index === undefined ? job.spec.template : indexedTemplate(job.spec.template, index);
  const made = podFromTemplate(template, job, controllerRef('batch/v1', 'Job', job));
  const noted = Object.keys(annotations).length > 0 ? { ...made.metadata.annotations, ...annotations } : made.metadata.annotations;
  const pod = noted === made.metadata.annotations ? made : { ...made, metadata: { ...made.metadata, annotations: noted } };
  const finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer];
  if (index === undefined || !isIndexed(job)) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const hostname = pod.spec.hostname ?? `${job.metadata.name}-${index}`;
  return { ...pod, metadata: { ...pod.metadata, finalizers, generateName: `${job.metadata.name}-${index}-` }, spec: { ...pod.spec, hostname } };
}

function indexedTemplate(template: PodTemplateSpec, index: number): PodTemplateSpec {
  const env: core.EnvVar = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } } };
  const withIndex = (container: core.Container) =>
    container.env?.some(({ name }) => name === env.name) ? container : { ...container, env: [...(container.env ?? []), env] };
  const { metadata = {}, spec = { containers: [] } } = template;
  const mark = { [indexAnnotation]: String(index) };
  return {
    ...template,
    metadata: { ...metadata, labels: { ...metadata.labels, ...mark }, annotations: { ...metadata.annotations, ...mark } },
    spec: { ...spec, containers: spec.containers.map(withIndex), ...(spec.initContainers && { initContainers: spec.initContainers.map(withIndex) }) },
  };
}

/** When a pod ended: the last of its containers, else when it stopped being ready, else when it was deleted (getFinishedTime). */
export function finishTime({ status, metadata }: Pod, now: Milliseconds): Milliseconds {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt);
  if (ends.length > 0 && ends.every((end) => end !== undefined)) return Math.max(...ends.map(parseTime));
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return parseTime(ready.lastTransitionTime);
  if (metadata.deletionTimestamp !== undefined) return parseTime(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return now;
}

/** Failures since the last success, and when the last of them was. Lost with the process, as upstream. */
export type Backoff = { readonly failures: number; readonly last: Milliseconds };

/** The record after more pods have ended: backoff_utils.go newBackoffRecord. */
export function nextBackoff(record: Backoff | undefined, succeeded: readonly Pod[], failed: readonly Pod[], now: Milliseconds): Backoff | undefined {
  const ends = (pods: readonly Pod[]): Milliseconds => Math.max(0, ...pods.map((pod) => finishTime(pod, now)));
  const success = ends(succeeded);
  const after = succeeded.length === 0 ? failed : failed.filter((pod) => finishTime(pod, now) > success);
  if (after.length === 0) return succeeded.length === 0 ? record : undefined;
  return { failures: (succeeded.length === 0 ? (record?.failures ?? 0) : 0) + after.length, last: ends(after) };
}

/** How long to wait before the next pod: it doubles with each failure. */
export function remainingBackoff(record: Backoff | undefined, now: Milliseconds): Milliseconds {
  if (record === undefined) return 0;
  const backoff = Math.min(constants.jobPodFailureBackoff.value * 2 ** (record.failures - 1), constants.maxJobPodFailureBackoff.value);
  return Math.max(0, record.last + backoff - now);
}
