/** Values with types: their fields, how two differ, how two are merged. kubernetes-sigs/structured-merge-diff typed. */

import { own } from '../../sim/own.ts';
import { elementOf, emptySet, type FieldSet, leaf, nodeOf } from './field-set.ts';
import { equal, isObject, type JsonObject } from './json-value.ts';
import { orderMerged } from './list-order.ts';
import type { SchemaField, SchemaType } from './patch-schema.ts';

/** What a write did to an object: fields that are new, that have another value, that are gone. */
export type Comparison = { readonly added: FieldSet; readonly modified: FieldSet; readonly removed: FieldSet };

const nothing: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };

/** How the value at a place is looked at: as a whole, as a map of fields, or as a list of items with keys. */
type Shape = 'atomic' | 'map' | 'list';

function shapeOf(value: unknown, field: SchemaField | undefined): Shape {
  if (field?.atomic) return 'atomic';
  if (Array.isArray(value))
    return (field?.listType === 'map' || field?.listType === 'set') && value.every((item) => elementOf(field, item) !== undefined) ? 'list' : 'atomic';
  return isObject(value) ? 'map' : 'atomic';
}

/** The field of a struct or the entry of a map, as metadata for what stands there. */
function member(type: SchemaType | undefined, key: string): SchemaField | undefined {
  if (type?.kind === 'object') return type.field(key);
  return type?.kind === 'map' && type.items ? { name: key, type: type.items, patchStrategies: [] } : undefined;
}

const itemField = (field: SchemaField | undefined): SchemaField | undefined => field?.type.items && { name: '', type: field.type.items, patchStrategies: [] };

/** All fields that a value sets: what an apply makes its manager own. */
export function fieldsOf(value: unknown, field: SchemaField | undefined): FieldSet {
  const shape = shapeOf(value, field);
  if (shape === 'atomic') return leaf;
  if (shape === 'list') {
    const items = value as readonly unknown[];
    if (items.length === 0) return leaf;
    return nodeOf(
      false,
      items.map((item) => [elementOf(field, item) ?? '', { ...fieldsOf(item, itemField(field)), member: true }]),
    );
  }
  const object = value as JsonObject;
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  if (keys.length === 0) return leaf;
  return nodeOf(
    false,
    keys.map((key) => [`f:${key}`, fieldsOf(object[key], member(field?.type, key))]),
  );
}

/** Every field below a value and the value itself, as they are added or removed with it. */
function wholeOf(value: unknown, field: SchemaField | undefined): FieldSet {
  const shape = shapeOf(value, field);
  if (shape === 'atomic') return leaf;
  if (shape === 'list')
    return nodeOf(
      true,
      (value as readonly unknown[]).map((item) => [elementOf(field, item) ?? '', wholeOf(item, itemField(field))]),
    );
  const object = value as JsonObject;
  return nodeOf(
    true,
    Object.keys(object)
      .filter((key) => object[key] !== undefined)
      .map((key) => [`f:${key}`, wholeOf(object[key], member(field?.type, key))]),
  );
}

/** What was added, modified and removed between two values. */
export function compare(before: unknown, after: unknown, field: SchemaField | undefined): Comparison {
  if (before === after) return nothing;
  if (before === undefined) return { ...nothing, added: wholeOf(after, field) };
  if (after === undefined) return { ...nothing, removed: wholeOf(before, field) };
  const shape = shapeOf(after, field);
  // A null that becomes a map or list was a place already: only what is below it is new.
  const base = before === null ? (shape === 'list' ? [] : {}) : before;
  if (shape === 'atomic' || shapeOf(base, field) !== shape) return equal(before, after) ? nothing : { ...nothing, modified: leaf };
  return shape === 'list'
    ? compareLists(base as readonly unknown[], after as readonly unknown[], field)
    : compareMaps(base as JsonObject, after as JsonObject, field);
}

function compareMaps(before: JsonObject, after: JsonObject, field: SchemaField | undefined): Comparison {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return collect([...keys].map((key) => [`f:${key}`, compare(own(before, key), own(after, key), member(field?.type, key))]));
}

function compareLists(before: readonly unknown[], after: readonly unknown[], field: SchemaField | undefined): Comparison {
  const byKey = (items: readonly unknown[]): Map<string, unknown> => new Map(items.map((item) => [elementOf(field, item) ?? '', item]));
  const [old, now] = [byKey(before), byKey(after)];
  return collect([...new Set([...old.keys(), ...now.keys()])].map((key) => [key, compare(old.get(key), now.get(key), itemField(field))]));
}

function collect(parts: readonly (readonly [string, Comparison])[]): Comparison {
  const changed = parts.filter(([, part]) => part !== nothing);
  if (changed.length === 0) return nothing;
  return {
    added: nodeOf(
      false,
      changed.map(([key, part]) => [key, part.added]),
    ),
    modified: nodeOf(
      false,
      changed.map(([key, part]) => [key, part.modified]),
    ),
    removed: nodeOf(
      false,
      changed.map(([key, part]) => [key, part.removed]),
    ),
  };
}

/** An applied configuration laid over a live object. */
export function merge(live: unknown, applied: unknown, field: SchemaField | undefined): unknown {
  if (live === undefined || live === null) return applied;
  if (applied === undefined) return live;
  const shape = shapeOf(applied, field);
  if (shape === 'atomic' || shapeOf(live, field) !== shape) return applied;
  if (shape === 'list') return mergeLists(live as readonly unknown[], applied as readonly unknown[], field);
  const result: Record<string, unknown> = { ...(live as JsonObject) };
  for (const [key, value] of Object.entries(applied as JsonObject))
    if (value !== undefined) result[key] = merge(own(result, key), value, member(field?.type, key));
  return result;
}

function mergeLists(live: readonly unknown[], applied: readonly unknown[], field: SchemaField | undefined): unknown[] {
  const keyOf = (item: unknown): string => elementOf(field, item) ?? '';
  const old = new Map(live.map((item) => [keyOf(item), item]));
  const given = new Map(applied.map((item) => [keyOf(item), item]));
  const keys = orderMerged([...new Set([...old.keys(), ...given.keys()])], { patch: [...given.keys()], server: [...old.keys()], mergeKey: undefined });
  return (keys as string[]).map((key) => merge(old.get(key), given.get(key), itemField(field)));
}

/** Takes fields out of a value; what becomes empty by that goes too. undefined when nothing is left. */
export function removeFields(value: unknown, gone: FieldSet, field: SchemaField | undefined): unknown {
  if (gone.children.size === 0) return gone.member ? undefined : value;
  const shape = shapeOf(value, field);
  if (shape === 'atomic') return gone.member ? undefined : value;
  if (shape === 'list') return removeItems(value as readonly unknown[], gone, field);
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value as JsonObject)) {
    const inner = gone.children.get(`f:${key}`);
    const left = inner ? removeFields(item, inner, member(field?.type, key)) : item;
    if (left !== undefined) result[key] = left;
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function removeItems(items: readonly unknown[], gone: FieldSet, field: SchemaField | undefined): unknown[] | undefined {
  const left = items.flatMap((item) => {
    const inner = gone.children.get(elementOf(field, item) ?? '');
    const kept = inner ? removeFields(item, inner, itemField(field)) : item;
    return kept === undefined || (inner?.member && holdsOnlyKeys(kept, field)) ? [] : [kept];
  });
  return left.length === 0 ? undefined : left;
}

/** An item of which nothing but its keys is left is no item. */
const holdsOnlyKeys = (item: unknown, field: SchemaField | undefined): boolean =>
  isObject(item) && Object.keys(item).every((key) => field?.listMapKeys?.includes(key));
