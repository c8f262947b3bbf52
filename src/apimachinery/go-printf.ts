/** fmt.Sprintf and fmt.Sprint over JSON-like values. */

import { formatFloat, GoFloat, goValue, quote } from './go-text.ts';

/** `%v`, with strings as they are. */
export const sprintValue = (value: unknown): string => (typeof value === 'string' ? value : goValue(value));

/** fmt.Sprint: blanks between operands when neither is a string. */
export function sprint(values: readonly unknown[]): string {
  return values.map((value, i) => (i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string' ? ' ' : '') + sprintValue(value)).join('');
}

type Verb = { readonly flags: string; readonly width: number; readonly precision: number | undefined; readonly verb: string };

const directive = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(.)?/gsu;
/** Of a width or a precision (fmt tooLarge). */
const most = 1e6;

/** fmt.Sprintf. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  let out = '';
  let at = 0;
  /** undefined: no number, or more than a million. */
  const given = (): number | undefined => {
    const value = values[next++];
    return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= most ? value : undefined;
  };
  for (const { index, 0: whole, 1: flags = '', 2: width, 3: precision, 4: verb } of format.matchAll(directive)) {
    out += format.slice(at, index);
    at = index + whole.length;
    if (verb === undefined || [width, precision].some((text) => Number(text) > most)) {
      out += '%!(NOVERB)';
      // A number out of bounds takes the rest of the format with it.
      at = verb === undefined ? at : format.length;
      break;
    }
    if (verb === '%') {
      out += '%';
      continue;
    }
    const wide = width === '*' ? given() : Number(width ?? 0);
    if (wide === undefined) out += '%!(BADWIDTH)';
    let exact = precision === '*' ? given() : whole.includes('.') ? Number(precision ?? 0) : undefined;
    if (precision === '*' && !(exact !== undefined && exact >= 0)) {
      exact = undefined;
      out += '%!(BADPREC)';
    }
    const chosen = { flags: (wide ?? 0) < 0 ? `${flags}-` : flags, width: Math.abs(wide ?? 0), precision: exact, verb };
    out += next >= values.length ? `%!${verb}(MISSING)` : pad(chosen, values[next++]);
  }
  out += format.slice(at);
  if (next >= values.length) return out;
  const extra = values.slice(next).map((value) => `${typeName(value)}=${sprintValue(value)}`);
  return `${out}%!(EXTRA ${extra.join(', ')})`;
}

function pad(verb: Verb, value: unknown): string {
  const text = one(verb, value);
  if (text.length >= verb.width) return text;
  if (verb.flags.includes('-')) return text.padEnd(verb.width);
  if (!verb.flags.includes('0') || (typeof value !== 'number' && typeof value !== 'string')) return text.padStart(verb.width);
  const sign = typeof value === 'number' ? (/^[+-]/.exec(text)?.[0] ?? '') : '';
  return sign + text.slice(sign.length).padStart(verb.width - sign.length, '0');
}

function one({ flags, precision, verb }: Verb, value: unknown): string {
  if (value instanceof GoFloat && 'eEfFgG'.includes(verb)) return numeric(Number(value), { flags, precision, verb, width: 0 }, '');
  const bad = `%!${verb}(${typeName(value)}=${sprintValue(value)})`;
  switch (verb) {
    case 'v':
      return cut(sprintValue(value), typeof value === 'string' ? precision : undefined);
    case 's':
      return typeof value === 'number' || typeof value === 'boolean' || value instanceof GoFloat ? bad : cut(sprintValue(value), precision);
    case 'q':
      return typeof value === 'string' ? quote(cut(value, precision)) : bad;
    case 't':
      return typeof value === 'boolean' ? String(value) : bad;
    case 'T':
      return typeName(value);
    case 'x':
    case 'X':
      return typeof value === 'string' || typeof value === 'number' ? hex(value, verb) : bad;
    default:
      return typeof value === 'number' ? numeric(value, { flags, precision, verb, width: 0 }, bad) : bad;
  }
}

function numeric(value: number, { flags, precision, verb }: Verb, bad: string): string {
  const sign = flags.includes('+') && value >= 0 ? '+' : '';
  const isWhole = Number.isInteger(value);
  if (verb === 'd') return isWhole ? sign + formatFloat(value) : bad;
  if (verb === 'c') return isWhole ? letter(value) : bad;
  if (verb === 'o' || verb === 'b') return isWhole ? value.toString(verb === 'o' ? 8 : 2) : bad;
  if (verb === 'f' || verb === 'F') return sign + digits(value.toFixed.bind(value), precision ?? 6);
  if (verb === 'e') return sign + digits(value.toExponential.bind(value), precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
  return verb === 'g' ? sign + formatFloat(value) : bad;
}

/** JavaScript gives a hundred digits at most; those after them are noughts. */
const digits = (write: (count: number) => string, count: number): string =>
  write(Math.min(count, 100)).replace(/^[^e]+/, (text) => text + '0'.repeat(Math.max(0, count - 100)));

/** What is no character is U+FFFD. */
const letter = (code: number): string => (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code));

const cut = (text: string, precision: number | undefined): string => (precision === undefined ? text : text.slice(0, precision));

function hex(value: string | number, verb: 'x' | 'X'): string {
  const text = typeof value === 'number' ? value.toString(16) : Buffer.from(value, 'utf8').toString('hex');
  return verb === 'X' ? text.toUpperCase() : text;
}

/** `%T` of what a template meets. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (value instanceof GoFloat) return 'float64';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
