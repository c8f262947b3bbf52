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
  /** What stands in its way: `etcdserver: no leader`, alarms. */
  readonly errors?: readonly string[];
  readonly learner?: boolean;
  readonly storageVersion?: string;
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
  leaseGrant(ttlSeconds: number, id?: number): number;
  leaseRevoke(id: number): void;
  compact(revision: number): void;
  status(): EtcdStatus;
  members(): readonly EtcdMember[];
  /** The whole keyspace, to be written to a file and restored. */
  snapshot(): EtcdSnapshot;
};
export type EtcdSnapshot = {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  readonly leases?: readonly EtcdLease[];
  /** Who belongs to the cluster that wrote it, and where its log stood. */
  readonly membership?: EtcdMembership;
};
type EtcdMembership = {
  readonly memberId: string;
  readonly clusterId: string;
  readonly members: readonly EtcdMember[];
  readonly term: number;
  readonly index: number;
};
export type EtcdLease = { readonly id: number; readonly grantedSeconds: number; readonly remainingSeconds: number; readonly keys: readonly string[] };

export type EtcdAlarm = { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' };

/** etcd v3: Cluster, Maintenance and what of Lease only people ask. */
export type EtcdCluster = {
  /** Cluster and member as they stand in every answer's header. */
  header(): { readonly clusterId: string; readonly memberId: string; readonly revision: number; readonly term: number };
  memberAdd(peerUrls: readonly string[], learner: boolean): EtcdMember;
  memberRemove(id: string): EtcdMember;
  memberUpdate(id: string, peerUrls: readonly string[]): void;
  memberPromote(id: string): void;
  moveLeader(id: string): void;
  leases(): readonly EtcdLease[];
  /** With an id that somebody chose; 0: the server chooses. */
  grantLease(id: number, ttlSeconds: number): number;
  /** The seconds it has again. */
  leaseKeepAlive(id: number): number;
  alarms(): readonly EtcdAlarm[];
  alarm(change: 'disarm' | EtcdAlarm): readonly EtcdAlarm[];
  defragment(): void;
  hash(): { readonly hash: number; readonly revision: number; readonly compactRevision: number };
  downgrade(version: string): void;
  /** Keys and values without asking the others: `--consistency=s`. */
  readonly local: EtcdApi;
};

/** What members say to each other. */
export type EtcdPeer = {
  readonly memberId: string;
  readonly clusterId: string;
  readonly term: number;
  readonly index: number;
  readonly leader: string | undefined;
  /** A new leader says so. */
  follow(leader: string, term: number): void;
  /** One entry of the log. */
  append(entry: (etcd: EtcdApi) => unknown, members: readonly EtcdMember[], index: number): void;
  install(snapshot: EtcdSnapshot): void;
  snapshotForPeer(): EtcdSnapshot;
  propose<T>(entry: (etcd: EtcdApi) => T): T;
  join(member: { readonly id: string; readonly name: string; readonly clientUrls: readonly string[] }): void;
};

export class EtcdError extends Error {
  readonly code: 'compacted' | 'futureRevision' | 'unavailable' | 'noLeader' | 'leaseNotFound' | 'invalid' | 'noSpace' | 'notFound';
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
export const etcdClusterProtocol = defineProtocol<EtcdCluster>('etcd-cluster');
export const etcdPeerProtocol = defineProtocol<EtcdPeer>('etcd-peer');
