/** What a filter gives, and running one from within another. */
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
