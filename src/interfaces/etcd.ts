/** etcd v3: KV, Watch, Lease and Maintenance, cut to what the apiserver and etcdctl use. Calls throw EtcdError. */
import type { Channel } from '../sim/channel.ts';
import type { Cause } from '../sim/fiber.ts';
import type { AuthState, EtcdAuth, EtcdCaller } from './etcd-auth.ts';
import { defineProtocol } from './protocol.ts';

/** The lab stores frozen objects where etcd stores bytes; etcdctl encodes them when it prints. Plain strings are what `etcdctl put` writes. */
export type EtcdValue = string | Readonly<object>;

/** A key at one revision (mvccpb.KeyValue). Frozen and shared: readers never change `value`. */
export type KeyValue = {
  readonly key: string;
  readonly value: EtcdValue;
  /** Of the put that made the key; 0 in the `kv` of a DELETE. */
  readonly createRevision: number;
  /** Of the last write: the `metadata.resourceVersion` that Kubernetes shows. */
  readonly modRevision: number;
  /** Number of writes to the key since it was made. */
  readonly version: number;
  /** 0: none. */
  readonly lease: number;
};

/** `previous` is the value before, absent for a key that is new. A DELETE's `kv` has an empty value and the revision of the deletion. */
export type EtcdEvent = { readonly type: 'PUT' | 'DELETE'; readonly kv: KeyValue; readonly previous?: KeyValue; readonly cause: Cause };

/** All events of one revision. `compactRevision` is set on the last response of a watch that asked for a compacted revision. */
export type WatchResponse = { readonly revision: number; readonly events: readonly EtcdEvent[]; readonly compactRevision?: number };

/** One key, or all keys of [key, rangeEnd) in their order. */
export type RangeRequest = {
  readonly key: string;
  /** Exclusive end; `'\0'` = to the end of all keys. Absent: the one key. See `prefixEnd`. */
  readonly rangeEnd?: string;
  /** Absent or 0: all. */
  readonly limit?: number;
  /** An older revision; default the newest. */
  readonly revision?: number;
  /** Values come as ''. */
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
};
/**
 * `revision` is the newest at the time of the answer, whichever was asked for; `count` counts all matches, whatever `limit` was; `more` that some
 * were cut off.
 */
export type RangeResponse = { readonly revision: number; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number };

/** A guard of a transaction: a key that is not there has 0 for each target, so `create = 0` means "must not exist". */
export type Compare = { readonly key: string; readonly target: 'mod' | 'create' | 'version'; readonly is: '=' | '!=' | '<' | '>'; readonly than: number };
/** One step of either branch; all writes of a transaction have one revision. */
export type TxnOperation =
  | { readonly put: { readonly key: string; readonly value: EtcdValue; readonly lease?: number } }
  | { readonly delete: { readonly key: string; readonly rangeEnd?: string } }
  | { readonly range: RangeRequest };
/** `ranges` holds the answers of the range operations alone, in order. */
export type TxnResponse = { readonly succeeded: boolean; readonly revision: number; readonly ranges: readonly RangeResponse[] };

/** `etcdctl endpoint status`, and what kube-apiserver's health check asks. Answered by the member itself, with or without a leader. */
export type EtcdStatus = {
  readonly memberId: string;
  readonly name: string;
  readonly version: string;
  /** Measured when it is read: do not spread this object. */
  readonly dbSizeBytes: number;
  /** Member id; '0' without a leader. */
  readonly leader: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly revision: number;
  readonly keys: number;
  /** What stands in its way: `etcdserver: no leader`, alarms. */
  readonly errors?: readonly string[];
  readonly learner?: boolean;
  readonly storageVersion?: string;
  readonly quotaBytes?: number;
};
/** One line of `etcdctl member list`; `id` in hexadecimal. Unstarted: added, but nobody has come up under that peer URL. */
export type EtcdMember = {
  readonly id: string;
  readonly name: string;
  readonly status: 'started' | 'unstarted';
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly learner: boolean;
};

/**
 * etcd api/etcdserverpb KV, Watch, Lease. The apiserver and etcdctl call, etcd/ answers. Throws EtcdError: `noLeader` without quorum, `unavailable`
 * once stopped, `noSpace` for puts under the NOSPACE alarm.
 */
