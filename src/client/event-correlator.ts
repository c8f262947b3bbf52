import type { core } from '../api/types.ts';
import type { Milliseconds } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { TokenBucket } from './token-bucket.ts';

/** What an event says, before it is an object of the API. */
export type EventFacts = {
  readonly involved: core.ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
};

/** What has been written of an event so far. */
type Observation = { readonly name: string; readonly count: number; readonly firstTimestamp: string };

/** `key` says which earlier event this is a repetition of; `message` is the combined one when there were too many alike. */
export type Correlated = { readonly key: string; readonly message: string; readonly observed?: Observation };

const maxEvents = 10;
const aggregationInterval: Milliseconds = 600_000;
const spamBurst = 25;
const spamQps = 1 / 300;
const cacheSize = 4096;

/** Counts what repeats, combines what is alike, drops what floods: client-go tools/record/events_cache.go. */
export class EventCorrelator {
  readonly #sim: Sim;
  readonly #alike = new Lru<{ messages: Set<string>; last: Milliseconds }>();
  readonly #observed = new Lru<Observation>();
  readonly #buckets = new Lru<TokenBucket>();

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Undefined: one too many, do not write it. */
  correlate(facts: EventFacts): Correlated | undefined {
    const object = objectKey(facts.involved);
    const { key, message } = this.#aggregate(facts, `${object}|${facts.involved.fieldPath ?? ''}|${facts.type}|${facts.reason}`);
    let bucket = this.#buckets.get(object);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#sim, { qps: spamQps, burst: spamBurst });
      this.#buckets.set(object, bucket);
    }
    if (bucket.exhausted) return undefined;
    bucket.reserve();
    const observed = this.#observed.get(key);
    return { key, message, ...(observed && { observed }) };
  }

  observe(key: string, observation: Observation): void {
    this.#observed.set(key, observation);
  }

  #aggregate(facts: EventFacts, alike: string): { key: string; message: string } {
    const now = this.#sim.now;
    let record = this.#alike.get(alike);
    if (record === undefined || now - record.last > aggregationInterval) record = { messages: new Set(), last: now };
    record.messages.add(facts.message);
    record.last = now;
    this.#alike.set(alike, record);
    if (record.messages.size < maxEvents) return { key: `${alike}|${facts.message}`, message: facts.message };
    const [first] = record.messages;
    if (first !== undefined) record.messages.delete(first);
    return { key: alike, message: `(combined from similar events): ${facts.message}` };
  }
}

const objectKey = ({ kind, namespace, name, uid }: core.ObjectReference): string => `${kind}|${namespace ?? ''}|${name}|${uid}`;

/** A map that forgets what was set longest ago. */
class Lru<T> {
  readonly #items = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#items.get(key);
  }

  set(key: string, value: T): void {
    this.#items.delete(key);
    this.#items.set(key, value);
    if (this.#items.size <= cacheSize) return;
    const [oldest] = this.#items.keys();
    if (oldest !== undefined) this.#items.delete(oldest);
  }
}
