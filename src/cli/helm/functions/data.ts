/** Functions of numbers, lists and maps: Masterminds/sprig numeric.go, list.go, dict.go, reflect.go, defaults.go. */
import { typeName } from '../../../apimachinery/go-printf.ts';
import { FunctionError, isTrue } from '../../../apimachinery/go-template.ts';
import { sortedJson } from '../../../apimachinery/json.ts';
import { equal } from '../../../apimachinery/patch/json-value.ts';
import { copied, type FunctionTable, float, GoTime, isMap, listOf, type Map_, mustBeFew, plainData, textOf, toFloat, toInt } from './types.ts';

const same = (a: unknown, b: unknown): boolean => typeName(a) === typeName(b) && equal(plainData(a), plainData(b));
const keyOf = (value: unknown): string => `${typeName(value)} ${sortedJson(plainData(value))}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function divided(a: unknown, b: unknown, by: (x: number, y: number) => number): number {
  if (toInt(b) === 0) throw new FunctionError('runtime error: integer divide by zero');
  return Math.trunc(by(toInt(a), toInt(b)));
}

function steps(start: number, stop: number, step: number): number[] {
  const all: number[] = [];
  if (step === 0 || (stop - start) / step < 0) return all;
  mustBeFew((stop - start) / step);
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) all.push(i);
  return all;
}

function sequence(...all: unknown[]): string {
  const [a = 1, b, c] = all.map(toInt);
  const [from, step, to] = all.length === 1 ? [1, a < 1 ? -1 : 1, a] : all.length === 2 ? [a, (b ?? 0) < a ? -1 : 1, b ?? 0] : [a, b ?? 1, c ?? 0];
  return steps(from, to + Math.sign(step), step).join(' ');
}

/** Into the first map what it has not; `overwrites`: what it has too. */
function merged(into: Map_, from: readonly unknown[], overwrites: boolean): Map_ {
  for (const source of from)
    for (const [key, value] of Object.entries(isMap(source) ? source : {})) {
      const here = into[key];
      if (isMap(here) && isMap(value)) merged(here, [value], overwrites);
      else if (!isTrue(here) ? here === undefined || isTrue(value) : overwrites && isTrue(value)) into[key] = copied(value);
    }
  return into;
}

const kindOf = (value: unknown): string => {
  if (value instanceof GoTime) return 'struct';
  return ({ '<nil>': 'invalid', '[]interface {}': 'slice', 'map[string]interface {}': 'map' } as Record<string, string>)[typeName(value)] ?? typeName(value);
};
const nameOf = (value: unknown): string => (value instanceof GoTime ? 'time.Time' : typeName(value));

const rounded = (value: unknown, places: unknown): unknown => {
  const power = 10 ** toInt(places);
  return float(Math.round(toFloat(value) * power) / power);
};

export const dataFunctions: FunctionTable = {
  a: {
    int: toInt,
    int64: toInt,
    float64: (value: unknown) => float(toFloat(value)),
    toDecimal: (value: unknown) => Number.parseInt(textOf(value), 8) || 0,
    add1: (value: unknown) => toInt(value) + 1,
    add1f: (value: unknown) => float(toFloat(value) + 1),
    floor: (value: unknown) => float(Math.floor(toFloat(value))),
    ceil: (value: unknown) => float(Math.ceil(toFloat(value))),
    empty: (value: unknown) => !isTrue(value),
    first: (value: unknown) => listOf(value, 'find first')[0],
    last: (value: unknown) => listOf(value, 'find last').at(-1),
    rest: (value: unknown) => listOf(value, 'find rest').slice(1),
    initial: (value: unknown) => listOf(value, 'find initial').slice(0, -1),
    reverse: (value: unknown) => [...listOf(value, 'find reverse')].reverse(),
    uniq: (value: unknown) => {
      const seen = new Set<string>();
      return listOf(value, 'find uniq').filter((item) => seen.size < seen.add(keyOf(item)).size);
    },
    compact: (value: unknown) => listOf(value, 'compact').filter(isTrue),
    sortAlpha: (value: unknown) => (Array.isArray(value) ? value.map(textOf).sort(compare) : [textOf(value)]),
    toStrings: (value: unknown) => (Array.isArray(value) ? value.map(textOf) : [textOf(value)]),
    kindOf,
    typeOf: nameOf,
    deepCopy: copied,
    mustDeepCopy: copied,
  },
  s: { atoi: (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : 0) },
  i: { until: (count: number) => steps(0, count, count < 0 ? -1 : 1) },
  iii: { untilStep: steps },
  aa: {
    sub: (a: unknown, b: unknown) => toInt(a) - toInt(b),
    div: (a: unknown, b: unknown) => divided(a, b, (x, y) => x / y),
    mod: (a: unknown, b: unknown) => divided(a, b, (x, y) => x % y),
    append: (value: unknown, item: unknown) => [...listOf(value, 'push'), item],
    push: (value: unknown, item: unknown) => [...listOf(value, 'push'), item],
    prepend: (value: unknown, item: unknown) => [item, ...listOf(value, 'prepend')],
    has: (item: unknown, value: unknown) => value !== undefined && value !== null && listOf(value, 'find has').some((each) => same(each, item)),
    deepEqual: same,
  },
  ia: {
    chunk: (size: number, value: unknown) => {
      const all = listOf(value, 'chunk');
      return steps(0, all.length, Math.max(1, size)).map((at) => all.slice(at, at + size));
    },
  },
  'aa*': {
    max: (...all: unknown[]) => Math.max(...all.map(toInt)),
    min: (...all: unknown[]) => Math.min(...all.map(toInt)),
    biggest: (...all: unknown[]) => Math.max(...all.map(toInt)),
    maxf: (...all: unknown[]) => float(Math.max(...all.map(toFloat))),
    minf: (...all: unknown[]) => float(Math.min(...all.map(toFloat))),
    mul: (...all: unknown[]) => all.map(toInt).reduce((a, b) => a * b),
    mulf: (...all: unknown[]) => float(all.map(toFloat).reduce((a, b) => a * b)),
    subf: (...all: unknown[]) => float(all.map(toFloat).reduce((a, b) => a - b)),
    divf: (...all: unknown[]) => float(all.map(toFloat).reduce((a, b) => a / b)),
    without: (value: unknown, ...items: unknown[]) => listOf(value, 'find without').filter((each) => !items.some((item) => same(each, item))),
    default: (fallback: unknown, ...given: unknown[]) => (given.length > 0 && isTrue(given[0]) ? given[0] : fallback),
    slice: (value: unknown, from: unknown = 0, to?: unknown) => listOf(value, 'slice').slice(toInt(from), to === undefined ? undefined : toInt(to)),
    round: (value: unknown, places: unknown, ..._on: unknown[]) => rounded(value, places),
  },
  'a*': {
    add: (...all: unknown[]) => all.map(toInt).reduce((a, b) => a + b, 0),
    addf: (...all: unknown[]) => float(all.map(toFloat).reduce((a, b) => a + b, 0)),
    seq: sequence,
    list: (...all: unknown[]) => all,
    tuple: (...all: unknown[]) => all,
    concat: (...all: unknown[]) => all.flatMap((each) => listOf(each, 'concat')),
    coalesce: (...all: unknown[]) => all.find(isTrue),
    all: (...all: unknown[]) => all.every(isTrue),
    any: (...all: unknown[]) => all.some(isTrue),
    dict: (...all: unknown[]) => {
      const made: Map_ = {};
      for (let i = 0; i < all.length; i += 2) made[textOf(all[i])] = i + 1 < all.length ? all[i + 1] : '';
      return made;
    },
    dig: (...all: unknown[]) => {
      let value = all.at(-1);
      for (const key of all.slice(0, -2)) {
        if (!isMap(value)) throw new FunctionError(`interface conversion: interface {} is ${typeName(value)}, not map[string]interface {}`);
        if (!Object.hasOwn(value, textOf(key))) return all.at(-2);
        value = value[textOf(key)];
      }
      return value;
    },
  },
  aab: { ternary: (yes: unknown, no: unknown, condition: boolean) => (condition ? yes : no) },
  ms: {
    get: (map: Map_, key: string) => (Object.hasOwn(map, key) ? map[key] : ''),
    hasKey: (map: Map_, key: string) => Object.hasOwn(map, key),
    unset: (map: Map_, key: string) => {
      delete map[key];
      return map;
    },
  },
  msa: {
    set: (map: Map_, key: string, value: unknown) => {
      map[key] = value;
      return map;
    },
  },
  m: { values: (map: Map_) => Object.values(map) },
  'm*': { keys: (...maps: Map_[]) => maps.flatMap((map) => Object.keys(map).sort(compare)) },
  'sm*': { pluck: (key: string, ...maps: Map_[]) => maps.flatMap((map) => (Object.hasOwn(map, key) ? [map[key]] : [])) },
  'ms*': {
    pick: (map: Map_, ...keys: string[]) => Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key))),
    omit: (map: Map_, ...keys: string[]) => Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key))),
  },
  'mm*': {
    merge: (into: Map_, ...from: Map_[]) => merged(into, from, false),
    mustMerge: (into: Map_, ...from: Map_[]) => merged(into, from, false),
    mergeOverwrite: (into: Map_, ...from: Map_[]) => merged(into, from, true),
    mustMergeOverwrite: (into: Map_, ...from: Map_[]) => merged(into, from, true),
  },
  sa: {
    kindIs: (kind: string, value: unknown) => kindOf(value) === kind,
    typeIs: (name: string, value: unknown) => nameOf(value) === name,
    typeIsLike: (name: string, value: unknown) => [name, `*${name}`].includes(nameOf(value)),
  },
};
