/** kubectl's JSONPath: kubernetes client-go/util/jsonpath/jsonpath.go. */

import { formatFloat } from './go-text.ts';
import { sortedJson } from './json.ts';
import { JsonPathError, type JsonPathNode, type ListNode, parseTemplate } from './jsonpath-parser.ts';
import { equal, isObject } from './patch/json-value.ts';

export { JsonPathError };

/** A parsed template. Without `allowMissingKeys` (kubectl's --allow-missing-template-keys=false) a field that is missing is an error. */
export type JsonPath = { readonly nodes: readonly JsonPathNode[]; readonly allowMissingKeys: boolean };

/** Reads a template. kubectl get allows missing keys, sorting does not. Throws JsonPathError. */
export const parseJsonPath = (template: string, options: { readonly allowMissingKeys?: boolean } = {}): JsonPath => ({
  nodes: parseTemplate(template),
  allowMissingKeys: options.allowMissingKeys ?? true,
});

/** The text a template gives for data: `-o jsonpath=…`. Throws JsonPathError. */
export const printJsonPath = (path: JsonPath, data: unknown): string =>
  findResults(path, data)
    .map((results) => results.map(toText).join(' '))
    .join('');

/** What each node of the template finds, in order. Throws JsonPathError. */
export function findResults(path: JsonPath, data: unknown): unknown[][] {
  const { results, at } = run(path.nodes, 0, data, path.allowMissingKeys);
  if (at < path.nodes.length) throw new JsonPathError('not in range, nothing to end');
  return results;
}

/** `.metadata.name`, `metadata.name` or `{.metadata.name}` as a template: what --sort-by and custom-columns take. */
export function relaxedJsonPath(expression: string): string {
  if (expression === '') return expression;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (!match) throw new JsonPathError("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
  return `{.${match[1] ?? match[2] ?? ''}}`;
}

/** How one result is printed. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') return sortedJson(value);
  return typeof value === 'number' ? formatFloat(value) : String(value);
}

type Run = { readonly results: unknown[][]; readonly at: number };

/** Evaluates nodes from a place on until the end of the enclosing range. */
function run(nodes: readonly JsonPathNode[], from: number, data: unknown, missing: boolean): Run {
  const results: unknown[][] = [];
  let at = from;
  for (; at < nodes.length; at++) {
    const node = nodes[at];
    if (!node) break;
    const keyword = keywordOf(node);
    if (keyword === 'end') break;
    if (keyword !== 'range') {
      results.push(walk([data], node, missing));
      continue;
    }
    const items = walk([data], rangeOver(node), missing);
    let end = at + 1;
    // With nothing to range over, the end of the range must be found all the same.
    if (items.length === 0) end = endOfRange(nodes, at + 1);
    for (const item of items) {
      const inner = run(nodes, at + 1, item, missing);
      results.push(...inner.results);
      end = inner.at;
    }
    at = end;
  }
  return { results, at };
}

function endOfRange(nodes: readonly JsonPathNode[], from: number): number {
  let depth = 1;
  for (let at = from; at < nodes.length; at++) {
    const node = nodes[at];
    const keyword = node && keywordOf(node);
    if (keyword === 'range') depth++;
    else if (keyword === 'end' && --depth === 0) return at;
  }
  return nodes.length;
}

function keywordOf(node: JsonPathNode): string | undefined {
  const [first] = node.type === 'list' ? node.nodes : [];
  return first?.type === 'identifier' && (first.name === 'range' || first.name === 'end') ? first.name : undefined;
}

const rangeOver = (node: JsonPathNode): ListNode => ({ type: 'list', nodes: node.type === 'list' ? node.nodes.slice(1) : [] });

function walk(values: readonly unknown[], node: JsonPathNode, missing: boolean): unknown[] {
  switch (node.type) {
    case 'list':
      return node.nodes.reduce<unknown[]>((current, inner) => walk(current, inner, missing), [...values]);
    case 'text':
    case 'number':
    case 'bool':
      return [node.value];
    case 'field':
      return fieldOf(values, node.name, missing);
    case 'array':
      return values.flatMap((value) => slice(value, node.params));
    case 'filter':
      return values.flatMap((value) => filter(value, node, missing));
    case 'union':
      return node.nodes.flatMap((inner) => walk(values, inner, missing));
    case 'wildcard':
      return values.flatMap(children);
    case 'recursive':
      return values.flatMap(descendants);
    default:
      throw new JsonPathError(`unrecognized identifier ${node.name}`);
  }
}

function fieldOf(values: readonly unknown[], name: string, missing: boolean): unknown[] {
  const found: unknown[] = [];
  for (const value of values) if (isObject(value) && Object.hasOwn(value, name) && value[name] !== undefined) found.push(value[name]);
  if (found.length === 0 && !missing) throw new JsonPathError(`${name} is not found`);
  return found;
}

const children = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => value[key]);
};

