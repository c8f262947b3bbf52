/** The functions of text/template, and those that kubectl adds. */

import { sprint, sprintf, sprintValue, typeName } from './go-printf.ts';
import { GoFloat } from './go-text.ts';
import { sortedJson } from './json.ts';
import { isObject } from './patch/json-value.ts';

/** A function called from a template; throws FunctionError. `types` has a letter an argument (see go-template-types.ts), `*` behind the last for any number of it. */
export type TemplateFunction = ((...args: readonly unknown[]) => unknown) & { readonly types?: string };

/** What a function refuses; the executor puts its name before, unless the argument is of a wrong type. */
export class FunctionError extends Error {
  readonly ofType: boolean;
  constructor(message: string, ofType = false) {
    super(message);
    this.ofType = ofType;
  }
}

/** Go's truth: not false, 0, nil, or empty. */
export function isTrue(value: unknown): boolean {
  if (value instanceof GoFloat) return Number(value) !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

const kindOf = (value: unknown): string =>
  typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float64') : value === null || value === undefined ? 'nil' : typeName(value);

const plain = (value: unknown): unknown => (value instanceof GoFloat ? Number(value) : value);

function ordered(first: unknown, second: unknown): number {
  if (kindOf(first) !== kindOf(second)) throw new FunctionError(`incompatible types for comparison: ${kindOf(first)} and ${kindOf(second)}`);
  const [a, b] = [plain(first), plain(second)];
  if (typeof a !== 'number' && typeof a !== 'string') throw new FunctionError(`invalid type for comparison: ${kindOf(a)}`);
  const other = b as number | string;
  return a < other ? -1 : a > other ? 1 : 0;
}

function equals(a: unknown, b: unknown): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  if (kindOf(a) !== kindOf(b)) throw new FunctionError(`incompatible types for comparison: ${kindOf(a)} and ${kindOf(b)}`);
  if (typeof plain(a) === 'object') throw new FunctionError(`non-comparable type: ${typeName(a)}`);
  return plain(a) === plain(b);
}

function indexOne(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) throw new FunctionError('index of untyped nil');
  if (Array.isArray(value) || typeof value === 'string') {
    if (typeof key !== 'number') throw new FunctionError(`cannot index slice/array with type ${typeName(key)}`);
    if (key < 0 || key >= value.length) throw new FunctionError(`index out of range: ${key}`);
    return typeof value === 'string' ? Buffer.from(value)[key] : value[key];
  }
  if (!isObject(value)) throw new FunctionError(`can't index item of type ${typeName(value)}`);
  if (typeof key !== 'string') throw new FunctionError(`value has type ${typeName(key)}; should be string`);
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function length(value: unknown): number {
  if (value === undefined || value === null) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isObject(value) && !(value instanceof GoFloat)) return Object.keys(value).length;
  throw new FunctionError(`len of type ${typeName(value)}`);
}

function slice(value: unknown, from: unknown = 0, to?: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) throw new FunctionError(`can't slice item of type ${typeName(value)}`);
  const [start, end] = [Number(from), to === undefined ? value.length : Number(to)];
  if (start < 0 || start > value.length) throw new FunctionError(`index out of range: ${start}`);
  if (end < 0 || end > value.length) throw new FunctionError(`index out of range: ${end}`);
  if (start > end) throw new FunctionError(`invalid slice index: ${start} > ${end}`);
  return value.slice(start, end);
}

const htmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

const goType = (value: unknown): string =>
  Array.isArray(value)
    ? '[]interface {}'
    : typeof value === 'object'
      ? 'map[string]interface {}'
      : typeof value === 'boolean'
        ? 'bool'
        : Number.isInteger(value)
          ? 'int64'
          : 'float64';

