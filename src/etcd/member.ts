import { createHash } from 'node:crypto';
import {
  type EtcdAlarm,
  type EtcdApi,
  type EtcdCluster,
  EtcdError,
  type EtcdLease,
  type EtcdMember,
  type EtcdPeer,
  type EtcdSnapshot,
  type EtcdStatus,
  type EtcdValue,
  type RangeRequest,
  type RangeResponse,
  type WatchResponse,
} from '../interfaces/etcd.ts';
import type { AuthChange } from '../interfaces/etcd-auth.ts';
import { clusterIdOf, memberIdOf, readInitialCluster } from '../interfaces/etcd-member-id.ts';
import type { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import type { AuthStore } from './auth-store.ts';
import { Etcd } from './etcd.ts';
import { Raft } from './raft.ts';
import { checkAdd, checkPromote, checkRemove } from './reconfigure.ts';

type MemberOptions = {
  readonly sim: Sim;
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly peerUrls: readonly string[];
  /** `--initial-cluster`, read only while the data folder is empty. */
  readonly initialCluster: string;
  readonly token: string;
  readonly restore?: EtcdSnapshot;
  /** `--quota-backend-bytes`; 2 GiB unless told. */
  readonly quotaBytes?: number | undefined;
  readonly tell?: (message: string) => void;
  readonly dialPeer: (peerUrl: string) => EtcdPeer | undefined;
  readonly removed: () => void;
};

/** A member with the same name asks whom it belongs to: the cluster it is to join. */
export type Joined = { readonly peer: EtcdPeer; readonly snapshot: EtcdSnapshot };

/** One running member: keys and watches for clients, cluster and maintenance for administrators; its log and its leader are raft.ts's. */
export class EtcdServer implements EtcdApi, EtcdCluster {
  readonly #sim: Sim;
  readonly #raft: Raft;
  readonly #options: MemberOptions;
  #stopped = false;
  #reclaimed = 0;

  constructor(options: MemberOptions, joined?: Joined) {
    this.#sim = options.sim;
    this.#options = options;
    const first = readInitialCluster(options.initialCluster, options.token);
    const restored = joined?.snapshot ?? options.restore;
    const membership = restored?.membership;
    const own = memberIdOf(options.peerUrls, options.token);
    const self = joined ? membership?.members.find(({ peerUrls }) => peerUrls.some((url) => options.peerUrls.includes(url)))?.id : membership?.memberId;
    const members = membership?.members ?? (first.length > 0 ? first : [this.#alone(own)]);
    this.#raft = new Raft({
      self: self ?? own,
      clusterId: membership?.clusterId ?? clusterIdOf(members.map(({ id }) => id)),
      members,
      term: membership?.term ?? 1,
      index: membership?.index ?? members.length,
      etcd: this.#stateMachine(restored),
      dialPeer: options.dialPeer,
      rebuild: (snapshot) => this.#stateMachine(snapshot),
      removed: options.removed,
      tell: options.tell ?? (() => {}),
    });
    if (this.#raft.single) this.#raft.follow(this.#raft.memberId, this.#raft.term + 1);
  }

  get peer(): EtcdPeer {
    return this.#raft;
  }

  get local(): EtcdApi {
    return this.#raft.etcd;
  }

  /** Tells the others its name as soon as there is a quorum. False: not yet. */
  announce(): boolean {
    const { name, clientUrls } = this.#options;
    try {
      this.#raft.join({ id: this.#raft.memberId, name, clientUrls });
      if (!this.#raft.single) this.#raft.confirm();
      return true;
    } catch (error) {
      if (error instanceof EtcdError) return false;
      throw error;
    }
  }

  range(request: RangeRequest): RangeResponse {
    this.#confirm();
    return this.#raft.etcd.range(request);
  }

  put(key: string, value: EtcdValue, options?: { readonly lease?: number }): number {
    return this.#write((etcd) => etcd.put(key, value, options));
  }

  deleteRange(key: string, rangeEnd?: string): number {
    return this.#propose((etcd) => etcd.deleteRange(key, rangeEnd));
  }

  txn(...[compares, success, failure]: Parameters<EtcdApi['txn']>): ReturnType<EtcdApi['txn']> {
    if (success.length > 1 || (success[0] && 'put' in success[0])) return this.#write((etcd) => etcd.txn(compares, success, failure));
    return this.#propose((etcd) => etcd.txn(compares, success, failure));
  }

  watch(request: { readonly key: string; readonly rangeEnd?: string; readonly startRevision?: number }): Channel<WatchResponse> {
    this.#check();
    return this.#raft.etcd.watch(request);
  }

  leaseGrant(ttlSeconds: number): number {
    return this.grantLease(0, ttlSeconds);
  }

  grantLease(id: number, ttlSeconds: number): number {
    if (ttlSeconds > 9_000_000_000) throw new EtcdError('invalid', 'etcdserver: too large lease TTL');
    // All members use the number that the first one drew.
    const chosen = id === 0 ? this.#sim.random.int(2 ** 52) + 1 : id;
    return this.#propose((etcd) => etcd.leaseGrant(ttlSeconds, chosen));
  }

  leaseRevoke(id: number): void {
    this.#propose((etcd) => etcd.leaseRevoke(id));
  }

  leaseKeepAlive(id: number): number {
    this.#confirm();
    return this.#propose((etcd) => (etcd as Etcd).lessor.keepAlive(id));
  }

  leases(): readonly EtcdLease[] {
    this.#confirm();
    return this.#raft.etcd.lessor.list();
  }

  compact(revision: number): void {
    this.#propose((etcd) => etcd.compact(revision));
  }

  status(): EtcdStatus {
    this.#check();
    const raft = this.#raft;
    const leader = raft.leaderNow();
    const inner = raft.etcd.status(); // Never spread: it would measure the database at each health probe.
    const reclaimed = this.#reclaimed;
    return {
      ...(({ version, revision, keys }) => ({ version, revision, keys }))(inner),
      get dbSizeBytes() {
        return Math.max(20_480, inner.dbSizeBytes - reclaimed);
      },
      memberId: raft.memberId,
      name: this.#options.name,
      leader: leader ?? '0',
      raftTerm: raft.term,
      raftIndex: raft.index,
      errors: [...(leader === undefined ? ['etcdserver: no leader'] : []), ...raft.etcd.alarms.texts],
      learner: raft.members.some(({ id, learner }) => id === raft.memberId && learner),
      storageVersion: '3.6.0',
      quotaBytes: this.#options.quotaBytes ?? 2 * 1024 ** 3,
    };
  }

  members(): readonly EtcdMember[] {
    this.#confirm();
    return this.#raft.members;
  }

  snapshot(): EtcdSnapshot {
    return this.#raft.snapshot();
  }

  header(): ReturnType<EtcdCluster['header']> {
    const { clusterId, memberId, term } = this.#raft;
    return { clusterId, memberId, term, revision: this.#raft.etcd.range({ key: '\0' }).revision };
  }

  memberAdd(peerUrls: readonly string[], learner: boolean): EtcdMember {
    this.#confirm();
    checkAdd(this.#raft.members, peerUrls, learner);
    const id = memberIdOf(peerUrls, this.#options.token, this.#sim.now);
    const added: EtcdMember = { id, name: '', status: 'unstarted', peerUrls, clientUrls: [], learner };
    this.#raft.changeMembers((before) => [...before, added]);
    return added;
  }

  memberRemove(id: string): EtcdMember {
    this.#confirm();
    const member = this.#member(id);
    checkRemove(this.#raft.members, member);
    this.#raft.changeMembers((before) => before.filter((each) => each.id !== id));
    return member;
  }

  memberUpdate(id: string, peerUrls: readonly string[]): void {
    this.#confirm();
    this.#member(id);
    this.#raft.changeMembers((before) => before.map((each) => (each.id === id ? { ...each, peerUrls } : each)));
  }

  memberPromote(id: string): void {
    this.#confirm();
    checkPromote(this.#member(id));
    this.#raft.changeMembers((before) => before.map((each) => (each.id === id ? { ...each, learner: false } : each)));
  }

  moveLeader(id: string): void {
    this.#check();
    this.#raft.moveLeader(id);
  }

  alarms(): readonly EtcdAlarm[] {
    this.#confirm();
    return this.#raft.etcd.alarms.list;
  }

  alarm(change: 'disarm' | EtcdAlarm): readonly EtcdAlarm[] {
    return this.#propose((etcd) => (etcd as Etcd).alarms.change(change));
  }

  defragment(): void {
    this.#check();
    // What compaction has freed inside the file goes back to the disk.
    if (this.#raft.etcd.compactRevision > 0) this.#reclaimed = Math.floor((this.#raft.etcd.status().dbSizeBytes * 0.4) / 4096) * 4096;
  }

  hash(): { readonly hash: number; readonly revision: number; readonly compactRevision: number } {
    this.#check();
    const { revision, kvs } = this.#raft.etcd.snapshot();
    const digest = createHash('sha256').update(JSON.stringify(kvs)).digest();
    return { hash: digest.readUInt32BE(0), revision, compactRevision: this.#raft.etcd.compactRevision };
  }

  get auth(): AuthStore {
    return this.#raft.etcd.auth;
  }
  authChange(change: AuthChange): void {
    this.#propose((etcd) => (etcd as Etcd).auth.change(change));
  }

  downgrade(version: string): void {
    this.#check();
    throw new EtcdError('invalid', `etcdserver: invalid downgrade target version: ${version}`);
  }

  /** The member's process ends. */
  stop(): void {
    this.#stopped = true;
    this.#raft.etcd.stop();
  }

  #member(id: string): EtcdMember {
    const member = this.#raft.members.find((each) => each.id === id);
    if (!member) throw new EtcdError('notFound', 'etcdserver: member not found');
    return member;
  }

  #alone(id: string): EtcdMember {
    const { name, peerUrls, clientUrls } = this.#options;
    return { id, name, status: 'started', peerUrls, clientUrls, learner: false };
  }

  #stateMachine(restore: EtcdSnapshot | undefined): Etcd {
    return new Etcd({ sim: this.#sim, name: this.#options.name, ...(restore ? { restore } : {}) });
  }

  #check(): void {
    if (this.#stopped) throw new EtcdError('unavailable', 'etcdserver: request timed out');
  }

  #confirm(): void {
    this.#check();
    this.#raft.confirm();
  }

  #propose<T>(entry: (etcd: EtcdApi) => T): T {
    this.#check();
    return this.#raft.propose(entry);
  }

  /** A write that may need space. */
  #write<T>(entry: (etcd: EtcdApi) => T): T {
    const { etcd, memberId } = this.#raft;
    // Measured only where somebody has set it: the usual 2 GiB are never reached here.
    const full = this.#options.quotaBytes !== undefined && etcd.status().dbSizeBytes - this.#reclaimed >= this.#options.quotaBytes;
    if (full && etcd.alarms.list.length === 0) this.alarm({ memberId, alarm: 'NOSPACE' });
    etcd.alarms.check();
    return this.#propose(entry);
  }
}
