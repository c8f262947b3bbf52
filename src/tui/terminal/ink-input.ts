/** Ink's standard input: gets only the keys that are meant for its components, one at a time, so that none is lost between two renders. */
import { EventEmitter } from 'node:events';

export class InkInput extends EventEmitter {
  readonly isTTY = true;
  readonly #waiting: string[] = [];
  #current: string | undefined;
  #scheduled = false;

  /** One key's bytes, or a text. */
  push(keys: string): void {
    this.#waiting.push(keys);
    this.#deliver();
  }

  #deliver(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // React runs effects, in which components take up their new handlers, one turn after it has drawn.
    setImmediate(() => setImmediate(() => setImmediate(this.#next)));
  }

  readonly #next = (): void => {
    this.#scheduled = false;
    this.#current = this.#waiting.shift();
    if (this.#current !== undefined) this.emit('readable');
    if (this.#waiting.length > 0) this.#deliver();
  };

  read(): string | null {
    const keys = this.#current ?? null;
    this.#current = undefined;
    return keys;
  }

  // What Ink does with a terminal's input; the real one is in raw mode all the time.
  setRawMode(): this {
    return this;
  }
  setEncoding(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
