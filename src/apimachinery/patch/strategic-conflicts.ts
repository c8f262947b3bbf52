/** Whether two patches want different things of one field: kubernetes apimachinery/pkg/util/strategicpatch/patch.go, MergingMapsHaveConflicts. */

import { own } from '../../sim/own.ts';
import { equal, isObject, type JsonObject } from './json-value.ts';
import { PatchError, type SchemaField, type SchemaType } from './patch-schema.ts';
import { directives, fieldOf } from './strategic-merge.ts';

/** True where a field of both has another value in each. Throws PatchError. */
export const haveConflicts = (left: JsonObject, right: JsonObject, type: SchemaType | undefined): boolean =>
  Object.entries(left).some(([key, value]) => {
    const other = own(right, key);
    if (key === directives.patch || key === directives.retainKeys || other === undefined) return false;
    return valuesConflict(value, other, fieldOf(type, key));
  });

function valuesConflict(left: unknown, right: unknown, field: Partial<SchemaField> = {}): boolean {
  if (Array.isArray(left)) return !Array.isArray(right) || listsConflict(left, right, field);
  if (!isObject(left)) return !equal(left, right);
  if (!isObject(right) || left[directives.patch] !== right[directives.patch]) return true;
  return !field.patchStrategies?.includes('replace') && haveConflicts(left, right, field.type);
}

function listsConflict(left: readonly unknown[], right: readonly unknown[], field: Partial<SchemaField>): boolean {
  const items = field.type?.items;
  const inner = items && { type: items };
  const ofMaps = isObject(left[0] ?? right[0]);
  if (field.patchStrategies?.includes('merge')) {
    if (!ofMaps) return false;
    const keyOf = (item: unknown): string => {
      const value = isObject(item) && field.mergeKey ? item[field.mergeKey] : undefined;
      if (value === undefined) throw new PatchError(`cannot find merge key \`${field.mergeKey}\` in merging list element:${String(item)}`);
      return String(value);
    };
    const others = new Map(right.map((item) => [keyOf(item), item]));
    return left.some((item) => others.has(keyOf(item)) && valuesConflict(item, others.get(keyOf(item)), inner));
  }
  if (left.length !== right.length) return true;
  const [a, b] = ofMaps ? [left, right] : [[...left].sort(), [...right].sort()];
  return a.some((item, i) => valuesConflict(item, b[i], inner));
}
