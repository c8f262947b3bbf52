import type { KubeObject } from '../api/types.ts';
import type { EtcdApi, EtcdEvent, WatchResponse } from '../interfaces/etcd.ts';
import { prefixEnd } from '../interfaces/etcd.ts';
import type { WatchEvent } from '../interfaces/rest.ts';
import { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { deepFreeze, withMeta } from './objects.ts';
import { isObject } from './storage.ts';

/** What a client wants to see of a resource. */
type WatchFilter = {
  readonly namespace: string;
  /** `metadata.name=` of the field selector. */
  readonly name?: string | undefined;
  /** `spec.nodeName=` of the field selector: each kubelet watches its own pods only, and must not cost the others anything. */
  readonly nodeName?: string | undefined;
  readonly matches?: ((object: KubeObject) => boolean) | undefined;
  /** As Table or as metadata only. */
  readonly present?: ((object: KubeObject) => KubeObject) | undefined;
};

type Client = { readonly filter: WatchFilter; readonly channel: Channel<WatchEvent> };
type Change = {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  readonly revision: number;
  readonly cause: number;
  readonly events: Map<string, WatchEvent>;
};

/** One resource's watch cache (kubernetes apiserver/pkg/storage/cacher): one watch on etcd, handed on to all clients, each with its filter. */
export class WatchCache {
  readonly #etcd: EtcdApi;
  readonly #prefix: string;
  readonly #source: Channel<WatchResponse>;
  readonly #all = new Set<Client>();
  readonly #byNamespace = new Map<string, Set<Client>>();
  readonly #byNode = new Map<string, Set<Client>>();

  constructor(sim: Sim, etcd: EtcdApi, prefix: string) {
    this.#etcd = etcd;
    this.#prefix = prefix;
    this.#source = etcd.watch({ key: prefix, rangeEnd: prefixEnd(prefix) });
    sim.go(this.#follow(sim), 'watch-cache');
  }

  /** etcd went away: whoever listened was told, and what comes will not be heard. */
  get over(): boolean {
    return this.#source.broken;
  }

  /** A client from now on (`since` undefined), or from what came after a revision. Undefined: that revision is compacted. */
  watch(filter: WatchFilter, since: number | undefined): Channel<WatchEvent> | { readonly compactRevision: number } {
    this.#drain();
    const client: Client = { filter, channel: new Channel<WatchEvent>() };
    if (since !== undefined) {
      const { revision } = this.#etcd.range({ key: this.#prefix });
      // A revision that is still to come: etcd was set back to a snapshot. Who asks lists again.
      if (since > revision) return { compactRevision: revision };
      const past = this.#etcd.watch({ key: this.#prefix, rangeEnd: prefixEnd(this.#prefix), startRevision: since + 1 });
      for (let response = past.take(); response !== undefined; response = past.take()) {
        if (response.compactRevision !== undefined) return { compactRevision: response.compactRevision };
        for (const event of response.events) offer(client, changeOf(event));
      }
      past.break();
    }
    const clients = this.#setOf(filter);
    // Those who went are otherwise noticed at the next change, which may never come.
    for (const each of clients) if (each.channel.broken) clients.delete(each);
    clients.add(client);
    return client.channel;
  }

  *#follow(sim: Sim): Routine {
    try {
      while (!this.#source.closed) {
        const first = yield* this.#source.receive();
        if (first === undefined) break;
        this.#deliver(first, sim);
        this.#drain(sim);
      }
    } finally {
      this.#source.break();
      for (const client of this.#clients()) client.channel.close();
    }
  }

  #drain(sim?: Sim): void {
    for (let response = this.#source.take(); response !== undefined; response = this.#source.take()) this.#deliver(response, sim);
  }

  #deliver(response: WatchResponse, sim?: Sim): void {
    for (const event of response.events) {
      if (sim) sim.cause = event.cause;
      const change = changeOf(event);
      const object = change.after ?? change.before;
      if (!object) continue;
      this.#offerAll(this.#all, change);
      this.#offerAll(this.#byNamespace.get(object.metadata.namespace ?? ''), change);
      if (this.#byNode.size === 0) continue;
      const [from, to] = [nodeOf(change.before), nodeOf(change.after)];
      this.#offerAll(this.#byNode.get(to ?? ''), change);
      if (from !== to && change.before && change.after) this.#offerAll(this.#byNode.get(from ?? ''), change);
      else if (!change.after && from !== to) this.#offerAll(this.#byNode.get(from ?? ''), change);
    }
  }

  #offerAll(clients: Set<Client> | undefined, change: Change): void {
    if (clients === undefined) return;
    for (const client of clients) if (!offer(client, change)) clients.delete(client);
  }

  #setOf(filter: WatchFilter): Set<Client> {
    if (filter.nodeName !== undefined) return entry(this.#byNode, filter.nodeName);
    return filter.namespace === '' ? this.#all : entry(this.#byNamespace, filter.namespace);
  }

  *#clients(): Iterable<Client> {
    yield* this.#all;
    for (const set of this.#byNamespace.values()) yield* set;
    for (const set of this.#byNode.values()) yield* set;
  }
}

function entry(map: Map<string, Set<Client>>, key: string): Set<Client> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}

const nodeOf = (object: KubeObject | undefined): string | undefined => (object as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName;

function changeOf(event: EtcdEvent): Change {
  // What somebody wrote past the API server is no object, and so not there.
  const before = isObject(event.previous) ? (event.previous?.value as KubeObject) : undefined;
  const after = event.type === 'PUT' && isObject(event.kv) ? (event.kv.value as KubeObject) : undefined;
  return { before, after, revision: event.kv.modRevision, cause: event.cause, events: new Map() };
}

/** Gives a client what the change means to it; false when it listens no more. */
function offer(client: Client, change: Change): boolean {
  const { filter, channel } = client;
  if (channel.broken) return false;
  const sees = (object: KubeObject | undefined): object is KubeObject =>
    object !== undefined &&
    (filter.namespace === '' || object.metadata.namespace === filter.namespace) &&
    (filter.name === undefined || object.metadata.name === filter.name) &&
    (filter.matches === undefined || filter.matches(object));
  const was = sees(change.before);
  const is = sees(change.after);
  if (!was && !is) return true;
  const type = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED';
  const event = eventOf(type, change);
  return channel.push(filter.present ? { ...event, object: filter.present(event.object) } : event);
}

/** One event object for all clients that see the change alike. */
function eventOf(type: WatchEvent['type'], change: Change): WatchEvent {
  let event = change.events.get(type);
  if (event === undefined) {
    const object = (type === 'DELETED' ? change.before : change.after) as KubeObject;
    // What is gone shows its last state under the revision at which it went.
    event = { type, object: type === 'DELETED' ? withMeta(object, { resourceVersion: String(change.revision) }) : object, cause: change.cause };
    change.events.set(type, deepFreeze(event));
  }
  return event;
}
