/** YAML as `kubectl -o yaml` prints it: sigs.k8s.io/yaml over Go's yaml.v2. */

import { formatFloat } from './go-text.ts';
import { needsQuotes } from './yaml-scalar.ts';

const bestWidth = 80;

/** yaml.v3 keeps the order of a struct's fields and indents lists, by as much as it is told. */
type Style = { readonly ordered: boolean; readonly step: number };

const plain: Style = { ordered: false, step: 2 };

/** The YAML text of a JSON-like value, with a newline at the end. */
export function dumpYaml(value: unknown): string {
  return block(value, 0, 0, plain);
}

/** The same as yaml.v3 writes it, `step` deeper at each level. */
export const dumpOrderedYaml = (value: unknown, step: number): string => block(value, 0, 0, { ordered: true, step });

/** A value at an indentation; `column` is where its text begins. */
function block(value: unknown, indent: number, column: number, style: Style): string {
  if (value === null || value === undefined) return 'null\n';
  if (typeof value === 'string') return `${scalar(value, { indent: indent || 2, column, isKey: false })}\n`;
  if (typeof value === 'number') return `${numberText(value)}\n`;
  if (typeof value !== 'object') return `${String(value)}\n`;
  return Array.isArray(value) ? list(value, indent, style) : map(value as Record<string, unknown>, indent, style);
}

function list(items: readonly unknown[], indent: number, style: Style): string {
  if (items.length === 0) return '[]\n';
  const pad = ' '.repeat(indent);
  let out = '';
  for (const item of items)
    out += `${pad}- ${isFilled(item) ? block(item, indent + 2, indent + 2, style).slice(indent + 2) : block(item, indent + 2, indent + 2, style)}`;
  return out;
}

function map(object: Readonly<Record<string, unknown>>, indent: number, style: Style): string {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  if (keys.length === 0) return '{}\n';
  const pad = ' '.repeat(indent);
  let out = '';
  for (const key of style.ordered ? keys : keys.sort(compareKeys)) {
    const value = object[key];
    const head = `${pad}${scalar(key, { indent: 0, column: indent, isKey: true })}:`;
    // Lists are not indented below their key.
    const below = Array.isArray(value) && !style.ordered ? indent : indent + style.step;
    out += isFilled(value) ? `${head}\n${block(value, below, 0, style)}` : `${head} ${block(value, indent + style.step, head.length + 1, style)}`;
  }
  return out;
}

const isFilled = (value: unknown): boolean => typeof value === 'object' && value !== null && (Array.isArray(value) ? value.length > 0 : hasKeys(value));

function hasKeys(object: object): boolean {
  for (const value of Object.values(object)) if (value !== undefined) return true;
  return false;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return formatFloat(value);
}

type Place = { readonly indent: number; readonly column: number; readonly isKey: boolean };

const simple = /^[A-Za-z_/][A-Za-z0-9_/.-]*$/;

function scalar(text: string, place: Place): string {
  // Nearly all texts are words; they need no analysis.
  if (simple.test(text) && text.length < 40) return needsQuotes(text) ? `"${text}"` : text;
  const allowed = analyze(text);
  if (text.includes('\n')) return !place.isKey && allowed.block ? literal(text, place.indent) : doubleQuoted(text, place);
  if (needsQuotes(text)) return doubleQuoted(text, place);
  if (allowed.plain) return place.isKey ? text : fold(text, place);
  if (!allowed.single) return doubleQuoted(text, place);
  const quoted = `'${text.replace(/'/g, "''")}'`;
  return place.isKey ? quoted : fold(quoted, place);
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const lines = (chomp === '-' ? text : text.slice(0, -1)).split('\n');
  const pad = ' '.repeat(indent);
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}

/** Breaks plain and single-quoted text at the first single space past the width. */
function fold(text: string, { indent, column }: Place): string {
  if (column + text.length <= bestWidth) return text;
  const chars = [...text];
  const newline = `\n${' '.repeat(indent)}`;
  let out = '';
  let at = column;
  let afterSpace = false;
  chars.forEach((char, i) => {
    if (char === ' ' && !afterSpace && at > bestWidth && i > 0 && i < chars.length - 1 && chars[i + 1] !== ' ') {
      out += newline;
      at = indent;
      afterSpace = true;
      return;
    }
    out += char;
    at++;
    afterSpace = char === ' ';
  });
  return out;
}

