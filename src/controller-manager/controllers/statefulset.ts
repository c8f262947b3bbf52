import { byControllerUid, type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, type ObjectKey } from '../../client/keys.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { currentRevision, listRevisions, truncateHistory } from '../history.ts';
import { isAvailable, isReady } from '../pods.ts';
import { type Sync, step, writeStatus } from '../statefulset/control.ts';

/** Pods with names that last: pkg/controller/statefulset/stateful_set.go. Its names keep it from making a pod twice: it needs no expectations. */
export const statefulSetController = (): Controller => ({
  name: 'statefulset-controller',
  watches: [
    watch('statefulsets.apps', enqueueSelf),
    watch('pods', enqueueClaimant('StatefulSet', 'statefulsets.apps')),
    watch('controllerrevisions.apps', () => []),
    watch('persistentvolumeclaims', () => []),
  ],
  indexes: [...claimIndexes('pods'), { resource: 'controllerrevisions.apps', name: 'controller', of: byControllerUid }],
  reconcile,
});

function reconcile(key: ObjectKey, context: Context): Result {
  const set = context.informers.of('statefulsets.apps').get(key);
  if (set === undefined) return {};
  const mayAdopt = ({ metadata }: { readonly metadata: { readonly name?: string } }) =>
    /-\d+$/.test(metadata.name ?? '') && (metadata.name ?? '').startsWith(`${key.name}-`);
  const pods = claim(context, 'pods', set, { selector: set.spec.selector, reference: controllerRef('apps/v1', 'StatefulSet', set), mayAdopt });
  const history = listRevisions(context, set);
  const update = currentRevision(context, set, 'StatefulSet', history);
  const current = history.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  const sync: Sync = { context, set, pods, current, update };
  try {
    step(sync);
  } finally {
    writeStatus(sync);
  }
  const live = new Set([current, update].map(({ metadata }) => metadata.name ?? ''));
  for (const { metadata } of pods) live.add(metadata.labels?.['controller-revision-hash'] ?? '');
  truncateHistory(context, set, history, live);
  const { minReadySeconds = 0 } = set.spec;
  const waits = minReadySeconds > 0 && pods.some((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, context.sim.now));
  return waits ? { requeueAfter: minReadySeconds * 1000 } : {};
}
