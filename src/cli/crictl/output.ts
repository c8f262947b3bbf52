/** How crictl prints: tables, ages, sizes, JSON, YAML, templates. */
import { crictlFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import { goJson } from '../../apimachinery/go-text.ts';
import { sortedJson } from '../../apimachinery/json.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import { Fatal } from './context.ts';

/** text/tabwriter with a minimal width of 20 and 3 blanks between; the last cell is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 20, cell.length + 3);
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 20))).join('')}\n`).join('');
}

/** docker/go-units HumanDuration. */
export function humanAge(ms: number): string {
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
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

/** docker/go-units HumanSizeWithPrecision: powers of 1000, so many digits. */
export function humanSize(bytes: number, precision = 3): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(precision))}${units[unit]}`;
}

export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 13);

/** JSON with keys in the API's order. */
export const json = (value: unknown): string => `${goJson(value, 2)}\n`;
/** JSON and YAML with sorted keys. */
export const sorted = (value: unknown): string => `${sortedJson(value, 2)}\n`;
export const yaml = (value: unknown): string => dumpYaml(value);

/** The formats of inspect and info; undefined for `table`. */
export function formatted(value: unknown, format: string, template: string): string | undefined {
  if (format === 'json' || format === '') return sorted(value);
  if (format === 'yaml') return yaml(value);
  if (format === 'table') return undefined;
  if (format !== 'go-template') throw new Fatal(`unsupported format: ${JSON.stringify(format)}`);
  if (template === '') throw new Fatal('template string is empty');
  try {
    return `${renderTemplate(parseTemplate(template, { functions: crictlFunctions }), value, { functions: crictlFunctions })}\n`;
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new Fatal(`failed to execute template: ${error.message}`);
  }
}

/** Nanoseconds since 1970, as JSON text of an int64. */
export function nanos(ms: number): string {
  const whole = Math.floor(ms);
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.floor((ms - whole) * 1000)) * 1000n);
}

/** RFC 3339 with nanoseconds; year 1 for never. */
export function moment(ms: number): string {
  if (ms === 0) return '0001-01-01T00:00:00Z';
  const digits = nanos(ms).slice(-9).replace(/0+$/, '');
  return `${new Date(ms).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`;
}
