import { Condition, type Milliseconds, type Routine, type Wait, type Waiter } from './routine.ts';

/** Number of what set something off (a typed line, say); 0 is the world by itself. Fibers hand it on to the fibers they start. */
export type Cause = number;

/** What a fiber needs of the scheduler that runs it. */
export type FiberHost = {
  current: Fiber | undefined;
  /** The cause of what runs outside of any fiber: what a person types. */
  readonly cause: Cause;
  ready(fiber: Fiber): void;
  timer(delay: Milliseconds, fiber: Fiber, ticket: number): void;
  /** A routine threw and nobody was waiting for it. */
  crashed(fiber: Fiber, error: unknown): void;
};

/** What owns fibers: while it is frozen, those that wake are held back. */
export type FiberOwner = {
  readonly frozen: boolean;
  hold(fiber: Fiber): void;
  /** Told when a fiber of its has ended. */
  ended(fiber: Fiber): void;
  /** Whether it has seen to what a fiber of its threw. */
  caught(error: unknown): boolean;
};

/** One running Routine. */
export class Fiber<T = unknown> implements Waiter {
  readonly name: string;
  /** Notified once, when the routine has ended in whatever way. */
  get exited(): Condition {
    this.#exited ??= new Condition();
    return this.#exited;
  }
  /** Most fibers are never waited for. */
  #exited: Condition | undefined;
  cause: Cause;
  done = false;
  result: T | undefined;
  error: unknown;
  readonly #host: FiberHost;
  readonly #routine: Routine<T>;
  readonly #owner: FiberOwner;
  #waitsOn: readonly Condition[] | undefined;
  /** Counts the times it was parked: a timer of an earlier wait is then known to be stale. */
  #parked = 0;
  #adopts = false;
  #ready = false;
  #running = false;
  #cancelled = false;
  #returning = false;

  constructor(host: FiberHost, routine: Routine<T>, name: string, cause: Cause, owner: FiberOwner) {
    this.#host = host;
    this.#routine = routine;
    this.#owner = owner;
    this.name = name;
    this.cause = cause;
  }

  /** Ends the routine where it waits; its `finally` blocks run. A running one ends at its next yield. */
  cancel(): void {
    if (this.done || this.#cancelled) return;
    this.#cancelled = true;
    if (!this.#running) this.#step();
  }

  /** Waits for the end and gives the result (undefined when cancelled); throws what the routine threw. */
  *join(): Routine<T | undefined> {
    while (!this.done) yield { on: [this.exited] };
    if (this.error !== undefined) throw this.error;
    return this.result;
  }

  wake(): void {
    if (this.#ready || this.done) return;
    if (this.#adopts) this.cause = (this.#host.current ?? this.#host).cause;
    this.#ready = true;
    this.#stopWaiting();
    this.#host.ready(this as Fiber);
  }

  /** The timer set at parking number `ticket` rang. */
  timeout(ticket: number): void {
    if (ticket !== this.#parked) return;
    this.#adopts = false;
    this.wake();
  }

  resume(): void {
    if (this.#owner.frozen && !this.#cancelled) {
      this.#owner.hold(this as Fiber); // Still marked ready: it runs on when it is thawed.
      return;
    }
    this.#ready = false;
    if (!this.done && !this.#running) this.#step();
  }

  #step(): void {
    this.#stopWaiting();
    const before = this.#host.current;
    this.#host.current = this as Fiber;
    this.#running = true;
    let failed = false;
    try {
      let next = this.#cancelled && !this.#returning ? this.#return() : this.#routine.next();
      if (!next.done && this.#cancelled && !this.#returning) next = this.#return();
      if (next.done) this.result = next.value as T;
      this.done = next.done === true;
      if (!next.done) this.#park(next.value);
    } catch (error) {
      this.error = error;
      this.done = true;
      failed = true;
    }
    this.#running = false;
    this.#host.current = before;
    if (this.done) this.#finish(failed);
  }

  /** Asks the routine to end; a wait inside its `finally` is then waited for as usual. */
  #return(): IteratorResult<Wait, T> {
    this.#returning = true;
    return this.#routine.return(undefined as T);
  }

  #park(wait: Wait): void {
    const ticket = ++this.#parked;
    const { on, timeout } = wait;
    this.#adopts = wait.adopt === true;
    if (on !== undefined && on.length > 0) {
      this.#waitsOn = on;
      for (const condition of on) condition.enter(this);
    }
    if (timeout !== undefined) this.#host.timer(timeout, this as Fiber, ticket);
    else if (on === undefined || on.length === 0) this.wake();
  }

  #stopWaiting(): void {
    const waited = this.#waitsOn;
    if (waited === undefined) return;
    this.#waitsOn = undefined;
    for (let i = 0; i < waited.length; i++) (waited[i] as Condition).leave(this);
  }

  #finish(failed: boolean): void {
    this.#parked++;
    this.#owner.ended(this as Fiber);
    const expected = this.#exited?.awaited ?? false;
    this.#exited?.notify();
    if (failed && !expected && !this.#owner.caught(this.error)) this.#host.crashed(this as Fiber, this.error);
  }
}
