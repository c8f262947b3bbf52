/** What work that takes time is written in. Nothing here knows about Kubernetes. */

/** Virtual time; fractions are allowed. */
export type Milliseconds = number;

/** What a Routine waits for: the first of these conditions to be notified, or the timeout. Neither given: it goes to the back of the queue. */
export type Wait = {
  readonly on?: readonly Condition[];
  readonly timeout?: Milliseconds;
  /** Takes over the cause of whoever wakes it (see fiber.ts): work that is handed on by a message. */
  readonly adopt?: boolean;
};

/** Work that takes time: each yield waits on the virtual clock or on something that will happen, the way a goroutine blocks. */
export type Routine<T = void> = Generator<Wait, T, void>;

/** Something that can be waited for, like Go's sync.Cond. Spurious wake-ups happen: wait in a loop that looks at the state. */
export class Condition {
  /** Counts notifications, so that a waiter can tell a notification from a timeout. */
  version = 0;
  /** Those who wait, in order of arrival: most conditions (one a file) never have any, and most of the others one. */
  #first: Waiter | undefined;
  #others: Set<Waiter> | undefined;

  notify(): void {
    this.version++;
    const first = this.#first;
    const others = this.#others;
    if (others === undefined || others.size === 0) return first?.wake();
    const waiting = [...others];
    first?.wake();
    for (const waiter of waiting) waiter.wake();
  }

  /** For the engine. */
  enter(waiter: Waiter): void {
    if (this.#first === waiter) return;
    if (this.#first === undefined && (this.#others === undefined || this.#others.size === 0)) this.#first = waiter;
    else {
      this.#others ??= new Set();
      this.#others.add(waiter);
    }
  }

  /** For the engine. */
  leave(waiter: Waiter): void {
    if (this.#first === waiter) this.#first = undefined;
    else this.#others?.delete(waiter);
  }

  get awaited(): boolean {
    return this.#first !== undefined || (this.#others !== undefined && this.#others.size > 0);
  }
}

/** One parked Routine as a Condition sees it. */
export type Waiter = { wake(): void };

/** Waits so long on the virtual clock. */
export function* sleep(duration: Milliseconds): Routine {
  yield { timeout: duration };
}

/** Waits for one notification; false when the timeout came first. */
export function* waitFor(condition: Condition, timeout?: Milliseconds): Routine<boolean> {
  const before = condition.version;
  yield timeout === undefined ? { on: [condition] } : { on: [condition], timeout };
  return condition.version !== before;
}