export type EtcdApi = {
  /** `futureRevision` and `compacted` for a revision that is not there yet or no more. */
  range(request: RangeRequest): RangeResponse;
  /** Returns the new revision. */
  put(key: string, value: EtcdValue, options?: { readonly lease?: number }): number;
  /** Returns how many keys went. */
  deleteRange(key: string, rangeEnd?: string): number;
  /** All compares must hold for `success`, else `failure` is done: neither throws. Takes effect as a whole. */
  txn(compares: readonly Compare[], success: readonly TxnOperation[], failure?: readonly TxnOperation[]): TxnResponse;
  /** Events from `startRevision` (default: from now). Closed when the member stops; break it to cancel. */
  watch(request: { readonly key: string; readonly rangeEnd?: string; readonly startRevision?: number }): Channel<WatchResponse>;
  /** Gives the id: the one that was asked for, or a drawn one for 0. `invalid` when it is taken. */
  leaseGrant(ttlSeconds: number, id?: number): number;
  /** Deletes its keys in one revision; `leaseNotFound`. */
  leaseRevoke(id: number): void;
  /** Forgets what was before; `compacted` or `futureRevision` when there is nothing to compact up to. */
  compact(revision: number): void;
  status(): EtcdStatus;
  members(): readonly EtcdMember[];
  /** The whole keyspace, to be written to a file and restored. */
  snapshot(): EtcdSnapshot;
};
/** Values by reference: cheap to take, shared with the live store. */
export type EtcdSnapshot = {
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  readonly leases?: readonly EtcdLease[];
  /** Absent while nobody has made a user or a role. */
  readonly auth?: AuthState;
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
/** `keys` sorted; `remainingSeconds` at the time of the call, rounded down. */
export type EtcdLease = { readonly id: number; readonly grantedSeconds: number; readonly remainingSeconds: number; readonly keys: readonly string[] };

/** NOSPACE makes a cluster read-only until it is disarmed. */
export type EtcdAlarm = { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' };

/** etcd v3: Cluster, Maintenance and what of Lease only people ask. */
export type EtcdCluster = {
  /** Cluster and member as they stand in every answer's header. */
  header(): { readonly clusterId: string; readonly memberId: string; readonly revision: number; readonly term: number };
  /** The new member is unstarted; `invalid` for peer URLs that exist, for a second learner, or when too few are started. */
  memberAdd(peerUrls: readonly string[], learner: boolean): EtcdMember;
  /** `notFound`; `invalid` when the rest would have no quorum. */
  memberRemove(id: string): EtcdMember;
  memberUpdate(id: string, peerUrls: readonly string[]): void;
  memberPromote(id: string): void;
  /** Only the leader takes it: `invalid` (`etcdserver: not leader`) from others. */
  moveLeader(id: string): void;
  leases(): readonly EtcdLease[];
  /** With an id that somebody chose; 0: the server chooses. */
  grantLease(id: number, ttlSeconds: number): number;
  /** The seconds it has again. */
  leaseKeepAlive(id: number): number;
  alarms(): readonly EtcdAlarm[];
  alarm(change: 'disarm' | EtcdAlarm): readonly EtcdAlarm[];
  defragment(): void;
  /** Of the keyspace at `revision`: equal on all members, or one is corrupt. */
  hash(): { readonly hash: number; readonly revision: number; readonly compactRevision: number };
  /** Always refused with `invalid`: the lab has one version. */
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

/** Messages are the server's own (`etcdserver: …`); callers decide by `code` alone. */
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

/** All that one client may ask; once authentication is on, calls throw `invalid` where its user may not. */
export type EtcdConversation = EtcdApi & EtcdCluster & EtcdAuth;
/** Spoken on port 2379 of members, TLS checked by the dialer. `enter` throws `invalid` for a wrong password. */
export const etcdProtocol = defineProtocol<{ enter(caller: EtcdCaller): EtcdConversation }>('etcd');
/** On port 2380, between members only. */
export const etcdPeerProtocol = defineProtocol<EtcdPeer>('etcd-peer');
