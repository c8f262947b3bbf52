/** awk's functions of text, numbers and time. Those that wait (system, close, fflush) are in interpreter.ts. */

import { groupText, type Regex } from '../regex/regex.ts';
import { directives, formatNumber, pad } from '../text/format.ts';
import { parseDate, strftime, utc } from '../time.ts';
import { AwkError } from './ast.ts';
import type { Runtime } from './runtime.ts';
import { NumericString, toNumber, type Value } from './value.ts';

type Builtin = (runtime: Runtime, args: readonly Value[]) => Value;

const number =
  (fn: (value: number) => number): Builtin =>
  (_runtime, [value]) =>
    fn(toNumber(value));
const bits =
  (fn: (a: bigint, b: bigint) => bigint): Builtin =>
  (_runtime, [a, b]) =>
    Number(fn(BigInt(Math.trunc(toNumber(a))), BigInt(Math.trunc(toNumber(b)))));

/** Arguments come worked out; an absent one is undefined. */
export const plainBuiltins: Readonly<Record<string, Builtin>> = {
  length: (runtime, args) => [...(args.length === 0 ? runtime.record.text : runtime.text(args[0]))].length,
  substr: (runtime, [text, start, length]) => substr(runtime.text(text), toNumber(start), length === undefined ? Number.POSITIVE_INFINITY : toNumber(length)),
  index: (runtime, [text, wanted]) => runtime.text(text).indexOf(runtime.text(wanted)) + 1,
  sprintf: (runtime, [format, ...args]) => awkFormat(runtime, runtime.text(format), args),
  tolower: (runtime, [text]) => runtime.text(text).toLowerCase(),
  toupper: (runtime, [text]) => runtime.text(text).toUpperCase(),
  sin: number(Math.sin),
  cos: number(Math.cos),
  exp: number(Math.exp),
  log: number(Math.log),
  sqrt: number(Math.sqrt),
  int: number(Math.trunc),
  atan2: (_runtime, [y, x]) => Math.atan2(toNumber(y), toNumber(x)),
  rand: (runtime) => runtime.rand(),
  srand: (runtime, args) => runtime.srand(args.length === 0 ? Math.floor(runtime.call.process.now / 1000) : toNumber(args[0])),
  systime: (runtime) => Math.floor(runtime.call.process.now / 1000),
  strftime: (runtime, [format, seconds]) =>
    strftime(
      format === undefined ? '%a %b %e %H:%M:%S %Z %Y' : runtime.text(format),
      seconds === undefined ? runtime.call.process.now : toNumber(seconds) * 1000,
      utc,
    ),
  mktime: (runtime, [text]) => {
    const [year, month, day, hour, minute, second] = runtime.text(text).split(' ');
    const at = parseDate(`${year}-${month}-${day} ${hour}:${minute}:${second}`, runtime.call.process.now);
    return at === undefined ? -1 : at / 1000;
  },
  strtonum: (runtime, [text]) => {
    const value = runtime.text(text);
    return /^0[xX][0-9a-fA-F]+/.test(value) ? Number(value) : /^0[0-7]+$/.test(value) ? Number.parseInt(value, 8) : toNumber(text);
  },
  and: bits((a, b) => a & b),
  or: bits((a, b) => a | b),
  xor: bits((a, b) => a ^ b),
  lshift: bits((a, b) => a << b),
  rshift: bits((a, b) => a >> b),
  compl: (_runtime, [a]) => Number(BigInt.asUintN(53, ~BigInt(Math.trunc(toNumber(a))))),
};

/** Positions count from 1; fractions are rounded, what lies outside is cut off. */
function substr(text: string, start: number, length: number): string {
  const characters = /[\ud800-\udbff]/.test(text) ? [...text] : text;
  const from = Math.round(start);
  const to = length === Number.POSITIVE_INFINITY ? characters.length + 1 : from + Math.round(length);
  const piece = characters.slice(Math.max(from, 1) - 1, Math.max(0, Math.min(to, characters.length + 1) - 1));
  return typeof piece === 'string' ? piece : piece.join('');
}

/** sprintf and printf. */
export function awkFormat(runtime: Runtime, format: string, args: readonly Value[]): string {
  let out = '';
  let at = 0;
  const next = (): Value => {
    if (at >= args.length) throw new AwkError(`not enough arguments passed to sprintf("${format}")`);
    return args[at++];
  };
  for (const part of directives(format, () => toNumber(next()))) {
    if (typeof part === 'string') {
      out += part;
      continue;
    }
    const { conversion, width, precision, flags } = part;
    const value = next();
    if (conversion === 's') out += pad(precision === undefined ? runtime.text(value) : [...runtime.text(value)].slice(0, precision).join(''), width, flags);
    else if (conversion === 'c') out += pad(character(runtime, value), width, flags);
    else if ('diuxXofFeEgG'.includes(conversion)) out += formatNumber(toNumber(value), part);
    else out += `%${flags}${width ?? ''}${conversion}`;
  }
  return out;
}

function character(runtime: Runtime, value: Value): string {
  if (typeof value === 'number' || value instanceof NumericString) return String.fromCodePoint(Math.max(0, Math.trunc(toNumber(value))) % 0x110000);
  return [...runtime.text(value)][0] ?? '';
}

/** match(): sets RSTART and RLENGTH, and fills an array with the groups as gawk does. */
export function matchText(runtime: Runtime, text: string, regex: Regex, groups?: Map<string, Value>): number {
  const found = regex.exec(text);
  const [start, end] = found ? [found[0] as number, found[1] as number] : [-1, 0];
  runtime.set('RSTART', start + 1);
  runtime.set('RLENGTH', found ? end - start : -1);
  groups?.clear();
  if (found) for (let group = 0; group <= regex.groups; group++) if ((found[group * 2] ?? -1) >= 0) groups?.set(String(group), groupText(text, found, group));
  return start + 1;
}

/** sub and gsub: `&` stands for the match, `\\&` for itself. */
export function substitute(
  text: string,
  regex: Regex,
  replacement: string,
  global: boolean,
  found: () => void,
): { readonly text: string; readonly count: number } {
  let out = '';
  let at = 0;
  let count = 0;
  for (const [start = 0, end = 0] of regex.all(text)) {
    found();
    const matched = text.slice(start, end);
    out +=
      text.slice(at, start) +
      replacement.replace(/\\\\&|\\&|&|\\\\/g, (sign) => (sign === '&' ? matched : sign === '\\&' ? '&' : sign === '\\\\&' ? `\\${matched}` : '\\\\'));
    at = end;
    count++;
    if (!global) break;
  }
  return { text: out + text.slice(at), count };
}

/** gensub: groups as `\\1`, which match is `how`. */
export function generalSubstitute(text: string, regex: Regex, replacement: string, how: string): string {
  const all = /^[gG]/.test(how);
  const wanted = Math.max(1, Number.parseInt(how, 10) || 1);
  let out = '';
  let at = 0;
  let count = 0;
  for (const match of regex.all(text)) {
    count++;
    if (!all && count !== wanted) continue;
    out += text.slice(at, match[0]);
    out += replacement.replace(/\\(\d)|\\&|\\\\|&/g, (sign, digit: string | undefined) =>
      digit !== undefined ? groupText(text, match, Number(digit)) : sign === '&' ? groupText(text, match, 0) : sign === '\\&' ? '&' : '\\',
    );
    at = match[1] as number;
    if (!all) break;
  }
  return out + text.slice(at);
}
