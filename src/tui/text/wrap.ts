/** Lines of a width, in columns: words stay whole (a Korean or English one is broken only where a line is too short for it). */

import stringWidth from '../fast-width.ts';
import { graphemes } from '../prompt.ts';
import type { Look, Style } from './style.ts';

/** A piece of a line in one look. */
export type Span = { readonly text: string; readonly look: Look };
type Cell = { readonly text: string; readonly width: number; readonly look: Look };

type Margins = { readonly first?: string; readonly rest?: string };

/** Wraps styled text; `first` and `rest` stand before the first and the other lines. */
export function wrapSpans(spans: readonly Span[], width: number, style: Style, { first = '', rest = first }: Margins = {}): string[] {
  const rows: string[] = [];
  let row: Cell[] = [];
  let used = 0;
  const room = (): number => Math.max(1, width - stringWidth(rows.length === 0 ? first : rest));
  const flush = (): void => {
    rows.push((rows.length === 0 ? first : rest) + paint(trimmed(row), style));
    row = [];
    used = 0;
  };
  for (const word of wordsOf(spans)) {
    if (word === 'newline') {
      flush();
      continue;
    }
    const wide = widthOf(word);
    const blank = word[0]?.text === ' ';
    if (used + wide > room() && used > 0) {
      if (blank) continue;
      flush();
    }
    if (blank && used === 0 && rows.length > 0) continue;
    for (const cell of word) {
      if (used + cell.width > room() && used > 0) flush();
      row.push(cell);
      used += cell.width;
    }
  }
  if (row.length > 0 || rows.length === 0) flush();
  return rows;
}

/** One line, cut to a width; what is cut off is shown by an ellipsis. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  if (stringWidth(text) <= width) return text;
  let out = '';
  let used = 0;
  for (const each of graphemes(text)) {
    const wide = stringWidth(each);
    if (used + wide > width - 1) break;
    out += each;
    used += wide;
  }
  return `${out}…`;
}

/** The text and blanks up to a width. */
export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { width }) => sum + width, 0);

function trimmed(row: readonly Cell[]): readonly Cell[] {
  let end = row.length;
  while (end > 0 && row[end - 1]?.text === ' ') end--;
  return row.slice(0, end);
}

/** Words and the blanks between them, over the borders of spans. */
function* wordsOf(spans: readonly Span[]): Generator<Cell[] | 'newline'> {
  let word: Cell[] = [];
  for (const { text, look } of spans) {
    for (const each of graphemes(text)) {
      if (each === '\n' || each === ' ') {
        if (word.length > 0) yield word;
        word = [];
        yield each === '\n' ? 'newline' : [{ text: ' ', width: 1, look }];
      } else word.push({ text: each, width: stringWidth(each), look });
    }
  }
  if (word.length > 0) yield word;
}

/** Neighbours of one look share their escape sequences. */
function paint(cells: readonly Cell[], style: Style): string {
  let out = '';
  for (let i = 0; i < cells.length; ) {
    const look = cells[i]?.look ?? 'plain';
    let text = '';
    while (i < cells.length && cells[i]?.look === look) text += cells[i++]?.text ?? '';
    out += style(look, text);
  }
  return out;
}
