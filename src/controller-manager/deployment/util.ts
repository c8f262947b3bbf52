import type { apps, Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types.ts';
import { parseTime } from '../../apimachinery/time.ts';
import { equal } from '../equal.ts';
import { scaledValue } from '../int-or-percent.ts';

/** pkg/controller/deployment/util/deployment_util.go. */

/** Of ReplicaSets and, for the newest, of the Deployment: what `rollout history` lists. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
/** On ReplicaSets: what the Deployment wanted when it was last scaled. */
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
/** On ReplicaSets: that plus the surge, for proportional scaling. */
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';
/** Tells pods of different templates apart; part of the ReplicaSet's name and selector. */
export const hashLabel = 'pod-template-hash';

/** Annotations of a Deployment that its ReplicaSets do not get. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** What is wanted, not what is there; 1 unless set. */
export const replicasOf = ({ spec }: ReplicaSet | Deployment): number => spec.replicas ?? 1;
/** What the sets want together. */
export const sumReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0);
/** What the sets have together. */
export const sumStatus = (sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
  sets.reduce((sum, { status }) => sum + (status?.[field] ?? 0), 0);

/** 0 where there is none yet. */
export const revisionOf = ({ metadata }: ReplicaSet): number => Number.parseInt(metadata.annotations?.[revisionAnnotation] ?? '0', 10) || 0;

const isRollingUpdate = ({ spec }: Deployment): boolean => spec.strategy?.type !== 'Recreate';

/** ResolveFenceposts: both cannot be zero, or nothing would ever move. */
function fenceposts({ spec }: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const replicas = spec.replicas ?? 1;
  const maxSurge = scaledValue(spec.strategy?.rollingUpdate?.maxSurge, replicas, true);
  const maxUnavailable = scaledValue(spec.strategy?.rollingUpdate?.maxUnavailable, replicas, false);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** In pods: percentages are rounded up. 0 for Recreate. */
export const maxSurgeOf = (deployment: Deployment): number => (isRollingUpdate(deployment) ? fenceposts(deployment).maxSurge : 0);

/** In pods: percentages are rounded down, but never both 0 with the surge; at most all. */
export function maxUnavailableOf(deployment: Deployment): number {
  if (!isRollingUpdate(deployment) || replicasOf(deployment) === 0) return 0;
  return Math.min(fenceposts(deployment).maxUnavailable, replicasOf(deployment));
}

/** The ReplicaSet of the Deployment's template; the oldest, should there be two. */
export function findNewReplicaSet({ spec }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byAge).find((set) => equal(withoutHash(set.spec.template ?? {}), withoutHash(spec.template)));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Oldest first. */
export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '', 'en') || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** Annotations that a ReplicaSet should have: those of the Deployment, its own revision and history. SetNewReplicaSetAnnotations. */
export function newAnnotations(deployment: Deployment, set: ReplicaSet | undefined, newRevision: number): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = { ...set?.metadata.annotations };
  for (const [key, text] of Object.entries(deployment.metadata.annotations ?? {})) if (!notCopied.has(key)) annotations[key] = text;
  const old = annotations[revisionAnnotation];
  if ((Number.parseInt(old ?? '0', 10) || 0) < newRevision) {
    annotations[revisionAnnotation] = String(newRevision);
    if (set !== undefined && old !== undefined) {
      const history = annotations[revisionHistoryAnnotation];
      annotations[revisionHistoryAnnotation] = history ? `${history},${old}` : old;
    }
  }
  return set === undefined ? { ...annotations, ...replicasAnnotations(deployment) } : annotations;
}

/** What a later scaling needs in order to be proportional. */
export const replicasAnnotations = (deployment: Deployment): Readonly<Record<string, string>> => ({
  [desiredReplicasAnnotation]: String(replicasOf(deployment)),
  [maxReplicasAnnotation]: String(replicasOf(deployment) + maxSurgeOf(deployment)),
});

/** How many replicas the new ReplicaSet may have now: NewRSNewReplicas. */
export function newReplicaSetReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const wanted = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const room = wanted + maxSurgeOf(deployment) - sumReplicas(all);
  if (room <= 0) return current;
  return current + Math.max(0, Math.min(room, wanted - current));
}

/** Of Deployments: Progressing, Available, ReplicaFailure. */
export type Condition = apps.DeploymentCondition;

/** undefined where the controller has not set it yet. */
export const conditionOf = (status: apps.DeploymentStatus | undefined, type: string): Condition | undefined =>
  status?.conditions?.find((each) => each.type === type);

/** SetDeploymentCondition: nothing changes while status and reason are the same; a change goes to the end. */
export function withCondition(
  conditions: readonly Condition[] = [],
  condition: Omit<Condition, 'lastUpdateTime' | 'lastTransitionTime'>,
  now: string,
  force = false,
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  if (!force && before?.status === condition.status && before.reason === condition.reason) return conditions;
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  return [
    ...conditions.filter(({ type }) => type !== condition.type),
    { ...condition, lastUpdateTime: now, ...(lastTransitionTime !== undefined && { lastTransitionTime }) },
  ];
}

/** Everything is of the new template and available: `rollout status` is done. */
export const isComplete = (deployment: Deployment, status: apps.DeploymentStatus): boolean => {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
};

/** Whether more is new, less is old, or more is ready than before. */
export function isProgressing({ status: before = {} }: Deployment, status: apps.DeploymentStatus): boolean {
  const old = (each: apps.DeploymentStatus) => (each.replicas ?? 0) - (each.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** progressDeadlineSeconds have passed since the last progress; `now` in milliseconds. */
export function isTimedOut({ spec }: Deployment, status: apps.DeploymentStatus, now: number): boolean {
  const condition = conditionOf(status, 'Progressing');
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return parseTime(condition.lastUpdateTime ?? '1970-01-01T00:00:00Z') + (spec.progressDeadlineSeconds ?? 0) * 1000 < now;
}

const noDeadline = 2 ** 31 - 1;
/** MaxInt32 seconds mean none, as upstream has it. */
export const hasDeadline = ({ spec }: Deployment): boolean => spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== noDeadline;
