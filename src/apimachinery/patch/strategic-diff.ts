/** The strategic merge patches that kubectl apply and edit compute: kubernetes apimachinery/pkg/util/strategicpatch/patch.go, diffMaps. */

import { own } from '../../sim/own.ts';
import { goValue } from '../go-text.ts';
import { dumpYaml } from '../yaml-dump.ts';
import { equal, isObject, type JsonObject, typeOf } from './json-value.ts';
import { orderLike } from './list-order.ts';
import { PatchError, type SchemaField, type SchemaType } from './patch-schema.ts';
import { haveConflicts } from './strategic-conflicts.ts';
import { directives, fieldOf, mergeMap } from './strategic-merge.ts';

type Options = { readonly deletions: boolean; readonly changes: boolean; readonly retainKeys: boolean; readonly unordered?: boolean };

/** What makes `modified` of `original`: kubectl edit, patch --local, scale. Throws PatchError. */
export const createTwoWayMergePatch = (original: JsonObject, modified: JsonObject, type: SchemaType | undefined): JsonObject =>
  diffMaps(original, modified, type, { deletions: true, changes: true, retainKeys: false });

type Versions = { readonly original: JsonObject; readonly modified: JsonObject; readonly current: JsonObject };

/** What apply sends: changes from the live object, deletions from what was applied last; without `overwrite` no other's changes are undone. Throws PatchError. */
export function createThreeWayStrategicPatch({ original, modified, current }: Versions, type: SchemaType | undefined, overwrite = true): JsonObject {
  const changes = diffMaps(current, modified, type, { deletions: false, changes: true, retainKeys: false });
  const deletions = diffMaps(original, modified, type, { deletions: true, changes: false, retainKeys: false });
  const patch = mergeMap(deletions, changes, type, 'patch');
  if (overwrite) return patch;
  const others = diffMaps(original, current, type, { deletions: true, changes: true, retainKeys: false, unordered: true });
  if (haveConflicts(patch, others, type))
    throw new PatchError(`patch:\n${dumpYaml(patch)}\nconflicts with changes made from original to current:\n${dumpYaml(others)}\n`);
  return patch;
}

function diffMaps(original: JsonObject, modified: JsonObject, type: SchemaType | undefined, options: Options): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const [key, before] of Object.entries(original)) {
    const after = own(modified, key);
    // What is one and the same does not differ.
    if (before === undefined || before === after) continue;
    if (after === undefined) {
      if (options.deletions) patch[key] = null;
    } else if (typeOf(before) !== typeOf(after)) {
      if (options.changes) patch[key] = after;
    } else if (isObject(before) && isObject(after)) diffMapField(patch, key, { before, after, type, options });
    else if (Array.isArray(before) && Array.isArray(after)) diffListField(patch, key, { before, after, type, options });
    else if (options.changes) patch[key] = after;
  }
  if (options.changes) for (const [key, value] of Object.entries(modified)) if (value !== undefined && own(original, key) === undefined) patch[key] = value;
  if (!options.retainKeys) return patch;
  const cleared = Object.keys(original).some((key) => original[key] !== undefined && own(modified, key) === undefined);
  const kept = Object.keys(modified).filter((key) => modified[key] !== undefined);
  if (kept.length > 0 && (Object.keys(patch).length > 0 || cleared)) patch[directives.retainKeys] = kept.sort();
  return patch;
}

type Pair<T> = { readonly before: T; readonly after: T; readonly type: SchemaType | undefined; readonly options: Options };

/** The field's metadata; where none is found, equal values need none. */
function metadata(type: SchemaType | undefined, key: string, before: unknown, after: unknown): SchemaField | undefined | 'equal' {
  try {
    return fieldOf(type, key);
  } catch (error) {
    if (error instanceof PatchError && equal(before, after)) return 'equal';
    throw error;
  }
}

