/** printf's formats, for printf, awk, seq and jq's kin. */
import { fromBinary } from '../bytes.ts';

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b', '\\': '\\', '"': '"' };

/** Escapes as `echo -e` reads them; `\c` ends the output. */
export function unescapeEcho(text: string): { readonly out: string; readonly stopped: boolean } {
  return readEscapes(text, true);
}

/** Escapes as in a printf format. */
const unescapeFormat = (text: string): { readonly out: string; readonly stopped: boolean } => readEscapes(text, false);

function readEscapes(text: string, leadingZero: boolean): { readonly out: string; readonly stopped: boolean } {
  let out = '';
  let bytes = '';
  const flush = (): void => {
    out += fromBinary(bytes);
    bytes = '';
  };
  for (let i = 0; i < text.length; i++) {
    const code = text[i] === '\\' ? readEscape(text.slice(i + 1), leadingZero) : undefined;
    if (code === 'stop') {
      flush();
      return { out, stopped: true };
    }
    if (code?.byte !== undefined) bytes += String.fromCharCode(code.byte);
    else {
      flush();
      out += code ? code.text : text[i];
    }
    if (code) i += code.length;
  }
  flush();
  return { out, stopped: false };
}

function readEscape(rest: string, leadingZero: boolean): { readonly text: string; readonly byte?: number; readonly length: number } | 'stop' | undefined {
  if (rest.startsWith('c')) return 'stop';
  const octal = (leadingZero ? /^0([0-7]{0,3})/ : /^([0-7]{1,3})/).exec(rest);
  if (octal) return { text: '', byte: Number.parseInt(octal[1] || '0', 8) & 255, length: octal[0].length };
  const hexadecimal = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hexadecimal) return { text: '', byte: Number.parseInt(hexadecimal[1] as string, 16), length: hexadecimal[0].length };
  const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(rest);
  if (unicode) return { text: String.fromCodePoint(Number.parseInt(unicode[1] ?? unicode[2] ?? '0', 16)), length: unicode[0].length };
  const letter = letters[rest[0] ?? ''];
  return letter === undefined || (rest[0] === '"' && leadingZero) ? undefined : { text: letter, length: 1 };
}

type Directive = { readonly flags: string; readonly width: number | undefined; readonly precision: number | undefined; readonly conversion: string };

/** A format, cut into texts and directives; `*` is resolved by `star`. */
export function* directives(format: string, star: () => number): Iterable<string | Directive> {
  let text = '';
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%') {
      text += format[i];
      continue;
    }
    const parts = /^%([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(?:hh?|ll?|[jztL])?([a-zA-Z%])/.exec(format.slice(i));
    if (!parts) {
      text += '%';
      continue;
    }
    i += parts[0].length - 1;
    if (parts[4] === '%') {
      text += '%';
      continue;
    }
    if (text !== '') yield text;
    text = '';
    let width = parts[2] === undefined ? undefined : parts[2] === '*' ? star() : Number(parts[2]);
    const dot = /\./.test(parts[0]);
    const precision = dot ? (parts[3] === undefined ? 0 : parts[3] === '*' ? star() : Number(parts[3])) : undefined;
    let flags = parts[1] ?? '';
    if (width !== undefined && width < 0) {
      width = -width;
      flags += '-';
    }
    yield { flags, width, precision, conversion: parts[4] as string };
  }
  if (text !== '') yield text;
}

/** One value in one directive: the numbers of C's printf. */
export function formatNumber(value: number | bigint, { flags, width, precision, conversion }: Directive): string {
  let sign = '';
  let digits: string;
  const number = Number(value);
  const negative = number < 0 || Object.is(number, -0);
  if ('diuxXo'.includes(conversion)) {
    const whole = typeof value === 'bigint' ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
    const magnitude = conversion === 'd' || conversion === 'i' ? (whole < 0n ? -whole : whole) : BigInt.asUintN(64, whole);
    const base = conversion === 'o' ? 8 : conversion === 'x' || conversion === 'X' ? 16 : 10;
    digits = magnitude.toString(base);
    if (conversion === 'X') digits = digits.toUpperCase();
    if (precision !== undefined) digits = digits.padStart(precision, '0');
    if (flags.includes('#') && magnitude !== 0n) digits = (base === 8 ? '0' : base === 16 ? `0${conversion}` : '') + digits;
    if ((conversion === 'd' || conversion === 'i') && whole < 0n) sign = '-';
  } else {
    digits = floating(Math.abs(number), conversion, precision ?? 6, flags.includes('#'));
    if (negative) sign = '-';
  }
  if (sign === '' && !'uxXo'.includes(conversion)) sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const zero = flags.includes('0') && !flags.includes('-') && (precision === undefined || !'diuxXo'.includes(conversion)) && Number.isFinite(number);
  return zero ? sign + digits.padStart((width ?? 0) - sign.length, '0') : pad(sign + digits, width, flags);
}

