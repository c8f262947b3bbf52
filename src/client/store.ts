import type { KubeObject } from '../api/types.ts';
import { textOf } from './keys.ts';

/** Under which values an object is found; none: it is not in the index. */
export type IndexFunction<T extends KubeObject = KubeObject> = (object: T) => readonly string[];

type Index<T> = { readonly of: (object: T) => readonly string[]; readonly buckets: Map<string, Map<string, T>> };
const nothing: readonly never[] = [];

/** client-go's thread-safe store: objects by `namespace/name` and by named indexes. It holds references to the apiserver's frozen objects. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();

  constructor() {
    this.addIndex('namespace', (object) => [object.metadata.namespace ?? '']);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Adding one that exists already does nothing: several controllers ask for the same index. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { of, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) insert(index, key, object);
  }

  byIndex(name: string, value: string): Iterable<T> {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`informer has no index ${name}`);
    return index.buckets.get(value)?.values() ?? nothing;
  }

  /** How many objects an index holds under a value. */
  countIndex(name: string, value: string): number {
    return this.#indexes.get(name)?.buckets.get(value)?.size ?? 0;
  }

  /** Returns what stood there before. */
  set(object: T): T | undefined {
    const key = textOf(object);
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (before === undefined) insert(index, key, object);
      else replace(index, key, before, object);
    }
    return before;
  }

  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) remove(index, key, before);
    return before;
  }
}

function insert<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.of(object)) {
    const bucket = index.buckets.get(value);
    if (bucket === undefined) index.buckets.set(value, new Map([[key, object]]));
    else bucket.set(key, object);
  }
}

function remove<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.of(object)) {
    const bucket = index.buckets.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) index.buckets.delete(value);
  }
}

function replace<T>(index: Index<T>, key: string, before: T, after: T): void {
  const old = index.of(before);
  const now = index.of(after);
  // The usual case: nothing moved, and the object keeps its place in the order.
  const same = old.length === now.length && old.every((value, i) => value === now[i]);
  if (!same) remove(index, key, before);
  insert(index, key, after);
}
