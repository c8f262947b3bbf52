/** Filters that lead from a value to its parts, with the paths there. */
import { JqError, type Node } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { type At, values } from './filter.ts';
import { describe, type Json, stringify } from './json.ts';
import { getIndex, getSlice, type Path, sliceKey } from './paths.ts';

type Navigation = Node & { readonly type: 'index' | 'slice' | 'iterate' | 'recurse-all' };

/** `.a`, `.[i]`, `.[a:b]`, `.[]`, `..`. */
export function* navigate(context: Context, node: Navigation, environment: Environment, input: At): Iterable<At> {
  if (node.type === 'recurse-all') {
    yield* recurse(input);
    return;
  }
  for (const target of context.evaluate(context, node.target, environment, input)) {
    if (node.type === 'iterate') yield* iterate(target);
    else if (node.type === 'index') {
      for (const key of values(context, node.index, environment, input.value)) yield { value: getIndex(target.value, key), path: extend(target, key) };
    } else
      for (const to of node.to ? values(context, node.to, environment, input.value) : [null])
        for (const from of node.from ? values(context, node.from, environment, input.value) : [null])
          yield { value: getSlice(target.value, from, to), path: extend(target, sliceKey(from, to)) };
  }
}

const extend = (target: At, key: Json): Path | undefined => (target.path ? [...target.path, key] : undefined);

/** `.[]`; throws JqError for what holds nothing. */
export function* iterate(target: At): Iterable<At> {
  const { value } = target;
  if (Array.isArray(value)) for (const [i, each] of value.entries()) yield { value: each, path: extend(target, i) };
  else if (value instanceof Map) for (const [key, each] of value) yield { value: each, path: extend(target, key) };
  else throw new JqError(`Cannot iterate over ${value === null ? 'null' : describe(value)}`);
}

/** `..`, the value itself first. */
export function* recurse(target: At): Iterable<At> {
  yield target;
  if (Array.isArray(target.value) || target.value instanceof Map) for (const each of iterate(target)) yield* recurse(each);
}

/** Paths that a filter selects in a value. */
export function* pathsOf(context: Context, node: Node, environment: Environment, input: Json): Iterable<Path> {
  for (const { path, value } of context.evaluate(context, node, environment, { value: input, path: [] })) {
    if (!path) throw new JqError(`Invalid path expression with result ${shortResult(value)}`);
    yield path;
  }
}

const shortResult = (value: Json): string => {
  const text = stringify(value);
  return text.length > 11 ? `${text.slice(0, 8)}...` : text;
};
