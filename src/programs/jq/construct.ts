/** Filters that make new values out of others. */
import { JqError, type Node } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { type At, computed, countStep, plain, values } from './filter.ts';
import { formatValue } from './formats.ts';
import { describe, type Json, truthy } from './json.ts';

/** Filters that make new values: lists, objects, texts, operators. */
export function* construct(context: Context, node: Node, environment: Environment, input: At): Iterable<At> {
  switch (node.type) {
    case 'array': {
      const items: Json[] = [];
      if (node.body)
        for (const value of values(context, node.body, environment, input.value)) {
          countStep(context);
          items.push(value);
        }
      context.memory.charge(items.length * 16);
      yield plain(items);
      return;
    }
    case 'object':
      yield* object(context, node.entries, 0, new Map(), environment, input);
      return;
    case 'string':
      yield* text(context, node, 0, '', environment, input);
      return;
    case 'format':
      yield plain(formatValue(node.name, input.value));
      return;
    case 'negate':
      for (const value of values(context, node.body, environment, input.value)) {
        if (typeof value !== 'number') throw new JqError(`${describe(value)} cannot be negated`);
        yield plain(-value);
      }
      return;
    case 'binary':
      // The right side changes slowest: jq's order.
      for (const right of values(context, node.right, environment, input.value))
        for (const left of values(context, node.left, environment, input.value)) yield plain(computed(context, node.operator, left, right));
      return;
    case 'and':
    case 'or':
      for (const left of values(context, node.left, environment, input.value)) {
        if (truthy(left) === (node.type === 'or')) yield plain(node.type === 'or');
        else for (const right of values(context, node.right, environment, input.value)) yield plain(truthy(right));
      }
      return;
    default:
      throw new JqError(`${node.type} is not simulated`);
  }
}

function* object(
  context: Context,
  entries: readonly { readonly key: Node; readonly value: Node }[],
  index: number,
  made: ReadonlyMap<string, Json>,
  environment: Environment,
  input: At,
): Iterable<At> {
  const entry = entries[index];
  if (!entry) {
    yield plain(new Map(made));
    return;
  }
  for (const key of values(context, entry.key, environment, input.value)) {
    if (typeof key !== 'string') throw new JqError(`Object keys must be strings`);
    for (const value of values(context, entry.value, environment, input.value))
      yield* object(context, entries, index + 1, new Map(made).set(key, value), environment, input);
  }
}

function* text(context: Context, node: Node & { readonly type: 'string' }, index: number, made: string, environment: Environment, input: At): Iterable<At> {
  const part = node.parts[index];
  if (part === undefined) yield plain(made);
  else if (typeof part === 'string') yield* text(context, node, index + 1, made + part, environment, input);
  else
    for (const value of values(context, part, environment, input.value))
      yield* text(context, node, index + 1, made + formatValue(node.format ?? '@text', value), environment, input);
}