function diffMapField(patch: Record<string, unknown>, key: string, { before, after, type, options }: Pair<JsonObject>): void {
  const field = metadata(type, key, before, after);
  if (field === 'equal') return;
  if (field?.patchStrategies.includes('replace')) {
    // Upstream sends it even if nothing changed: apply of a PodDisruptionBudget always says configured.
    if (options.changes) patch[key] = after;
    return;
  }
  const inner = diffMaps(before, after, field?.type, { ...options, retainKeys: field?.patchStrategies.includes('retainKeys') ?? false });
  if (Object.keys(inner).length > 0) patch[key] = inner;
}

function diffListField(patch: Record<string, unknown>, key: string, { before, after, type, options }: Pair<readonly unknown[]>): void {
  const field = metadata(type, key, before, after);
  if (field === 'equal') return;
  if (!field?.patchStrategies.includes('merge')) {
    if (options.changes && !equal(before, after)) patch[key] = after;
    return;
  }
  if (before.length === 0) {
    if (after.length > 0 && options.changes) patch[key] = after;
    return;
  }
  const inner = { ...options, retainKeys: field.patchStrategies.includes('retainKeys') };
  if (isObject(before[0] ?? after[0])) diffMapLists(patch, key, { before, after, field, options: inner });
  else diffScalarLists(patch, key, { before, after, options });
}

type ListPair = { readonly before: readonly unknown[]; readonly after: readonly unknown[]; readonly field: SchemaField; readonly options: Options };

function diffMapLists(patch: Record<string, unknown>, key: string, { before, after, field, options }: ListPair): void {
  const mergeKey = field.mergeKey;
  if (!mergeKey) throw new PatchError(`cannot merge lists without merge key for ${field.type.items?.name ?? field.name}`);
  const keyOf = (item: unknown): unknown => {
    const value = isObject(item) ? item[mergeKey] : undefined;
    if (value === undefined) throw new PatchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
    return value;
  };
  const changed: unknown[] = [];
  // A key may stand there twice (port 53 of UDP and of TCP): the first goes with the first, the second with the second.
  const left = new Set(before);
  for (const item of after) {
    const old = [...left].find((other) => equal(keyOf(other), keyOf(item)));
    left.delete(old);
    if (old === undefined) {
      if (options.changes) changed.push(item);
      continue;
    }
    const inner = diffMaps(old as JsonObject, item as JsonObject, field.type.items, options);
    if (Object.keys(inner).length > 0) changed.push({ ...inner, [mergeKey]: keyOf(item) });
  }
  const gone = options.deletions ? before.filter((old) => !after.some((item) => equal(keyOf(item), keyOf(old)))) : [];
  const list = [...orderLike(changed, after, mergeKey), ...gone.map((old) => ({ [mergeKey]: keyOf(old), [directives.patch]: 'delete' }))];
  const sameOrder = before.length === after.length && before.every((old, i) => equal(keyOf(old), keyOf(after[i])));
  const ordered = !options.unordered && ((options.changes && (list.length > 0 || !sameOrder)) || (options.deletions && list.length > 0));
  if (list.length > 0) patch[key] = list;
  if (ordered && after.length > 0) patch[directives.setOrder + key] = after.map((item) => ({ [mergeKey]: keyOf(item) }));
}

function diffScalarLists(patch: Record<string, unknown>, key: string, { before, after, options }: Omit<ListPair, 'field'>): void {
  const added = options.changes ? after.filter((item) => !before.some((other) => equal(other, item))) : [];
  const gone = options.deletions ? before.filter((item) => !after.some((other) => equal(other, item))) : [];
  if (added.length > 0) patch[key] = added;
  if (gone.length > 0) patch[directives.deleteFrom + key] = gone;
  const ordered = !options.unordered && ((options.deletions && gone.length > 0) || (options.changes && !equal(before, after)));
  if (ordered && after.length > 0) patch[directives.setOrder + key] = after;
}
