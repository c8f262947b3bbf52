import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

/**
 * A token bucket that may go into debt: calls are counted at once, and whoever does the calling waits until the debt is paid.
 * golang.org/x/time/rate, as client-go's `qps` and `burst` use it.
 */
export class TokenBucket {
  readonly #sim: Sim;
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #last: number;

  constructor(sim: Sim, options: { readonly qps: number; readonly burst: number }) {
    this.#sim = sim;
    this.#perMillisecond = options.qps / 1000;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#last = sim.now;
  }

  /** Takes a token, in advance if there is none; says how many milliseconds later it would have been there. */
  reserve(): number {
    this.#refill();
    this.#tokens--;
    return this.delay;
  }

  /** Whether a call would have to wait now. */
  get exhausted(): boolean {
    this.#refill();
    return this.#tokens < 1;
  }

  /** Milliseconds until the debt is paid. */
  get delay(): number {
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMillisecond;
  }

  /** Waits until one call can be made. */
  *wait(): Routine {
    while (this.exhausted) yield { timeout: Math.max(1, Math.ceil((1 - this.#tokens) / this.#perMillisecond)) };
  }

  #refill(): void {
    const { now } = this.#sim;
    if (now === this.#last) return;
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#last) * this.#perMillisecond);
    this.#last = now;
  }
}
