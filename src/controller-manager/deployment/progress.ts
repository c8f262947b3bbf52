import type { apps, Deployment } from '../../api/types.ts';
import { parseTime } from '../../apimachinery/time.ts';
import type { Result } from '../../client/controller.ts';
import { equal, withoutZeros } from '../equal.ts';
import type { Rollout } from './rollout.ts';
import {
  type Condition,
  conditionOf,
  hasDeadline,
  isComplete,
  isProgressing,
  isTimedOut,
  maxUnavailableOf,
  replicasOf,
  sumReplicas,
  sumStatus,
  withCondition,
} from './util.ts';

/** progress.go syncRolloutStatus: the counts, and whether the rollout gets on. */
export function syncRolloutStatus(rollout: Rollout): Result {
  const { deployment } = rollout;
  let status = statusOf(rollout);
  const current = conditionOf(deployment.status, 'Progressing');
  const settled = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (!hasDeadline(deployment)) status = dropCondition(status, 'Progressing');
  else if (!settled) status = withProgress(rollout, status, current);
  status = withFailure(rollout, status);
  if (equal(status, deployment.status)) return checkAgain(rollout, status);
  rollout.writeStatus(status);
  return checkAgain(rollout, status);
}

/** sync.go syncDeploymentStatus: the counts only. */
export function syncStatus(rollout: Rollout): void {
  const status = statusOf(rollout);
  if (!equal(status, rollout.deployment.status)) rollout.writeStatus(status);
}

/** checkPausedConditions: pausing stops the clock of the progress deadline. */
export function checkPaused(rollout: Rollout): void {
  const { deployment } = rollout;
  const current = conditionOf(deployment.status, 'Progressing');
  if (!hasDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return;
  const noted = current?.reason === 'DeploymentPaused';
  const paused = deployment.spec.paused ?? false;
  if (noted === paused) return;
  const [reason, message] = paused ? ['DeploymentPaused', 'Deployment is paused'] : ['DeploymentResumed', 'Deployment is resumed'];
  const conditions = withCondition(
    deployment.status?.conditions,
    { type: 'Progressing', status: 'Unknown', reason: reason as string, message: message as string },
    rollout.now,
  );
  rollout.writeStatus({ ...deployment.status, conditions: [...conditions] });
}

function statusOf(rollout: Rollout): apps.DeploymentStatus {
  const { deployment, newSet, all } = rollout;
  const availableReplicas = sumStatus(all, 'availableReplicas');
  const terminatingReplicas = all.reduce((sum, { status }) => sum + ((status as { terminatingReplicas?: number })?.terminatingReplicas ?? 0), 0);
  const enough = availableReplicas >= replicasOf(deployment) - maxUnavailableOf(deployment);
  const available = enough
    ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' };
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...withoutZeros({
      replicas: sumStatus(all, 'replicas'),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: sumStatus(all, 'readyReplicas'),
      availableReplicas,
      unavailableReplicas: Math.max(0, sumReplicas(all) - availableReplicas),
    }),
    ...({ terminatingReplicas } as object),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: [...withCondition(deployment.status?.conditions, { type: 'Available', ...available }, rollout.now)],
  };
}

function withProgress(rollout: Rollout, status: apps.DeploymentStatus, current: Condition | undefined): apps.DeploymentStatus {
  const { deployment, newSet } = rollout;
  const who = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  const set = (condition: Omit<Condition, 'type' | 'lastUpdateTime' | 'lastTransitionTime'>, force = false) => ({
    ...status,
    conditions: [...withCondition(status.conditions, { type: 'Progressing', ...condition }, rollout.now, force)],
  });
  if (isComplete(deployment, status)) return set({ status: 'True', reason: 'NewReplicaSetAvailable', message: `${who} has successfully progressed.` });
  // Forced: the deadline counts from the last step, so each one moves lastUpdateTime.
  if (isProgressing(deployment, status)) return set({ status: 'True', reason: 'ReplicaSetUpdated', message: `${who} is progressing.` }, current !== undefined);
  if (isTimedOut(deployment, status, rollout.context.sim.now))
    return set({ status: 'False', reason: 'ProgressDeadlineExceeded', message: `${who} has timed out progressing.` });
  return status;
}

/** A ReplicaSet that cannot make its pods shows in the Deployment. */
function withFailure({ newSet, all, now }: Rollout, status: apps.DeploymentStatus): apps.DeploymentStatus {
  const sets = newSet === undefined ? all : [newSet, ...all];
  const failure = sets.flatMap((set) => set.status?.conditions ?? []).find(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return dropCondition(status, 'ReplicaFailure');
  const { type, reason = '', message = '' } = failure;
  return { ...status, conditions: [...withCondition(status.conditions, { type, status: failure.status, reason, message }, now)] };
}

const dropCondition = (status: apps.DeploymentStatus, type: string): apps.DeploymentStatus => ({
  ...status,
  conditions: (status.conditions ?? []).filter((condition) => condition.type !== type),
});

/** requeueStuckDeployment: nothing else would wake us when the deadline passes. */
function checkAgain({ deployment, context }: Rollout, status: apps.DeploymentStatus): Result {
  const current = conditionOf(status, 'Progressing');
  if (!hasDeadline(deployment) || current === undefined || isDone(deployment, status, current)) return {};
  const until = parseTime(current.lastUpdateTime ?? '1970-01-01T00:00:00Z') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
  return { requeueAfter: Math.max(0, until - context.sim.now) + 1000 };
}

const isDone = (deployment: Deployment, status: apps.DeploymentStatus, { reason }: Condition): boolean =>
  isComplete(deployment, status) || reason === 'ProgressDeadlineExceeded' || reason === 'NewReplicaSetAvailable';
