/** Decoded JSON, and the few questions that patches ask of it. */

import { own } from '../../sim/own.ts';

/** Never changed in place: most come out of the store. */
export type JsonObject = { readonly [key: string]: unknown };

/** A map, and no list. */
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep equality. A key that is undefined counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!equal(a[key], own(b, key))) return false;
  for (const key in b) if (b[key] !== undefined && own(a, key) === undefined) return false;
  return true;
}

/** Map, list, or the type of a scalar: what must agree for two values to be merged. */
export const typeOf = (value: unknown): string => (value === null || value === undefined ? 'null' : Array.isArray(value) ? 'list' : typeof value);

/** A copy without one key. */
export function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
