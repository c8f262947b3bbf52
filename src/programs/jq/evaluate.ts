/** Runs jq filters: each gives any number of values, with the paths where they lie. */

import { JqError, type Node } from './ast.ts';
import { bind } from './bind.ts';
import { construct } from './construct.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { type At, charged, countStep, plain, values } from './filter.ts';
import { type Json, truthy } from './json.ts';
import { navigate } from './navigate.ts';
import { update } from './update.ts';

const maxDepth = 3_000;

/** Throws JqError for what jq calls an error, which `try` catches. */
export function* evaluate(context: Context, node: Node, environment: Environment, input: At): Iterable<At> {
  countStep(context);
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
    charged(context, input.value);
    for (const made of native(context, input, node.args, environment)) {
      charged(context, made.value);
      yield made;
    }
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
