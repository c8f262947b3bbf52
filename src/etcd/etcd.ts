import {
  type Compare,
  type EtcdApi,
  EtcdError,
  type EtcdEvent,
  type EtcdMember,
  type EtcdSnapshot,
  type EtcdStatus,
  type EtcdValue,
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  type TxnOperation,
  type TxnResponse,
  type WatchResponse,
} from '../interfaces/etcd.ts';
import type { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import { Alarms } from './alarms.ts';
import { AuthStore } from './auth-store.ts';
import { History } from './history.ts';
import { KeyIndex } from './key-index.ts';
import { Leases } from './leases.ts';
import { covers, WatchHub } from './watch-hub.ts';

/** The version that kubeadm 1.35 installs. */
const etcdVersion = '3.6.6';

type EtcdOptions = {
  readonly sim: Sim;
  readonly name: string;
  readonly memberId?: string;
  readonly clientUrl?: string;
  readonly peerUrl?: string;
  readonly restore?: EtcdSnapshot;
};

/** One etcd member: keys with versions under one global revision (etcd server/storage/mvcc). Values are kept by reference. */
export class Etcd implements EtcdApi {
  readonly #sim: Sim;
  readonly #member: EtcdMember;
  readonly #index = new KeyIndex();
  readonly #history: History;
  readonly #hub = new WatchHub();
  readonly #leases: Leases;
  readonly alarms = new Alarms();
  readonly auth: AuthStore;
  #revision: number;
  #stopped = false;
  /** Events of the transaction that runs, if one does. */
  #batch: EtcdEvent[] | undefined;

  constructor(options: EtcdOptions) {
    this.#sim = options.sim.scope('etcd');
    this.#member = {
      id: options.memberId ?? this.#sim.random.hex(16),
      name: options.name,
      status: 'started',
      peerUrls: [options.peerUrl ?? 'https://127.0.0.1:2380'],
      clientUrls: [options.clientUrl ?? 'https://127.0.0.1:2379'],
      learner: false,
    };
    this.#revision = options.restore?.revision ?? 1;
    this.#history = new History(options.restore ? this.#revision : 0);
    this.#leases = new Leases(this.#sim, (keys) => this.#deleteKeys(keys));
    for (const kv of options.restore?.kvs ?? []) this.#index.bucketFor(kv.key).put(kv, true);
    this.#leases.restore(options.restore?.leases ?? []);
    this.#index.size = options.restore?.kvs.length ?? 0;
    this.auth = new AuthStore(options.restore?.auth);
  }

  range(request: RangeRequest): RangeResponse {
    this.#check();
    const { key, rangeEnd, revision } = request;
    if (revision !== undefined && revision !== 0 && revision !== this.#revision) return this.#rangeAt(request, revision);
    if (rangeEnd === undefined) {
      const kv = this.#index.get(key);
      return { revision: this.#revision, kvs: kv && !request.countOnly ? [kv] : [], more: false, count: kv ? 1 : 0 };
    }
    const limit = request.countOnly ? 0 : request.limit || Number.POSITIVE_INFINITY;
    const { kvs, count } = this.#index.range(key, rangeEnd, limit);
    return { revision: this.#revision, kvs: request.keysOnly ? kvs.map(withoutValue) : kvs, more: !request.countOnly && count > kvs.length, count };
  }

  put(key: string, value: EtcdValue, options?: { readonly lease?: number }): number {
    this.#check();
    this.#put(key, value, options?.lease ?? 0);
    return this.#revision;
  }

  deleteRange(key: string, rangeEnd?: string): number {
    this.#check();
    const keys = rangeEnd === undefined ? [key] : this.#index.range(key, rangeEnd, Number.POSITIVE_INFINITY).kvs.map((kv) => kv.key);
    return this.#deleteKeys(keys);
  }

  txn(compares: readonly Compare[], success: readonly TxnOperation[], failure: readonly TxnOperation[] = []): TxnResponse {
    this.#check();
    const succeeded = compares.every((compare) => this.#holds(compare));
    const operations = succeeded ? success : failure;
    const ranges: RangeResponse[] = [];
    const only = operations.length === 1 ? operations[0] : undefined;
    // One put is by far the most common transaction: the apiserver's guarded write.
    if (only !== undefined && 'put' in only) this.#put(only.put.key, only.put.value, only.put.lease ?? 0);
    else {
      this.#transaction(() => {
        for (const operation of operations) this.#apply(operation, ranges);
      });
    }
    return { succeeded, revision: this.#revision, ranges };
  }

  watch(request: { readonly key: string; readonly rangeEnd?: string; readonly startRevision?: number }): Channel<WatchResponse> {
    this.#check();
    const watcher = this.#hub.add(request.key, request.rangeEnd ?? `${request.key}\0`);
    const start = request.startRevision;
    if (start === undefined || start === 0 || start > this.#revision) return watcher.channel;
    if (start <= this.#history.compactRevision) {
      watcher.channel.push({ revision: this.#revision, events: [], compactRevision: this.#history.compactRevision });
      watcher.channel.close();
      return watcher.channel;
    }
    for (const response of this.#history.since(start)) {
      const events = response.events.filter((event) => covers(watcher, event.kv.key));
      if (events.length > 0) watcher.channel.push({ revision: response.revision, events });
    }
    return watcher.channel;
  }

  leaseGrant(ttlSeconds: number, id = 0): number {
    this.#check();
    return this.#leases.grant(ttlSeconds, id);
  }

  /** The lessor, for those who look after leases one by one. */
  get lessor(): Leases {
    this.#check();
    return this.#leases;
  }

  get compactRevision(): number {
    return this.#history.compactRevision;
  }

  leaseRevoke(id: number): void {
    this.#check();
    this.#leases.revoke(id);
  }

  compact(revision: number): void {
    this.#check();
    this.#history.compact(revision, this.#revision);
  }

  status(): EtcdStatus {
    this.#check();
    const measure = (): number =>
      this.#all().reduce((sum, kv) => sum + kv.key.length + (typeof kv.value === 'string' ? kv.value.length : JSON.stringify(kv.value).length), 0);
    return {
      memberId: this.#member.id,
      name: this.#member.name,
      version: etcdVersion,
      // Measured when somebody looks: health probes ask for the status every second. The file grows in pages and holds old revisions too.
      get dbSizeBytes() {
        return Math.ceil((measure() * 2 + 20_480) / 4096) * 4096;
      },
      leader: this.#member.id,
      raftTerm: 2,
      raftIndex: this.#revision + 7,
      revision: this.#revision,
      keys: this.#index.size,
    };
  }

  members(): readonly EtcdMember[] {
    this.#check();
    return [this.#member];
  }

  snapshot(): EtcdSnapshot {
    this.#check();
    return { revision: this.#revision, kvs: this.#all(), leases: this.#leases.list(), ...this.auth.kept };
  }

  /** The member's process ends: watches close and calls fail. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#hub.closeAll();
    this.#sim.stop();
  }

  #check(): void {
    if (this.#stopped) throw new EtcdError('unavailable', 'etcdserver: request timed out');
  }

  #all(): KeyValue[] {
    return this.#index.range('', '\0', Number.POSITIVE_INFINITY).kvs;
  }

  #rangeAt(request: RangeRequest, revision: number): RangeResponse {
    if (revision > this.#revision) throw new EtcdError('futureRevision', 'etcdserver: mvcc: required revision is a future revision');
    if (revision < this.#history.compactRevision) throw new EtcdError('compacted', 'etcdserver: mvcc: required revision has been compacted');
    const end = request.rangeEnd ?? `${request.key}\0`;
    const now = this.#index.range(request.key, end, Number.POSITIVE_INFINITY).kvs;
    const all = this.#history.rangeAt(now, request.key, end, revision);
    const kvs = request.countOnly ? [] : all.slice(0, request.limit || all.length);
    return {
      revision: this.#revision,
      kvs: request.keysOnly ? kvs.map(withoutValue) : kvs,
      more: !request.countOnly && all.length > kvs.length,
      count: all.length,
    };
  }

  #holds({ key, target, is, than }: Compare): boolean {
    const kv = this.#index.get(key);
    const found = kv === undefined ? 0 : target === 'mod' ? kv.modRevision : target === 'create' ? kv.createRevision : kv.version;
    if (is === '=') return found === than;
    if (is === '!=') return found !== than;
    return is === '<' ? found < than : found > than;
  }

  #apply(operation: TxnOperation, ranges: RangeResponse[]): void {
    if ('put' in operation) this.#put(operation.put.key, operation.put.value, operation.put.lease ?? 0);
    else if ('delete' in operation) this.deleteRange(operation.delete.key, operation.delete.rangeEnd);
    else ranges.push(this.range(operation.range));
  }

  /** All writes inside belong to one revision. */
  #transaction(work: () => void): void {
    if (this.#batch !== undefined) {
      work();
      return;
    }
    const batch: EtcdEvent[] = [];
    this.#batch = batch;
    try {
      work();
    } finally {
      this.#batch = undefined;
    }
    if (batch.length === 0) return;
    const response = { revision: this.#revision, events: batch };
    this.#history.append(response);
    this.#hub.deliverAll(response);
  }

  /** The revision a write gets: the first write of a transaction opens it. */
  #nextRevision(): number {
    if (this.#batch === undefined || this.#batch.length === 0) this.#revision++;
    return this.#revision;
  }

  #put(key: string, value: EtcdValue, lease: number): void {
    const bucket = this.#index.bucketFor(key);
    const previous = bucket.keys.get(key);
    if (lease !== 0 || (previous !== undefined && previous.lease !== 0)) this.#leases.attach(key, lease, previous?.lease ?? 0);
    const modRevision = this.#nextRevision();
    const createRevision = previous === undefined ? modRevision : previous.createRevision;
    const kv: KeyValue = { key, value, createRevision, modRevision, version: previous === undefined ? 1 : previous.version + 1, lease };
    bucket.put(kv, previous === undefined);
    if (previous === undefined) this.#index.size++;
    const event: EtcdEvent = previous === undefined ? { type: 'PUT', kv, cause: this.#sim.cause } : { type: 'PUT', kv, previous, cause: this.#sim.cause };
    this.#record(bucket, event);
  }

  #deleteKeys(keys: readonly string[]): number {
    let deleted = 0;
    this.#transaction(() => {
      for (const key of keys) if (this.#delete(key)) deleted++;
    });
    return deleted;
  }

  #delete(key: string): boolean {
    const bucket = this.#index.bucketFor(key);
    const previous = bucket.keys.get(key);
    if (previous === undefined) return false;
    if (previous.lease !== 0) this.#leases.attach(key, 0, previous.lease);
    const modRevision = this.#nextRevision();
    bucket.delete(key);
    this.#index.size--;
    const kv: KeyValue = { key, value: '', createRevision: 0, modRevision, version: 0, lease: 0 };
    this.#record(bucket, { type: 'DELETE', kv, previous, cause: this.#sim.cause });
    return true;
  }

  #record(bucket: Parameters<WatchHub['deliver']>[0], event: EtcdEvent): void {
    if (this.#batch !== undefined) {
      this.#batch.push(event);
      return;
    }
    const response: WatchResponse = { revision: this.#revision, events: [event] };
    this.#history.append(response);
    this.#hub.deliver(bucket, response);
  }
}

const withoutValue = (kv: KeyValue): KeyValue => ({ ...kv, value: '' });
