import type { KubeObject } from '../api/types.ts';
import { isReason } from '../apimachinery/status.ts';
import type { WatchEvent } from '../interfaces/rest.ts';
import type { Channel } from '../sim/channel.ts';
import { Condition, type Milliseconds, type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type Client, isRetriable, type ListOptions } from './client.ts';
import { keyText, type ObjectKey, textOf } from './keys.ts';
import type { GroupVersionResource } from './paths.ts';
import { type IndexFunction, Store } from './store.ts';

/** What is told of each change, after the store has it. `sim.cause` is set to what set off the write. */
type EventHandler<T> = {
  readonly add?: (object: T) => void;
  readonly update?: (before: T, object: T) => void;
  readonly delete?: (object: T) => void;
};

/** Which objects an informer follows. */
export type InformerOptions = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;

/** Told of each list or watch that failed. */
export type ListFailed = (resource: GroupVersionResource, problem: string) => void;

const minDelay: Milliseconds = 1;
const maxDelay: Milliseconds = 3;
const minBackoff: Milliseconds = 800;
const maxBackoff: Milliseconds = 30_000;

/**
 * A shared informer: the apiserver's objects of one resource as this process knows them, a little late (client-go tools/cache).
 * Objects are references to the frozen ones of the apiserver: never change them.
 */
export class Informer<T extends KubeObject = KubeObject> {
  /** True once the first list is in. */
  synced = false;
  /** Notified when `synced` becomes true, and after each change. */
  readonly changed = new Condition();
  readonly #sim: Sim;
  readonly #client: Client;
  readonly #resource: GroupVersionResource;
  readonly #options: InformerOptions;
  readonly #store = new Store<T>();
  readonly #handlers: EventHandler<T>[] = [];
  readonly #failed: ListFailed | undefined;
  #resourceVersion = '';
  #started = false;

  constructor(sim: Sim, client: Client, resource: GroupVersionResource, options: InformerOptions = {}, failed?: ListFailed) {
    this.#sim = sim;
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#failed = failed;
  }

  /** Begins to list and watch, once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#sim.go(this.#listAndWatch(), `informer ${this.#resource.resource}`);
  }

  /** A handler added late is told of what is there already. */
  addHandler(handler: EventHandler<T>): void {
    this.#handlers.push(handler);
    if (handler.add) for (const object of this.#store.values()) handler.add(object);
  }

  /** Indexes must be added before they are asked for; the same name twice is one index. */
  addIndex(name: string, of: IndexFunction<T>): void {
    this.#store.addIndex(name, of);
  }

  // ── the lister ──

  get(key: ObjectKey): T | undefined {
    return this.#store.get(keyText(key));
  }

  /** All objects, or those of a namespace, in no particular but always the same order. */
  list(namespace?: string): readonly T[] {
    return namespace === undefined ? [...this.#store.values()] : [...this.#store.byIndex('namespace', namespace)];
  }

  byIndex(name: string, value: string): readonly T[] {
    return [...this.#store.byIndex(name, value)];
  }

  countIndex(name: string, value: string): number {
    return this.#store.countIndex(name, value);
  }

  get size(): number {
    return this.#store.size;
  }

  // ── reflector ──

  *#listAndWatch(): Routine {
    let backoff = minBackoff;
    let stale = true;
    for (;;) {
      try {
        if (stale) this.#relist();
        stale = false;
        const { watch } = this.#client.watchResource(this.#resource, { ...this.#options, resourceVersion: this.#resourceVersion });
        backoff = minBackoff;
        if (watch) stale = (yield* this.#follow(watch)) === 'expired';
      } catch (error) {
        if (!isRetriable(error)) throw error;
        const expired = isReason(error, 'Expired') || isReason(error, 'Gone');
        if (!expired) this.#failed?.(this.#resource, (error as Error).message);
        stale ||= expired;
      }
      yield* sleep(backoff * (1 + this.#sim.random.next()));
      backoff = Math.min(backoff * 2, maxBackoff);
    }
  }

  #relist(): void {
    const { items, resourceVersion } = this.#client.listResource(this.#resource, this.#options);
    const gone = new Set(this.#store.keys());
    for (const item of items) {
      gone.delete(textOf(item));
      this.#put(item as T);
    }
    for (const key of gone) this.#remove(key);
    this.#resourceVersion = resourceVersion;
    this.synced = true;
    this.changed.notify();
  }

  /** Until the server closes the watch, or says that our resourceVersion is too old. */
  *#follow(watch: Channel<WatchEvent>): Routine<'closed' | 'expired'> {
    try {
      for (;;) {
        const first = yield* watch.receive();
        if (first === undefined) return 'closed';
        // One delay for all that arrives in a bunch: the order of a stream is kept, and a timer is not free.
        yield* sleep(this.#sim.random.between(minDelay, maxDelay));
        for (let event: WatchEvent | undefined = first; event !== undefined; event = watch.take()) {
          if (event.type === 'ERROR') return 'expired';
          this.#apply(event);
        }
        this.changed.notify();
      }
    } finally {
      watch.break();
    }
  }

  #apply(event: WatchEvent): void {
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
    if (event.type === 'BOOKMARK') return;
    this.#sim.cause = event.cause;
    if (event.type === 'DELETED') this.#remove(textOf(event.object), event.object as T);
    else this.#put(event.object as T);
  }

  #put(object: T): void {
    const before = this.#store.set(object);
    if (before === undefined) for (const handler of this.#handlers) handler.add?.(object);
    else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) for (const handler of this.#handlers) handler.update?.(before, object);
  }

  #remove(key: string, last?: T): void {
    const before = this.#store.delete(key);
    if (before !== undefined) for (const handler of this.#handlers) handler.delete?.(last ?? before);
  }
}
