/** sed's input: lines over all files, with one line of foresight (`$` must know the last). */
import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { type LineReader, openInput } from '../input.ts';
import type { Call } from '../tool.ts';

export class SedInput {
  readonly #call: Call;
  readonly #names: readonly string[];
  readonly #delimiter: string;
  #index = 0;
  #file: OpenFile | undefined;
  #reader: LineReader | undefined;
  #ahead: { readonly text: string; readonly complete: boolean } | undefined;
  #looked = false;
  /** Whether the line given last ended with a newline. */
  complete = true;
  name = '-';

  constructor(call: Call, names: readonly string[], delimiter: string) {
    this.#call = call;
    this.#names = names;
    this.#delimiter = delimiter;
  }

  *next(): Routine<string | undefined> {
    const line = this.#looked ? this.#ahead : yield* this.#read();
    this.#looked = false;
    this.#ahead = undefined;
    if (!line) return undefined;
    this.complete = line.complete;
    return line.text;
  }

  /** Whether the line given last is the last of all. */
  *atEnd(): Routine<boolean> {
    if (!this.#looked) {
      this.#ahead = yield* this.#read();
      this.#looked = true;
    }
    return this.#ahead === undefined;
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#reader = undefined;
  }

  *#read(): Routine<{ readonly text: string; readonly complete: boolean } | undefined> {
    for (;;) {
      if (!this.#reader) {
        const name = this.#names[this.#index++];
        if (name === undefined) return undefined;
        if (!(yield* this.#open(name))) continue;
      }
      const reader = this.#reader as LineReader | undefined;
      const text = reader ? yield* reader.next() : undefined;
      if (text !== undefined && reader) return { text, complete: reader.complete };
      this.close();
    }
  }

  *#open(name: string): Routine<boolean> {
    try {
      this.#file = openInput(this.#call.process, name);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* this.#call.complain(error.code === 'EISDIR' ? `read error on ${name}: Is a directory` : `can't read ${name}: ${error.message}`, 2);
      return false;
    }
    this.name = name;
    this.#reader = this.#call.lines(this.#file, this.#delimiter);
    return true;
  }
}
