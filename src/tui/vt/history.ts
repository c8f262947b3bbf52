/** Lines that have left a screen at its top, bounded in number and size. Whole lines: how they wrap depends on the width they are shown at. */
import stringWidth from '../fast-width.ts';
import { rewrap } from './rewrap.ts';

const mostLines = 10_000;
const mostBytes = 4 * 1024 * 1024;

export class History {
  #lines: string[] = [];
  #widths: number[] = [];
  #bytes = 0;
  /** The last line goes on. */
  #open = false;

  get length(): number {
    return this.#lines.length;
  }

  push(text: string, goesOn: boolean): void {
    const last = this.#lines.length - 1;
    if (this.#open && last >= 0) {
      this.#lines[last] += text;
      this.#widths[last] = (this.#widths[last] ?? 0) + stringWidth(text);
    } else {
      this.#lines.push(text);
      this.#widths.push(stringWidth(text));
    }
    this.#bytes += text.length;
    this.#open = goesOn;
    if (this.#lines.length > mostLines + 500 || this.#bytes > mostBytes) this.#trim();
  }

  clear(): void {
    this.#lines = [];
    this.#widths = [];
    this.#bytes = 0;
    this.#open = false;
  }

  /** Takes back the last line, for a screen that has become higher or narrower. */
  pop(): { readonly text: string; readonly goesOn: boolean } | undefined {
    const text = this.#lines.pop();
    if (text === undefined) return undefined;
    this.#widths.pop();
    this.#bytes -= text.length;
    const goesOn = this.#open;
    this.#open = false;
    return { text, goesOn };
  }

  /** Rows that all lines take at a width. */
  rowsAt(columns: number): number {
    let sum = 0;
    for (const width of this.#widths) sum += Math.max(1, Math.ceil(width / columns));
    return sum;
  }

  /** `count` rows, of which the last stands `back` rows above the screen's top; fewer at the beginning. */
  rows(columns: number, back: number, count: number): string[] {
    const out: string[] = [];
    let skip = back;
    for (let i = this.#lines.length - 1; i >= 0 && out.length < count; i--) {
      const height = Math.max(1, Math.ceil((this.#widths[i] ?? 0) / columns));
      if (skip >= height) {
        skip -= height;
        continue;
      }
      const rows = height === 1 ? [this.#lines[i] ?? ''] : rewrap(this.#lines[i] ?? '', columns);
      for (let j = rows.length - 1 - skip; j >= 0 && out.length < count; j--) out.push(rows[j] ?? '');
      skip = 0;
    }
    return out.reverse();
  }

  #trim(): void {
    let drop = Math.max(0, this.#lines.length - mostLines);
    let bytes = this.#bytes;
    for (let i = 0; i < drop; i++) bytes -= this.#lines[i]?.length ?? 0;
    while (bytes > mostBytes * 0.9 && drop < this.#lines.length - 1) bytes -= this.#lines[drop++]?.length ?? 0;
    this.#lines = this.#lines.slice(drop);
    this.#widths = this.#widths.slice(drop);
    this.#bytes = bytes;
  }
}
