import type { KeyValue } from '../interfaces/etcd.ts';
import type { Watcher } from './watch-hub.ts';

/** All keys of one folder (`/registry/pods/default/`): what a list of one resource in one namespace reads, and nothing more. */
export class Bucket {
  readonly folder: string;
  readonly keys = new Map<string, KeyValue>();
  /** Those who watch this folder or a part of it; made anew when somebody comes or goes. */
  watchers: readonly Watcher[] = [];
  watchersVersion = -1;
  #sorted: string[] | undefined;
  #changes = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  put(kv: KeyValue, isNew: boolean): void {
    this.keys.set(kv.key, kv);
    if (isNew && this.#keepSorted()) this.#sorted?.splice(lowerBound(this.#sorted, kv.key), 0, kv.key);
  }

  delete(key: string): void {
    this.keys.delete(key);
    if (this.#keepSorted()) this.#sorted?.splice(lowerBound(this.#sorted, key), 1);
  }

  /** Keys in order. The array is the bucket's own. */
  sorted(): readonly string[] {
    this.#sorted ??= [...this.keys.keys()].sort();
    this.#changes = 0;
    return this.#sorted;
  }

  /** Between two lists a few changes go into the sorted array at once; after many it is cheaper to sort again when somebody asks. */
  #keepSorted(): boolean {
    if (this.#sorted === undefined) return false;
    if (++this.#changes <= 32) return true;
    this.#sorted = undefined;
    return false;
  }
}

/** etcd's key index as folders of keys: the newest version of each key, in key order on demand. */
export class KeyIndex {
  readonly #buckets = new Map<string, Bucket>();
  #folders: string[] | undefined;
  size = 0;

  get(key: string): KeyValue | undefined {
    return this.#buckets.get(folderOf(key))?.keys.get(key);
  }

  bucketFor(key: string): Bucket {
    const folder = folderOf(key);
    let bucket = this.#buckets.get(folder);
    if (bucket === undefined) {
      bucket = new Bucket(folder);
      this.#buckets.set(folder, bucket);
      this.#folders = undefined;
    }
    return bucket;
  }

  /** Keys in [key, end), in order, up to `limit` of them; `count` is of all. */
  range(key: string, end: string, limit: number): { readonly kvs: KeyValue[]; readonly count: number } {
    const buckets = this.#overlapping(key, end);
    const kvs: KeyValue[] = [];
    let count = 0;
    if (buckets.some((bucket, i) => i > 0 && bucket.folder.startsWith((buckets[i - 1] as Bucket).folder))) return this.#nestedRange(buckets, key, end, limit);
    for (const bucket of buckets) {
      const keys = bucket.sorted();
      const from = key <= bucket.folder ? 0 : lowerBound(keys, key);
      const to = endsAfter(end, bucket.folder) ? keys.length : lowerBound(keys, end);
      count += Math.max(0, to - from);
      for (let i = from; i < to && kvs.length < limit; i++) kvs.push(bucket.keys.get(keys[i] as string) as KeyValue);
    }
    return { kvs, count };
  }

  /** A folder inside a folder: their keys interleave, so they are sorted together. */
  #nestedRange(buckets: readonly Bucket[], key: string, end: string, limit: number): { readonly kvs: KeyValue[]; readonly count: number } {
    const all = buckets.flatMap((bucket) => [...bucket.keys.values()].filter((kv) => kv.key >= key && before(kv.key, end)));
    all.sort((a, b) => (a.key < b.key ? -1 : 1));
    return { kvs: all.slice(0, limit), count: all.length };
  }

  #overlapping(key: string, end: string): Bucket[] {
    const exact = this.#buckets.get(key);
    const found: Bucket[] = [];
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const bucket = slash + 1 === key.length ? undefined : this.#buckets.get(key.slice(0, slash + 1));
      // Of a folder above only keys from `key` on can count; most often (a list of a folder) there are none at all.
      if (bucket !== undefined && bucket.keys.size > 0) found.push(bucket);
    }
    if (exact === undefined || end !== folderEnd(key)) {
      const root = this.#buckets.get('');
      if (root !== undefined && root.keys.size > 0 && key !== '') found.unshift(root);
    }
    this.#folders ??= [...this.#buckets.keys()].sort();
    for (let i = lowerBound(this.#folders, key); i < this.#folders.length; i++) {
      const folder = this.#folders[i] as string;
      if (!before(folder, end)) break;
      const bucket = this.#buckets.get(folder) as Bucket;
      if (bucket.keys.size > 0) found.push(bucket);
    }
    return found;
  }
}

/** True when `key` lies before the exclusive end of a range (`'\0'` = no end). */
export const before = (key: string, end: string): boolean => end === '\0' || key < end;

/** The exclusive end of all that lies in a folder. */
export const folderEnd = (folder: string): string => `${folder.slice(0, -1)}0`;

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

const endsAfter = (end: string, folder: string): boolean => end === '\0' || (folder !== '' && end >= folderEnd(folder));

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  if (high > 0 && (sorted[high - 1] as string) < key) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
