/** Server-side apply: kubernetes-sigs/structured-merge-diff merge/update.go, apimachinery/pkg/util/managedfields. */

import { difference, emptySet, type FieldSet, intersection, isEmpty, paths, union } from './field-set.ts';
import { equal, isObject, type JsonObject, without } from './json-value.ts';
import {
  compareObjects,
  type FieldManager,
  identityOf,
  type ManagedFieldsEntry,
  type Managers,
  managedPart,
  managerText,
  readManagers,
  rootField,
  takeOver,
  writeManagers,
} from './managed-fields.ts';
import type { SchemaType } from './patch-schema.ts';
import { fieldsOf, merge, removeFields } from './typed-value.ts';

export { type FieldManager, type ManagedFieldsEntry, type TrackedWrite, trackUpdate } from './managed-fields.ts';

type ApplyRequest = {
  /** As it is stored; undefined when the apply creates the object. */
  readonly live: JsonObject | undefined;
  /** The configuration that was sent, decoded. */
  readonly applied: JsonObject;
  readonly type: SchemaType | undefined;
  readonly manager: Omit<FieldManager, 'operation'>;
  readonly force: boolean;
  /** RFC 3339. */
  readonly now: string;
  readonly resetFields?: readonly (readonly string[])[];
};

type ApplyConflict = { readonly manager: FieldManager; readonly field: string };

/** Fields that others manage and this apply would change. */
export class ApplyConflictError extends Error {
  readonly conflicts: readonly ApplyConflict[];

  constructor(conflicts: readonly ApplyConflict[]) {
    super(conflictMessage(conflicts));
    this.conflicts = conflicts;
  }

  /** The causes of the Status, reason FieldManagerConflict. */
  causes(): { reason: string; message: string; field: string }[] {
    return this.conflicts.map(({ manager, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${managerText(manager)}`, field }));
  }
}

/** The object after an apply, with its managedFields; the caller defaults and validates it. Throws ApplyConflictError. */
export function serverSideApply(request: ApplyRequest): JsonObject {
  const { live, type, force, now, resetFields } = request;
  const manager: FieldManager = { ...request.manager, operation: 'Apply' };
  const applied = withoutNulls(withoutManagedFields(request.applied)) as JsonObject;
  const root = rootField(type);
  const managers = readManagers(live);
  const id = identityOf(manager);
  const own = managers.get(id);
  const set = managedPart(fieldsOf(applied, root), resetFields);
  managers.set(id, { manager, set, time: own?.time ?? now });
  const bare = live && withoutManagedFields(live);
  const merged = bare ? (merge(bare, applied, root) as JsonObject) : applied;
  const result = own ? prune(merged, own.set, managers, type) : merged;
  const comparison = bare ? compareObjects(bare, result, type, resetFields) : { added: emptySet, modified: emptySet, removed: emptySet };
  const conflicts = conflictsOf(managers, union(comparison.modified, comparison.added), id);
  if (conflicts.length > 0 && !force) throw new ApplyConflictError(conflicts);
  takeOver(managers, comparison, id);
  const unchanged = bare !== undefined && own !== undefined && equal(bare, result) && isEmpty(difference(set, own.set)) && isEmpty(difference(own.set, set));
  managers.set(id, { manager, set, time: unchanged ? own.time : now });
  if (isEmpty(set)) managers.delete(id);
  return withManagedFields(result, writeManagers(managers));
}

/** Fields that this manager applied before and no longer does go, unless somebody else has them too. */
function prune(merged: JsonObject, last: FieldSet, managers: Managers, type: SchemaType | undefined): JsonObject {
  let owned = emptySet;
  for (const { set } of managers.values()) owned = union(owned, set);
  const gone = keepParents(difference(last, owned), owned);
  return isEmpty(gone) ? merged : ((removeFields(merged, gone, rootField(type)) ?? {}) as JsonObject);
}

/** A list item or map of which somebody still owns a part stays. */
function keepParents(gone: FieldSet, owned: FieldSet): FieldSet {
  const children = new Map([...gone.children].map(([key, child]) => [key, keepParents(child, owned.children.get(key) ?? emptySet)]));
  return { member: gone.member && owned.children.size === 0, children };
}

function conflictsOf(managers: Managers, changed: FieldSet, except: string): ApplyConflict[] {
  return [...managers]
    .filter(([id]) => id !== except)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { manager, set }]) => paths(intersection(set, changed)).map((field) => ({ manager, field })));
}

function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${first.field}`;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const lines = managers.flatMap((manager) => [
    `conflicts with ${managerText(manager)}:`,
    ...conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** A null in a configuration says nothing. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

const withoutManagedFields = (object: JsonObject): JsonObject =>
  isObject(object.metadata) ? { ...object, metadata: without(object.metadata, 'managedFields') } : object;

const withManagedFields = (object: JsonObject, managedFields: readonly ManagedFieldsEntry[]): JsonObject => ({
  ...object,
  metadata: { ...(isObject(object.metadata) ? object.metadata : {}), managedFields },
});
