import type { KubeObject } from '../api/types.ts';
import { type EtcdApi, EtcdError, type KeyValue, prefixEnd, type RangeResponse } from '../interfaces/etcd.ts';
import type { Sim } from '../sim/sim.ts';
import { EventLeases } from './event-leases.ts';
import { deepFreeze, withMeta } from './objects.ts';

/** An object with the revision of its last write: what a guarded write compares. */
export type Stored<T extends KubeObject = KubeObject> = { readonly object: T; readonly revision: number };

/** Objects in etcd (kubernetes apiserver/pkg/storage/etcd3): keys, resourceVersions, guarded writes. Objects are shared, never copied. */
export class Storage {
  readonly #etcd: EtcdApi;
  readonly #leases: EventLeases;

  constructor(sim: Sim, etcd: EtcdApi) {
    this.#etcd = etcd;
    this.#leases = new EventLeases(sim, etcd);
  }

  get<T extends KubeObject = KubeObject>(key: string): Stored<T> | undefined {
    const [kv] = this.#etcd.range({ key }).kvs;
    return kv === undefined ? undefined : { object: kv.value as T, revision: kv.modRevision };
  }

  range(prefix: string, options: { readonly limit?: number; readonly revision?: number; readonly from?: string } = {}): RangeResponse {
    return this.#etcd.range({ key: options.from ?? prefix, rangeEnd: prefixEnd(prefix), limit: options.limit ?? 0, revision: options.revision ?? 0 });
  }

  /** All objects below a prefix, in key order. */
  list<T extends KubeObject = KubeObject>(prefix: string): T[] {
    return this.range(prefix).kvs.map((kv: KeyValue) => kv.value as T);
  }

  /** Undefined when the key is taken. */
  create<T extends KubeObject>(key: string, object: T): T | undefined {
    return this.#write(key, object, 0);
  }

  /** Undefined when somebody else wrote in between. */
  update<T extends KubeObject>(key: string, object: T, revision: number): T | undefined {
    return this.#write(key, object, revision);
  }

  /** The object as it went, under the revision at which it went. */
  delete<T extends KubeObject>(key: string, { object, revision }: Stored<T>): T | undefined {
    const result = this.#etcd.txn([{ key, target: 'mod', is: '=', than: revision }], [{ delete: { key } }]);
    return result.succeeded ? deepFreeze(withMeta(object, { resourceVersion: String(result.revision) })) : undefined;
  }

  revision(): number {
    return this.#etcd.range({ key: 'compact_rev_key' }).revision;
  }

  /** resourceVersion is the revision of the write itself; nothing runs between the look at the newest one and the write. */
  #write<T extends KubeObject>(key: string, object: T, guard: number): T | undefined {
    const next = this.revision() + 1;
    const stored = deepFreeze(withMeta(object, { resourceVersion: String(next) }));
    const lease = this.#leases.for(key);
    const result = this.#etcd.txn(
      [{ key, target: 'mod', is: '=', than: guard }],
      [{ put: lease === 0 ? { key, value: stored } : { key, value: stored, lease } }],
    );
    if (!result.succeeded) return undefined;
    if (result.revision !== next) throw new EtcdError('unavailable', 'etcdserver: another member wrote in between');
    return stored;
  }
}
