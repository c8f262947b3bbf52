/** Ink's standard input: gets only the keys that are meant for its components, one at a time, so that none is lost between two renders. */
import { EventEmitter } from 'node:events';
import type { KeyEvent } from './keys.ts';

export class InkInput extends EventEmitter {
  readonly isTTY = true;
  readonly #waiting: string[] = [];
  #current: string | undefined;
  #scheduled = false;

  /** A key, a text; a paste as its one-row fields can take it. */
  push(event: KeyEvent): void {
    this.#waiting.push(event.type === 'key' ? event.raw : event.type === 'text' ? event.text : event.text.slice(0, 400).replace(/[\s\x00-\x1f]+/g, ' '));
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
