import type { KubeObject } from '../../api/types.ts';
import { badRequest, conflict, invalid, methodNotSupported, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import { admit, validateAdmission, validateStatusAdmission } from '../admission/chain.ts';
import type { RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { trackManagers } from '../managed-fields.ts';
import { deepFreeze, equal, semanticEqual, tidy } from '../objects.ts';
import type { Strategy } from '../registry/strategy.ts';
import { keyOf } from '../resource-table.ts';
import type { Stored } from '../storage.ts';
import { validateMetaUpdate } from '../validation/object-meta.ts';
import { createObject } from './create.ts';

/** `created`: PUT of what was not there, answered with 201. */
export type Updated = { readonly object: KubeObject; readonly created: boolean };

/** PUT of an object or of its status: kubernetes apiserver/pkg/endpoints/handlers/update.go. */
export function update(context: RequestContext): Updated {
  const { served, info, core } = context;
  const object = decode(context, context.request.body);
  checkName(object, info.name);
  const existing = core.storage.get(keyOf(served, info.namespace, info.name));
  if (existing === undefined) {
    if (served.strategy.createOnUpdate && info.subresource === '') return { object: createObject(context, object), created: true };
    throw notFound(served, info.name);
  }
  return { object: replace(context, existing, object), created: false };
}

/** The name in a body must be the URL's. */
export function checkName(object: KubeObject, name: string): void {
  const given = object.metadata.name;
  if (given !== undefined && given !== '' && given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

/** Puts a new state in place of the stored one, through strategy, admission and validation; the object itself when nothing changes. */
export function replace(context: RequestContext, existing: Stored, next: KubeObject): KubeObject {
  const { served, info } = context;
  const old = existing.object;
  const version = next.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== '0' && version !== old.metadata.resourceVersion)
    throw conflict(served, info.name, optimisticLockMessage);
  const isStatus = info.subresource === 'status';
  if (isStatus && !served.strategy.status) throw methodNotSupported(served, 'update');
  const object = isStatus ? prepareStatus(context, old, next) : prepare(context, old, next);
  if (equal(object, old) && !context.core.storage.isStale(keyOf(served, info.namespace, info.name))) return old;
  return write(context, existing, trackManagers(context, object, old));
}

function prepare(context: RequestContext, old: KubeObject, next: KubeObject): KubeObject {
  const { strategy } = context.served;
  let object = systemMeta(context, old, strategy.defaults ? strategy.defaults(next) : next);
  object = admit(context, 'update', object, old);
  if (strategy.status) object = { ...object, status: (old as WithStatus).status } as KubeObject;
  if (strategy.prepareForUpdate) object = strategy.prepareForUpdate(object, old, context);
  object = tidy(countGeneration(context, object, old));
  const errors = [...validateMetaUpdate(object.metadata, old.metadata, context.served), ...(strategy.validateUpdate?.(object, old, context) ?? [])];
  if (errors.length > 0) throw invalid(context.served, context.info.name, errors);
  for (const text of strategy.warnings?.(object, old) ?? []) context.warn(text);
  validateAdmission(context, 'update', object, old);
  return object;
}

type WithStatus = KubeObject & { readonly status?: unknown; readonly spec?: unknown };

/** Status writers may change status and little of the metadata; the rest stays as stored. */
function prepareStatus(context: RequestContext, old: KubeObject, next: KubeObject): KubeObject {
  const { strategy } = context.served;
  const { ownerReferences: _owners, ...metadata } = systemMeta(context, old, next).metadata;
  if (old.metadata.ownerReferences) Object.assign(metadata, { ownerReferences: old.metadata.ownerReferences });
  let object = { ...old, metadata, status: (next as WithStatus).status } as KubeObject;
  if (strategy.prepareForStatusUpdate) object = strategy.prepareForStatusUpdate(object, old, context);
  object = tidy(object);
  const errors = [...validateMetaUpdate(object.metadata, old.metadata, context.served), ...(strategy.validateStatus?.(object, old) ?? [])];
  if (errors.length > 0) throw invalid(context.served, context.info.name, errors);
  validateStatusAdmission(context, object, old);
  return object;
}

/** What no client may change: rest.BeforeUpdate and genericvalidation keep these as they were. */
function systemMeta(context: RequestContext, old: KubeObject, next: KubeObject): KubeObject {
  const { metadata: was } = old;
  const given = next.metadata;
  if (given.uid !== undefined && given.uid !== '' && given.uid !== was.uid) {
    throw conflict(context.served, context.info.name, `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${was.uid}`);
  }
  const metadata: KubeObject['metadata'] = { ...given };
  for (const field of systemFields) {
    if (was[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: was[field] });
  }
  // An update that says nothing of managers leaves them be.
  if (given.managedFields === undefined && was.managedFields !== undefined) metadata.managedFields = was.managedFields;
  return { ...next, apiVersion: old.apiVersion, kind: old.kind, metadata } as KubeObject;
}

const systemFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
  'resourceVersion',
] as const;

/** Whatever changes outside of metadata counts; status is as it was here, where it is a subresource. */
function countGeneration({ served }: RequestContext, object: KubeObject, old: KubeObject): KubeObject {
  const { generation: counts } = served.strategy;
  if (!counts) return object;
  const changed = !semanticEqual({ ...object, metadata: undefined }, { ...old, metadata: undefined }) || metadataCounts(counts, object, old);
  const next = changed ? (old.metadata.generation ?? 1) + 1 : old.metadata.generation;
  return next === object.metadata.generation || next === undefined ? object : { ...object, metadata: { ...object.metadata, generation: next } };
}

function metadataCounts(counts: Strategy['generation'], { metadata: next }: KubeObject, { metadata: old }: KubeObject): boolean {
  if (counts === 'labels too') return !semanticEqual(next.labels, old.labels);
  return counts === 'annotations too' && !semanticEqual(next.annotations, old.annotations);
}

/** Stores the new state; an object that is being deleted and that nothing holds any more goes instead. */
function write(context: RequestContext, existing: Stored, object: KubeObject): KubeObject {
  const { served, info, core } = context;
  const { strategy } = served;
  const key = keyOf(served, info.namespace, info.name);
  if (context.dryRun) return deepFreeze(object);
  if (nothingHolds(object, strategy.gone)) {
    const deleted = core.storage.delete(key, { object, revision: existing.revision });
    if (deleted === undefined) throw conflict(served, info.name, optimisticLockMessage);
    strategy.afterDelete?.(deleted, context);
    return deleted;
  }
  const stored = core.storage.update(key, object, existing.revision);
  if (stored === undefined) throw conflict(served, info.name, optimisticLockMessage);
  strategy.afterUpdate?.(stored, existing.object, context);
  return stored;
}

function nothingHolds(object: KubeObject, gone: ((object: KubeObject) => boolean) | undefined): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers?.length ?? 0) > 0) return false;
  return gone ? gone(object) : (deletionGracePeriodSeconds ?? 0) === 0;
}
