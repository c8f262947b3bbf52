/**
 * Full-screen painter. Ink (debug: true) hands over whole frames; only rows that changed are written, absolutely addressed, in one write, as a
 * synchronized update. The shell's rows are laid over the frame here, without a way through React: typing stays fast however much is shown.
 */
import { EventEmitter } from 'node:events';
import stringWidth from '../fast-width.ts';

/** The terminal pane, painted without Ink: it changes with every byte. */
export type Overlay = {
  /** Where the area begins; it reaches to the right edge. */
  readonly row: number;
  readonly column: number;
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
};

type Painted = { readonly base: string; readonly over: string | undefined; readonly column: number };

/** Stands for stdout towards Ink. */
export class Painter extends EventEmitter {
  readonly #out: NodeJS.WriteStream;
  #frame: readonly string[] = [];
  #overlay: Overlay | undefined;
  #painted: Painted[] = [];
  #cursor = '';
  #cleared = true;
  #scheduled = false;
  #paused = false;
  readonly isTTY = true;

  constructor(out: NodeJS.WriteStream) {
    super();
    this.#out = out;
    out.on('resize', this.#resized);
  }

  get columns(): number {
    return this.#out.columns || 80;
  }

  get rows(): number {
    return this.#out.rows || 24;
  }

  /** Ink's side: a whole frame. */
  write(frame: string, callback?: unknown): boolean {
    this.#frame = frame.replace(/\n$/, '').split('\n');
    this.#schedule();
    if (typeof callback === 'function') callback();
    return true;
  }

  set overlay(overlay: Overlay | undefined) {
    this.#overlay = overlay;
    this.#schedule();
  }

  /** Everything is drawn anew: after a resize, or when another program had the screen. */
  repaint(): void {
    this.#cleared = true;
    this.#schedule();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.repaint();
  }

  /** Writes what is still to be written, and lets go of the terminal. */
  close(): void {
    this.#out.off('resize', this.#resized);
    this.#paused = true;
  }

  readonly #resized = (): void => {
    this.#cleared = true;
    this.emit('resize');
    this.#schedule();
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#paused) return;
    let out = '';
    if (this.#cleared) {
      out += '\x1b[0m\x1b[2J';
      this.#painted = [];
      this.#cleared = false;
    }
    const next = this.#compose();
    next.forEach((row, index) => {
      out += changes(index, row, this.#painted[index]);
    });
    this.#painted = next;
    const cursor = this.#cursorText();
    if (out === '' && cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#out.write(`\x1b[?2026h\x1b[?25l${out}${cursor}\x1b[?2026l`);
  }

  #compose(): Painted[] {
    const overlay = this.#overlay;
    return Array.from({ length: this.rows }, (_, index) => {
      const over = overlay?.rows[index - overlay.row];
      return { base: this.#frame[index] ?? '', over: overlay && index >= overlay.row ? over : undefined, column: overlay?.column ?? 0 };
    });
  }

  #cursorText(): string {
    const { cursor, row, column } = this.#overlay ?? {};
    if (cursor && row !== undefined && column !== undefined) return `\x1b[${row + cursor.row + 1};${column + cursor.column + 1}H\x1b[?25h`;
    // A text field draws its own cursor, inverse: input methods want the real one there too.
    const at = this.#frame.findIndex((each) => each.includes('\x1b[7m'));
    const before = this.#frame[at]?.split('\x1b[7m')[0];
    return before === undefined ? '' : `\x1b[${at + 1};${stringWidth(before) + 1}H\x1b[?25h`;
  }
}

/** What has to be written for one row. */
function changes(index: number, row: Painted, before: Painted | undefined): string {
  const at = (column: number): string => `\x1b[${index + 1};${column + 1}H`;
  const over = row.over === undefined ? '' : `${at(row.column)}${row.over}\x1b[0m\x1b[K`;
  if (before && before.base === row.base && before.column === row.column && (before.over === undefined) === (row.over === undefined))
    return before.over === row.over ? '' : over;
  if (before && before.base === row.base && before.over === undefined && row.over === undefined) return '';
  return `${at(0)}${row.base}\x1b[0m\x1b[K${over}`;
}
