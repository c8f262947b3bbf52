/** What etcdctl and etcdutl share: tables, sizes, zap's log lines, JSON with 64-bit numbers. */
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';

/** olekukonko/tablewriter as etcd uses it: headings in the middle, cells to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = headings.map((heading) => heading.toUpperCase());
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const middle = (text: string, width: number): string => {
    const left = Math.floor((width - text.length) / 2);
    return `${' '.repeat(left)}${text}`.padEnd(width);
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const body = rows.map((row) => line(widths.map((width, i) => (row[i] ?? '').padStart(width))));
  return rule + line(titles.map((title, i) => middle(title, widths[i] ?? 0))) + rule + body.join('') + rule;
}

/** dustin/go-humanize Bytes: `2.1 MB`. */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const exponent = Math.floor(Math.log(bytes) / Math.log(1000));
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[exponent]}`;
}

/** One line of zap's JSON encoder on standard error. */
export function* zap(
  process: Process,
  level: 'info' | 'warn' | 'error' | 'fatal',
  caller: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
  logger?: string,
): Routine {
  const ts = new Date(process.now).toISOString().replace('Z', '000Z');
  yield* process.printError(`${JSON.stringify({ level, ts, ...(logger ? { logger } : {}), caller, msg: message, ...more })}\n`);
}

/** A number that JSON.stringify would round. */
export class Uint64 {
  readonly digits: string;
  constructor(hex: string) {
    this.digits = BigInt(`0x${hex}`).toString();
  }
}

/** JSON in which a Uint64 stands with all its digits; undefined fields are left out. */
export function wideJson(value: unknown): string {
  if (value instanceof Uint64) return value.digits;
  if (Array.isArray(value)) return `[${value.map(wideJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${wideJson(part)}`).join(',')}}`;
}

/** Go's `%q`, near enough for keys and values. */
export const quoted = (text: string): string => JSON.stringify(text);
