import type { KubeObject } from '../../api/types.ts';
import { badRequest, conflict, notFound, type Status, success } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { validateAdmission } from '../admission/chain.ts';
import type { RequestContext } from '../context.ts';
import { deepFreeze, isObject, withMeta } from '../objects.ts';
import { queryValue } from '../request-info.ts';
import { keyOf } from '../resource-table.ts';
import type { Stored } from '../storage.ts';

/** metav1.DeleteOptions, from the body or from the query. */
export type DeleteOptions = {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
};

/** `gone` is false while finalizers or a grace period hold the object back. */
type Deleted = { readonly object: KubeObject; readonly gone: boolean };

/** The options of a delete request. */
export function deleteOptions({ request }: Pick<RequestContext, 'request'>): DeleteOptions {
  if (isObject(request.body)) return request.body as DeleteOptions;
  const grace = queryValue(request, 'gracePeriodSeconds');
  const policy = queryValue(request, 'propagationPolicy');
  return { ...(grace !== undefined && { gracePeriodSeconds: Number(grace) }), ...(policy !== undefined && { propagationPolicy: policy }) };
}

/** DELETE of one object: a Status when it is gone, the object when something still holds it (registry/generic/registry/store.go Delete). */
export function remove(context: RequestContext): { readonly body: KubeObject | Status; readonly gone: boolean } {
  const { served, info, core } = context;
  const existing = core.storage.get(keyOf(served, info.namespace, info.name));
  if (existing === undefined) {
    validateAdmission(context, 'delete', undefined, undefined);
    throw notFound(served, info.name);
  }
  const { object, gone } = removeObject(context, existing, deleteOptions(context));
  if (!gone || served.strategy.returnsDeleted) return { body: object, gone };
  const { group, resource } = served;
  return { body: success({ name: info.name, ...(group !== '' && { group }), kind: resource, uid: object.metadata.uid ?? '' }), gone };
}

/** Deletes, or marks as being deleted, one stored object. */
export function removeObject(context: RequestContext, existing: Stored, options: DeleteOptions): Deleted {
  const { served, core } = context;
  const { strategy } = served;
  checkPreconditions(context, existing.object, options);
  validateAdmission(context, 'delete', undefined, existing.object);
  const held = withDeletionFinalizers(context, existing.object, options);
  const grace = strategy.gracePeriod?.(held, options.gracePeriodSeconds) ?? 0;
  const wasDeleting = held.metadata.deletionTimestamp !== undefined;
  if (grace === 0 && (held.metadata.finalizers?.length ?? 0) === 0 && (strategy.gone?.(held) ?? true)) return goneNow(context, existing, held);
  if (wasDeleting && grace >= (held.metadata.deletionGracePeriodSeconds ?? 0) && held === existing.object) return { object: held, gone: false };
  const marked = strategy.beforeDelete?.(markDeleting(held, grace, core.sim.now), context) ?? markDeleting(held, grace, core.sim.now);
  if (context.dryRun) return { object: deepFreeze(marked), gone: false };
  const stored = core.storage.update(keyOf(served, marked.metadata.namespace ?? '', marked.metadata.name ?? ''), marked, existing.revision);
  if (stored === undefined) throw conflict(served, marked.metadata.name ?? '', 'the object has been modified');
  return { object: stored, gone: false };
}

function goneNow(context: RequestContext, existing: Stored, object: KubeObject): Deleted {
  const { served, core } = context;
  const { namespace = '', name = '' } = object.metadata;
  if (context.dryRun) return { object, gone: true };
  const deleted = core.storage.delete(keyOf(served, namespace, name), existing);
  if (deleted === undefined) throw conflict(served, name, 'the object has been modified');
  served.strategy.afterDelete?.(deleted, context);
  return { object: deleted, gone: true };
}

/** Refuses when the object is another than the client means. */
export function checkPreconditions({ served }: RequestContext, { metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    const text = `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${metadata.uid}`;
    throw conflict(served, metadata.name ?? '', text);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== metadata.resourceVersion) {
    const text = `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(served, metadata.name ?? '', text);
  }
}

const policies = new Set(['Foreground', 'Background', 'Orphan']);

const childPods =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** The garbage collector's finalizers say what becomes of dependents: foregroundDeletion, orphan, or neither. */
function withDeletionFinalizers({ served, warn }: RequestContext, object: KubeObject, options: DeleteOptions): KubeObject {
  const asked = options.propagationPolicy ?? (options.orphanDependents === undefined ? undefined : options.orphanDependents ? 'Orphan' : 'Background');
  if (asked !== undefined && !policies.has(asked)) {
    throw badRequest(`invalid DeleteOptions: propagationPolicy: Unsupported value: "${asked}": supported values: "Background", "Foreground", "Orphan"`);
  }
  const before = object.metadata.finalizers ?? [];
  if (asked === undefined && before.some((name) => name === 'orphan' || name === 'foregroundDeletion')) return object;
  if (asked === undefined && served.resource === 'jobs') warn(childPods);
  const policy = asked ?? served.strategy.defaultPropagation;
  const add = policy === 'Foreground' ? 'foregroundDeletion' : policy === 'Orphan' ? 'orphan' : undefined;
  const kept = before.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  const finalizers = add === undefined ? kept : [...kept, add];
  if (finalizers.length === before.length && finalizers.every((name, i) => name === before[i])) return object;
  return withMeta(object, { finalizers });
}

function markDeleting(object: KubeObject, grace: number, now: number): KubeObject {
  const { metadata } = object;
  const first = metadata.deletionTimestamp === undefined;
  const generation = first && (metadata.generation ?? 0) > 0 ? { generation: (metadata.generation ?? 0) + 1 } : {};
  // A second delete may shorten the wait, never lengthen it.
  const until = first ? now + grace * 1000 : Math.min(Date.parse(metadata.deletionTimestamp ?? ''), now + grace * 1000);
  const seconds = first ? grace : Math.min(metadata.deletionGracePeriodSeconds ?? 0, grace);
  return withMeta(object, { deletionTimestamp: rfc3339(until), deletionGracePeriodSeconds: seconds, ...generation });
}
