/** Tables as Go's text/tabwriter aligns them. */

type TabwriterOptions = {
  /** No cell is narrower, its padding included. */
  readonly minimum?: number;
  /** Blanks between cells. */
  readonly padding: number;
  /** The last cell ends with a tab in the format, so that it is padded too. */
  readonly padLast?: boolean;
};

export function tabwriter(rows: readonly (readonly string[])[], { minimum = 0, padding, padLast = false }: TabwriterOptions): string {
  const widths: number[] = [];
  // A last cell without a tab behind it belongs to no column.
  for (const row of rows)
    for (const [i, cell] of row.entries()) if (padLast || i < row.length - 1) widths[i] = Math.max(widths[i] ?? minimum, runes(cell) + padding);
  const shown = (cell: string, i: number, last: boolean): string => (last && !padLast ? cell : cell + ' '.repeat((widths[i] ?? 0) - runes(cell)));
  return rows.map((row) => `${row.map((cell, i) => shown(cell, i, i === row.length - 1)).join('')}\n`).join('');
}

/** What is not ASCII is counted by code points. */
const runes = (cell: string): number => (/^[\x00-\x7f]*$/.test(cell) ? cell.length : [...cell].length);