function floating(value: number, conversion: string, precision: number, keepZeros: boolean): string {
  const upper = conversion >= 'A' && conversion <= 'Z';
  const text = !Number.isFinite(value) ? (Number.isNaN(value) ? 'nan' : 'inf') : exact(value, conversion.toLowerCase(), precision, keepZeros);
  return upper ? text.toUpperCase() : text;
}

function exact(value: number, conversion: string, precision: number, keepZeros: boolean): string {
  if (conversion === 'f')
    return value >= 1e21 ? BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '') : fixed(value, Math.min(precision, 75));
  if (conversion === 'e') return exponent(value.toExponential(Math.min(precision, 100)));
  const significant = precision === 0 ? 1 : Math.min(precision, 100);
  const power = value === 0 ? 0 : Number(value.toExponential(significant - 1).split('e')[1]);
  const trim = (text: string): string => (keepZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (power < -4 || power >= significant) {
    const [mantissa = '', exp = ''] = value.toExponential(significant - 1).split('e');
    return exponent(`${trim(mantissa)}e${exp}`);
  }
  return trim(value.toFixed(Math.max(0, significant - 1 - power)));
}

/** An exact half goes to the even neighbour, as in C; toFixed always goes up. */
function fixed(value: number, places: number): string {
  const long = value.toFixed(places + 25);
  const kept = long.slice(0, -25).replace(/\.$/, '');
  const tie = long.endsWith(`5${'0'.repeat(24)}`) && Number(kept.slice(-1)) % 2 === 0;
  return tie ? kept : value.toFixed(places);
}

const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, 'e$10$2');

/** On the left unless `flags` has a minus. */
export function pad(text: string, width: number | undefined, flags: string): string {
  if (width === undefined) return text;
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

/** printf(1): the format is used again until the arguments are used up. */
export function formatArguments(format: string, values: readonly string[]): { readonly text: string; readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  const { out: template, stopped } = unescapeFormat(format.replaceAll('%b', '%b'));
  let text = '';
  let at = 0;
  for (;;) {
    const before = at;
    for (const part of directives(template, () => Number(values[at++] ?? 0))) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const value = values[at++];
      const { conversion } = part;
      if (conversion === 'b') {
        const { out, stopped: end } = unescapeEcho(value ?? '');
        text += pad(out, part.width, part.flags);
        if (end) return { text, complaints };
      } else if (conversion === 's')
        text += pad(part.precision === undefined ? (value ?? '') : [...(value ?? '')].slice(0, part.precision).join(''), part.width, part.flags);
      else if (conversion === 'c') text += pad([...(value ?? '')][0] ?? '', part.width, part.flags);
      else if (conversion === 'q') text += shellQuote(value ?? '');
      else if ('diuxXofFeEgG'.includes(conversion)) text += formatNumber(readNumber(value, 'diuxXo'.includes(conversion), complaints), part);
      else {
        complaints.push(`%${conversion}: invalid conversion specification`);
        return { text, complaints };
      }
    }
    if (stopped || at >= values.length || at === before) return { text, complaints };
  }
}

const shellQuote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function readNumber(text: string | undefined, whole: boolean, complaints: string[]): number | bigint {
  if (text === undefined || text === '') return 0;
  if (/^['"]/.test(text)) return text.codePointAt(1) ?? 0;
  const pattern = whole ? /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|\d+)/ : /^\s*([-+]?)(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|nan)/i;
  const found = pattern.exec(text);
  if (!found) {
    complaints.push(`'${text}': expected a numeric value`);
    return 0;
  }
  if (found[0].length < text.length) complaints.push(`'${text}': value not completely converted`);
  const digits = found[2] as string;
  if (!whole) return Number(digits.replace(/^inf$/i, 'Infinity')) * (found[1] === '-' ? -1 : 1);
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return found[1] === '-' ? -value : value;
}
