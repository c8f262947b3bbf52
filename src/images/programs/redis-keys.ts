/** What a redis-server keeps (redis 7: src/db.c, evict.c). */
import type { RedisConfig } from './redis-config.ts';
import { Line } from './redis-reply.ts';

export type Kind = 'string' | 'list' | 'hash' | 'set' | 'zset';
/** `text` of a string, `items` of a list, `fields` of the others: of a set without values, of a sorted one with scores. */
export type Entry = { readonly kind: Kind; text: string; items: string[]; readonly fields: Map<string, string>; expires?: number | undefined };

/** One database of a server. */
export class Keys {
  readonly config: RedisConfig;
  readonly now: () => number;
  readonly #entries = new Map<string, Entry>();
  /** Changes since the last save. */
  dirty = 0;

  constructor(config: RedisConfig, now: () => number) {
    this.config = config;
    this.now = now;
  }

  names(): string[] {
    return [...this.#entries.keys()].filter((key) => this.find(key));
  }

  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expires === undefined || entry.expires > this.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** Throws Line where something else stands under the key. */
  of(key: string, kind: Kind): Entry | undefined {
    const entry = this.find(key);
    if (entry && entry.kind !== kind) throw new Line('WRONGTYPE Operation against a key holding the wrong kind of value', true);
    return entry;
  }

  /** The same, made where there is none. */
  made(key: string, kind: Kind): Entry {
    const entry = this.of(key, kind) ?? { kind, text: '', items: [], fields: new Map() };
    this.#entries.set(key, entry);
    this.dirty++;
    return entry;
  }

  put(key: string, text: string): Entry {
    this.drop(key);
    const entry = this.made(key, 'string');
    entry.text = text;
    return entry;
  }

  drop(key: string): boolean {
    const had = this.find(key) !== undefined;
    if (this.#entries.delete(key)) this.dirty++;
    return had;
  }

  rename(from: string, to: string): void {
    const entry = this.find(from);
    if (!entry) throw new Line('ERR no such key', true);
    this.#entries.delete(from);
    this.#entries.set(to, entry);
    this.dirty++;
  }

  /** A collection that has become empty is no more. */
  swept(key: string): void {
    const entry = this.#entries.get(key);
    if (entry && entry.kind !== 'string' && entry.items.length + entry.fields.size === 0) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.dirty++;
  }

  /** In bytes: what an empty server takes, and some 60 a key. */
  get memory(): number {
    let sum = 900_000;
    for (const [key, { text, items, fields }] of this.#entries)
      sum += 60 + key.length + text.length + items.join('').length + [...fields].reduce((all, [name, value]) => all + name.length + value.length + 32, 0);
    return sum;
  }

  /** Makes room below `maxmemory` by its policy; false where there is none to be made. */
  fits(): boolean {
    const limit = Number(this.config.get('maxmemory'));
    const policy = this.config.get('maxmemory-policy');
    if (limit === 0) return true;
    while (this.memory > limit) {
      const victim = this.names().find((key) => policy.startsWith('allkeys') || (policy.startsWith('volatile') && this.find(key)?.expires !== undefined));
      if (victim === undefined) return false;
      this.drop(victim);
    }
    return true;
  }

  /** As a file keeps them. */
  saved(): string {
    return JSON.stringify(this.names().map((key) => [key, { ...this.find(key), fields: [...(this.find(key)?.fields ?? [])] }]));
  }

  load(text: string): void {
    for (const [key, entry] of JSON.parse(text) as [string, Entry & { fields: [string, string][] }][])
      this.#entries.set(key, { ...entry, fields: new Map(entry.fields) });
  }
}
