import type { EtcdEvent, WatchResponse } from '../interfaces/etcd.ts';
import { Channel } from '../sim/channel.ts';
import { type Bucket, before, folderEnd } from './key-index.ts';

/** One watch: a range of keys and the channel its events go to. */
export type Watcher = { readonly key: string; readonly end: string; readonly channel: Channel<WatchResponse> };

/** Who watches what. A write asks its folder, which remembers those that concern it: a write costs its watchers only. */
export class WatchHub {
  readonly #watchers = new Set<Watcher>();
  #version = 0;

  add(key: string, end: string): Watcher {
    const watcher: Watcher = { key, end, channel: new Channel<WatchResponse>() };
    this.#watchers.add(watcher);
    this.#version++;
    return watcher;
  }

  /** Tells those concerned of one event, which is a revision by itself. */
  deliver(bucket: Bucket, response: WatchResponse): void {
    const event = response.events[0] as EtcdEvent;
    for (const watcher of this.#concerned(bucket)) {
      if (covers(watcher, event.kv.key) && !watcher.channel.push(response)) this.#forget(watcher);
    }
  }

  /** Tells those concerned of the events of one transaction, each its own in one piece. */
  deliverAll(response: WatchResponse): void {
    for (const watcher of [...this.#watchers]) {
      const events = response.events.filter((event) => covers(watcher, event.kv.key));
      if (events.length > 0 && !watcher.channel.push({ revision: response.revision, events })) this.#forget(watcher);
    }
  }

  closeAll(): void {
    for (const watcher of this.#watchers) watcher.channel.close();
    this.#watchers.clear();
    this.#version++;
  }

  #concerned(bucket: Bucket): readonly Watcher[] {
    if (bucket.watchersVersion === this.#version) return bucket.watchers;
    const found: Watcher[] = [];
    for (const watcher of this.#watchers) {
      if (watcher.channel.broken) this.#watchers.delete(watcher);
      else if (overlaps(watcher, bucket.folder)) found.push(watcher);
    }
    bucket.watchers = found;
    bucket.watchersVersion = this.#version;
    return found;
  }

  #forget(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#version++;
  }
}

/** True when the watch's range holds the key. */
export const covers = (watcher: { readonly key: string; readonly end: string }, key: string): boolean => key >= watcher.key && before(key, watcher.end);

const overlaps = (watcher: Watcher, folder: string): boolean =>
  before(folder, watcher.end) && (folder === '' || folder >= watcher.key || watcher.key < folderEnd(folder));
