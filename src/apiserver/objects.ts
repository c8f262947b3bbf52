/** What the apiserver does with objects without knowing their kind: freezing, tidying, comparing. */
import type { KubeObject } from '../api/types.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Freezes what is not frozen yet; a frozen part is shared and known to be frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else {
    for (const key in value) {
      const part = value[key];
      if (typeof part === 'object' && part !== null) deepFreeze(part);
    }
  }
  return value;
}

/** Fields that Go writes as null: structs and lists without `omitempty`. */
const writtenAsNull = new Set(['lastProbeTime', 'eventTime', 'rules', 'currentMetrics']);

/** Without the null and undefined fields that Go's decoder reads as absent. What is frozen came from the store and is tidy. */
export function tidy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return tidyList(value) as T;
  let copy: Record<string, unknown> | undefined;
  const given = value as Readonly<Record<string, unknown>>;
  for (const key in given) {
    const part = given[key];
    const tidied = typeof part === 'object' && part !== null ? tidy(part) : part;
    if (tidied === part && part !== null && part !== undefined) continue;
    if (part === null && writtenAsNull.has(key)) continue;
    copy ??= { ...given };
    if (tidied === null || tidied === undefined) delete copy[key];
    else copy[key] = tidied;
  }
  return (copy ?? value) as T;
}

function tidyList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const tidied = tidy(list[i]);
    if (tidied === list[i]) continue;
    copy ??= [...list];
    copy[i] = tidied;
  }
  return copy ?? list;
}

/** Deep equality; parts that are the same reference cost nothing, absent and undefined are equal. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => equal(part, b[i]));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  for (const key in left) if (left[key] !== right[key] && !equal(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/** As Go's semantic equality: an empty list or map equals none. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => semanticEqual(part, b[i]));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  for (const key of Object.keys(left)) if (!semanticEqual(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (!(key in left) && !isEmpty(right[key])) return false;
  return true;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0));

/** The object with changed metadata. */
export const withMeta = <T extends KubeObject>(object: T, change: Partial<KubeObject['metadata']>): T => ({
  ...object,
  metadata: { ...object.metadata, ...change },
});

/** `default/web`, or the name alone. */
export const nameOf = (object: KubeObject): string => object.metadata.name ?? '';
