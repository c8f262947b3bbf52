import { type EtcdApi, prefixEnd, type WatchResponse } from '../interfaces/etcd.ts';
import type { Channel } from '../sim/channel.ts';
import { isObject } from './storage.ts';

/** Something kept from all objects below a prefix, brought up to date when somebody looks: an index that costs nothing until then. */
export class Mirror<T> {
  readonly #changes: Channel<WatchResponse>;
  readonly #change: (before: T | undefined, after: T | undefined) => void;

  constructor(etcd: EtcdApi, prefix: string, change: (before: T | undefined, after: T | undefined) => void) {
    this.#change = change;
    const { kvs } = etcd.range({ key: prefix, rangeEnd: prefixEnd(prefix) });
    this.#changes = etcd.watch({ key: prefix, rangeEnd: prefixEnd(prefix) });
    for (const kv of kvs) if (isObject(kv)) change(undefined, kv.value as T);
  }

  refresh(): void {
    for (let next = this.#changes.take(); next !== undefined; next = this.#changes.take()) {
      for (const { type, kv, previous } of next.events)
        this.#change(isObject(previous) ? (previous?.value as T) : undefined, type === 'PUT' && isObject(kv) ? (kv.value as T) : undefined);
    }
  }
}
