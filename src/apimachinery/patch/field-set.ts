/** Sets of fields, and their form in managedFields: kubernetes-sigs/structured-merge-diff fieldpath. */

import { goJson } from '../go-text.ts';
import { isObject, type JsonObject } from './json-value.ts';
import type { SchemaField } from './patch-schema.ts';

/**
 * A set as a tree. Keys are path elements as FieldsV1 writes them: `f:spec`, `k:{"name":"nginx"}`, `v:"x"`. A node that is a `member` is itself
 * in the set; what is below it may be too. Nodes are not changed once they are part of a result.
 */
export type FieldSet = { readonly member: boolean; readonly children: ReadonlyMap<string, FieldSet> };

const noChildren: ReadonlyMap<string, FieldSet> = new Map();
/** Shared: sets are never changed in place. */
export const emptySet: FieldSet = { member: false, children: noChildren };
/** A set of just the field itself. */
export const leaf: FieldSet = { member: true, children: noChildren };

/** Neither the field itself nor anything below it. */
export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0;

/** A node with these children; empty ones are left out. */
export function nodeOf(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>();
  for (const [key, child] of children) if (!isEmpty(child)) kept.set(key, child);
  return member || kept.size > 0 ? { member, children: kept } : emptySet;
}

/** Fields of either; gives one of the two back where nothing has to be made. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b) || a === b) return a;
  const children = new Map(a.children);
  for (const [key, child] of b.children) {
    const mine = children.get(key);
    children.set(key, mine ? union(mine, child) : child);
  }
  return { member: a.member || b.member, children };
}

/** Fields of both. */
export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  nodeOf(
    a.member && b.member,
    [...a.children].map(([key, child]) => [key, intersection(child, b.children.get(key) ?? emptySet)]),
  );

/** Fields of `a` without those of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return nodeOf(
    a.member && !b.member,
    [...a.children].map(([key, child]) => [key, difference(child, b.children.get(key) ?? emptySet)]),
  );
}

/** Takes away whole subtrees: every path that begins with a member of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return emptySet;
  return nodeOf(
    a.member,
    [...a.children].map(([key, child]) => {
      const other = b.children.get(key);
      return [key, other ? recursiveDifference(child, other) : child];
    }),
  );
}

/** Reads FieldsV1. */
export function fromFieldsV1(fields: unknown): FieldSet {
  if (!isObject(fields)) return emptySet;
  return nodeOf(
    false,
    Object.entries(fields).map(([key, value]) => [key, readNode(value)]),
  );
}

function readNode(value: unknown): FieldSet {
  if (!isObject(value)) return leaf;
  const entries = Object.entries(value);
  if (entries.length === 0) return leaf;
  return nodeOf(
    entries.some(([key]) => key === '.'),
    entries.filter(([key]) => key !== '.').map(([key, child]) => [key, readNode(child)]),
  );
}

/** Writes FieldsV1. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const result: Record<string, unknown> = {};
  if (set.member && set.children.size > 0) result['.'] = {};
  for (const key of [...set.children.keys()].sort()) result[key] = toFieldsV1(set.children.get(key) ?? emptySet);
  return result;
}

/** Every member as a path, `.spec.containers[name="nginx"].image`, in order. */
export function paths(set: FieldSet, prefix = ''): string[] {
  const own = set.member && prefix !== '' ? [prefix] : [];
  const keys = [...set.children.keys()].sort();
  return [...own, ...keys.flatMap((key) => paths(set.children.get(key) ?? emptySet, prefix + elementText(key)))];
}

function elementText(key: string): string {
  const value = key.slice(2);
  if (key.startsWith('f:')) return `.${value}`;
  if (key.startsWith('v:')) return `[=${value}]`;
  if (key.startsWith('i:')) return `[${value}]`;
  const keys = JSON.parse(value) as Record<string, unknown>;
  return `[${Object.entries(keys)
    .map(([name, item]) => `${name}=${JSON.stringify(item)}`)
    .join(',')}]`;
}

/** A set of whole fields given by paths: `[['status'], ['metadata', 'name']]`. */
export const setOfPaths = (fieldPaths: readonly (readonly string[])[]): FieldSet =>
  fieldPaths
    .map((path) => path.reduceRight<FieldSet>((inner, name) => ({ member: false, children: new Map([[`f:${name}`, inner]]) }), leaf))
    .reduce(union, emptySet);

/** The defaults that stand for keys of list items that are not given. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** The path element of a list's item; undefined when the list has no keys. */
export function elementOf(field: SchemaField | undefined, item: unknown): string | undefined {
  if (field?.listType === 'set') return `v:${goJson(item)}`;
  if (field?.listType !== 'map' || !isObject(item)) return undefined;
  const keys = [...(field.listMapKeys ?? [])].sort().map((key) => [key, item[key] ?? keyDefaults[key] ?? null]);
  return `k:${goJson(Object.fromEntries(keys))}`;
}
