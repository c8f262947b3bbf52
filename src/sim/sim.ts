import { type Cause, Fiber, type FiberHost, type FiberOwner } from './fiber.ts';
import { TimerHeap } from './heap.ts';
import { fnv1a, Random } from './random.ts';
import type { Milliseconds, Routine } from './routine.ts';

/** More was asked of the world than whoever drives it allows (`allow`). It is in no state to go on: it may only be looked at. */
export class OutOfWork extends Error {
  override readonly name = 'OutOfWork';
}

type Timer = { readonly fiber: Fiber; readonly ticket: number };

/** The scheduler of Routines: one virtual clock, one queue of the ready, one heap of timers. */
class Engine implements FiberHost {
  now: Milliseconds;
  seed: number;
  current: Fiber | undefined;
  cause: Cause = 0;
  /** How many resumptions have run since the beginning: a measure of work that is the same in each replay. */
  steps = 0;
  strain = 0;
  /** Where `toil` throws. */
  mostStrain = Number.POSITIVE_INFINITY;
  readonly #timers = new TimerHeap<Timer>();
  #ready: Fiber[] = [];
  #head = 0;

  constructor(now: Milliseconds, seed: number) {
    this.now = now;
    this.seed = seed;
  }

  ready(fiber: Fiber): void {
    this.#ready.push(fiber);
  }

  timer(delay: Milliseconds, fiber: Fiber, ticket: number): void {
    this.#timers.push(this.now + Math.max(0, delay), { fiber, ticket });
  }

  crashed(_fiber: Fiber, error: unknown): void {
    throw error;
  }

  get work(): number {
    return this.steps + this.strain;
  }

  /** Runs everything due up to and including `until`; false when the budget of work (steps and strain) ran out first. */
  run(until: Milliseconds, budget: number): boolean {
    const limit = this.work + budget;
    for (;;) {
      if (this.work >= limit) return false;
      if (this.strain > this.mostStrain) throw new OutOfWork();
      if (this.#runReady()) continue;
      const at = this.#timers.firstAt;
      if (at === undefined || at > until) break;
      if (at > this.now) this.now = at;
      const timer = this.#timers.pop() as Timer;
      timer.fiber.timeout(timer.ticket);
    }
    if (until > this.now && Number.isFinite(until)) this.now = until;
    return true;
  }

  /** Runs the first of the ready fibers; false when there is none. */
  #runReady(): boolean {
    const fiber = this.#ready[this.#head];
    if (fiber === undefined) return false;
    this.#head++;
    if (this.#head === this.#ready.length) {
      this.#ready = [];
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    this.steps++;
    fiber.resume();
    return true;
  }

  get idle(): boolean {
    return this.#head === this.#ready.length;
  }

  get nextTimerAt(): Milliseconds | undefined {
    return this.#timers.firstAt;
  }
}

/**
 * The lab's only source of time and chance, as one component sees it: a group of fibers that end together, and a random stream of its own.
 * `newSim` makes the root; every component, process and session works in a `scope` of it.
 */
export class Sim implements FiberOwner {
  readonly name: string;
  readonly #engine: Engine;
  /** Most scopes (a process) draw nothing, have a fiber or two and no scope below: nothing is made before it is needed. */
  #random: Random | undefined;
  #fibers: Set<Fiber> | undefined;
  #scopes: Set<Sim> | undefined;
  readonly #parent: Sim | undefined;
  /** Asked when a routine of this scope threw and nobody waited for it: true where that is an error of the world, not a bug of the lab. */
  onCrash: ((error: unknown) => boolean) | undefined;
  #stopped = false;
  #frozenHere = false;
  #held: Fiber[] = [];

  constructor(engine: Engine, name: string, parent?: Sim) {
    this.#engine = engine;
    this.#parent = parent;
    this.name = name;
  }

  /** The scope's own stream. A stream that nobody has drawn from yet begins where `reseed` would have put it. */
  get random(): Random {
    this.#random ??= new Random(this.#engine.seed ^ fnv1a(this.name));
    return this.#random;
  }

  /** Virtual time, in milliseconds since 1970. */
  get now(): Milliseconds {
    return this.#engine.now;
  }

  /** What set off the work that runs now. */
  get cause(): Cause {
    return this.#engine.current?.cause ?? this.#engine.cause;
  }

