import type { Milliseconds } from '../../sim/routine.ts';

type Entry = { delay: Milliseconds; at: Milliseconds };

/** client-go util/flowcontrol Backoff: doubles per key up to a maximum, forgotten after twice the maximum without a failure. */
export class Backoff {
  readonly #now: () => Milliseconds;
  readonly #initial: Milliseconds;
  readonly #max: Milliseconds;
  readonly #entries = new Map<string, Entry>();

  constructor(now: () => Milliseconds, initial: Milliseconds, max: Milliseconds) {
    this.#now = now;
    this.#initial = initial;
    this.#max = max;
  }

  delay(key: string): Milliseconds {
    return this.#entries.get(key)?.delay ?? 0;
  }

  /** Moves the key on to its next delay, counted from `moment`. */
  next(key: string, moment: Milliseconds): void {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, moment)) this.#entries.set(key, { delay: this.#initial, at: this.#now() });
    else {
      entry.delay = Math.min(entry.delay * 2, this.#max);
      entry.at = this.#now();
    }
  }

  /** Whether the key is still to wait, counted from `moment` (when the container ended). */
  isInBackoffSince(key: string, moment: Milliseconds): boolean {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, moment)) return false;
    return this.#now() - moment < entry.delay;
  }

  /** The same, counted from the key's own last failure. */
  isInBackoff(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, this.#now())) return false;
    return this.#now() - entry.at < entry.delay;
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
