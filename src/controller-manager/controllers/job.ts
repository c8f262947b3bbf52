import type { Job, Pod } from '../../api/types.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, controllerRef, keyText, type ObjectKey } from '../../client/keys.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { constants } from '../constants.ts';
import { Expectations } from '../expectations.ts';
import { byTrackingJob, dropFinalizer, hasFinalizer } from '../job/pods.ts';
import { JobSync, type Memory } from '../job/sync.ts';
import { observePod } from './replicaset.ts';

/** Pods until enough have succeeded: pkg/controller/job. */
export function jobController(): Controller {
  const expectations = new Expectations();
  const memory: Memory = { counted: new Set(), backoffs: new Map() };
  return {
    name: 'job-controller',
    watches: [
      watch('jobs.batch', enqueueSelf),
      // Ends of pods are taken up in bunches, so that a Job of many pods is not written for each of them.
      watch('pods', (pod, context, before) => [...enqueueClaimant('Job', 'jobs.batch')(pod, context, before), ...ownerOfTracked(pod)], {
        delay: () => constants.jobSyncBatchPeriod.value,
        observe(type, pod) {
          observePod(expectations, 'Job', type, pod as Pod);
          if (type === 'delete') memory.counted.delete(pod.metadata.uid ?? '');
        },
      }),
    ],
    indexes: [...claimIndexes('pods'), { resource: 'pods', name: 'tracking-job', of: byTrackingJob }],
    reconcile: (key, context) => reconcile(key, context, expectations, memory),
  };
}

/** Whether a Job is over, and how. */
export const jobEnd = ({ status }: Job): 'Complete' | 'Failed' | undefined => {
  const end = status?.conditions?.find(({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True');
  return end === undefined ? undefined : (end.type as 'Complete' | 'Failed');
};

/** A Job that another controller sees to is none of ours: neither its pods, nor its status, nor their finalizers (managedByExternalController). */
const othersManage = ({ spec }: Job): boolean => spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';

function reconcile(key: ObjectKey, context: Context, expectations: Expectations, memory: Memory): Result {
  const job = context.informers.of('jobs.batch').get(key);
  releaseOrphans(key, job, context);
  if (job === undefined) {
    expectations.forget(keyText(key));
    memory.backoffs.delete(keyText(key));
    return {};
  }
  if (othersManage(job) || jobEnd(job) !== undefined || job.metadata.deletionTimestamp !== undefined) return {};
  const pods = claim(context, 'pods', job, { selector: job.spec.selector, reference: controllerRef('batch/v1', 'Job', job) });
  return new JobSync(context, job, pods, expectations, memory).run();
}

/** Nobody counts the pods of a Job that is over or gone: their finalizer would hold them for ever (syncOrphanPod). */
function releaseOrphans(key: ObjectKey, job: Job | undefined, { client, informers }: Context): void {
  const counts = job !== undefined && (othersManage(job) || (jobEnd(job) === undefined && job.metadata.deletionTimestamp === undefined));
  for (const pod of [...informers.of('pods').byIndex('tracking-job', keyText(key))])
    if (!counts || controllerOf(pod)?.uid !== job.metadata.uid) dropFinalizer(client, pod);
}

/** The Job that a pod with the finalizer names, whether it still exists or not. */
const ownerOfTracked = (pod: Pod): ObjectKey[] => {
  const owner = controllerOf(pod);
  return owner?.kind === 'Job' && hasFinalizer(pod) ? [{ namespace: pod.metadata.namespace ?? '', name: owner.name }] : [];
};
