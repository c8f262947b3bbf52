/** Tables and values as ctr prints them. */

/** text/tabwriter; each cell ends with a tab, so that the last is padded too. `gap` blanks between. */
export function table(rows: readonly (readonly string[])[], gap = 1, padLast = true): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const pad = (cell: string, i: number, last: boolean): string => (last && !padLast ? cell : cell.padEnd((widths[i] ?? 0) + gap));
  return rows.map((row) => `${row.map((cell, i) => pad(cell, i, i === row.length - 1)).join('')}\n`).join('');
}

/** pkg/progress Bytes: powers of 1024 with one digit. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** Filters such as `name==x`, `name~=x`, `labels.app==x`; several are alternatives. */
export function filter<T>(items: readonly T[], filters: readonly string[], field: (item: T, path: string) => string | undefined): T[] {
  if (filters.length === 0) return [...items];
  return items.filter((item) => filters.some((each) => each.split(',').every((term) => holds(item, term, field))));
}

function holds<T>(item: T, term: string, field: (item: T, path: string) => string | undefined): boolean {
  const match = /^([^=~!]+)(==|!=|~=|=)?(.*)$/.exec(term);
  if (!match) return false;
  const [, path = '', operator, raw = ''] = match;
  const value = field(item, path);
  const wanted = raw.replace(/^"(.*)"$/, '$1');
  if (operator === undefined) return value !== undefined;
  if (operator === '!=') return value !== wanted;
  if (operator === '~=') return value?.includes(wanted.replace(/^\^|\$$/g, '')) ?? false;
  return value === wanted;
}

const never = '0001-01-01T00:00:00Z';

/** RFC 3339 with nanoseconds. */
export function moment(ms: number): string {
  if (ms === 0) return never;
  const micros = String(Math.floor((ms % 1) * 1000)).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, 23)}${micros}000Z`.replace(/\.?0+Z$/, 'Z');
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
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

/** Go's json.MarshalIndent with four blanks. */
export const json = (value: unknown): string =>
  `${JSON.stringify(value, null, 4).replace(/[<>&]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
