/** Names in columns, as ls and completion show them. */

/** How many columns of a terminal a text takes; colour codes take none, wide letters two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];
const isWide = (point: number): boolean => point >= 0x1100 && wideRanges.some(([low, high]) => point >= low && point <= high);

/** As many columns as fit, filled downwards (or across). Two blanks part them. */
export function byColumns(cells: readonly string[], width: number, across = false): string {
  if (cells.length === 0) return '';
  const lengths = cells.map(displayWidth);
  for (let columns = Math.min(cells.length, Math.floor(width / 3) || 1); columns > 1; columns--) {
    const rows = Math.ceil(cells.length / columns);
    if (!across && Math.ceil(cells.length / rows) !== columns) continue;
    const widths = columnWidths(lengths, columns, rows, across);
    if (widths.reduce((sum, each) => sum + each, 0) <= width) return draw(cells, lengths, widths, rows, across);
  }
  return cells.map((cell) => `${cell}\n`).join('');
}

const cellAt = (row: number, column: number, rows: number, columns: number, across: boolean): number => (across ? row * columns + column : column * rows + row);

function columnWidths(lengths: readonly number[], columns: number, rows: number, across: boolean): number[] {
  const widths = new Array<number>(columns).fill(0);
  for (const [i, length] of lengths.entries()) {
    const column = across ? i % columns : Math.floor(i / rows);
    widths[column] = Math.max(widths[column] ?? 0, length + (column === columns - 1 ? 0 : 2));
  }
  return widths;
}

function draw(cells: readonly string[], lengths: readonly number[], widths: readonly number[], rows: number, across: boolean): string {
  let out = '';
  for (let row = 0; row < rows; row++) {
    let line = '';
    for (let column = 0; column < widths.length; column++) {
      const i = cellAt(row, column, rows, widths.length, across);
      const cell = cells[i];
      if (cell === undefined) continue;
      const last = cellAt(row, column + 1, rows, widths.length, across) >= cells.length || column === widths.length - 1;
      line += last ? cell : cell + ' '.repeat((widths[column] ?? 0) - (lengths[i] ?? 0));
    }
    out += `${line}\n`;
  }
  return out;
}
