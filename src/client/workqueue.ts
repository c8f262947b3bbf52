import type { Family, Sample } from '../apimachinery/metrics.ts';
import type { Cause } from '../sim/fiber.ts';
import { TimerHeap } from '../sim/heap.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { TokenBucket } from './token-bucket.ts';

const baseDelay: Milliseconds = 5;
const maxDelay: Milliseconds = 1_000_000;
const qps = 10;
const burst = 100;

type Delayed = { readonly key: string; readonly cause: Cause; readonly at: Milliseconds };

/** How long a key that failed has to wait: exponential per key, and a bucket for all (client-go util/workqueue/default_rate_limiters.go). */
class RateLimiter {
  readonly #failures = new Map<string, number>();
  readonly #bucket: TokenBucket;

  constructor(sim: Sim) {
    this.#bucket = new TokenBucket(sim, { qps, burst });
  }

  when(key: string): Milliseconds {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.max(Math.min(baseDelay * 2 ** failures, maxDelay), this.#bucket.reserve());
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}

/** Queues have names of their own, older than those of `--controllers`. */
const metricName = (name: string): string => {
  const plain = name.replace(/-controller$/, '').replaceAll('-', '_');
  return { replication: 'replicationmanager', horizontal_pod_autoscaler: 'horizontalpodautoscaler', ttl_after_finished: 'ttl_jobs_to_delete' }[plain] ?? plain;
};

/** What client-go's workqueues say of themselves (component-base/metrics/prometheus/workqueue). */
export function queueFamilies(queues: readonly WorkQueue[]): Family[] {
  const family = (name: string, type: Family['type'], help: string, value: (queue: WorkQueue) => number): Family => ({
    name,
    type,
    stability: 'ALPHA',
    help,
    samples: [...queues].map((queue): Sample => [`name="${metricName(queue.name)}"`, value(queue)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  });
  return [
    family('workqueue_adds_total', 'counter', 'Total number of adds handled by workqueue', (queue) => queue.adds),
    family('workqueue_depth', 'gauge', 'Current depth of workqueue', (queue) => queue.length),
    family('workqueue_retries_total', 'counter', 'Total number of retries handled by workqueue', (queue) => queue.retries),
  ];
}

/**
 * client-go's rate limiting, delaying work queue: a key is in it once, and while it is worked on a second worker does not get it.
 * Each key carries the cause of the newest change that put it in.
 */
export class WorkQueue {
  readonly name: string;
  /** Keys put in, and keys put in again after a failure: for metrics. */
  adds = 0;
  retries = 0;
  /** Notified when a key can be taken. */
  readonly available = new Condition();
  readonly #sim: Sim;
  readonly #limiter: RateLimiter;
  readonly #dirty = new Map<string, Cause>();
  readonly #processing = new Set<string>();
  #queue: string[] = [];
  #head = 0;
  readonly #waiting = new TimerHeap<Delayed>();
  readonly #waitingAt = new Map<string, Milliseconds>();
  readonly #waitingChanged = new Condition();

  constructor(sim: Sim, name: string) {
    this.#sim = sim;
    this.name = name;
    this.#limiter = new RateLimiter(sim);
    sim.go(this.#delayLoop(), `workqueue ${name}`);
  }

  get length(): number {
    return this.#queue.length - this.#head;
  }

  add(key: string, cause: Cause = this.#sim.cause): void {
    const known = this.#dirty.has(key);
    this.#dirty.set(key, cause);
    if (!known) this.adds++;
    if (known || this.#processing.has(key)) return;
    this.#queue.push(key);
    this.available.notify();
  }

  /** The next key at once, or undefined when there is none. It must be given back with `done`. */
  take(): { readonly key: string; readonly cause: Cause } | undefined {
    const key = this.#queue[this.#head];
    if (key === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    const cause = this.#dirty.get(key) ?? 0;
    this.#dirty.delete(key);
    this.#processing.add(key);
    return { key, cause };
  }

  /** Waits for the next key. */
  *get(): Routine<{ readonly key: string; readonly cause: Cause }> {
    for (;;) {
      const item = this.take();
      if (item !== undefined) return item;
      yield { on: [this.available] };
    }
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (!this.#dirty.has(key)) return;
    this.#queue.push(key);
    this.available.notify();
  }

  /** Puts the key in later; of two waits for the same key the shorter counts. */
  addAfter(key: string, delay: Milliseconds, cause: Cause = this.#sim.cause): void {
    if (delay <= 0) {
      this.add(key, cause);
      return;
    }
    const at = this.#sim.now + delay;
    const known = this.#waitingAt.get(key);
    if (known !== undefined && known <= at) return;
    this.#waitingAt.set(key, at);
    this.#waiting.push(at, { key, cause, at });
    this.#waitingChanged.notify();
  }

  addRateLimited(key: string): void {
    this.retries++;
    this.addAfter(key, this.#limiter.when(key));
  }

  forget(key: string): void {
    this.#limiter.forget(key);
  }

  numRequeues(key: string): number {
    return this.#limiter.failures(key);
  }

  *#delayLoop(): Routine {
    for (;;) {
      const { firstAt } = this.#waiting;
      if (firstAt === undefined) yield { on: [this.#waitingChanged] };
      else if (firstAt > this.#sim.now) yield { on: [this.#waitingChanged], timeout: firstAt - this.#sim.now };
      else this.#release(this.#waiting.pop() as Delayed);
    }
  }

  #release(item: Delayed): void {
    // A shorter wait was asked for since: that one stands further ahead in the heap and was released.
    if (this.#waitingAt.get(item.key) !== item.at) return;
    this.#waitingAt.delete(item.key);
    this.add(item.key, item.cause);
  }
}
