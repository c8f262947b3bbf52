/** What the apiserver does with objects without knowing their kind: freezing, tidying, comparing. */
import type { KubeObject } from '../api/types.ts';

/** An object of any kind whose fields are looked at by name. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Lists and null are not. */
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
/** Those at the top of an object: of an EndpointSlice. */
const writtenAsNullAtTop = new Set(['endpoints', 'ports']);

/** An object without the null and undefined fields that Go's decoder reads as absent. What is frozen came from the store and is tidy. */
export function tidy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  return mapFields(value, (part, key) => (part === null && writtenAsNullAtTop.has(key) ? null : tidyField(part, key))) as T;
}

function tidyField(part: unknown, key: string): unknown {
  if (part === null) return writtenAsNull.has(key) ? null : undefined;
  return tidyPart(Array.isArray(part) && part.includes(null) ? withZeros(part, key) : part);
}

function tidyPart(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Object.isFrozen(part)) return part;
  return Array.isArray(part) ? mapKept(part, tidyPart) : mapFields(part, tidyField);
}

/** Lists of strings: in most others stand structs. */
const textLists = new Set(
  'finalizers values matchLabelKeys mismatchLabelKeys namespaces args command add drop nameservers searches hostnames monitors accessModes targetWWNs wwids portals clusterIPs externalIPs ipFamilies loadBalancerSourceRanges podCIDRs mountOptions scopes hosts except policyTypes apiGroups nonResourceURLs resourceNames resources verbs groups usages volumeLifecycleModes admissionReviewVersions apiVersions operations conversionReviewVersions categories shortNames required storedVersions'.split(
    ' ',
  ),
);

/** A null among the items of a list is the zero of their type. */
const withZeros = (items: readonly unknown[], key: string): unknown[] => {
  const zero = textLists.has(key) || items.some((item) => typeof item === 'string') ? '' : {};
  return items.map((item) => item ?? zero);
};

/** Maps the fields of an object, undefined leaves a field out; the object itself when nothing changes. */
export function mapFields(object: object, change: (part: unknown, key: string) => unknown): object {
  const given = object as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const key in given) {
    const part = given[key];
    const next = change(part, key);
    if (!copy) {
      if (next === part && part !== undefined) continue;
      // Built anew and not by `delete`, which makes an object slow for all who read it later.
      copy = fieldsBefore(given, key);
    }
    if (next !== undefined) copy[key] = next;
  }
  return copy ?? object;
}

function fieldsBefore(given: Readonly<Record<string, unknown>>, end: string): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in given) {
    if (key === end) break;
    copy[key] = given[key];
  }
  return copy;
}

/** Maps a list; the list itself when no item changes. */
export function mapKept<T>(list: readonly T[], change: (item: T, index: number) => T): T[] {
  let copy: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const next = change(item, i);
    if (next === item) continue;
    copy ??= [...list];
    copy[i] = next;
  }
  return copy ?? (list as T[]);
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
