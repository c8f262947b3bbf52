/** Tables, templates and units of docker's output (cli/command/formatter, go-units). */
import { dockerFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import { goJson } from '../../apimachinery/go-text.ts';
import { CliError } from './context.ts';

/** A column: its key in templates, its heading, its cell. */
export type Column<Row> = readonly [key: string, heading: string, cell: (row: Row) => string];

/** tabwriter(10, 1, 3): cells at least ten wide, three blanks apart, the last unpadded. */
export function table(rows: readonly (readonly string[])[], minimum = 10): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(minimum, ...rows.map((row) => [...(row[i] ?? '')].length + 3)));
  return rows
    .map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + cell.length - [...cell].length))).join('')}\n`)
    .join('');
}

/** By `--format` (`table …`, `json` or a template) or the columns of the default table. */
export function formatted<Row>(format: string, columns: readonly Column<Row>[], defaults: readonly string[], rows: readonly Row[]): string {
  const data = (row: Row): Record<string, string> => Object.fromEntries(columns.map(([key, , cell]) => [key, cell(row)]));
  const byKey = new Map(columns.map((column) => [column[0], column]));
  if (format === '' || format === 'table') {
    const shown = columns.length === 0 ? [] : defaults.map((key) => byKey.get(key)).filter((each) => each !== undefined);
    return table([shown.map(([, heading]) => heading), ...rows.map((row) => shown.map(([, , cell]) => cell(row)))]);
  }
  if (format === 'json') return rows.map((row) => `${goJson(sorted(data(row)))}\n`).join('');
  const isTable = format.startsWith('table');
  const source = (isTable ? format.slice(5).trimStart() : format).replaceAll('\\t', '\t').replaceAll('\\n', '\n');
  const lines = rows.map((row) => render(source, data(row)));
  if (!isTable) return lines.map((line) => `${line}\n`).join('');
  const headings = Object.fromEntries(columns.map(([key, heading]) => [key, heading]));
  return table([render(source, headings), ...lines].map((line) => line.split('\t')));
}

const sorted = (value: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A Go template over a value; docker's words when it is none. */
export function render(source: string, value: unknown): string {
  try {
    return renderTemplate(parseTemplate(source, { functions: dockerFunctions }), value, { functions: dockerFunctions });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`);
  }
}

/** go-units HumanSize: decimal, four significant digits. */
export const size = (bytes: number, digits = 4): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${significant(value, digits)}${units[unit]}`;
};

/** go-units BytesSize: 1024 and `MiB`. */
export const binarySize = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${significant(value, 4)}${units[unit]}`;
};

const significant = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

/** `64m`, `1.5g` as bytes. */
export function parseSize(value: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)i?b?$/i.exec(value);
  if (!match) throw new CliError(`invalid argument "${value}" for "${flag}" flag: invalid size: '${value}'`, 125);
  return Math.floor(Number(match[1]) * 1024 ** ' kmgt'.indexOf((match[2] || ' ').toLowerCase().replace('b', ' ')));
}

/** go-units HumanDuration. */
export function ago(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  return hours < 24 * 365 * 2 ? `${Math.floor(hours / 24 / 30)} months` : `${Math.floor(hours / 24 / 365)} years`;
}
