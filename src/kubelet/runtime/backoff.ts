import type { Milliseconds } from '../../sim/routine.ts';
import type { Sim } from '../../sim/sim.ts';

type Entry = { delay: Milliseconds; at: Milliseconds };

/** client-go util/flowcontrol Backoff: doubles per key up to a maximum, forgotten after twice the maximum without a failure. */
export class Backoff {
  readonly #sim: Sim;
  readonly #initial: Milliseconds;
  readonly #max: Milliseconds;
  readonly #entries = new Map<string, Entry>();

  constructor(sim: Sim, initial: Milliseconds, max: Milliseconds) {
    this.#sim = sim;
    this.#initial = initial;
    this.#max = max;
  }

  delay(key: string): Milliseconds {
    return this.#entries.get(key)?.delay ?? 0;
  }

  /** Moves the key on to its next delay, counted from `moment`. */
  next(key: string, moment: Milliseconds): void {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, moment)) this.#entries.set(key, { delay: this.#initial, at: this.#sim.now });
    else {
      entry.delay = Math.min(entry.delay * 2, this.#max);
      entry.at = this.#sim.now;
    }
  }

  /** Whether the key is still to wait, counted from `moment` (when the container ended). */
  isInBackoffSince(key: string, moment: Milliseconds): boolean {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, moment)) return false;
    return this.#sim.now - moment < entry.delay;
  }

  /** The same, counted from the key's own last failure. */
  isInBackoff(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, this.#sim.now)) return false;
    return this.#sim.now - entry.at < entry.delay;
  }

  reset(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets every key that begins so: a pod has gone. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #expired(entry: Entry, moment: Milliseconds): boolean {
    return moment - entry.at > this.#max * 2;
  }
}
