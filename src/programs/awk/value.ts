/** awk's values: numbers, strings, and strings that came from outside and look like numbers. */
import { formatNumber } from '../text/format.ts';

/** Input that looks numeric compares as a number and prints as it was written. */
export class NumericString {
  readonly text: string;
  readonly number: number;
  constructor(text: string, number: number) {
    this.text = text;
    this.number = number;
  }
}

/** undefined: never set, both "" and 0. */
export type Value = number | string | NumericString | undefined;

const numeric = /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)\s*$/;

/** A value of something read: a field, an element of split, a variable of the command line. */
export function fromInput(text: string): Value {
  const first = text.charCodeAt(0);
  // Most fields are words: do not try the pattern on them.
  if (first > 57) return text;
  return numeric.test(text) ? new NumericString(text, Number(text)) : text;
}

/** A text counts by the number that it begins with, 0 where there is none. */
export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  if (value instanceof NumericString) return value.number;
  const prefix = /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/.exec(value);
  return prefix ? Number(prefix[0]) : 0;
}

/** `format` is CONVFMT, or OFMT for print. Whole numbers are shown as such. */
export function toText(value: Value, format: string): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (value instanceof NumericString) return value.text;
  return numberText(value, format);
}

function numberText(value: number, format: string): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value === 0 ? 0 : value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value)) return BigInt(value).toString();
  const parts = /^%([-+ 0#]*)(\d+)?(?:\.(\d+))?([eEfFgGdi])$/.exec(format);
  const [, flags = '', width, precision, conversion = 'g'] = parts ?? [];
  return formatNumber(value, {
    flags,
    width: width === undefined ? undefined : Number(width),
    precision: precision === undefined ? (parts ? undefined : 6) : Number(precision),
    conversion,
  });
}

/** What looks like a number and came from outside counts as one. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return value !== undefined && value.number !== 0;
}

/** Numbers compare as numbers unless one side is a real string. */
export function compareValues(left: Value, right: Value, format: string): number {
  if (typeof left !== 'string' && typeof right !== 'string') {
    const [a, b] = [toNumber(left), toNumber(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const [a, b] = [toText(left, format), toText(right, format)];
  return a < b ? -1 : a > b ? 1 : 0;
}
