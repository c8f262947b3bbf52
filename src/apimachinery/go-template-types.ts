/** Arguments of functions that say of what types they are: text/template/exec.go. */
import { typeName } from './go-printf.ts';
import type { Operand } from './go-template-parser.ts';
import { GoFloat } from './go-text.ts';
import { isObject } from './patch/json-value.ts';

/** What is wrong with the number of arguments for such types. */
export function checkArguments(name: string, types: string, count: number): string | undefined {
  const fixed = types.replace(/.\*$/, '').length;
  if (types.endsWith('*')) return count < fixed ? `wrong number of args for ${name}: want at least ${fixed} got ${count}` : undefined;
  return count === fixed ? undefined : `wrong number of args for ${name}: want ${fixed} got ${count}`;
}

/** Types of arguments by their letters in TemplateFunction.types; `a` is anything. */
const goTypes: Readonly<Record<string, string>> = { s: 'string', i: 'int', b: 'bool', m: 'map[string]interface {}', l: '[]interface {}' };
const literals: Readonly<Record<string, readonly [name: string, type: string]>> = { s: ['string', 'string'], i: ['integer', 'number'], b: ['bool', 'boolean'] };

/** Of the argument at a place. */
export const typeAt = (types: string | undefined, i: number): string | undefined => (types?.endsWith('*') && i >= types.length - 2 ? types.at(-2) : types?.[i]);

export function literalProblem(type: string | undefined, { value, text }: Extract<Operand, { type: 'literal' }>): string | undefined {
  const kind = type === undefined ? undefined : literals[type];
  return kind && typeof value !== kind[1] ? `expected ${kind[0]}; found ${text}` : undefined;
}

export function valueProblem(type: string | undefined, value: unknown): string | undefined {
  const wanted = type === undefined ? undefined : goTypes[type];
  if (!wanted) return undefined;
  if (value === undefined || value === null) return `invalid value; expected ${wanted}`;
  return typeName(value) === wanted ? undefined : `wrong type for value; expected ${wanted}; got ${typeName(value)}`;
}

/** What `range` goes over: a list, a map in the order of its keys, numbers below one; undefined for what it cannot. */
export function entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> | undefined {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((item, i) => [i, item]);
  if (typeof value === 'number' && Number.isInteger(value)) return numbers(value);
  if (!isObject(value) || value instanceof GoFloat) return undefined;
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => [key, value[key]]);
}

function* numbers(end: number): Generator<readonly [number, number]> {
  for (let i = 0; i < end; i++) yield [i, i];
}
