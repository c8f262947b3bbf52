/** Who manages which fields: kubernetes apimachinery/pkg/util/managedfields. */

import { goJson, quote } from '../go-text.ts';
import { difference, emptySet, type FieldSet, fromFieldsV1, isEmpty, recursiveDifference, setOfPaths, toFieldsV1, union } from './field-set.ts';
import { isObject, type JsonObject } from './json-value.ts';
import type { SchemaField, SchemaType } from './patch-schema.ts';
import { type Comparison, compare } from './typed-value.ts';

/** One entry of metadata.managedFields as it is stored; `fieldsV1` is the set in its JSON form (`f:spec` …). */
export type ManagedFieldsEntry = {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: object;
  readonly subresource?: string;
};

/** Who writes: what tells entries apart. */
export type FieldManager = { readonly manager: string; readonly operation: 'Apply' | 'Update'; readonly apiVersion: string; readonly subresource?: string };

/** By a key of manager, operation, subresource and version: entries of one manager are one set. */
export type Managers = Map<string, { readonly manager: FieldManager; readonly set: FieldSet; readonly time: string | undefined }>;

/** A create, update or patch; an apply has its own way (apply.ts). */
export type TrackedWrite = {
  /** As it was stored; undefined when the object is new. */
  readonly live: JsonObject | undefined;
  readonly updated: JsonObject;
  /** undefined for kinds without a schema: their lists are then atomic. */
  readonly type: SchemaType | undefined;
  readonly manager: FieldManager;
  /** RFC 3339. */
  readonly now: string;
  /** Fields that this endpoint does not write: `[['status']]` for the object itself. */
  readonly resetFields?: readonly (readonly string[])[];
  /** Through a subresource managedFields cannot be set. */
  readonly subresource?: boolean;
};

/** Fields that nobody manages (managedfields/internal/stripmeta.go). */
const unmanaged = setOfPaths([
  ['apiVersion'],
  ['kind'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => [
    'metadata',
    name,
  ]),
]);

/** The managedFields of an object after a write that is no apply. */
export function trackUpdate(write: TrackedWrite): ManagedFieldsEntry[] {
  const { live, updated, type, manager, now } = write;
  const before = live ?? zeroObject(updated, type);
  const managers = readManagers(write.subresource ? live : given(live, updated));
  const comparison = compareObjects(before, updated, type, write.resetFields);
  takeOver(managers, comparison, identityOf(manager));
  const id = identityOf(manager);
  const own = managers.get(id);
  const set = union(union(difference(own?.set ?? emptySet, comparison.removed), comparison.modified), comparison.added);
  const changed = !isEmpty(comparison.added) || !isEmpty(comparison.modified) || !isEmpty(comparison.removed);
  if (isEmpty(set)) managers.delete(id);
  else managers.set(id, { manager, set, time: changed || !own ? now : own.time });
  return writeManagers(managers);
}

/** A writer may set managedFields themselves; without entries they stay as they were (decodeLiveOrNew). */
const given = (live: JsonObject | undefined, updated: JsonObject): JsonObject | undefined => (readManagers(updated).size > 0 ? updated : live);

/** `managedFields: [{}]`: forget who managed what. */
export const isReset = (entries: readonly unknown[] | undefined): boolean =>
  entries?.length === 1 && isObject(entries[0]) && Object.keys(entries[0]).length === 0;

/** The differences that count for management. */
export function compareObjects(
  before: JsonObject,
  after: JsonObject,
  type: SchemaType | undefined,
  resetFields: readonly (readonly string[])[] = [],
): Comparison {
  const raw = compare(before, after, rootField(type));
  const ignored = union(unmanaged, setOfPaths(resetFields));
  return {
    added: recursiveDifference(raw.added, ignored),
    modified: recursiveDifference(raw.modified, ignored),
    removed: recursiveDifference(raw.removed, ignored),
  };
}

/** What a set may contain. */
export const managedPart = (set: FieldSet, resetFields: readonly (readonly string[])[] = []): FieldSet =>
  recursiveDifference(set, union(unmanaged, setOfPaths(resetFields)));

/** The type of an object as the metadata of a field. */
export const rootField = (type: SchemaType | undefined): SchemaField | undefined => type && { name: '', type, patchStrategies: [] };

/** Others lose what somebody else has set; all lose what is gone. */
export function takeOver(managers: Managers, comparison: Comparison, except: string): void {
  const changed = union(comparison.modified, comparison.added);
  for (const [id, entry] of managers) {
    if (id === except) continue;
    const set = difference(difference(entry.set, changed), comparison.removed);
    if (isEmpty(set)) managers.delete(id);
    else managers.set(id, { ...entry, set });
  }
}

/** The entries of an object, by who they are of. */
export function readManagers(object: JsonObject | undefined): Managers {
  const metadata = object?.metadata;
  const entries = isObject(metadata) && Array.isArray(metadata.managedFields) ? (metadata.managedFields as readonly ManagedFieldsEntry[]) : [];
  const managers: Managers = new Map();
  for (const { manager: name = '', operation, apiVersion = '', subresource, time, fieldsV1 } of entries) {
    const manager: FieldManager = { manager: name, operation: operation === 'Apply' ? 'Apply' : 'Update', apiVersion, ...(subresource && { subresource }) };
    managers.set(identityOf(manager), { manager, set: fromFieldsV1(fieldsV1), time });
  }
  return managers;
}

/** An object's managedFields: applies first, then in the order of time. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] {
  const entries = [...managers.values()].map(({ manager, set, time }) => ({
    apiVersion: manager.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(set),
    manager: manager.manager,
    operation: manager.operation,
    ...(manager.subresource && { subresource: manager.subresource }),
    ...(time !== undefined && { time }),
  }));
  const order = (entry: ManagedFieldsEntry): readonly string[] => [
    entry.operation ?? '',
    entry.time ?? '',
    entry.manager ?? '',
    entry.apiVersion ?? '',
    entry.subresource ?? '',
  ];
  return entries.sort((a, b) => compareTexts(order(a), order(b)));
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, i) => text !== b[i]);
  return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

/** Two writes with this in common are one manager's. Its order is that of conflict messages. */
export const identityOf = ({ manager, operation, apiVersion, subresource }: FieldManager): string =>
  goJson({ manager, operation, apiVersion, ...(subresource && { subresource }) });

/** `"kubectl-edit" using apps/v1`. */
export function managerText({ manager, operation, apiVersion, subresource }: FieldManager): string {
  const name = subresource ? `${quote(manager)} with subresource ${quote(subresource)}` : quote(manager);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** Fields that are structs, not pointers, in Go: an object that does not exist yet has them all the same, and so they are never added. */
const structs = new Set(
  'metadata spec status template strategy updateStrategy jobTemplate resources loadBalancer scaleTargetRef nodeInfo daemonEndpoints kubeletEndpoint source involvedObject regarding'.split(
    ' ',
  ),
);
/** The same for lists that Go writes as null. */
const nulls = new Set(['containers']);

/** What Go compares a new object with. */
function zeroObject(object: JsonObject, type: SchemaType | undefined): JsonObject {
  if (!type) return {};
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (nulls.has(key)) result[key] = null;
    else if (structs.has(key) && isObject(value)) result[key] = zeroObject(value, type.field(key)?.type ?? type);
  }
  return result;
}
