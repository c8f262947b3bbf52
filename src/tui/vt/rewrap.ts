/** A coloured line cut into rows of a width, each with its own escape sequences. */
import stringWidth from '../fast-width.ts';
import { graphemes } from '../prompt.ts';

export function rewrap(text: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  let style = '';
  for (const part of text.split(/(\x1b\[[0-9;:]*m)/)) {
    if (part.startsWith('\x1b')) {
      style = /\[0?m$/.test(part) ? '' : /\[0;/.test(part) ? part : style + part;
      row += part;
      continue;
    }
    for (const each of graphemes(part)) {
      const width = stringWidth(each);
      if (used + width > columns && used > 0) {
        rows.push(style === '' ? row : `${row}\x1b[0m`);
        row = style;
        used = 0;
      }
      row += each;
      used += width;
    }
  }
  rows.push(row);
  return rows;
}