const descendants = (value: unknown): unknown[] => {
  const below = children(value);
  return below.length === 0 ? [] : [value, ...below.flatMap(descendants)];
};

function slice(value: unknown, params: Extract<JsonPathNode, { type: 'array' }>['params']): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
  const [first, second, third] = params;
  const { length } = value;
  let start = first.known ? first.value : 0;
  if (start < 0) start += length;
  let end = second.known ? second.value : length;
  if (end < 0 || (end === 0 && second.derived)) end += length;
  if (start === end) return [];
  if (start >= length || start < 0) throw new JsonPathError(`array index out of bounds: index ${start}, length ${length}`);
  if (end > length || end < 0) throw new JsonPathError(`array index out of bounds: index ${end - 1}, length ${length}`);
  if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  const step = third.known ? third.value : 1;
  if (step <= 0) throw new JsonPathError('step must be > 0');
  return value.slice(start, end).filter((_, i) => i % step === 0);
}

function filter(value: unknown, node: Extract<JsonPathNode, { type: 'filter' }>, missing: boolean): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice and cannot be filtered`);
  return value.filter((item) => passes(item, node, missing));
}

function passes(item: unknown, { left, right, operator }: Extract<JsonPathNode, { type: 'filter' }>, missing: boolean): boolean {
  const lefts = walk([item], left, missing);
  if (operator === 'exists') return lefts.length > 0;
  if (lefts.length === 0) return false;
  if (lefts.length > 1) throw new JsonPathError('can only compare one element at a time');
  const rights = walk([item], right, missing);
  if (rights.length === 0) return false;
  if (rights.length > 1) throw new JsonPathError('can only compare one element at a time');
  return compare(lefts[0], operator, rights[0], right.nodes[0]?.type === 'number' && right.nodes[0].isFloat);
}

const goType = (value: unknown): string =>
  isObject(value)
    ? 'map[string]interface {}'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'int64'
        : 'float64'
      : typeof value === 'boolean'
        ? 'bool'
        : 'string';

function compare(a: unknown, operator: string, b: unknown, floatRight: boolean): boolean {
  if (operator !== '==' && operator !== '!=' && operator !== '<' && operator !== '>' && operator !== '<=' && operator !== '>=') {
    throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
  const kind = (value: unknown, float: boolean): string => (typeof value === 'number' ? (float || !Number.isInteger(value) ? 'float' : 'int') : typeof value);
  const kindA = kind(a, false);
  if (kindA === 'object' || typeof b === 'object') throw new JsonPathError('invalid type for comparison');
  if (kindA !== kind(b, floatRight)) throw new JsonPathError('incompatible types for comparison');
  if (operator === '==') return equal(a, b);
  if (operator === '!=') return !equal(a, b);
  if (kindA === 'boolean') throw new JsonPathError('invalid type for comparison');
  const [x, y] = [a as number | string, b as number | string];
  if (operator === '<') return x < y;
  if (operator === '>') return x > y;
  return operator === '<=' ? x <= y : x >= y;
}
