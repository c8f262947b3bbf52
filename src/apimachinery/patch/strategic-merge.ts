/** Strategic merge patch: kubernetes apimachinery/pkg/util/strategicpatch/patch.go. */

import { own } from '../../sim/own.ts';
import { goValue } from '../go-text.ts';
import { equal, isObject, type JsonObject, typeOf, without } from './json-value.ts';
import { orderLike, orderMerged } from './list-order.ts';
import { PatchError, type SchemaField, type SchemaType } from './patch-schema.ts';

/** Keys of a patch that are orders and no fields; the last two are followed by a field's name. */
export const directives = { patch: '$patch', retainKeys: '$retainKeys', deleteFrom: '$deleteFromPrimitiveList/', setOrder: '$setElementOrder/' } as const;

/** How maps are merged: into a document, or into another patch (whose directives and nulls must then stay). */
type MergeMode = 'document' | 'patch';

/** Applies a strategic merge patch to an object of a type; throws PatchError. Without a type maps are merged and lists replaced. */
export const strategicMerge = (document: JsonObject, patch: JsonObject, type: SchemaType | undefined): JsonObject =>
  mergeMap(document, patch, type, 'document');

/** Merges one map into another. */
export function mergeMap(original: JsonObject, patch: JsonObject, type: SchemaType | undefined, mode: MergeMode): JsonObject {
  const directive = patch[directives.patch];
  if (directive !== undefined && mode === 'document') {
    if (directive === 'replace') return without(patch, directives.patch);
    if (directive === 'delete') return {};
    if (directive !== 'merge') throw new PatchError(`unknown patch type: ${String(directive)} in map: ${goValue(patch)}`);
    return mergeMap(original, without(patch, directives.patch), type, mode);
  }
  const result: Record<string, unknown> = { ...retained(original, patch, mode) };
  const ordered = mode === 'document' ? mergeOrdered(result, patch, type) : new Set<string>();
  for (const [key, value] of Object.entries(patch)) {
    if (ordered.has(key) || (key === directives.retainKeys && mode === 'document') || value === undefined) continue;
    if (key.startsWith(directives.setOrder) && mode === 'document') continue;
    mergeKeyInto(result, key, value, type, mode);
  }
  return result;
}

function mergeKeyInto(result: Record<string, unknown>, patchKey: string, value: unknown, type: SchemaType | undefined, mode: MergeMode): void {
  const isDeletion = patchKey.startsWith(directives.deleteFrom) && mode === 'document';
  const key = isDeletion ? patchKey.slice(directives.deleteFrom.length) : patchKey;
  if (value === null) {
    if (mode === 'document') delete result[key];
    else result[key] = null;
    return;
  }
  const before = own(result, key);
  if (mode === 'patch' && patchKey.startsWith('$')) {
    // Directives of the later patch stand.
    result[key] = value;
    return;
  }
  if (before === undefined || typeOf(before) !== typeOf(value)) {
    if (!isDeletion) result[key] = mode === 'document' ? withoutDirectives(value).value : value;
    return;
  }
  if (isObject(before) && isObject(value)) result[key] = mergeMapField(before, value, fieldOf(type, key), mode);
  else if (Array.isArray(before) && Array.isArray(value)) result[key] = mergeListField(before, value, { field: fieldOf(type, key), isDeletion, mode });
  else result[key] = value;
}

function mergeMapField(before: JsonObject, value: JsonObject, field: SchemaField | undefined, mode: MergeMode): JsonObject {
  if (field?.patchStrategies.includes('replace') && mode === 'document') return withoutDirectives(value).value as JsonObject;
  return mergeMap(before, value, field?.type, mode);
}

type ListMerge = { readonly field: SchemaField | undefined; readonly isDeletion: boolean; readonly mode: MergeMode };

function mergeListField(before: readonly unknown[], value: readonly unknown[], { field, isDeletion, mode }: ListMerge): readonly unknown[] {
  if (isDeletion) return before.filter((item) => !value.some((gone) => equal(gone, item)));
  if (!field?.patchStrategies.includes('merge')) return withoutDirectives(value).value as unknown[];
  return mergeLists(before, value, field, mode);
}

function mergeLists(before: readonly unknown[], patch: readonly unknown[], field: SchemaField, mode: MergeMode): readonly unknown[] {
  if (before.length === 0 && patch.length === 0) return before;
  const sample = before[0] ?? patch[0];
  if (!isObject(sample)) {
    const both = [...before, ...patch].filter((item, i, all) => all.findIndex((other) => equal(other, item)) === i);
    return orderMerged(both, { patch, server: before, mergeKey: undefined });
  }
  const mergeKey = field.mergeKey;
  if (!mergeKey) throw new PatchError(`cannot merge lists without merge key for ${field.type.items?.name ?? field.name}`);
  const { original, additions } = applySpecialElements(before, patch, mergeKey);
  const merged = [...original];
  for (const item of additions) {
    if (!isObject(item) || item[mergeKey] === undefined) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((other) => isObject(other) && equal(other[mergeKey], item[mergeKey]));
    if (at < 0) merged.push(mode === 'document' ? withoutDirectives(item).value : item);
    else merged[at] = mergeMap(merged[at] as JsonObject, item, field.type.items, mode);
  }
  return orderMerged(merged, { patch: additions, server: original, mergeKey });
}

