import type { KubeObject, OwnerReference, Pod, PodTemplateSpec } from '../api/types.ts';
import { isReason, StatusError } from '../apimachinery/status.ts';
import type { Context } from '../client/controller.ts';
import { keyOf } from '../client/keys.ts';
import { constants } from './constants.ts';

/** Creates and deletes pods for an owner, and records it: RealPodControl in pkg/controller/controller_utils.go. */

/** A pod of the template, without a name of its own: the apiserver draws one. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject, reference: OwnerReference): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: podPrefix(owner.metadata.name ?? ''),
      namespace: owner.metadata.namespace ?? '',
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [reference],
    },
    // The apiserver refuses a template without a spec.
    spec: template.spec ?? { containers: [] },
  };
}

// A name that is too long for the dash is used without it.
const podPrefix = (name: string): string => (name.length < 253 ? `${name}-` : name);

/** Throws StatusError when the apiserver refuses; the owner gets an Event in either case. */
export function createPod({ client, recorder }: Context, pod: Pod, owner: KubeObject): Pod {
  try {
    const created = client.create('pods', pod);
    recorder.normal(owner, 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    // In a namespace that is going away nothing can be created, and nobody needs to be told.
    const terminating = error instanceof StatusError && error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    if (error instanceof StatusError && !terminating) recorder.warning(owner, 'FailedCreate', `Error creating: ${error.message}`);
    throw error;
  }
}

/** False when it was gone already. */
export function deletePod({ client, recorder }: Context, pod: Pod, owner: KubeObject): boolean {
  const { name, uid } = pod.metadata;
  try {
    client.delete('pods', keyOf(pod), uid === undefined ? undefined : { preconditions: { uid } });
    recorder.normal(owner, 'SuccessfulDelete', `Deleted pod: ${name}`);
    return true;
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
    if (error instanceof StatusError) recorder.warning(owner, 'FailedDelete', `Error deleting: ${error.message}`);
    throw error;
  }
}

/** What came of a batch: how many succeeded, the error that ended it, and whether the budget of requests did. */
type Batch = { readonly done: number; readonly error?: unknown; readonly throttled: boolean };

/**
 * Calls 1, 2, 4 … times, and stops at the first failure, so that a quota that is used up is not asked a thousand times.
 * It also stops when the client's budget of requests is used up: the worker comes back when there is more.
 */
export function slowStartBatch({ client }: Context, count: number, call: () => void): Batch {
  let done = 0;
  for (let size = constants.slowStartInitialBatchSize.value as number; done < count; size *= 2) {
    let failure: unknown;
    for (let left = Math.min(size, count - done); left > 0; left--) {
      if (done > 0 && client.options.limiter?.exhausted) return { done, throttled: true };
      try {
        call();
        done++;
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) return { done, error: failure, throttled: false };
  }
  return { done, throttled: false };
}
