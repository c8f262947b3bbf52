/** Go's text/tabwriter: cells end with a tab, a column is a run of lines that have a cell there. */

type TabOptions = { readonly minWidth: number; readonly padding: number };

/** What kubectl describes with. */
export const describeTabs: TabOptions = { minWidth: 0, padding: 2 };
/** What kubectl prints its tables with (cli-runtime/pkg/printers/tabwriter.go). */
const tableTabs: TabOptions = { minWidth: 6, padding: 3 };

/** The text with its tabs turned into aligned columns. */
export function alignTabs(text: string, { minWidth, padding }: TabOptions): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  const widths: number[] = [];
  format(0, lines.length);
  return out.join('\n');

  function format(from: number, to: number): void {
    const column = widths.length;
    let done = from;
    for (let at = from; at < to; at++) {
      if (column >= (lines[at] as string[]).length - 1) continue;
      write(done, at);
      const start = at;
      let width = minWidth;
      for (; at < to; at++) {
        const line = lines[at] as string[];
        if (column >= line.length - 1) break;
        width = Math.max(width, [...(line[column] as string)].length + padding);
      }
      widths.push(width);
      format(start, at);
      widths.pop();
      done = at;
      at--;
    }
    write(done, to);
  }

  function write(from: number, to: number): void {
    for (const line of lines.slice(from, to)) {
      out.push(
        line
          .map((cell, i) => (i < widths.length && i < line.length - 1 ? cell + ' '.repeat(Math.max(0, (widths[i] as number) - [...cell].length)) : cell))
          .join(''),
      );
    }
  }
}

/** Rows as columns with kubectl's three blanks between; the widths may be carried on for a watch. */
export function alignRows(table: readonly (readonly string[])[], remembered: number[] = []): string {
  // A tab inside a cell ends it.
  const rows = table.map((row) => (row.some((cell) => cell.includes('\t')) ? row.join('\t').split('\t') : row));
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, i) => {
      remembered[i] = Math.max(remembered[i] ?? tableTabs.minWidth, [...cell].length + tableTabs.padding);
    });
  }
  return rows.map((row) => `${row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(remembered[i] ?? 0) : cell)).join('')}\n`).join('');
}
