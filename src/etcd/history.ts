import { EtcdError, type EtcdEvent, type KeyValue, type WatchResponse } from '../interfaces/etcd.ts';
import { before } from './key-index.ts';

/** What happened, revision by revision, back to the last compaction: for watches from the past and for ranges at older revisions. */
export class History {
  #log: WatchResponse[] = [];
  /** Revisions before this one are gone. */
  compactRevision: number;

  constructor(compactRevision: number) {
    this.compactRevision = compactRevision;
  }

  append(response: WatchResponse): void {
    this.#log.push(response);
  }

  /** Everything from `revision` on. */
  *since(revision: number): Iterable<WatchResponse> {
    for (let i = this.#indexOf(revision); i < this.#log.length; i++) yield this.#log[i] as WatchResponse;
  }

  /** The keys of [key, end) as they were at `revision`, given as they are now. */
  rangeAt(now: readonly KeyValue[], key: string, end: string, revision: number): KeyValue[] {
    const state = new Map(now.map((kv) => [kv.key, kv]));
    for (let i = this.#log.length - 1; i >= this.#indexOf(revision + 1); i--) {
      for (const event of (this.#log[i] as WatchResponse).events) if (event.kv.key >= key && before(event.kv.key, end)) undo(state, event);
    }
    return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  compact(revision: number, current: number): void {
    if (revision <= this.compactRevision) throw new EtcdError('compacted', 'etcdserver: mvcc: required revision has been compacted');
    if (revision > current) throw new EtcdError('futureRevision', 'etcdserver: mvcc: required revision is a future revision');
    this.#log = this.#log.slice(this.#indexOf(revision + 1));
    this.compactRevision = revision;
  }

  #indexOf(revision: number): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle] as WatchResponse).revision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function undo(state: Map<string, KeyValue>, event: EtcdEvent): void {
  if (event.previous === undefined) state.delete(event.kv.key);
  else state.set(event.kv.key, event.previous);
}
