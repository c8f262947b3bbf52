import { EtcdError } from '../interfaces/etcd.ts';
import type { Fiber } from '../sim/fiber.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

type Lease = { readonly keys: Set<string>; readonly timer: Fiber<void> };

/** etcd's lessor: a lease takes its keys with it when its time is over. */
export class Leases {
  readonly #leases = new Map<number, Lease>();
  readonly #sim: Sim;
  readonly #expire: (keys: readonly string[]) => void;

  constructor(sim: Sim, expire: (keys: readonly string[]) => void) {
    this.#sim = sim;
    this.#expire = expire;
  }

  grant(ttlSeconds: number): number {
    const id = this.#sim.random.int(2 ** 52) + 1;
    this.#leases.set(id, { keys: new Set(), timer: this.#sim.go(this.#countdown(id, ttlSeconds * 1000), 'lease') });
    return id;
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
