/** Durations, sizes and moments as the runtime tools print them (docker/go-units, containerd pkg/progress). */

/** units.HumanDuration: `About a minute`, `3 weeks`. */
export function humanDuration(ms: number): string {
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
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

/** units.HumanSizeWithPrecision: powers of 1000. */
export const humanSize = (size: number, digits = 4): string =>
  scaled(size, 1000, ['B', 'kB', 'MB', 'GB', 'TB'], (value) => String(Number(value.toPrecision(digits))));

/** units.BytesSize: powers of 1024. */
export const bytesSize = (size: number): string => scaled(size, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], (value) => String(Number(value.toPrecision(4))));

/** progress.Bytes: powers of 1024 with one digit and a blank. */
export const progressBytes = (size: number): string => scaled(size, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB'], (value) => value.toFixed(1));

function scaled(size: number, base: number, units: readonly string[], shown: (value: number) => string): string {
  let value = size;
  let unit = 0;
  for (; value >= base && unit < units.length - 1; unit++) value /= base;
  return `${shown(value)}${units[unit]}`;
}

/** units.RAMInBytes: `64m`, `1.5g`; undefined for what is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?b)?$/i.exec(text.trim());
  if (!match) return undefined;
  const power = ['', 'k', 'm', 'g', 't', 'p'].indexOf((match[2] ?? '').toLowerCase());
  return Math.floor(Number(match[1]) * 1024 ** power);
}

/** The same in the words of who reads them: bytes, or what is wrong with the text (go-units parseSize). */
export function readSize(value: string): number | string {
  const [, digits = '', number = '', suffix = ''] = /^((.*[\d.]) ?|.* )?([^\d. ]*)$/s.exec(value) ?? [];
  if (digits === '') return `invalid size: '${value}'`;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(number)) return `strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`;
  if (Number(number) < 0) return `invalid size: '${value}'`;
  const unit = suffix.toLowerCase();
  if (!/^(|b|[kmgtp](i?b)?)$/.test(unit)) return `invalid suffix: '${unit}'`;
  return Math.floor(Number(number) * 1024 ** Math.max(0, ' kmgtp'.indexOf(unit[0] ?? ' ')));
}

/** Nanoseconds since 1970, as the JSON text of an int64. */
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

/** `2026/01/05 09:00:00`: before each line of Go's package log, and of nginx. */
export const goLogTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/');

/** Go's json.MarshalIndent: `<`, `>` and `&` escaped. */
export const indentedJson = (value: unknown, indent = 4): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(/[<>&]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
