/** What an expanded word becomes: fields, which know what in them was quoted. */
import { ShellError } from './flow.ts';
import { hasPattern } from './pattern.ts';

/** A word, or the output of `$( )`, longer than this would only eat memory. */
export const longestText = 64 * 1024 * 1024;

/** What bash says, and does, when malloc fails: builtins and lib/malloc/xmalloc.c. */
export const outOfMemory = (bytes: number): ShellError => new ShellError(`xrealloc: cannot allocate ${bytes} bytes`, { fatal: true, status: 2 });

type Piece = { readonly text: string; readonly quoted: boolean };

/** One word of the result, still knowing its quoting. */
class Field {
  readonly #pieces: Piece[] = [];
  text = '';
  /** True when it could name files. */
  pattern = false;

  add(text: string, quoted: boolean): void {
    if (text === '' && this.#pieces.length > 0) return;
    if (this.text.length + text.length > longestText) throw outOfMemory(this.text.length + text.length);
    this.#pieces.push({ text, quoted });
    this.text += text;
    if (!quoted && !this.pattern) this.pattern = hasPattern(text);
  }

  /** The text with what was quoted escaped in the way of some pattern language. */
  escaped(quote: (text: string) => string): string {
    let out = '';
    for (const { text, quoted } of this.#pieces) out += quoted ? quote(text) : text;
    return out;
  }
}

/** Builds fields from pieces; with `ifs` the unquoted results of expansions are split. */
export class Fields {
  readonly done: Field[] = [];
  #open: Field | undefined;
  readonly #separators: string | undefined;

  /** `separators`: the value of IFS, or undefined where nothing is split. */
  constructor(separators: string | undefined) {
    this.#separators = separators;
  }

  get splits(): boolean {
    return this.#separators !== undefined;
  }

  add(text: string, quoted: boolean): void {
    if (text === '' && !quoted) return;
    if (!this.#open) {
      this.#open = new Field();
      this.done.push(this.#open);
    }
    this.#open.add(text, quoted);
  }

  /** The result of an unquoted expansion. */
  addSplit(text: string): void {
    const separators = this.#separators;
    if (separators === undefined || separators === '') return this.add(text, false);
    // A text of megabytes is not walked unit by unit for nothing.
    if (text.length > 4096 && ![...separators].some((each) => text.includes(each))) return this.add(text, false);
    for (let i = 0; i < text.length; ) {
      if (!separators.includes(text[i] as string)) {
        const from = i;
        while (i < text.length && !separators.includes(text[i] as string)) i++;
        this.add(text.slice(from, i), false);
      } else i = this.#delimiter(text, i, separators);
    }
  }

  /** Ends the open field. */
  break(): void {
    this.#open = undefined;
  }

  /** Blanks of IFS, with at most one other separator among them, end a field; a lone separator with nothing before it makes an empty one. */
  #delimiter(text: string, from: number, separators: string): number {
    let i = from;
    const skipBlanks = (): void => {
      while (i < text.length && separators.includes(text[i] as string) && isBlank(text[i] as string)) i++;
    };
    skipBlanks();
    if (i < text.length && separators.includes(text[i] as string)) {
      i++;
      if (!this.#open) this.done.push(new Field());
      skipBlanks();
    }
    this.break();
    return i;
  }
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\n';
