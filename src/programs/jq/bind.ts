/** Variables and destructuring: as, reduce, foreach, def, label, break. */
import { Break, JqError, type Node, type Pattern } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { type At, plain, values } from './filter.ts';
import { type Json, typeOf } from './json.ts';
import { getIndex } from './paths.ts';

type Binder = Node & { readonly type: 'reduce' | 'foreach' | 'as' | 'def' | 'label' | 'break' };

/** Filters that give names to values, functions and labels, for what comes after them. */
export function* bind(context: Context, node: Binder, environment: Environment, input: At): Iterable<At> {
  switch (node.type) {
    case 'def':
      yield* context.evaluate(context, node.body, environment.withFunction(node.definition), input);
      return;
    case 'label': {
      const label = {};
      try {
        yield* context.evaluate(context, node.body, environment.withLabel(node.name, label), input);
      } catch (error) {
        if (!(error instanceof Break) || error.label !== label) throw error;
      }
      return;
    }
    case 'break': {
      const label = environment.label(node.name);
      throw label ? new Break(label) : new JqError(`$*label-${node.name} is not defined`);
    }
    case 'as':
      for (const source of values(context, node.source, environment, input.value))
        yield* withPatterns(context, node.patterns, source, environment, (inner) => context.evaluate(context, node.body, inner, input));
      return;
    case 'reduce':
      for (const init of values(context, node.init, environment, input.value)) {
        let state: Json = init;
        for (const source of values(context, node.source, environment, input.value))
          for (const inner of patternEnvironments(context, node.patterns[0] as Pattern, source, environment)) {
            let last: Json = null;
            for (const value of values(context, node.update, inner, state)) last = value;
            state = last;
          }
        yield plain(state);
      }
      return;
    case 'foreach':
      for (const init of values(context, node.init, environment, input.value)) {
        let state: Json = init;
        for (const source of values(context, node.source, environment, input.value))
          for (const inner of patternEnvironments(context, node.patterns[0] as Pattern, source, environment))
            for (const value of values(context, node.update, inner, state)) {
              state = value;
              if (node.extract) for (const out of values(context, node.extract, inner, state)) yield plain(out);
              else yield plain(state);
            }
      }
  }
}

/** `?//`: the next pattern is tried when the one before leads to an error. */
function* withPatterns(
  context: Context,
  patterns: readonly Pattern[],
  source: Json,
  environment: Environment,
  body: (inner: Environment) => Iterable<At>,
): Iterable<At> {
  let base = environment;
  if (patterns.length > 1) for (const name of new Set(patterns.flatMap(names))) base = base.withValue(name, null);
  for (const [i, pattern] of patterns.entries()) {
    try {
      for (const inner of patternEnvironments(context, pattern, source, base)) yield* body(inner);
      return;
    } catch (error) {
      if (!(error instanceof JqError) || i === patterns.length - 1) throw error;
    }
  }
}

function names(pattern: Pattern): string[] {
  if (pattern.type === 'variable') return [pattern.name];
  if (pattern.type === 'array') return pattern.items.flatMap(names);
  return pattern.entries.flatMap((entry) => [...(entry.bind === undefined ? [] : [entry.bind]), ...(entry.pattern ? names(entry.pattern) : [])]);
}

function* patternEnvironments(context: Context, pattern: Pattern, value: Json, environment: Environment): Iterable<Environment> {
  if (pattern.type === 'variable') {
    yield environment.withValue(pattern.name, value);
    return;
  }
  if (pattern.type === 'array') {
    if (value !== null && !Array.isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with number`);
    let all: Environment[] = [environment];
    for (const [i, item] of pattern.items.entries()) all = all.flatMap((each) => [...patternEnvironments(context, item, getIndex(value, i), each)]);
    yield* all;
    return;
  }
  let all: Environment[] = [environment];
  for (const { key, bind: name, pattern: inner } of pattern.entries)
    all = all.flatMap((each) =>
      [...values(context, key, each, value)].flatMap((found) => {
        if (typeof found !== 'string') throw new JqError(`Cannot index ${typeOf(value)} with ${typeOf(found)}`);
        const part = getIndex(value, found);
        const named = name === undefined ? each : each.withValue(name, part);
        return inner ? [...patternEnvironments(context, inner, part, named)] : [named];
      }),
    );
  yield* all;
}
