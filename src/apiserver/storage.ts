import type { KubeObject } from '../api/types.ts';
import { failure } from '../apimachinery/status.ts';
import { type EtcdApi, EtcdError, type KeyValue, prefixEnd, type RangeResponse } from '../interfaces/etcd.ts';
import type { Sim } from '../sim/sim.ts';
import { unreadable } from './encryption.ts';
import { EventLeases } from './event-leases.ts';
import { deepFreeze, withMeta } from './objects.ts';

/** An object with the revision of its last write: what a guarded write compares. */
export type Stored<T extends KubeObject = KubeObject> = { readonly object: T; readonly revision: number };

/** Whether it is the API server's own writing. */
export const isObject = (kv: KeyValue | undefined): boolean => typeof kv?.value === 'object';

/** What was written past the API server is read if it is an object in JSON; otherwise nobody can read the resource (storage/etcd3/decoder.go). */
function decoded(kv: KeyValue, configured: boolean): KubeObject {
  if (isObject(kv)) return kv.value as KubeObject;
  const secret = unreadable(kv.key, String(kv.value), configured);
  if (secret) throw secret;
  try {
    const object = JSON.parse(String(kv.value)) as KubeObject;
    if (object.kind && object.apiVersion && object.metadata) return deepFreeze(withMeta(object, { resourceVersion: String(kv.modRevision) }));
  } catch {
    // No JSON.
  }
  const type = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  throw failure(500, '', `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${type}`);
}

/** Objects in etcd (kubernetes apiserver/pkg/storage/etcd3): keys, resourceVersions, guarded writes. Objects are shared, never copied. */
export class Storage {
  readonly #etcd: EtcdApi;
  readonly #leases: EventLeases;
  readonly #isStale: ((key: string) => boolean) | undefined;

  constructor(sim: Sim, etcd: EtcdApi & { isStale?(key: string): boolean }, eventTtlSeconds?: number) {
    this.#etcd = etcd;
    this.#isStale = etcd.isStale?.bind(etcd);
    this.#leases = new EventLeases(sim, etcd, eventTtlSeconds);
  }

  get<T extends KubeObject = KubeObject>(key: string): Stored<T> | undefined {
    const [kv] = this.#etcd.range({ key }).kvs;
    return kv === undefined ? undefined : { object: decoded(kv, this.#isStale !== undefined) as T, revision: kv.modRevision };
  }

  range(prefix: string, options: { readonly limit?: number; readonly revision?: number; readonly from?: string } = {}): RangeResponse {
    const found = this.#etcd.range({
      key: options.from ?? prefix,
      rangeEnd: prefixEnd(prefix),
      limit: options.limit ?? 0,
      revision: options.revision ?? 0,
    });
    return found.kvs.every(isObject) ? found : { ...found, kvs: found.kvs.map((kv) => ({ ...kv, value: decoded(kv, this.#isStale !== undefined) })) };
  }

  /** All objects below a prefix, in key order. */
  list<T extends KubeObject = KubeObject>(prefix: string): T[] {
    return this.range(prefix).kvs.map((kv) => kv.value as T);
  }

  /** Whether it lies there otherwise than it would be written now: then even a write that changes nothing is done. */
  isStale(key: string): boolean {
    return this.#isStale?.(key) ?? false;
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
    return this.#etcd.range({ key: '/registry/health' }).revision;
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
