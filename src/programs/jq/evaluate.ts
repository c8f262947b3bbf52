/** Runs jq filters: each gives any number of values, with the paths where they lie. */

import { compute } from './arithmetic.ts';
import { Break, JqError, type Node, type Pattern } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { formatValue } from './formats.ts';
import { describe, type Json, stringify, truthy, typeOf } from './json.ts';
import { deletePaths, getIndex, getPath, getSlice, type Path, setPath, sliceKey } from './paths.ts';

/** A value and where it came from; no path where paths are not asked for. */
export type At = { readonly value: Json; readonly path: Path | undefined };

/** Gets its arguments as filters, not as values: it runs them over its input itself. */
export type Native = (context: Context, input: At, args: readonly Node[], environment: Environment) => Iterable<At>;

const maxSteps = 3_000_000;
const maxDepth = 3_000;

/** Values of a filter. */
export function* values(context: Context, node: Node, environment: Environment, input: Json): Iterable<Json> {
  for (const { value } of evaluate(context, node, environment, { value: input, path: undefined })) yield value;
}

/** Throws JqError for what jq calls an error, which `try` catches. */
export function* evaluate(context: Context, node: Node, environment: Environment, input: At): Iterable<At> {
  if (++context.steps > maxSteps) throw new JqError('k8s-lab: a filter without end is not simulated');
  switch (node.type) {
    case 'identity':
      yield input;
      return;
    case 'literal':
      yield plain(node.value);
      return;
    case 'pipe':
      for (const each of evaluate(context, node.left, environment, input)) yield* evaluate(context, node.right, environment, each);
      return;
    case 'comma':
      yield* evaluate(context, node.left, environment, input);
      yield* evaluate(context, node.right, environment, input);
      return;
    case 'index':
    case 'slice':
    case 'iterate':
    case 'recurse-all':
      yield* navigate(context, node, environment, input);
      return;
    case 'call':
      yield* call(context, node, environment, input);
      return;
    case 'variable':
      yield plain(variable(context, node.name, environment));
      return;
    case 'if':
      for (const test of values(context, node.test, environment, input.value)) {
        if (truthy(test)) yield* evaluate(context, node.yes, environment, input);
        else if (node.no) yield* evaluate(context, node.no, environment, input);
        else yield input;
      }
      return;
    case 'try':
      yield* attempt(context, node, environment, input);
      return;
    case 'alternative':
      yield* alternative(context, node, environment, input);
      return;
    case 'reduce':
    case 'foreach':
    case 'as':
    case 'def':
    case 'label':
    case 'break':
      yield* bind(context, node, environment, input);
      return;
    case 'update':
      yield* update(context, node, environment, input);
      return;
    default:
      yield* construct(context, node, environment, input);
  }
}

const plain = (value: Json): At => ({ value, path: undefined });

// ── paths ──

type Navigation = Node & { readonly type: 'index' | 'slice' | 'iterate' | 'recurse-all' };

