/** Cuts input into records, as RS says at each read. */
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Regex } from '../regex/regex.ts';
import type { Call } from '../tool.ts';

export class RecordReader {
  readonly #file: OpenFile;
  readonly #call: Call;
  #text = '';
  #at = 0;
  #ended = false;

  constructor(file: OpenFile, call: Call) {
    this.#file = file;
    this.#call = call;
  }

  /** The next record; undefined at the end. RS is one character, "" for paragraphs, or a pattern. */
  *next(separator: string, regexOf: (pattern: string) => Regex): Routine<string | undefined> {
    if (separator === '') return yield* this.#paragraph();
    for (;;) {
      const found = separator.length === 1 ? this.#character(separator) : this.#pattern(regexOf(separator));
      if (found) {
        const record = this.#text.slice(this.#at, found[0]);
        this.#at = found[1];
        return record;
      }
      if (!(yield* this.#more())) return this.#rest();
    }
  }

  #character(separator: string): [number, number] | undefined {
    const end = this.#text.indexOf(separator, this.#at);
    return end < 0 ? undefined : [end, end + 1];
  }

  /** A match that touches the end of what was read might grow with more input. */
  #pattern(regex: Regex): [number, number] | undefined {
    const match = regex.exec(this.#text, this.#at);
    if (!match) return undefined;
    const [start = 0, end = 0] = match;
    return end > start && (end < this.#text.length || this.#ended) ? [start, end] : undefined;
  }

  *#paragraph(): Routine<string | undefined> {
    for (;;) {
      while (this.#text[this.#at] === '\n') this.#at++;
      const end = this.#text.indexOf('\n\n', this.#at);
      if (end >= 0 && this.#at < this.#text.length) {
        const record = this.#text.slice(this.#at, end);
        this.#at = end + 2;
        return record;
      }
      if (!(yield* this.#more())) return this.#rest()?.replace(/\n+$/, '');
    }
  }

  *#more(): Routine<boolean> {
    if (this.#ended) return false;
    yield* this.#call.out.flush();
    const text = yield* this.#file.read();
    const kept = this.#text.length - this.#at;
    if (text === undefined) {
      this.#ended = true;
      return false;
    }
    this.#call.memory.charge(text.length);
    this.#call.memory.release(this.#at);
    this.#text = kept === 0 ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
    return true;
  }

  #rest(): string | undefined {
    const rest = this.#text.slice(this.#at);
    this.#text = '';
    this.#at = 0;
    return rest === '' ? undefined : rest;
  }
}
