/** jq's functions of numbers. */
import { JqError } from './ast.ts';
import type { Json } from './json.ts';
import { describe } from './json.ts';

type Plain = (input: Json, args: readonly Json[]) => Json;

const one =
  (fn: (value: number) => number): Plain =>
  (input) => {
    if (typeof input !== 'number') throw new JqError(`${describe(input)} number required`);
    return fn(input);
  };

const two =
  (fn: (a: number, b: number) => number): Plain =>
  (_input, [a = null, b = null]) => {
    if (typeof a !== 'number' || typeof b !== 'number') throw new JqError(`${describe(typeof a === 'number' ? b : a)} number required`);
    return fn(a, b);
  };

/** Half away from zero, as C's round. */
const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

const singles: Readonly<Record<string, (value: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round,
  trunc: Math.trunc,
  fabs: Math.abs,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  exp2: (value) => 2 ** value,
  exp10: (value) => 10 ** value,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  rint: (value) => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)),
  significand: (value) => (value === 0 ? 0 : value / 2 ** Math.floor(Math.log2(Math.abs(value)))),
};

export const mathNatives: Readonly<Record<string, Plain>> = {
  ...Object.fromEntries(Object.entries(singles).map(([name, fn]) => [`${name}/0`, one(fn)])),
  'pow/2': two((a, b) => a ** b),
  'atan2/2': two(Math.atan2),
  'fmin/2': two(Math.min),
  'fmax/2': two(Math.max),
  'fmod/2': two((a, b) => a % b),
  'infinite/0': () => Number.POSITIVE_INFINITY,
  'nan/0': () => Number.NaN,
  'isinfinite/0': (input) => typeof input === 'number' && !Number.isFinite(input) && !Number.isNaN(input),
  'isnan/0': (input) => Number.isNaN(input),
  'isnormal/0': (input) => typeof input === 'number' && Number.isFinite(input) && input !== 0,
};
