/** One row of a screen: characters and how each looks. */

/** SGR parameters as they were sent, `''` for none; equal looks are equal texts. */
export type CellStyle = string;

/** A wide character stands in two cells, the second of them empty. */
export class Row {
  readonly chars: string[];
  readonly styles: CellStyle[];
  /** The line goes on in the next row. */
  wrapped = false;
  /** Where it was left then: before a wide character that found no room, one cell stays empty that is no blank of the line. */
  wrappedAt = 0;
  #painted: string | undefined;

  constructor(columns: number) {
    this.chars = new Array<string>(columns).fill(' ');
    this.styles = new Array<CellStyle>(columns).fill('');
  }

  /** Puts a character at a column; the second half of a wide one is an empty text. */
  put(column: number, char: string, width: number, style: CellStyle): void {
    this.#painted = undefined;
    // Half of a wide character that is written over leaves a blank.
    if (this.chars[column] === '' && column > 0) this.chars[column - 1] = ' ';
    this.chars[column] = char;
    this.styles[column] = style;
    if (width === 2 && column + 1 < this.chars.length) {
      this.chars[column + 1] = '';
      this.styles[column + 1] = style;
    }
    const after = column + width;
    if (this.chars[after] === '') this.chars[after] = ' ';
  }

  /** A run of ASCII: most of what is ever written. */
  putAscii(column: number, text: string, style: CellStyle): void {
    this.#painted = undefined;
    const { chars, styles } = this;
    if (chars[column] === '' && column > 0) chars[column - 1] = ' ';
    for (let i = 0; i < text.length; i++) {
      chars[column + i] = text[i] ?? ' ';
      styles[column + i] = style;
    }
    if (chars[column + text.length] === '') chars[column + text.length] = ' ';
  }

  /** What comes at a column belongs to the picture before it (a family, a flag of many parts). */
  joins(column: number): boolean {
    const before = this.chars[column - 1] || this.chars[column - 2];
    return before?.endsWith('\u200d') ?? false;
  }

  /** A mark that combines with the character before it. */
  combine(column: number, mark: string): void {
    this.#painted = undefined;
    const at = this.chars[column] === '' ? column - 1 : column;
    const char = this.chars[at];
    if (char !== undefined && char.length < 32) this.chars[at] = char + mark;
  }

  wrap(column: number): void {
    this.wrapped = true;
    this.wrappedAt = column;
  }

  erase(from: number, to: number): void {
    this.#painted = undefined;
    this.chars.fill(' ', from, to);
    this.styles.fill('', from, to);
  }

  insert(column: number, count: number): void {
    this.#shift(column, 0, count);
  }

  remove(column: number, count: number): void {
    this.#shift(column, count, 0);
  }

  #shift(column: number, removed: number, added: number): void {
    this.#painted = undefined;
    const { length } = this.chars;
    this.chars.splice(column, removed, ...new Array<string>(added).fill(' '));
    this.styles.splice(column, removed, ...new Array<CellStyle>(added).fill(''));
    while (this.chars.length < length) {
      this.chars.push(' ');
      this.styles.push('');
    }
    this.chars.length = length;
    this.styles.length = length;
  }

  /** Columns up to the last one that shows something. */
  get length(): number {
    let end = this.chars.length;
    while (end > 0 && this.chars[end - 1] === ' ' && this.styles[end - 1] === '') end--;
    return end;
  }

  /** The row as text with escape sequences, without the blanks at its end. */
  get text(): string {
    this.#painted ??= this.slice(0, this.length);
    return this.#painted;
  }

  /** Its part of the line: blanks at its end belong to it where the line goes on. */
  get part(): string {
    return this.wrapped ? this.slice(0, Math.max(this.wrappedAt, this.length)) : this.text;
  }

  slice(from: number, to: number): string {
    let out = '';
    let style = '';
    for (let i = from; i < to; i++) {
      const next = this.styles[i] ?? '';
      if (next !== style) {
        out += next === '' ? '\x1b[0m' : style === '' ? `\x1b[${next}m` : `\x1b[0;${next}m`;
        style = next;
      }
      out += this.chars[i] ?? '';
    }
    return style === '' ? out : `${out}\x1b[0m`;
  }
}
