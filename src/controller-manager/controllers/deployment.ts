import type { Pod } from '../../api/types.ts';
import { type Context, type Controller, type Enqueue, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, controllerRef, type ObjectKey } from '../../client/keys.ts';
import { claim, claimIndexes, enqueueClaimant } from '../claim.ts';
import { checkPaused, syncRolloutStatus, syncStatus } from '../deployment/progress.ts';
import { Rollout } from '../deployment/rollout.ts';
import { isScalingEvent, recreate, rollingUpdate, scaleOnly } from '../deployment/strategies.ts';

/** Rolls out templates through ReplicaSets: pkg/controller/deployment/deployment_controller.go. */
export const deploymentController = (): Controller => ({
  name: 'deployment-controller',
  watches: [
    watch('deployments.apps', enqueueSelf),
    watch('replicasets.apps', enqueueClaimant('Deployment', 'deployments.apps')),
    watch('pods', enqueueRecreating as Enqueue<Pod>),
  ],
  indexes: [...claimIndexes('replicasets.apps'), ...claimIndexes('pods')],
  reconcile,
});

function reconcile(key: ObjectKey, context: Context): Result {
  const deployment = context.informers.of('deployments.apps').get(key);
  if (deployment === undefined) return {};
  const { selector, paused, strategy } = deployment.spec;
  const sets = claim(context, 'replicasets.apps', deployment, { selector, reference: controllerRef('apps/v1', 'Deployment', deployment) });
  const rollout = new Rollout(context, deployment, sets);
  if (deployment.metadata.deletionTimestamp !== undefined) {
    syncStatus(rollout);
    return {};
  }
  checkPaused(rollout);
  if (paused || isScalingEvent(deployment, sets)) {
    scaleOnly(rollout);
    syncStatus(rollout);
    return {};
  }
  if (strategy?.type === 'Recreate') recreate(rollout);
  else rollingUpdate(rollout);
  return syncRolloutStatus(rollout);
}

/** A Recreate rollout goes on when the last old pod has gone. */
function enqueueRecreating(pod: Pod, { informers }: Context, before?: Pod): readonly ObjectKey[] {
  // Only deletions and ends of pods matter; `before` is given for updates.
  if (before !== undefined && pod.status?.phase === before.status?.phase) return [];
  const namespace = pod.metadata.namespace ?? '';
  const setRef = controllerOf(pod);
  if (setRef?.kind !== 'ReplicaSet') return [];
  const set = informers.of('replicasets.apps').get({ namespace, name: setRef.name });
  const name = set && controllerOf(set)?.name;
  const deployment = name === undefined ? undefined : informers.of('deployments.apps').get({ namespace, name });
  return deployment?.spec.strategy?.type === 'Recreate' ? [{ namespace, name: name ?? '' }] : [];
}
