/** The screen of the simulated terminal: what xterm would show of the bytes that programs write. Knows what shells, less, vi, top and watch use. */
import stringWidth from '../fast-width.ts';
import { History } from './history.ts';
import { type VtEvent, VtParser } from './parser.ts';
import { rewrap } from './rewrap.ts';
import { type CellStyle, Row } from './row.ts';
import { sequences } from './sequences.ts';

/** From 0. */
type Cursor = { row: number; column: number };

/** A screen of rows, and where the next character goes. */
class Buffer {
  rows: Row[];
  cursor: Cursor = { row: 0, column: 0 };
  saved: { cursor: Cursor; style: CellStyle } | undefined;
  /** Rows that scroll, both included. */
  top = 0;
  bottom: number;

  constructor(columns: number, rows: number) {
    this.rows = Array.from({ length: rows }, () => new Row(columns));
    this.bottom = rows - 1;
  }
}

/** Fed with what the tty's output channel gives. */
export class VtScreen {
  columns: number;
  height: number;
  readonly history = new History();
  style: CellStyle = '';
  cursorVisible = true;
  autowrap = true;
  /** Arrow keys are wanted as ESC O A. */
  applicationKeys = false;
  readonly #main: Buffer;
  #alternate: Buffer | undefined;
  readonly #parser = new VtParser();

  constructor(columns: number, height: number) {
    this.columns = columns;
    this.height = height;
    this.#main = new Buffer(columns, height);
  }

  get buffer(): Buffer {
    return this.#alternate ?? this.#main;
  }

  get alternate(): boolean {
    return this.#alternate !== undefined;
  }

  get cursor(): Cursor {
    return this.buffer.cursor;
  }

  write(text: string): void {
    for (const event of this.#parser.parse(text)) this.#handle(event);
  }

  #handle(event: VtEvent): void {
    if (event.type === 'text') this.#print(event.text);
    else if (event.type === 'control') this.#control(event.code);
    else sequences(this, event);
  }