  /** A worker that takes up work on another's behalf (an item from a queue or a watch) says so here. */
  set cause(cause: Cause) {
    if (this.#engine.current) this.#engine.current.cause = cause;
    else this.#engine.cause = cause;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Starts work in this scope, like `go f()`; it first runs when the engine comes to it. In a stopped scope it never runs. */
  go<T>(routine: Routine<T>, name = this.name): Fiber<T> {
    const fiber = new Fiber<T>(this.#engine, routine, name, this.cause, this);
    if (this.#stopped) fiber.cancel();
    else {
      this.#fibers ??= new Set();
      this.#fibers.add(fiber as Fiber);
      fiber.wake();
    }
    return fiber;
  }

  #forget(scope: Sim): void {
    this.#scopes?.delete(scope);
  }

  ended(fiber: Fiber): void {
    this.#fibers?.delete(fiber);
  }

  /** A group of its own below this one, with its own random stream; it stops with its parent. */
  scope(name: string): Sim {
    const scope = new Sim(this.#engine, `${this.name}/${name}`, this);
    if (this.#stopped) scope.stop();
    else {
      this.#scopes ??= new Set();
      this.#scopes.add(scope);
    }
    return scope;
  }

  get frozen(): boolean {
    return this.#frozenHere || (this.#parent?.frozen ?? false);
  }

  /** Holds back every fiber of this scope and below, as SIGSTOP or the cgroup freezer does; timers go on and are made up for later. */
  freeze(): void {
    this.#frozenHere = true;
  }

  thaw(): void {
    this.#frozenHere = false;
    this.#release();
  }

  caught(error: unknown): boolean {
    return this.onCrash ? this.onCrash(error) : (this.#parent?.caught(error) ?? false);
  }

  hold(fiber: Fiber): void {
    this.#held.push(fiber);
  }

  #release(): void {
    if (this.frozen) return;
    const held = this.#held;
    this.#held = [];
    for (const fiber of held) this.#engine.ready(fiber);
    if (this.#scopes) for (const scope of this.#scopes) scope.#release();
  }

  /** Ends every fiber of this scope and of those below it, newest first. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#parent) this.#parent.#forget(this);
    if (this.#scopes) for (const scope of [...this.#scopes].reverse()) scope.stop();
    if (this.#fibers) for (const fiber of [...this.#fibers].reverse()) fiber.cancel();
  }

  // ── for those who drive the world: session, tests, benchmarks ──

  /** Runs the world for so long; false when a `budget` of work (steps, and strain in their measure) was used up before (call again to go on). */
  advance(duration: Milliseconds, budget = Number.POSITIVE_INFINITY): boolean {
    return this.#engine.run(this.now + duration, budget);
  }

  /** Runs the world up to a moment. */
  advanceTo(moment: Milliseconds, budget = Number.POSITIVE_INFINITY): boolean {
    return this.#engine.run(moment, budget);
  }

  /** Runs, event by event, until `test` holds or `limit` is over; true when it holds. */
  advanceUntil(test: () => boolean, limit: Milliseconds, budget = Number.POSITIVE_INFINITY): boolean {
    const until = this.now + limit;
    const last = this.#engine.work + budget;
    while (!test()) {
      if (this.#engine.work >= last) return false;
      if (!this.#engine.idle) this.#engine.run(this.now, 1);
      else {
        const next = this.#engine.nextTimerAt;
        if (next === undefined || next > until) {
          this.#engine.run(until, budget);
          return test();
        }
        this.#engine.run(next, 1);
      }
    }
    return true;
  }

  /** From now on chance follows this seed: every stream, here and below, begins anew, and none of them where it began before. */
  reseed(seed: number): void {
    // Golden-ratio hashing: the streams of a small seed must not be those that the world came up with, or ids would come twice.
    this.#engine.seed = (Math.imul(seed + 1, 0x9e3779b1) ^ this.#engine.steps) >>> 0;
    this.#reseedStreams();
  }

  #reseedStreams(): void {
    this.#random?.reseed(this.#engine.seed ^ fnv1a(this.name));
    if (this.#scopes) for (const scope of this.#scopes) scope.#reseedStreams();
  }

  /** When the next timer rings, if any is set. */
  get nextTimerAt(): Milliseconds | undefined {
    return this.#engine.nextTimerAt;
  }

  /** Resumptions run so far, the same in each replay. */
  get steps(): number {
    return this.#engine.steps;
  }

  /** Heavy work inside of resumptions, in the measure of `steps`: a budget counts both. Unlike steps it has no effect on anything. */
  get strain(): number {
    return this.#engine.strain;
  }

  /** What computes much between two waits says so, in usual steps (some 15 µs each). Throws OutOfWork where no more is allowed. */
  toil(steps: number): void {
    this.#engine.strain += steps;
    if (this.#engine.strain > this.#engine.mostStrain) throw new OutOfWork();
  }

  /** From now on so much strain, counted from the beginning, is the most: for those who run what they do not trust. */
  allow(strain: number): void {
    this.#engine.mostStrain = strain;
  }
}

/** A new world's clock and chance. `epoch` is its first moment, in milliseconds since 1970. */
export function newSim(options: { readonly seed: number; readonly epoch: Milliseconds }): Sim {
  return new Sim(new Engine(options.epoch, options.seed), 'sim');
}
