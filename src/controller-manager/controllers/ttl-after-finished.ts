import type { Job } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { parseTime } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';

/** Deletes Jobs some time after they ended: pkg/controller/ttlafterfinished. */
export const ttlAfterFinishedController = (): Controller => ({
  name: 'ttl-after-finished-controller',
  watches: [watch('jobs.batch', (job, context, before) => (job.spec.ttlSecondsAfterFinished === undefined ? [] : enqueueSelf(job, context, before)))],
  reconcile,
});

function reconcile(key: ObjectKey, { client, informers, sim }: Context): Result {
  const job = informers.of('jobs.batch').get(key);
  const ttl = job?.spec.ttlSecondsAfterFinished;
  const finishedAt = job === undefined ? undefined : finishTime(job);
  if (job === undefined || ttl === undefined || finishedAt === undefined || job.metadata.deletionTimestamp !== undefined) return {};
  const left = finishedAt + ttl * 1000 - sim.now;
  if (left > 0) return { requeueAfter: left };
  try {
    const { uid } = job.metadata;
    client.delete('jobs.batch', key, { propagationPolicy: 'Foreground', ...(uid !== undefined && { preconditions: { uid } }) });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
  return {};
}

function finishTime({ status }: Job): number | undefined {
  const end = status?.conditions?.find(({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True');
  return end?.lastTransitionTime === undefined ? undefined : parseTime(end.lastTransitionTime);
}
