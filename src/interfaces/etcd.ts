/** etcd v3: KV, Watch, Lease and Maintenance, cut to what the apiserver and etcdctl use. Calls throw EtcdError. */
import type { Channel } from '../sim/channel.ts';
import type { Cause } from '../sim/fiber.ts';
import { defineProtocol } from './protocol.ts';

/** The lab stores frozen objects where etcd stores bytes; etcdctl encodes them when it prints. Plain strings are what `etcdctl put` writes. */
export type EtcdValue = string | Readonly<object>;

export type KeyValue = {
  readonly key: string;
  readonly value: EtcdValue;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Number of writes to the key since it was made. */
  readonly version: number;
  readonly lease: number;
};

export type EtcdEvent = { readonly type: 'PUT' | 'DELETE'; readonly kv: KeyValue; readonly previous?: KeyValue; readonly cause: Cause };

/** All events of one revision. `compactRevision` is set on the last response of a watch that asked for a compacted revision. */
export type WatchResponse = { readonly revision: number; readonly events: readonly EtcdEvent[]; readonly compactRevision?: number };

export type RangeRequest = {
  readonly key: string;
  /** Exclusive end; `'\0'` = to the end of all keys. Absent: the one key. See `prefixEnd`. */
  readonly rangeEnd?: string;
  readonly limit?: number;
  /** An older revision; default the newest. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
};
export type RangeResponse = { readonly revision: number; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number };

export type Compare = { readonly key: string; readonly target: 'mod' | 'create' | 'version'; readonly is: '=' | '!=' | '<' | '>'; readonly than: number };
export type TxnOperation =
  | { readonly put: { readonly key: string; readonly value: EtcdValue; readonly lease?: number } }
  | { readonly delete: { readonly key: string; readonly rangeEnd?: string } }
  | { readonly range: RangeRequest };
export type TxnResponse = { readonly succeeded: boolean; readonly revision: number; readonly ranges: readonly RangeResponse[] };

export type EtcdStatus = {
  readonly memberId: string;
  readonly name: string;
  readonly version: string;
  readonly dbSizeBytes: number;
  readonly leader: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly revision: number;
  readonly keys: number;
};
export type EtcdMember = {
  readonly id: string;
  readonly name: string;
  readonly status: 'started' | 'unstarted';
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean;
};

export type EtcdApi = {
  range(request: RangeRequest): RangeResponse;
  /** Returns the new revision. */
  put(key: string, value: EtcdValue, options?: { readonly lease?: number }): number;
  /** Returns how many keys went. */
  deleteRange(key: string, rangeEnd?: string): number;
  txn(compares: readonly Compare[], success: readonly TxnOperation[], failure?: readonly TxnOperation[]): TxnResponse;
  /** Events from `startRevision` (default: from now). Closed when the member stops; break it to cancel. */
  watch(request: { readonly key: string; readonly rangeEnd?: string; readonly startRevision?: number }): Channel<WatchResponse>;
  leaseGrant(ttlSeconds: number): number;
  leaseRevoke(id: number): void;
  compact(revision: number): void;
  status(): EtcdStatus;
  members(): readonly EtcdMember[];
  /** The whole keyspace, to be written to a file and restored. */
  snapshot(): EtcdSnapshot;
};
export type EtcdSnapshot = { readonly revision: number; readonly kvs: readonly KeyValue[] };

export class EtcdError extends Error {
  readonly code: 'compacted' | 'futureRevision' | 'unavailable' | 'noLeader' | 'leaseNotFound' | 'invalid';
  constructor(code: EtcdError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The rangeEnd that makes a range of all keys beginning with `prefix`. */
export function prefixEnd(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

export const etcdProtocol = defineProtocol<EtcdApi>('etcd');