function* navigate(context: Context, node: Navigation, environment: Environment, input: At): Iterable<At> {
  if (node.type === 'recurse-all') {
    yield* recurse(input);
    return;
  }
  for (const target of evaluate(context, node.target, environment, input)) {
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
  for (const { path, value } of evaluate(context, node, environment, { value: input, path: [] })) {
    if (!path) throw new JqError(`Invalid path expression with result ${shortResult(value)}`);
    yield path;
  }
}

const shortResult = (value: Json): string => {
  const text = stringify(value);
  return text.length > 11 ? `${text.slice(0, 8)}...` : text;
};

// ── names ──

function variable(context: Context, name: string, environment: Environment): Json {
  if (name === 'ENV') return context.environmentVariables();
  const value = environment.value(name);
  if (value === undefined) throw new JqError(`$${name} is not defined`);
  return value;
}

function* call(context: Context, node: Node & { readonly type: 'call' }, environment: Environment, input: At): Iterable<At> {
  const binding = environment.find(`${node.name}/${node.args.length}`);
  if (!binding) {
    const native = context.natives[`${node.name}/${node.args.length}`];
    if (!native) throw new JqError(`${node.name}/${node.args.length} is not defined`);
    yield* native(context, input, node.args, environment);
    return;
  }
  if (++context.depth > maxDepth) throw new JqError('k8s-lab: recursion this deep is not simulated');
  try {
    if (binding.kind === 'closure') yield* evaluate(context, binding.closure.body, binding.closure.environment, input);
    else
      yield* apply(context, binding.definition.parameters, node.args, { inner: binding.environment, outer: environment, body: binding.definition.body }, input);
  } finally {
    context.depth--;
  }
}

type Application = { readonly inner: Environment; readonly outer: Environment; readonly body: Node };

/** Filters are handed over as they are; `$x` parameters take each value in turn. */
function* apply(context: Context, parameters: readonly string[], args: readonly Node[], { inner, outer, body }: Application, input: At): Iterable<At> {
  const [parameter, ...rest] = parameters;
  if (parameter === undefined) {
    yield* evaluate(context, body, inner, input);
    return;
  }
  const [arg, ...others] = args as [Node, ...Node[]];
  if (!parameter.startsWith('$')) {
    yield* apply(context, rest, others, { inner: inner.withClosure(parameter, { body: arg, environment: outer }), outer, body }, input);
    return;
  }
  for (const value of values(context, arg, outer, input.value)) {
    const named = inner.withValue(parameter.slice(1), value).withClosure(parameter.slice(1), { body: { type: 'literal', value }, environment: outer });
    yield* apply(context, rest, others, { inner: named, outer, body }, input);
  }
}

type Binder = Node & { readonly type: 'reduce' | 'foreach' | 'as' | 'def' | 'label' | 'break' };

function* bind(context: Context, node: Binder, environment: Environment, input: At): Iterable<At> {
  switch (node.type) {
    case 'def':
      yield* evaluate(context, node.body, environment.withFunction(node.definition), input);
      return;
    case 'label': {
      const label = {};
      try {
        yield* evaluate(context, node.body, environment.withLabel(node.name, label), input);
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
        yield* withPatterns(context, node.patterns, source, environment, (inner) => evaluate(context, node.body, inner, input));
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

// ── errors and alternatives ──

function* attempt(context: Context, node: Node & { readonly type: 'try' }, environment: Environment, input: At): Iterable<At> {
  const { depth } = context;
  const iterator = evaluate(context, node.body, environment, input)[Symbol.iterator]();
  for (;;) {
    let step: IteratorResult<At>;
    try {
      step = iterator.next();
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      context.depth = depth;
      // error(null) is caught as null; the error "break" ends quietly.
      if (node.handler) for (const each of values(context, node.handler, environment, error.value)) yield plain(each);
      return;
    }
    if (step.done) return;
    yield step.value;
  }
}

function* alternative(context: Context, node: Node & { readonly type: 'alternative' }, environment: Environment, input: At): Iterable<At> {
  let any = false;
  try {
    for (const each of evaluate(context, node.left, environment, input)) {
      if (!truthy(each.value)) continue;
      any = true;
      yield each;
    }
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
  }
  if (!any) yield* evaluate(context, node.right, environment, input);
}

// ── updates ──

function* update(context: Context, node: Node & { readonly type: 'update' }, environment: Environment, input: At): Iterable<At> {
  const { operator, left, right } = node;
  if (operator === '|') {
    let result = input.value;
    const gone: Path[] = [];
    for (const path of pathsOf(context, left, environment, input.value)) {
      let first: { readonly value: Json } | undefined;
      for (const value of values(context, right, environment, getPath(result, path))) {
        first = { value };
        break;
      }
      if (first) result = setPath(result, path, first.value);
      else gone.push(path);
    }
    yield plain(gone.length > 0 ? deletePaths(result, gone) : result);
    return;
  }
  for (const value of values(context, right, environment, input.value)) {
    let result = input.value;
    for (const path of pathsOf(context, left, environment, input.value)) {
      const old = getPath(result, path);
      const next = operator === '' ? value : operator === '//' ? (truthy(old) ? old : value) : compute(operator, old, value);
      result = setPath(result, path, next);
    }
    yield plain(result);
  }
}

// ── making values ──

function* construct(context: Context, node: Node, environment: Environment, input: At): Iterable<At> {
  switch (node.type) {
    case 'array': {
      const items: Json[] = [];
      if (node.body)
        for (const value of values(context, node.body, environment, input.value)) {
          if (++context.steps > maxSteps) throw new JqError('k8s-lab: a filter without end is not simulated');
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
        for (const left of values(context, node.left, environment, input.value)) yield plain(compute(node.operator, left, right));
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
