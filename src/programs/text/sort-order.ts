/** How sort compares lines (GNU coreutils 9.1, src/sort.c). */

import { quote } from '../quote.ts';
import { Failure } from '../tool.ts';

/** What `-k` and the options ask for. */
export type Ordering = {
  readonly type: 'text' | 'number' | 'general' | 'human' | 'month' | 'version' | 'random';
  readonly reverse: boolean;
  readonly fold: boolean;
  readonly dictionary: boolean;
  readonly printable: boolean;
  readonly blanksStart: boolean;
  readonly blanksEnd: boolean;
};

/** Fields and characters count from 1; undefined ends at the line's end. */
export type Key = {
  readonly field: number;
  readonly offset: number;
  readonly endField: number | undefined;
  readonly endOffset: number;
  readonly order: Ordering;
};

const types: Readonly<Record<string, Ordering['type']>> = { n: 'number', g: 'general', h: 'human', M: 'month', V: 'version', R: 'random' };

/** Letters as options and keys give them. */
export function orderingOf(letters: string): Ordering {
  const type = [...letters].findLast((letter) => letter in types);
  return {
    type: type === undefined ? 'text' : (types[type] as Ordering['type']),
    reverse: letters.includes('r'),
    fold: letters.includes('f'),
    dictionary: letters.includes('d'),
    printable: letters.includes('i'),
    blanksStart: letters.includes('b'),
    blanksEnd: letters.includes('b'),
  };
}

/** `2,3nr`, `1.2b,1.4`. Keys without letters of their own take the general ones. */
export function parseKey(text: string, general: Ordering): Key {
  const parts = /^(\d+)(?:\.(\d+))?([bdfgiMhnRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfgiMhnRrV]*))?$/.exec(text);
  if (!parts)
    throw new Failure(
      /^\d/.test(text)
        ? `stray character in field spec: invalid field specification ${quote(text)}`
        : `invalid number at field start: invalid count at start of ${quote(text)}`,
      2,
    );
  const [, field = '1', offset, letters = '', endField, endOffset, endLetters = ''] = parts;
  if (Number(field) === 0) throw new Failure(`field number is zero: invalid field specification ${quote(text)}`, 2);
  const own = letters + endLetters;
  const order = own === '' ? general : { ...orderingOf(own), blanksStart: letters.includes('b'), blanksEnd: endLetters.includes('b') };
  return {
    field: Number(field),
    offset: Number(offset ?? 1),
    endField: endField === undefined ? undefined : Number(endField),
    endOffset: Number(endOffset ?? 0),
    order,
  };
}

/** Cuts the part of a line out that a key names. */
export function keyText(line: string, key: Key, separator: string | undefined): string {
  const starts = fieldStarts(line, separator);
  const begin = place(line, starts, key.field - 1, key.offset - 1, key.order.blanksStart, line.length);
  if (key.endField === undefined) return line.slice(begin);
  const end =
    key.endOffset === 0
      ? fieldEnd(line, starts, key.endField - 1, separator)
      : place(line, starts, key.endField - 1, key.endOffset, key.order.blanksEnd, line.length);
  return line.slice(begin, Math.max(begin, end));
}

/** Without -t a field begins with the blanks before it. */
function fieldStarts(line: string, separator: string | undefined): number[] {
  const starts = [0];
  if (separator !== undefined) {
    for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, at + 1)) starts.push(at + 1);
    return starts;
  }
  let i = 0;
  while (i < line.length) {
    while (i < line.length && isBlank(line[i])) i++;
    while (i < line.length && !isBlank(line[i])) i++;
    if (i < line.length) starts.push(i);
  }
  return starts;
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

function place(line: string, starts: readonly number[], field: number, offset: number, skipBlanks: boolean, end: number): number {
  let at = starts[field] ?? end;
  if (skipBlanks) while (at < line.length && isBlank(line[at])) at++;
  return Math.min(at + offset, line.length);
}

function fieldEnd(line: string, starts: readonly number[], field: number, separator: string | undefined): number {
  const next = starts[field + 1];
  return next === undefined ? line.length : separator === undefined ? next : next - 1;
}

/** Something to compare keys by, worked out once a line. */
export type Prepared = string | number;

/** Done once a line, so that comparing is cheap. */
export function prepare(text: string, order: Ordering): Prepared {
  switch (order.type) {
    case 'number':
      return Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;
    case 'general': {
      const parsed = Number.parseFloat(text);
      return Number.isNaN(parsed) ? Number.NEGATIVE_INFINITY : parsed;
    }
    case 'human':
      return humanValue(text);
    case 'month':
      return months.indexOf(text.trim().slice(0, 3).toUpperCase());
    default: {
      let out = order.dictionary ? text.replace(/[^A-Za-z0-9\s\u0080-\uffff]/g, '') : text;
      if (order.printable) out = out.replace(/[\x00-\x1f\x7f]/g, '');
      return order.fold ? out.toUpperCase() : out;
    }
  }
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The suffix counts before the number, as in sort.c: 1023K is less than 1M. */
function humanValue(text: string): number {
  const parts = /^\s*(-?)(\d*\.?\d*)([kKMGTPEZY]?)/.exec(text);
  const value = Number(parts?.[2] || 0) || 0;
  const unit = parts?.[3] ? 'KMGTPEZY'.indexOf(parts[3].toUpperCase()) + 1 : 0;
  return (parts?.[1] ? -1 : 1) * value * 1024 ** unit;
}

/** Negative, 0 or positive. */
export function comparePrepared(a: Prepared, b: Prepared, order: Ordering): number {
  const result = order.type === 'version' ? compareVersions(String(a), String(b)) : a < b ? -1 : a > b ? 1 : 0;
  return order.reverse ? -result : result;
}

/** filevercmp: digits by value, letters before other signs, `~` before everything. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const rank = (code: number): number =>
    Number.isNaN(code) ? 0 : code === 126 ? -1 : (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? code : code + 256;
  const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const left = isDigit(a[i]) ? 0 : rank(a.charCodeAt(i));
      const right = isDigit(b[j]) ? 0 : rank(b.charCodeAt(j));
      if (left !== right) return left - right;
      i++;
      j++;
    }
    const one = /^\d*/.exec(a.slice(i))?.[0] ?? '';
    const other = /^\d*/.exec(b.slice(j))?.[0] ?? '';
    if (Number(one) !== Number(other)) return Number(one) - Number(other);
    i += one.length;
    j += other.length;
  }
  return 0;
}
