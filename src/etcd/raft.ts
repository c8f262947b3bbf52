/**
 * What a member knows of its cluster, and agreement on each write. Not Raft to the letter: heartbeats take no time, so an election happens at
 * the moment somebody finds the leader gone. What can be seen from outside holds: one leader a term, no write and no linearizable read without
 * a quorum, and a member that was away catches up by a snapshot.
 */
import { type EtcdApi, EtcdError, type EtcdMember, type EtcdPeer, type EtcdSnapshot } from '../interfaces/etcd.ts';
import type { Etcd } from './etcd.ts';

type RaftOptions = {
  readonly self: string;
  readonly clusterId: string;
  readonly members: readonly EtcdMember[];
  readonly term: number;
  readonly index: number;
  readonly etcd: Etcd;
  /** Who answers at a member's peer URL now; undefined when nobody does. */
  readonly dialPeer: (peerUrl: string) => EtcdPeer | undefined;
  /** Makes the state machine anew from a snapshot. */
  readonly rebuild: (snapshot: EtcdSnapshot) => Etcd;
  /** This member was taken out of the cluster. */
  readonly removed: () => void;
  /** What raft's logger says of leaders. */
  readonly tell: (message: string) => void;
};

export class Raft implements EtcdPeer {
  readonly memberId: string;
  readonly clusterId: string;
  readonly #options: RaftOptions;
  #members: readonly EtcdMember[];
  #term: number;
  #index: number;
  #leader: string | undefined;
  #etcd: Etcd;

  constructor(options: RaftOptions) {
    this.#options = options;
    this.memberId = options.self;
    this.clusterId = options.clusterId;
    this.#members = options.members;
    this.#term = options.term;
    this.#index = options.index;
    this.#etcd = options.etcd;
  }

  get etcd(): Etcd {
    return this.#etcd;
  }
  get term(): number {
    return this.#term;
  }
  get index(): number {
    return this.#index;
  }
  get leader(): string | undefined {
    return this.#leader;
  }
  get members(): readonly EtcdMember[] {
    return this.#members;
  }

  /** Alone: everything that is agreed with oneself. */
  get single(): boolean {
    return this.#members.length === 1;
  }

  // ── what others say ──

