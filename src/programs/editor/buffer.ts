/** The text that an editor changes, with undo. */

/** Both from 0. */
export type Place = { row: number; column: number };

/** Lines without their newlines; each change can be undone. */
export class Buffer {
  lines: string[];
  cursor: Place = { row: 0, column: 0 };
  changed = false;
  readonly #undo: { readonly lines: readonly string[]; readonly cursor: Place }[] = [];

  constructor(text: string) {
    this.lines = text === '' ? [''] : text.replace(/\n$/, '').split('\n');
  }

  get text(): string {
    return this.lines.length === 1 && this.lines[0] === '' ? '' : `${this.lines.join('\n')}\n`;
  }

  get line(): string {
    return this.lines[this.cursor.row] ?? '';
  }

  set line(text: string) {
    this.lines[this.cursor.row] = text;
    this.changed = true;
  }

  /** Remembers this state for `u`. */
  save(): void {
    this.#undo.push({ lines: [...this.lines], cursor: { ...this.cursor } });
    if (this.#undo.length > 200) this.#undo.shift();
  }

  undo(): boolean {
    const before = this.#undo.pop();
    if (!before) return false;
    this.lines = [...before.lines];
    this.cursor = { ...before.cursor };
    this.changed = true;
    return true;
  }

  /** Puts the cursor back into the text; `past` allows the place after the last character. */
  clamp(past: boolean): void {
    if (this.lines.length === 0) this.lines = [''];
    this.cursor.row = Math.max(0, Math.min(this.cursor.row, this.lines.length - 1));
    this.cursor.column = Math.max(0, Math.min(this.cursor.column, this.line.length - (past || this.line === '' ? 0 : 1)));
  }

  insert(text: string): void {
    const { column } = this.cursor;
    this.line = this.line.slice(0, column) + text + this.line.slice(column);
    this.cursor.column += text.length;
  }

  split(): void {
    const { row, column } = this.cursor;
    const indent = '';
    const rest = this.line.slice(column);
    this.line = this.line.slice(0, column);
    this.lines.splice(row + 1, 0, indent + rest);
    this.cursor = { row: row + 1, column: indent.length };
  }

  backspace(): void {
    const { row, column } = this.cursor;
    if (column > 0) {
      this.line = this.line.slice(0, column - 1) + this.line.slice(column);
      this.cursor.column--;
    } else if (row > 0) {
      const above = this.lines[row - 1] ?? '';
      this.lines.splice(row - 1, 2, above + this.line);
      this.cursor = { row: row - 1, column: above.length };
      this.changed = true;
    }
  }

  deleteLines(row: number, count: number): string[] {
    this.changed = true;
    const gone = this.lines.splice(row, count);
    if (this.lines.length === 0) this.lines = [''];
    return gone;
  }

  move(key: string): boolean {
    const steps: Readonly<Record<string, readonly [number, number]>> = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] };
    const step = steps[key];
    if (step) {
      this.cursor.row += step[0];
      this.cursor.column += step[1];
    } else if (key === 'home') this.cursor.column = 0;
    else if (key === 'end') this.cursor.column = this.line.length;
    else return false;
    return true;
  }
}
