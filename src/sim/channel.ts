import { Condition, type Routine } from './routine.ts';

/** Writing to a channel whose reader has gone: a program's EPIPE. */
export class BrokenChannel extends Error {
  constructor() {
    super('broken pipe');
  }
}

/**
 * Go's channel: values in order, closed by the sender, given up by the receiver.
 * `capacity` counts in units of `sizeOf` (1 a value unless told); a sender waits while the channel holds that much.
 */
export class Channel<T> {
  readonly changed = new Condition();
  #items: T[] = [];
  #head = 0;
  #size = 0;
  #closed = false;
  #broken = false;
  readonly #capacity: number;
  readonly #sizeOf: (item: T) => number;

  constructor(options: { readonly capacity?: number; readonly sizeOf?: (item: T) => number } = {}) {
    this.#capacity = options.capacity ?? Number.POSITIVE_INFINITY;
    this.#sizeOf = options.sizeOf ?? (() => 1);
  }

  /** How many values wait to be received. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get broken(): boolean {
    return this.#broken;
  }

  get full(): boolean {
    return this.#size >= this.#capacity;
  }

  /** Puts a value in at once, above the capacity if need be; false when nobody will ever receive it. */
  push(item: T): boolean {
    if (this.#closed || this.#broken) return false;
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    this.changed.notify();
    return true;
  }

  /** Waits for room, then puts the value in. Throws BrokenChannel when the receiver has gone. */
  *send(item: T): Routine {
    while (this.full && !this.#broken) yield { on: [this.changed] };
    if (!this.push(item)) throw new BrokenChannel();
  }

  /** The next value at once, or undefined when there is none now. */
  take(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head] as T;
    this.#head++;
    // Shifting an array is slow; forget what was read once it is the larger part.
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    const wasFull = this.full;
    this.#size -= this.#sizeOf(item);
    if (wasFull) this.changed.notify();
    return item;
  }

  /** Puts a value back in front, for a reader that took too much. */
  unshift(item: T): void {
    this.#items.splice(this.#head, 0, item);
    this.#size += this.#sizeOf(item);
    this.changed.notify();
  }

  /** Waits for a value; undefined when the channel is closed and empty. */
  *receive(): Routine<T | undefined> {
    while (this.length === 0 && !this.#closed && !this.#broken) yield { on: [this.changed], adopt: true };
    return this.take();
  }

  /** The sender is done: the receiver gets what is left, then undefined. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.changed.notify();
  }

  /** The receiver is done: what is left is dropped, and senders fail. */
  break(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#items = [];
    this.#head = 0;
    this.#size = 0;
    this.changed.notify();
  }
}
