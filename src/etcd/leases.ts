import { EtcdError, type EtcdLease } from '../interfaces/etcd.ts';
import type { Fiber } from '../sim/fiber.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

type Lease = { readonly keys: Set<string>; timer: Fiber<void>; readonly grantedSeconds: number; until: number };

/** etcd's lessor: a lease takes its keys with it when its time is over. */
export class Leases {
  readonly #leases = new Map<number, Lease>();
  readonly #sim: Sim;
  readonly #expire: (keys: readonly string[]) => void;

  constructor(sim: Sim, expire: (keys: readonly string[]) => void) {
    this.#sim = sim;
    this.#expire = expire;
  }

  grant(ttlSeconds: number, wanted = 0): number {
    const id = wanted === 0 ? this.#sim.random.int(2 ** 52) + 1 : wanted;
    if (this.#leases.has(id)) throw new EtcdError('invalid', 'etcdserver: lease already exists');
    this.#add(id, ttlSeconds, ttlSeconds, []);
    return id;
  }

  /** As a snapshot has them. */
  restore(leases: readonly EtcdLease[]): void {
    for (const { id, grantedSeconds, remainingSeconds, keys } of leases) this.#add(id, grantedSeconds, remainingSeconds, keys);
  }

  #add(id: number, grantedSeconds: number, seconds: number, keys: readonly string[]): void {
    const timer = this.#sim.go(this.#countdown(id, seconds * 1000), 'lease');
    this.#leases.set(id, { keys: new Set(keys), timer, grantedSeconds, until: this.#sim.now + seconds * 1000 });
  }

  list(): EtcdLease[] {
    return [...this.#leases]
      .sort(([a], [b]) => a - b)
      .map(([id, { keys, grantedSeconds, until }]) => ({
        id,
        grantedSeconds,
        remainingSeconds: Math.max(0, Math.floor((until - this.#sim.now) / 1000)),
        keys: [...keys].sort(),
      }));
  }

  /** Begins anew; the seconds it has. */
  keepAlive(id: number): number {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new EtcdError('leaseNotFound', 'etcdserver: requested lease not found');
    lease.timer.cancel();
    lease.until = this.#sim.now + lease.grantedSeconds * 1000;
    lease.timer = this.#sim.go(this.#countdown(id, lease.grantedSeconds * 1000), 'lease');
    return lease.grantedSeconds;
  }

  revoke(id: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new EtcdError('leaseNotFound', 'etcdserver: requested lease not found');
    this.#leases.delete(id);
    lease.timer.cancel();
    this.#expire([...lease.keys].sort());
  }

  /** A key belongs to the lease of its last put. */
  attach(key: string, lease: number, before: number): void {
    if (before !== 0 && before !== lease) this.#leases.get(before)?.keys.delete(key);
    if (lease === 0) return;
    const owner = this.#leases.get(lease);
    if (owner === undefined) throw new EtcdError('leaseNotFound', 'etcdserver: requested lease not found');
    owner.keys.add(key);
  }

  *#countdown(id: number, duration: number): Routine {
    yield* sleep(duration);
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    this.#leases.delete(id);
    this.#expire([...lease.keys].sort());
  }
}
