/** Rows of cells in columns as wide as their widest: to the right where `isRight` says so; nothing is padded at the end of a line. */
export function aligned(rows: readonly (readonly string[])[], isRight: (column: number) => boolean, least: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_cell, i) => Math.max(least[i] ?? 0, ...rows.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number): string => (isRight(i) ? text.padStart(widths[i] ?? 0) : i === widths.length - 1 ? text : text.padEnd(widths[i] ?? 0));
  return rows.map((row) => `${row.map(cell).join(' ')}\n`).join('');
}
