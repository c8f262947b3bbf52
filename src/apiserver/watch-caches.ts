import type { EtcdApi } from '../interfaces/etcd.ts';
import type { Sim } from '../sim/sim.ts';
import type { ServedResource } from './resource-table.ts';
import { WatchCache } from './watch-cache.ts';

/** The watch caches, made when a resource is first watched. */
export class WatchCaches {
  readonly #sim: Sim;
  readonly #etcd: EtcdApi;
  readonly #caches = new Map<string, WatchCache>();

  constructor(sim: Sim, etcd: EtcdApi) {
    this.#sim = sim;
    this.#etcd = etcd;
  }

  of(served: ServedResource): WatchCache {
    let cache = this.#caches.get(served.prefix);
    if (cache === undefined || cache.over) {
      cache = new WatchCache(this.#sim, this.#etcd, served.prefix);
      this.#caches.set(served.prefix, cache);
    }
    return cache;
  }
}
