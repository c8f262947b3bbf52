/** Functions of jq written here: those of single values, and those that need the machinery. */

import { add, split } from './arithmetic.ts';
import { JqError, type Node } from './ast.ts';
import { type Context, Halt } from './context.ts';
import { dateNatives } from './dates.ts';
import type { Environment } from './environment.ts';
import { evaluate } from './evaluate.ts';
import { type At, copying, type Native, values } from './filter.ts';
import { formatValue, toText } from './formats.ts';
import { compare, equal, type Json, stringify, typeOf } from './json.ts';
import { matchWith } from './matching.ts';
import { mathNatives } from './math.ts';
import { iterate, pathsOf, recurse } from './navigate.ts';
import { deletePaths, getPath, type Path, setPath } from './paths.ts';
import { byKey, contains, firstOr, flatten, grouped, has, indices, joined, keysOf, lengthOf, list, paired, parse, text, toNumber } from './value-functions.ts';

type Plain = (input: Json, args: readonly Json[], context: Context) => Json;

/** A function of the input and of each combination of its arguments' values. */
const plain = (fn: Plain): Native =>
  function* (context, input, args, environment): Iterable<At> {
    for (const each of product(context, args, environment, input.value)) yield { value: fn(input.value, each, context), path: undefined };
  };

function* product(context: Context, args: readonly Node[], environment: Environment, input: Json): Iterable<Json[]> {
  const [first, ...rest] = args;
  if (!first) yield [];
  else
    for (const others of product(context, rest, environment, input)) for (const value of values(context, first, environment, input)) yield [value, ...others];
}

const plainNatives: Readonly<Record<string, Plain>> = {
  'length/0': lengthOf,
  'utf8bytelength/0': (input) => Buffer.byteLength(text(input, '{} only strings have UTF-8 byte length')),
  'not/0': (input) => input === null || input === false,
  'keys/0': (input) => keysOf(input, true),
  'keys_unsorted/0': (input) => keysOf(input, false),
  'has/1': (input, [key = null]) => has(input, key),
  'contains/1': (input, [other = null]) => contains(input, other),
  'add/0': (input) => [...iterate({ value: input, path: undefined })].reduce<Json>((sum, { value }) => add(sum, value), null),
  'type/0': typeOf,
  'tostring/0': toText,
  'tonumber/0': toNumber,
  'tojson/0': stringify,
  'fromjson/0': (input) => parse(text(input, '{} cannot be parsed as JSON')),
  'ascii_downcase/0': (input) => text(input, 'ascii_downcase input must be a string').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  'ascii_upcase/0': (input) => text(input, 'ascii_upcase input must be a string').replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  'explode/0': (input) => [...text(input, '{} cannot be exploded')].map((character) => character.codePointAt(0) ?? 0),
  'implode/0': (input) =>
    list(input, 'implode input must be an array')
      .map((point) => String.fromCodePoint(Number(point)))
      .join(''),
  'startswith/1': (input, [start = null]) => text(input, 'startswith() requires string inputs').startsWith(text(start, 'startswith() requires string inputs')),
  'endswith/1': (input, [end = null]) => text(input, 'endswith() requires string inputs').endsWith(text(end, 'endswith() requires string inputs')),
  'ltrimstr/1': (input, [start]) => (typeof input === 'string' && typeof start === 'string' && input.startsWith(start) ? input.slice(start.length) : input),
  'rtrimstr/1': (input, [end]) =>
    typeof input === 'string' && typeof end === 'string' && end !== '' && input.endsWith(end) ? input.slice(0, -end.length) : input,
  'trim/0': (input) => text(input, '{} cannot be trimmed').trim(),
  'ltrim/0': (input) => text(input, '{} cannot be trimmed').trimStart(),
  'rtrim/0': (input) => text(input, '{} cannot be trimmed').trimEnd(),
  'split/1': (input, [separator = null]) =>
    split(text(input, 'split input and separator must be strings'), text(separator, 'split input and separator must be strings')),
  'join/1': (input, [separator = null]) => joined(input, separator),
  'flatten/1': (input, [depth = null]) => {
    if (typeof depth === 'number' && depth < 0 && depth !== -1) throw new JqError('flatten depth must not be negative');
    return flatten(list(input, 'Cannot iterate over {}'), Number(depth));
  },
  'reverse/0': (input) => (typeof input === 'string' ? [...input].reverse().join('') : input === null ? [] : [...list(input, 'Cannot reverse {}')].reverse()),
  'sort/0': (input) => [...list(input, '{} cannot be sorted, as it is not an array')].sort(compare),
  'sort_by_keys/1': (input, [keys = null]) =>
    paired(input, keys)
      .sort(byKey)
      .map(({ row }) => row),
  'group_by_keys/1': (input, [keys = null]) => grouped(input, keys).map((group) => group.map(({ row }) => row)),
  'unique_by_keys/1': (input, [keys = null]) => grouped(input, keys).map((group) => group[0]?.row ?? null),
  'min_by_keys/1': (input, [keys = null]) =>
    paired(input, keys).reduce<{ row: Json; key: Json } | undefined>((best, each) => (best && byKey(best, each) <= 0 ? best : each), undefined)?.row ?? null,
  'max_by_keys/1': (input, [keys = null]) =>
    paired(input, keys).reduce<{ row: Json; key: Json } | undefined>((best, each) => (best && byKey(best, each) > 0 ? best : each), undefined)?.row ?? null,
  'min/0': (input) =>
    list(input, '{} cannot be sorted, as it is not an array').reduce<Json | undefined>(
      (best, each) => (best !== undefined && compare(best, each) <= 0 ? best : each),
      undefined,
    ) ?? null,
  'max/0': (input) =>
    list(input, '{} cannot be sorted, as it is not an array').reduce<Json | undefined>(
      (best, each) => (best !== undefined && compare(best, each) > 0 ? best : each),
      undefined,
    ) ?? null,
  'indices/1': (input, [wanted = null]) => indices(input, wanted),
  'index/1': (input, [wanted = null]) => firstOr(indices(input, wanted), 0),
  'rindex/1': (input, [wanted = null]) => firstOr(indices(input, wanted), -1),
  'setpath/2': (input, [path = null, value = null]) => setPath(input, list(path, 'Path must be specified as an array'), value),
  'delpaths/1': (input, [paths = null], context) =>
    deletePaths(
      input,
      list(paths, 'Paths must be specified as an array').map((path) => list(path, 'Path must be specified as an array')),
      copying(context),
    ),
  'format/1': (input, [name = null]) => formatValue(`@${name}`, input),
  'now/0': (_input, _args, context) => context.now() / 1000,
  'input_line_number/0': (_input, _args, context) => context.inputLine(),
  'input_filename/0': (_input, _args, context) => context.inputName() ?? null,
  'builtins/0': (_input, _args, context) => Object.keys(context.natives),
  'match_with/3': (input, [pattern = null, flags = null, test = null]) => matchWith(input, pattern, flags, test === true),
  'getpath/1': (input, [path = null]) => getPath(input, list(path, 'Path must be specified as an array')),
  'error/0': (input) => {
    throw new JqError(input);
  },
  'halt_error/1': (input, [status = null]) => {
    throw new Halt(Number(status), typeof input === 'string' ? input : `${stringify(input)}\n`);
  },
  'halt/0': () => {
    throw new Halt(0);
  },
  'input/0': (_input, _args, context) => {
    const next = context.nextInput();
    if (!next) throw new JqError('No more inputs');
    return next.value;
  },
  'bsearch/1': (input, [wanted = null]) => {
    const items = list(input, '{} cannot be searched from');
    const at = items.findIndex((item) => compare(item, wanted) >= 0);
    if (at < 0) return -1 - items.length;
    return equal(items[at] as Json, wanted) ? at : -1 - at;
  },
};