  #control(code: string): void {
    const { cursor } = this;
    if (code === '\n' || code === '\v' || code === '\f') {
      // The line discipline makes CR LF of it.
      cursor.column = 0;
      this.lineFeed();
    } else if (code === '\r') cursor.column = 0;
    else if (code === '\b') cursor.column = Math.max(0, Math.min(cursor.column, this.columns - 1) - 1);
    else if (code === '\t') cursor.column = Math.min(this.columns - 1, (Math.floor(cursor.column / 8) + 1) * 8);
  }

  #print(text: string): void {
    if (/^[\x20-\x7e]*$/.test(text)) this.#printAscii(text);
    else for (const char of text) this.#put(char, char.charCodeAt(0) < 0x7f ? 1 : stringWidth(char));
  }

  #printAscii(text: string): void {
    for (let at = 0; at < text.length; ) {
      const { cursor, rows } = this.buffer;
      const room = this.columns - cursor.column;
      if (room <= 0 || !this.autowrap) {
        this.#put(text[at++] ?? ' ', 1);
        continue;
      }
      const part = text.slice(at, at + room);
      rows[cursor.row]?.putAscii(cursor.column, part, this.style);
      cursor.column += part.length;
      at += part.length;
    }
  }

  #put(char: string, width: number): void {
    const { buffer } = this;
    const { cursor } = buffer;
    const here = buffer.rows[cursor.row];
    if (width === 0 || here?.joins(cursor.column)) {
      here?.combine(Math.max(0, cursor.column - 1), char);
      return;
    }
    if (cursor.column + width > this.columns) {
      if (this.autowrap) {
        here?.wrap(cursor.column);
        cursor.column = 0;
        this.lineFeed();
      } else cursor.column = Math.max(0, this.columns - width);
    }
    buffer.rows[cursor.row]?.put(cursor.column, char, width, this.style);
    cursor.column += width;
  }

  lineFeed(): void {
    const { buffer } = this;
    if (buffer.cursor.row === buffer.bottom) this.scroll(1);
    else if (buffer.cursor.row < this.height - 1) buffer.cursor.row++;
  }

  /** Moves the scrolling rows up (down for a negative count). */
  scroll(count: number): void {
    const { buffer } = this;
    const { top, bottom, rows } = buffer;
    for (let i = 0; i < Math.min(Math.abs(count), bottom - top + 1); i++) {
      if (count > 0) {
        const [gone] = rows.splice(top, 1);
        if (gone && top === 0 && !this.alternate) this.history.push(gone.part, gone.wrapped);
        rows.splice(bottom, 0, new Row(this.columns));
      } else {
        rows.splice(bottom, 1);
        rows.splice(top, 0, new Row(this.columns));
      }
    }
  }

  enterAlternate(): void {
    this.#alternate ??= new Buffer(this.columns, this.height);
  }

  leaveAlternate(): void {
    this.#alternate = undefined;
    this.style = '';
    this.cursorVisible = true;
    this.applicationKeys = false;
  }

  /** A new size: lines of the main screen are wrapped anew, full-screen programs draw anew themselves. */
  resize(columns: number, height: number): void {
    if (columns === this.columns && height === this.height) return;
    const lines = this.#lines();
    this.columns = columns;
    this.height = height;
    if (this.#alternate) this.#alternate = new Buffer(columns, height);
    const all = lines.flatMap(({ text, cursor }) => {
      const rows = rewrap(text, columns);
      return rows.map((row, index) => ({
        row,
        wrapped: index < rows.length - 1,
        cursor: cursor !== undefined && index === rows.length - 1 ? cursor : undefined,
      }));
    });
    const gone = all.slice(0, Math.max(0, all.length - height));
    for (const { row, wrapped } of gone) this.history.push(row, wrapped);
    this.#fill(all.slice(gone.length));
  }

  /** Lines of the main screen up to the cursor's or the last that shows something, with what has scrolled off as far as it may show again. */
  #lines(): { text: string; cursor: number | undefined }[] {
    const { rows, cursor } = this.#main;
    let last = rows.length - 1;
    while (last > cursor.row && rows[last]?.length === 0) last--;
    const lines: { text: string; cursor: number | undefined }[] = [];
    let open = false;
    for (let i = 0; i <= last; i++) {
      const row = rows[i] as Row;
      const column = i === cursor.row ? cursor.column : undefined;
      // The cursor may stand on blanks: they count.
      const text = column !== undefined && column > row.length && !row.wrapped ? row.text + ' '.repeat(column - row.length) : row.part;
      const before = lines.at(-1);
      if (open && before) lines[lines.length - 1] = { text: before.text + text, cursor: column ?? before.cursor };
      else lines.push({ text, cursor: column });
      open = row.wrapped;
    }
    for (let taken = 0; taken < 200; taken++) {
      const line = this.history.pop();
      if (!line) break;
      const first = lines[0];
      if (line.goesOn && first) lines[0] = { ...first, text: line.text + first.text };
      else lines.unshift({ text: line.text, cursor: undefined });
    }
    return lines;
  }

  #fill(rows: readonly { readonly row: string; readonly wrapped: boolean; readonly cursor: number | undefined }[]): void {
    const main = this.#main;
    const { style } = this;
    const hidden = this.#alternate;
    this.#alternate = undefined;
    main.rows = Array.from({ length: this.height }, () => new Row(this.columns));
    main.top = 0;
    main.bottom = this.height - 1;
    let at: Cursor = { row: Math.max(0, rows.length - 1), column: 0 };
    rows.forEach(({ row, wrapped, cursor }, index) => {
      main.cursor = { row: index, column: 0 };
      this.style = '';
      for (const event of new VtParser().parse(row)) this.#handle(event);
      const target = main.rows[index];
      if (wrapped) target?.wrap(main.cursor.column);
      if (cursor !== undefined) at = { row: index, column: Math.min(main.cursor.column, this.columns) };
    });
    main.cursor = at;
    this.style = style;
    this.#alternate = hidden;
  }
}