  follow(leader: string, term: number): void {
    if (leader !== this.#leader && !this.single) {
      const { memberId } = this;
      this.#options.tell(leader === memberId ? `${memberId} became leader at term ${term}` : `${memberId} became follower at term ${term}`);
      this.#options.tell(
        this.#leader === undefined
          ? `raft.node: ${memberId} elected leader ${leader} at term ${term}`
          : `raft.node: ${memberId} changed leader from ${this.#leader} to ${leader} at term ${term}`,
      );
    }
    this.#leader = leader;
    this.#term = term;
  }

  append(entry: (etcd: EtcdApi) => unknown, members: readonly EtcdMember[], index: number): void {
    this.#index = index;
    this.#setMembers(members);
    entry(this.#etcd);
  }

  install(snapshot: EtcdSnapshot): void {
    const { membership } = snapshot;
    if (!membership) return;
    this.#etcd.stop();
    this.#etcd = this.#options.rebuild(snapshot);
    this.#index = membership.index;
    this.#term = membership.term;
    this.#setMembers(membership.members);
  }

  snapshotForPeer(): EtcdSnapshot {
    return this.snapshot();
  }

  snapshot(): EtcdSnapshot {
    const { memberId, clusterId } = this;
    return { ...this.#etcd.snapshot(), membership: { memberId, clusterId, members: this.#members, term: this.#term, index: this.#index } };
  }

  /** A member that has started tells its name. */
  join({ id, name, clientUrls }: { readonly id: string; readonly name: string; readonly clientUrls: readonly string[] }): void {
    const known = this.#members.find((member) => member.id === id);
    if (!known || (known.status === 'started' && known.name === name && String(known.clientUrls) === String(clientUrls))) return;
    this.changeMembers((members) => members.map((member) => (member.id === id ? { ...member, name, clientUrls, status: 'started' as const } : member)));
  }

  // ── agreement ──

  /** Carries an entry out on a quorum; what the leader's state machine answers. Throws EtcdError, and then nothing has changed. */
  propose<T>(entry: (etcd: EtcdApi) => T): T {
    if (this.single) {
      this.#index++;
      return entry(this.#etcd);
    }
    const leader = this.#findLeader();
    if (leader !== this) return leader.propose(entry);
    return this.#commit(entry, this.#members);
  }

  /** A read that sees all that was written before it: the leader asks a quorum, and this member has all entries. */
  confirm(): void {
    if (this.single) return;
    const leader = this.#findLeader();
    if (leader !== this && leader.index !== this.#index) this.install(leader.snapshotForPeer());
  }

  changeMembers(change: (members: readonly EtcdMember[]) => readonly EtcdMember[]): void {
    if (this.single) {
      this.#index++;
      this.#setMembers(change(this.#members));
      return;
    }
    const leader = this.#findLeader();
    if (leader instanceof Raft) leader.#commit(() => {}, change(leader.members));
    else throw new EtcdError('unavailable', 'etcdserver: request timed out');
  }

  /** Moves the lead to another; throws when this member is not the leader. */
  moveLeader(id: string): void {
    if (this.#findLeader() !== this) throw new EtcdError('invalid', 'etcdserver: not leader');
    const target = this.#members.find((member) => member.id === id);
    if (!target || target.learner || !this.#peer(target)) throw new EtcdError('invalid', 'etcdserver: bad leader transferee');
    this.#lead(id);
  }

  /** The leader, if one can be had. */
  leaderNow(): string | undefined {
    try {
      return this.#findLeader().memberId;
    } catch (error) {
      if (error instanceof EtcdError) return undefined;
      throw error;
    }
  }

  #commit<T>(entry: (etcd: EtcdApi) => T, members: readonly EtcdMember[]): T {
    const followers = this.#reachable();
    const index = this.#index + 1;
    const result = entry(this.#etcd);
    this.#index = index;
    this.#setMembers(members);
    for (const peer of followers) {
      if (peer.index === index - 1) peer.append(entry, members, index);
      else peer.install(this.snapshot());
    }
    return result;
  }

  #findLeader(): EtcdPeer {
    const reachable = this.#reachable();
    const quorum = this.quorum();
    const voters = reachable.filter((peer) => !this.#members.find(({ id }) => id === peer.memberId)?.learner);
    if (voters.length + (this.#isLearner() ? 0 : 1) < quorum) {
      if (this.#leader !== undefined) {
        this.#options.tell(`raft.node: ${this.memberId} lost leader ${this.#leader} at term ${this.#term}`);
        this.#options.tell(`${this.memberId} is starting a new election at term ${this.#term}`);
      }
      this.#leader = undefined;
      throw new EtcdError('noLeader', 'etcdserver: request timed out');
    }
    const known = [this as EtcdPeer, ...reachable];
    // A member that comes back hears of the newest term first.
    const newest = known.reduce((best, peer) => (peer.term > best.term ? peer : best), this as EtcdPeer);
    if (newest !== this && newest.leader !== undefined && newest.term > this.#term) this.follow(newest.leader, newest.term);
    const leader = known.find((peer) => peer.memberId === this.#leader);
    if (leader) return leader;
    // Who has the longest log is elected; of several the first in the order of ids.
    const candidates = [...(this.#isLearner() ? [] : [this as EtcdPeer]), ...voters].sort((a, b) => b.index - a.index || (a.memberId < b.memberId ? -1 : 1));
    const elected = candidates[0] as EtcdPeer;
    this.#lead(elected.memberId);
    return elected;
  }

  #lead(id: string): void {
    const term = Math.max(this.#term, ...this.#reachable().map((peer) => peer.term)) + 1;
    this.follow(id, term);
    for (const peer of this.#reachable()) peer.follow(id, term);
  }

  quorum(): number {
    return Math.floor(this.#members.filter((member) => !member.learner).length / 2) + 1;
  }

  #isLearner(): boolean {
    return this.#members.some(({ id, learner }) => id === this.memberId && learner);
  }

  #reachable(): EtcdPeer[] {
    return this.#members.filter(({ id }) => id !== this.memberId).flatMap((member) => this.#peer(member) ?? []);
  }

  #peer({ id, peerUrls }: EtcdMember): EtcdPeer | undefined {
    for (const url of peerUrls) {
      const peer = this.#options.dialPeer(url);
      if (peer?.memberId === id && peer.clusterId === this.clusterId) return peer;
    }
    return undefined;
  }

  #setMembers(members: readonly EtcdMember[]): void {
    if (members === this.#members) return;
    this.#members = members;
    if (!members.some(({ id }) => id === this.memberId)) this.#options.removed();
  }
}
