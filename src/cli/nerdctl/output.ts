/** Tables, sizes, ages and templates as nerdctl prints them (pkg/formatter). */
import { dockerFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import { type Context, NerdctlError } from './context.ts';

/** text/tabwriter with 4 blanks between; the last cell is not padded. */
export function table(rows: readonly (readonly string[])[], gap = 4): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const pad = (cell: string, i: number, last: boolean): string => (last ? cell : cell.padEnd((widths[i] ?? 0) + gap));
  return rows.map((row) => `${row.map((cell, i) => pad(cell, i, i === row.length - 1)).join('')}\n`).join('');
}

/** units.HumanSize: powers of 1000 with four digits. */
export const humanSize = (size: number): string => scaled(size, 1000, ['B', 'kB', 'MB', 'GB', 'TB'], '');
/** units.BytesSize: powers of 1024. */
export const bytesSize = (size: number): string => scaled(size, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], '');
/** progress.Bytes of compose: one digit. */
export const shortBytes = (size: number): string => {
  let value = size;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
};

function scaled(size: number, base: number, units: readonly string[], gap: string): string {
  let value = size;
  let unit = 0;
  for (; value >= base && unit < units.length - 1; unit++) value /= base;
  return `${Number(value.toPrecision(4))}${gap}${units[unit]}`;
}

/** go-units RAMInBytes: `64m`, `1.5g`; undefined for what is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?b)?$/i.exec(text.trim());
  if (!match) return undefined;
  const power = ['', 'k', 'm', 'g', 't', 'p'].indexOf((match[2] ?? '').toLowerCase());
  return Math.floor(Number(match[1]) * 1024 ** power);
}

/** units.HumanDuration. */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(hours / 24);
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  return days < 730 ? `${Math.floor(days / 30)} months` : `${Math.floor(days / 365)} years`;
}

/** `2 seconds ago`. */
export const ago = (now: number, then: number): string => `${age(now - then)} ago`;

/** RFC 3339 with nanoseconds. */
export function moment(ms: number): string {
  const micros = String(Math.floor((ms % 1) * 1000)).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, 23)}${micros}000Z`.replace(/\.?0+Z$/, 'Z');
}

/** Go's json.MarshalIndent with four blanks. */
export const json = (value: unknown, indent = 4): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(/[<>&]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Go templates over each value, one line each. */
export function rendered(format: string, values: readonly unknown[]): string {
  try {
    const template = parseTemplate(format, { name: '', functions: dockerFunctions });
    return values.map((value) => `${renderTemplate(template, value, { functions: dockerFunctions })}\n`).join('');
  } catch (error) {
    if (error instanceof GoTemplateError) throw new NerdctlError(error.message);
    throw error;
  }
}

/** Columns of a list: header and the field of a row. */
export type Column<Row> = readonly [header: string, cell: (row: Row) => string];

/** `--format`: empty, `table`, `wide` (the columns), `json` (a line each), or a template over the row's own fields. */
export function listText<Row extends object>(context: Context, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const format = context.flags.text('format');
  if (format === '' || format === 'table' || format === 'wide')
    return table([columns.map(([header]) => header), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]);
  if (format === 'raw') throw new NerdctlError('unsupported format: "raw"');
  if (format === 'json') return rendered('{{json .}}', rows);
  return rendered(
    format
      .replace(/^table\s+/, '')
      .replace(/\\t/g, '\t')
      .replace(/\\n/g, '\n'),
    rows,
  );
}
