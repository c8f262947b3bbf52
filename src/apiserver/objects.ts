/** What the apiserver does with objects without knowing their kind: freezing, tidying, comparing. */
import type { KubeObject } from '../api/types.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Freezes what is not frozen yet; a frozen part is shared and known to be frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return value;
}

/** Without the null and undefined fields that Go's decoder reads as absent. What is frozen came from the store and is tidy. */
export function tidy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    const parts = value.map(tidy);
    return (parts.some((part, i) => part !== value[i]) ? parts : value) as T;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, part] of Object.entries(value)) {
    const tidied = tidy(part);
    if (tidied === part && part !== null && part !== undefined) continue;
    copy ??= { ...value } as Record<string, unknown>;
    if (tidied === null || tidied === undefined) delete copy[key];
    else copy[key] = tidied;
  }
  return (copy ?? value) as T;
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
  for (const key of Object.keys(left)) if (left[key] !== right[key] && !equal(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
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