const escapes: Readonly<Record<number, string>> = {
  0: '0',
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  27: 'e',
  34: '"',
  92: '\\',
  133: 'N',
  160: '_',
  8232: 'L',
  8233: 'P',
};

function doubleQuoted(text: string, { indent, column, isKey }: Place): string {
  const chars = [...text];
  let out = '"';
  let at = column + 1;
  let afterSpace = false;
  chars.forEach((char, i) => {
    if (char === ' ' && !isKey && !afterSpace && at > bestWidth && i > 0 && i < chars.length - 1) {
      out += `\n${' '.repeat(indent)}${chars[i + 1] === ' ' ? '\\' : ''}`;
      at = indent;
      afterSpace = true;
      return;
    }
    const written = escaped(char);
    out += written;
    at += written.length;
    afterSpace = char === ' ';
  });
  return `${out}"`;
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (isPrintable(code) && !isBreak(code) && char !== '"' && char !== '\\') return char;
  const short = escapes[code];
  if (short !== undefined) return `\\${short}`;
  const [letter, digits] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(digits as number, '0')}`;
}

const isPrintable = (code: number): boolean =>
  code === 0x0a || (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);
const isBreak = (code: number): boolean => code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
const isBlank = (code: number | undefined): boolean => code === undefined || code === 0x20 || code === 0x09 || isBreak(code);

type Allowed = { readonly plain: boolean; readonly single: boolean; readonly block: boolean };

const leadingIndicators = '#,[]{}&*!|>\'"%@`';

/** yaml_emitter_analyze_scalar: which styles can carry a text. */
function analyze(text: string): Allowed {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  if (codes.length === 0) return { plain: false, single: true, block: false };
  const last = codes.length - 1;
  let special = false;
  let breaks = false;
  let spaceBreak = false;
  let breakSpace = false;
  let before = 0x0a;
  for (const code of codes) {
    if (!isPrintable(code)) special = true;
    if (isBreak(code)) {
      breaks = true;
      if (before === 0x20) spaceBreak = true;
    }
    if (code === 0x20 && isBreak(before) && before !== 0x0a) breakSpace = true;
    before = code;
  }
  // A break before a space, inside the text.
  breakSpace ||= /[\n\r\u0085\u2028\u2029] /.test(text);
  const edges = codes[0] === 0x20 || codes[last] === 0x20 || isBreak(codes[0] ?? 0) || isBreak(codes[last] ?? 0);
  const unquotable = spaceBreak || special;
  return {
    plain: !edges && !breaks && !hasIndicators(codes) && !breakSpace && !unquotable,
    single: !breakSpace && !unquotable,
    block: codes[last] !== 0x20 && !unquotable,
  };
}

function hasIndicators(codes: readonly number[]): boolean {
  const head = String.fromCodePoint(...codes.slice(0, 3));
  if (head === '---' || head === '...') return true;
  const first = head[0] ?? '';
  if (leadingIndicators.includes(first)) return true;
  if ((first === '?' || first === ':' || first === '-') && isBlank(codes[1])) return true;
  return codes.some((code, i) => i > 0 && ((code === 0x3a && isBlank(codes[i + 1])) || (code === 0x23 && isBlank(codes[i - 1]))));
}

const isLetter = (char: string): boolean => /\p{L}/u.test(char);
const isDigit = (char: string): boolean => /\d/.test(char);

/** The order of keys: letters by code, numbers by value, letters after the rest (yaml.v2 sorter.go). */
function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) continue;
    const xLetter = isLetter(x);
    const yLetter = isLetter(y);
    if (xLetter && yLetter) return x < y ? -1 : 1;
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    return compareNumbers(left, right, i) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

/** Compares the runs of digits that begin at a place; leading zeros count only after other digits. */
function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  let start = 0;
  if (left[at] === '0' || right[at] === '0') {
    for (let j = at - 1; j >= 0 && isDigit(left[j] ?? ''); j--) {
      if (left[j] === '0') continue;
      start = 1;
      break;
    }
  }
  const run = (chars: readonly string[]): { value: number; end: number } => {
    let value = start;
    let end = at;
    for (; end < chars.length && isDigit(chars[end] ?? ''); end++) value = value * 10 + Number(chars[end]);
    return { value, end };
  };
  const x = run(left);
  const y = run(right);
  return x.value - y.value || x.end - y.end;
}