const noMergeKey = (item: unknown, mergeKey: string): PatchError => new PatchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);

/** Elements with `$patch: delete` take items away; one with `$patch: replace` makes the others the whole list. */
function applySpecialElements(
  before: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): { original: readonly unknown[]; additions: readonly unknown[] } {
  let original = before;
  let replaces = false;
  const additions: unknown[] = [];
  for (const item of patch) {
    const directive = isObject(item) ? item[directives.patch] : undefined;
    if (!isObject(item) || directive === undefined) additions.push(item);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'delete') {
      const value = item[mergeKey];
      if (value === undefined) throw noMergeKey(item, mergeKey);
      original = original.filter((other) => !isObject(other) || !equal(other[mergeKey], value));
    } else if (directive === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch');
    else throw new PatchError(`unknown patch type: ${String(directive)} in map: ${goValue(item)}`);
  }
  return replaces ? { original: additions, additions: [] } : { original, additions };
}

/** Lists whose order the patch dictates with `$setElementOrder/…`; gives the keys that are done with. */
function mergeOrdered(result: Record<string, unknown>, patch: JsonObject, type: SchemaType | undefined): Set<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(directives.setOrder)) continue;
    const key = directive.slice(directives.setOrder.length);
    if (!Array.isArray(order)) throw new PatchError(`expected a []interface {}, but received a ${typeof order}`);
    const field = fieldOf(type, key);
    const before = own(result, key);
    const addition = patch[key];
    if (Array.isArray(addition)) checkOrder(addition, order, field?.mergeKey);
    let merged: readonly unknown[];
    if (Array.isArray(before) && Array.isArray(addition)) merged = mergeListField(before, addition, { field, isDeletion: false, mode: 'document' });
    else if (Array.isArray(addition)) merged = withoutDirectives(addition).value as unknown[];
    else if (Array.isArray(before) && addition === undefined) merged = before;
    else continue;
    const deletions = patch[directives.deleteFrom + key];
    if (Array.isArray(deletions)) merged = merged.filter((item) => !deletions.some((gone) => equal(gone, item)));
    result[key] = orderMerged(merged, { patch: order, server: Array.isArray(before) ? before : [], mergeKey: field?.mergeKey });
    done.add(key);
  }
  return done;
}

/** The patch list must name a subset of the order list, in that order. */
function checkOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const kept = items.filter((item) => !isObject(item) || item[directives.patch] === undefined);
  const listed = (item: unknown): boolean => order.some((other) => sameElement(other, item, mergeKey));
  if (!kept.every(listed) || !equal(orderLike(kept, order, mergeKey), kept))
    throw new PatchError(`The order in patch list:\n${goValue(items)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`);
}

const sameElement = (a: unknown, b: unknown, mergeKey: string | undefined): boolean =>
  mergeKey !== undefined && isObject(a) && isObject(b) ? equal(a[mergeKey], b[mergeKey]) : equal(a, b);

function retained(original: JsonObject, patch: JsonObject, mode: MergeMode): JsonObject {
  const keep = patch[directives.retainKeys];
  if (keep === undefined || mode === 'patch') return original;
  if (!Array.isArray(keep)) throw new PatchError('invalid patch format of retainKeys');
  for (const key of Object.keys(patch)) {
    const special = key === directives.retainKeys || key.startsWith(directives.setOrder) || key.startsWith(directives.deleteFrom);
    if (!special && patch[key] !== null && !keep.includes(key)) throw new PatchError('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)));
}

/** What a value looks like when it is not merged with anything: without directives, without what they delete, without nulls. */
function withoutDirectives(value: unknown): { value: unknown; keep: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(withoutDirectives).filter(({ keep }) => keep);
    return { value: items.map((item) => item.value), keep: true };
  }
  if (!isObject(value)) return { value, keep: true };
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === directives.patch) {
      if (item === 'delete') return { value: undefined, keep: false };
      continue;
    }
    if (key === directives.retainKeys || key.startsWith(directives.deleteFrom) || key.startsWith(directives.setOrder) || item === null) continue;
    const inner = withoutDirectives(item);
    if (inner.keep) result[key] = inner.value;
  }
  return { value: result, keep: true };
}

/** A field's metadata; a built-in type that lacks the field is an error, as it is in upstream's Go types. */
export function fieldOf(type: SchemaType | undefined, key: string): SchemaField | undefined {
  if (type?.kind === 'map') return type.items && { name: key, type: type.items, patchStrategies: [] };
  if (type?.kind !== 'object') return undefined;
  const field = type.field(key);
  if (!field) throw new PatchError(`unable to find api field in struct ${type.name} for the json field ${JSON.stringify(key)}`);
  return field;
}
