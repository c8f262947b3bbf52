/** What a filter gives, and running one from within another. */
import { compute } from './arithmetic.ts';
import { JqError, type Node } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import type { Json } from './json.ts';
import type { Path } from './paths.ts';

/** A value and where it came from; no path where paths are not asked for. */
export type At = { readonly value: Json; readonly path: Path | undefined };

/** Gets its arguments as filters, not as values: it runs them over its input itself. */
export type Native = (context: Context, input: At, args: readonly Node[], environment: Environment) => Iterable<At>;

/** The interpreter itself (evaluate.ts). It stands in the context, so that its parts need not import it. */
export type Evaluate = (context: Context, node: Node, environment: Environment, input: At) => Iterable<At>;

/** A value that lies nowhere in the input. */
export const plain = (value: Json): At => ({ value, path: undefined });

/** Values of a filter. */
export function* values(context: Context, node: Node, environment: Environment, input: Json): Iterable<Json> {
  for (const { value } of context.evaluate(context, node, environment, { value: input, path: undefined })) yield value;
}

const maxSteps = 3_000_000;
const counted = 100;
/** A step costs as much as so many letters that are gone through. */
const lettersEach = 7;

/** Throws JqError for a program that goes on and on. */
export function countStep(context: Context): void {
  context.steps++;
  if (context.steps % counted === 0) context.memory.goThrough(counted * lettersEach);
  if (context.steps > maxSteps) throw new JqError('k8s-lab: a filter without end is not simulated');
}

/** Longer results are charged for: what doubles itself grows without end in a few steps. */
const long = 1_000;
const short = 100;

const sizeOf = (value: Json): number => (typeof value === 'string' || Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0);

/** Lists and objects that are copied to change one place, of so many items. */
export const copying =
  ({ memory }: Context) =>
  (size: number): void => {
    if (size > long) memory.goThrough(size / 2);
  };

/** compute, within what the program may use. */
export function computed(context: Context, operator: string, left: Json, right: Json): Json {
  const size = sizeOf(left) + sizeOf(right);
  if (size > long) context.memory.goThrough(size / 10);
  return charged(context, compute(operator, left, right), 10);
}

/** What went through a function or came out of it. */
export function charged(context: Context, value: Json, cheap = 1): Json {
  const size = sizeOf(value);
  if (size > short) context.memory.goThrough(size / (size > long ? cheap : 5));
  return value;
}
