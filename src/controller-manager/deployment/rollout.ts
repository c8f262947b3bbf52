import type { apps, Deployment, ReplicaSet } from '../../api/types.ts';
import { hashObject } from '../../apimachinery/names.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { Context } from '../../client/controller.ts';
import { controllerRef, isControlledBy } from '../../client/keys.ts';
import { equal } from '../equal.ts';
import {
  byAge,
  conditionOf,
  findNewReplicaSet,
  hasDeadline,
  hashLabel,
  newAnnotations,
  newReplicaSetReplicas,
  replicasAnnotations,
  replicasOf,
  revisionAnnotation,
  revisionOf,
  withCondition,
} from './util.ts';

/** One sync of one Deployment: what it is now, as far as we have written it ourselves. pkg/controller/deployment/sync.go. */
export class Rollout {
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  readonly oldSets: ReplicaSet[];
  readonly context: Context;

  constructor(context: Context, deployment: Deployment, sets: readonly ReplicaSet[]) {
    this.context = context;
    this.deployment = deployment;
    this.newSet = findNewReplicaSet(deployment, sets);
    this.oldSets = sets.filter((set) => set !== this.newSet).sort(byAge);
  }

  get all(): readonly ReplicaSet[] {
    return this.newSet === undefined ? this.oldSets : [...this.oldSets, this.newSet];
  }

  /** getNewReplicaSet: the ReplicaSet of the template, made if need be, with the revision in its annotations and in the Deployment's. */
  syncRevision(createIfMissing: boolean): void {
    const newRevision = Math.max(0, ...this.oldSets.map(revisionOf)) + 1;
    if (this.newSet !== undefined) this.#adoptRevision(this.newSet, newRevision);
    else if (createIfMissing) this.#createNewSet(newRevision);
  }

  /** Scales a ReplicaSet and says so; true when its size changed. */
  scale(set: ReplicaSet, replicas: number): boolean {
    const before = replicasOf(set);
    const wanted = replicasAnnotations(this.deployment);
    const stale = Object.entries(wanted).some(([key, text]) => set.metadata.annotations?.[key] !== text);
    if (before === replicas && !stale) return false;
    const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...wanted } };
    this.replace(set, this.context.client.update('replicasets.apps', { ...set, metadata, spec: { ...set.spec, replicas } }));
    if (before === replicas) return false;
    const direction = before < replicas ? 'up' : 'down';
    this.context.recorder.normal(this.deployment, 'ScalingReplicaSet', `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`);
    return true;
  }

  replace(set: ReplicaSet, by: ReplicaSet): void {
    if (this.newSet === set) this.newSet = by;
    const at = this.oldSets.indexOf(set);
    if (at >= 0) this.oldSets[at] = by;
  }

  /** The time as the API writes it. */
  get now(): string {
    return rfc3339(this.context.sim.now);
  }

  writeStatus(status: apps.DeploymentStatus, annotations = this.deployment.metadata.annotations): void {
    const metadata = { ...this.deployment.metadata, ...(annotations && { annotations }) };
    this.deployment = this.context.client.updateStatus('deployments.apps', { ...this.deployment, metadata, status });
  }

  #adoptRevision(set: ReplicaSet, newRevision: number): void {
    const annotations = newAnnotations(this.deployment, set, newRevision);
    const minReadySeconds = this.deployment.spec.minReadySeconds ?? 0;
    let current = set;
    if (!equal(annotations, set.metadata.annotations) || minReadySeconds !== (set.spec.minReadySeconds ?? 0)) {
      const spec = { ...set.spec, ...(minReadySeconds > 0 && { minReadySeconds }) };
      current = this.context.client.update('replicasets.apps', { ...set, metadata: { ...set.metadata, annotations }, spec });
      this.replace(set, current);
    }
    const found = hasDeadline(this.deployment) && conditionOf(this.deployment.status, 'Progressing') === undefined;
    this.#noteRevision(current, found ? { reason: 'FoundNewReplicaSet', message: `Found new replica set "${current.metadata.name}"` } : undefined);
  }

  /** The Deployment's own revision annotation, and a condition, in one write; none when both are as they should be. */
  #noteRevision(set: ReplicaSet, progress?: { readonly reason: string; readonly message: string }): void {
    const revision = set.metadata.annotations?.[revisionAnnotation] ?? '';
    const { status = {}, metadata } = this.deployment;
    const conditions = progress ? withCondition(status.conditions, { type: 'Progressing', status: 'True', ...progress }, this.now) : status.conditions;
    if (metadata.annotations?.[revisionAnnotation] === revision && conditions === status.conditions) return;
    this.writeStatus({ ...status, ...(conditions && { conditions: [...conditions] }) }, { ...metadata.annotations, [revisionAnnotation]: revision });
  }

  #createNewSet(newRevision: number): void {
    const set = this.#newSetObject(newRevision);
    const { client, recorder } = this.context;
    let count = 0;
    try {
      this.newSet = client.create('replicasets.apps', set);
      count = replicasOf(this.newSet);
    } catch (error) {
      // Ours already, and the informer is a moment late: it has had its Event.
      if (isReason(error, 'AlreadyExists')) this.newSet = this.#existing(set, error);
      else {
        if (error instanceof StatusError) this.#noteFailure(error, set);
        throw error;
      }
    }
    if (count > 0) recorder.normal(this.deployment, 'ScalingReplicaSet', `Scaled up replica set ${set.metadata.name} from 0 to ${count}`);
    const message = `Created new replica set "${set.metadata.name}"`;
    this.#noteRevision(this.newSet, hasDeadline(this.deployment) ? { reason: 'NewReplicaSetCreated', message } : undefined);
  }

  #newSetObject(newRevision: number): ReplicaSet {
    const { deployment } = this;
    const { template, selector, minReadySeconds } = deployment.spec;
    const hash = hashObject(template, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [hashLabel]: hash };
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? '',
        labels,
        annotations: newAnnotations(deployment, undefined, newRevision),
        ownerReferences: [controllerRef('apps/v1', 'Deployment', deployment)],
      },
      spec: {
        replicas: newReplicaSetReplicas(deployment, this.oldSets, 0),
        ...(minReadySeconds !== undefined && { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
  }

  /** The name is taken: by ourselves, an informer ago, or by another template with the same hash. */
  #existing(wanted: ReplicaSet, error: StatusError): ReplicaSet {
    const { deployment } = this;
    const key = { namespace: deployment.metadata.namespace ?? '', name: wanted.metadata.name ?? '' };
    const existing = this.context.client.get('replicasets.apps', key);
    if (existing !== undefined && isControlledBy(existing, deployment) && findNewReplicaSet(deployment, [existing]) !== undefined) return existing;
    this.writeStatus({ ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 });
    throw error;
  }

  #noteFailure(error: StatusError, set: ReplicaSet): void {
    const { deployment } = this;
    const message = `Failed to create new replica set "${set.metadata.name}": ${error.message}`;
    if (hasDeadline(deployment)) {
      const condition = { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message };
      this.writeStatus({ ...deployment.status, conditions: [...withCondition(deployment.status?.conditions, condition, this.now)] });
    }
    this.context.recorder.warning(deployment, 'ReplicaSetCreateError', message);
  }
}
