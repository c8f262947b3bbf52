/** Input of a program, line by line or whole, with bounded memory. */
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import type { Memory } from './memory.ts';
import type { Output } from './output.ts';

/** Reads lines; before it waits for more, what was gathered for output is written. */
export class LineReader {
  readonly #file: OpenFile;
  readonly #out: Output | undefined;
  readonly #memory: Memory;
  readonly #delimiter: string;
  #chunk = '';
  #at = 0;
  /** Pieces of a line whose end has not come yet. */
  #pieces: string[] = [];
  #pending = 0;
  #ended = false;
  /** False after a last line that had no delimiter. */
  complete = true;

  constructor(file: OpenFile, options: { readonly out?: Output; readonly memory: Memory; readonly delimiter?: string }) {
    this.#file = file;
    this.#out = options.out;
    this.#memory = options.memory;
    this.#delimiter = options.delimiter ?? '\n';
  }

  /** The next line without its delimiter; undefined at the end. */
  *next(): Routine<string | undefined> {
    for (;;) {
      const end = this.#chunk.indexOf(this.#delimiter, this.#at);
      if (end >= 0) {
        const line = this.#chunk.slice(this.#at, end);
        this.#at = end + 1;
        return this.#pieces.length === 0 ? line : this.#join(line);
      }
      this.#keep();
      if (this.#ended || !(yield* this.#fill())) return this.#last();
    }
  }

  /** What was read but not yet asked for, to be given back to a shared descriptor. */
  rest(): string {
    const rest = this.#pieces.join('') + this.#chunk.slice(this.#at);
    this.#pieces = [];
    this.#chunk = '';
    this.#at = 0;
    return rest;
  }

  *#fill(): Routine<boolean> {
    if (this.#out) yield* this.#out.flush();
    const text = yield* this.#file.read();
    if (text === undefined) {
      this.#ended = true;
      return false;
    }
    this.#memory.goThrough(text.length);
    this.#chunk = text;
    this.#at = 0;
    return true;
  }

  #keep(): void {
    if (this.#at >= this.#chunk.length) return;
    const piece = this.#at === 0 ? this.#chunk : this.#chunk.slice(this.#at);
    const before = this.#pieces[this.#pieces.length - 1];
    // An endless line of the same bytes (/dev/zero) is kept once, however long it gets.
    const same = before === piece;
    this.#pieces.push(same ? before : piece);
    this.#pending += piece.length;
    this.#memory.charge(piece.length, same ? 16 : piece.length);
    this.#chunk = '';
    this.#at = 0;
  }

  #join(end: string): string {
    const line = this.#memory.join(this.#pieces, end);
    this.#memory.release(this.#pending);
    this.#pieces = [];
    this.#pending = 0;
    return line;
  }

  #last(): string | undefined {
    if (this.#pieces.length === 0) return undefined;
    this.complete = false;
    return this.#join('');
  }
}

/** Reads everything that is left, within the bounds of memory. */
export function* readWhole(file: OpenFile, memory: Memory): Routine<string> {
  const pieces: string[] = [];
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
    const before = pieces[pieces.length - 1];
    pieces.push(before === text ? before : text);
    memory.charge(text.length, before === text ? 16 : text.length);
  }
  return memory.join(pieces);
}

/** Opens a file to read; `-` is standard input. The caller closes it. */
export function openInput(process: Process, name: string): OpenFile {
  return name === '-' ? process.stdin.retain() : process.kernel.open(process, name, { read: true });
}
