/** jq's operators. */
import { JqError } from './ast.ts';
import { compare, describe, equal, type Json } from './json.ts';

/** `+ - * / %` and comparisons; throws JqError with both values where they do not go together. */
export function compute(operator: string, left: Json, right: Json): Json {
  switch (operator) {
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
      return multiply(left, right);
    case '/':
      return divide(left, right);
    case '%':
      return modulo(left, right);
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    default:
      return compare(left, right) >= 0;
  }
}

const fail = (left: Json, right: Json, what: string): never => {
  throw new JqError(`${describe(left)} and ${describe(right)} cannot be ${what}`);
};

/** null is the neutral element. */
export function add(left: Json, right: Json): Json {
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (left instanceof Map && right instanceof Map) return new Map([...left, ...right]);
  return fail(left, right, 'added');
}

function subtract(left: Json, right: Json): Json {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (Array.isArray(left) && Array.isArray(right)) return left.filter((item) => !right.some((other) => equal(item, other)));
  return fail(left, right, 'subtracted');
}

function multiply(left: Json, right: Json): Json {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  const [text, times] = typeof left === 'string' ? [left, right] : [right, left];
  if (typeof text === 'string' && typeof times === 'number') {
    if (times <= 0) return null;
    if (text.length * times > 64 * 1024 * 1024) throw new JqError('Repeat string result too long');
    return text.repeat(times < 1 ? 1 : Math.floor(times));
  }
  if (left instanceof Map && right instanceof Map) return merge(left, right);
  return fail(left, right, 'multiplied');
}

/** Objects in both are merged all the way down. */
function merge(left: ReadonlyMap<string, Json>, right: ReadonlyMap<string, Json>): Json {
  const out = new Map(left);
  for (const [key, value] of right) {
    const before = out.get(key);
    out.set(key, before instanceof Map && value instanceof Map ? merge(before, value) : value);
  }
  return out;
}

function divide(left: Json, right: Json): Json {
  if (typeof left === 'number' && typeof right === 'number') return right === 0 ? fail(left, right, 'divided because the divisor is zero') : left / right;
  if (typeof left === 'string' && typeof right === 'string') return split(left, right);
  return fail(left, right, 'divided');
}

/** An empty text splits into nothing. */
export const split = (text: string, separator: string): string[] => (text === '' ? [] : separator === '' ? [...text] : text.split(separator));

function modulo(left: Json, right: Json): Json {
  if (typeof left !== 'number' || typeof right !== 'number') return fail(left, right, 'divided');
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  const divisor = Math.abs(Math.trunc(right));
  return divisor === 0 ? fail(left, right, 'divided because the divisor is zero') : (Math.trunc(left) % divisor) + 0;
}
