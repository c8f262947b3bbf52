/** Numbers as GNU programs read and show them. */

const letters = 'KMGTPEZY';

/** `10`, `2k`, `1MB`, `3GiB`, `1b` (512): GNU's size suffixes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d+)(?:(b)|(?:([kKmMGTPEZY])(B|iB)?))?$/.exec(text);
  if (!parts) return undefined;
  const base = Number(parts[1]);
  if (parts[2]) return base * 512;
  if (!parts[3]) return base;
  return base * (parts[4] === 'B' ? 1000 : 1024) ** (letters.indexOf(parts[3].toUpperCase()) + 1);
}

/** `4.0K`, `12M`: rounded up, as ls -h, du -h and df -h do. */
export function humanSize(bytes: number, base = 1024): string {
  if (bytes < base) return String(bytes);
  let value = bytes;
  let unit = -1;
  while (value >= base && unit < letters.length - 1) {
    value /= base;
    unit++;
  }
  const rounded = Math.ceil(value * 10) / 10;
  if (rounded < 10) return `${rounded.toFixed(1)}${letters[unit]}`;
  const whole = Math.ceil(value);
  return whole >= base ? `1.0${letters[unit + 1]}` : `${whole}${base === 1000 && unit === 0 ? 'k' : letters[unit]}`;
}

/** Seconds as sleep and timeout read them (`1.5`, `2m`, `1h`, `1d`, `infinity`); undefined when they are none. */
export function parseSeconds(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const parts = /^(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?([smhd]?)$/i.exec(text);
  if (!parts) return undefined;
  const factors: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };
  return Number(`${parts[1]}${parts[2] ? `e${parts[2]}` : ''}`) * (factors[parts[3] ?? ''] ?? 1);
}