/** Functions that take filters as they are, or give paths. */
const filterNatives: Readonly<Record<string, Native>> = {
  'empty/0': function* () {},
  'recurse/0': function* (_context, input) {
    yield* recurse(input);
  },
  'path/1': function* (context, input, [filter], environment) {
    for (const path of pathsOf(context, filter as Node, environment, input.value)) yield { value: [...path], path: undefined };
  },
  'getpath/1': function* (context, input, [filter], environment) {
    for (const path of values(context, filter as Node, environment, input.value)) {
      const keys: Path = list(path, 'Path must be specified as an array');
      yield { value: getPath(input.value, keys), path: input.path ? [...input.path, ...keys] : undefined };
    }
  },
  'first/1': function* (context, input, [filter], environment) {
    for (const each of evaluate(context, filter as Node, environment, input)) {
      yield each;
      return;
    }
  },
  'isempty/1': function* (context, input, [filter], environment) {
    for (const _ of evaluate(context, filter as Node, environment, input)) {
      yield { value: false, path: undefined };
      return;
    }
    yield { value: true, path: undefined };
  },
  'limit/2': function* (context, input, [count, filter], environment) {
    for (const number of values(context, count as Node, environment, input.value)) {
      let left = Number(number);
      if (left <= 0) continue;
      for (const each of evaluate(context, filter as Node, environment, input)) {
        yield each;
        if (--left <= 0) break;
      }
    }
  },
  'any/2': function* (context, input, [source, filter], environment) {
    yield { value: some(context, input.value, source as Node, filter as Node, environment, true), path: undefined };
  },
  'all/2': function* (context, input, [source, filter], environment) {
    yield { value: !some(context, input.value, source as Node, filter as Node, environment, false), path: undefined };
  },
  'range/2': function* (context, input, args, environment) {
    for (const [from, to] of product(context, args, environment, input.value)) yield* range(from, to, 1);
  },
  'range/3': function* (context, input, args, environment) {
    for (const [from, to, by] of product(context, args, environment, input.value)) yield* range(from, to, by);
  },
  'debug/0': function* (context, input) {
    context.complain(`["DEBUG:",${stringify(input.value)}]\n`);
    yield input;
  },
  'stderr/0': function* (context, input) {
    context.complain(typeof input.value === 'string' ? input.value : stringify(input.value));
    yield input;
  },
};

function some(context: Context, input: Json, source: Node, filter: Node, environment: Environment, wanted: boolean): boolean {
  for (const each of values(context, source, environment, input))
    for (const value of values(context, filter, environment, each)) if ((value !== null && value !== false) === wanted) return true;
  return false;
}

function* range(from: Json | undefined, to: Json | undefined, by: Json | undefined): Iterable<At> {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number') throw new JqError('Range bounds must be numeric');
  if (by > 0) for (let value = from; value < to; value += by) yield { value, path: undefined };
  else if (by < 0) for (let value = from; value > to; value += by) yield { value, path: undefined };
}

const wrapped = (table: Readonly<Record<string, Plain>>): Record<string, Native> =>
  Object.fromEntries(Object.entries(table).map(([name, fn]) => [name, plain(fn)]));

export const natives: Readonly<Record<string, Native>> = { ...wrapped(plainNatives), ...wrapped(mathNatives), ...wrapped(dateNatives), ...filterNatives };