function base64decode(value: unknown): string {
  if (typeof value !== 'string')
    throw new FunctionError(
      value === undefined || value === null ? 'invalid value; expected string' : `wrong type for value; expected string; got ${goType(value)}`,
      true,
    );
  const text = value;
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  const at = bad >= 0 ? bad : text.length % 4 === 0 ? -1 : text.length - (text.length % 4);
  if (at >= 0) throw new FunctionError(`base64 decode failed: illegal base64 data at input byte ${at}`);
  return Buffer.from(text, 'base64').toString('utf8');
}

/** Of every template. `and` and `or` are here for their names only: they do not evaluate all their arguments. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  and: (...args) => args.find((value) => !isTrue(value)) ?? args.at(-1),
  or: (...args) => args.find(isTrue) ?? args.at(-1),
  not: (value) => !isTrue(value),
  len: length,
  index: (value, ...keys) => keys.reduce(indexOne, value),
  slice,
  print: (...args) => sprint(args),
  println: (...args) => `${args.map(sprintValue).join(' ')}\n`,
  printf: (format, ...args) => sprintf(sprintValue(format), args),
  html: (...args) => sprint(args).replace(/[&<>"']/g, (char) => htmlEscapes[char] ?? char),
  js: (...args) =>
    sprint(args)
      .replace(/[\\'"]/g, '\\$&')
      .replace(/</g, '\\u003C')
      .replace(/>/g, '\\u003E')
      .replace(/&/g, '\\u0026')
      .replace(/=/g, '\\u003D'),
  urlquery: (...args) =>
    encodeURIComponent(sprint(args))
      .replace(/%20/g, '+')
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
  call: (value) => {
    throw new FunctionError(`type ${typeName(value)}`);
  },
  eq(first, ...others) {
    if (others.length === 0) throw new FunctionError('missing argument for comparison');
    return others.some((other) => equals(first, other));
  },
  ne: (a, b) => !equals(a, b),
  lt: (a, b) => ordered(a, b) < 0,
  le: (a, b) => ordered(a, b) <= 0,
  gt: (a, b) => ordered(a, b) > 0,
  ge: (a, b) => ordered(a, b) >= 0,
};

/** kubernetes cli-runtime/pkg/printers/template.go. */
export const kubectlFunctions: Readonly<Record<string, TemplateFunction>> = {
  ...templateFunctions,
  base64decode,
  exists: (value, ...keys) => {
    let now = value;
    for (const key of keys) {
      if (Array.isArray(now) ? typeof key !== 'number' || now[key] === undefined : !isObject(now) || typeof key !== 'string' || now[key] === undefined)
        return false;
      now = Array.isArray(now) ? now[key as number] : (now as Record<string, unknown>)[key as string];
    }
    return true;
  },
};

function blanks(count: unknown): string {
  if (Number(count) < 0) throw new FunctionError('strings: negative Repeat count');
  return ' '.repeat(Number(count));
}

/** docker's and nerdctl's --format (cli/templates). */
export const dockerFunctions: Readonly<Record<string, TemplateFunction>> = {
  ...templateFunctions,
  json: (value) => JSON.stringify(value ?? null),
  split: (text, separator) => sprintValue(text).split(sprintValue(separator)),
  join: (list, separator) => (Array.isArray(list) ? list.map(sprintValue).join(sprintValue(separator)) : ''),
  title: (text) => sprintValue(text).replace(/\b\p{L}/gu, (letter) => letter.toUpperCase()),
  lower: (text) => sprintValue(text).toLowerCase(),
  upper: (text) => sprintValue(text).toUpperCase(),
  pad: (text, before, after) => (text === '' ? '' : blanks(before) + sprintValue(text) + blanks(after)),
  truncate: (text, length_) => {
    if (Number(length_) < 0) throw new FunctionError(`runtime error: slice bounds out of range [:${Number(length_)}]`);
    return sprintValue(text).slice(0, Number(length_));
  },
  println: (...args) => `${args.map(sprintValue).join(' ')}\n`,
};

/** crictl's templates. */
export const crictlFunctions: Readonly<Record<string, TemplateFunction>> = { ...templateFunctions, json: (value) => sortedJson(value ?? null) };
