import type { EtcdApi } from '../interfaces/etcd.ts';
import type { Sim } from '../sim/sim.ts';

/** Objects of one minute share a lease (apiserver/pkg/storage/etcd3/lease_manager.go). */
const reuseMilliseconds = 60_000;

/** `--event-ttl`: Events go after an hour, by a lease in etcd. */
export class EventLeases {
  readonly #sim: Sim;
  readonly #etcd: EtcdApi;
  readonly #ttlSeconds: number;
  #lease = 0;
  #grantedAt = Number.NEGATIVE_INFINITY;

  constructor(sim: Sim, etcd: EtcdApi, ttlSeconds = 3600) {
    this.#ttlSeconds = ttlSeconds;
    this.#sim = sim;
    this.#etcd = etcd;
  }

  /** The lease for a key; 0 for what stays. */
  for(key: string): number {
    if (!key.startsWith('/registry/events/')) return 0;
    if (this.#sim.now - this.#grantedAt >= reuseMilliseconds) {
      this.#lease = this.#etcd.leaseGrant(this.#ttlSeconds + reuseMilliseconds / 1000);
      this.#grantedAt = this.#sim.now;
    }
    return this.#lease;
  }
}
