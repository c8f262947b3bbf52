/** Expressions in lessons: CEL, the expression language of Kubernetes itself, with bounds. */
import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';

/** The text says where and why. */
export class ExpressionError extends Error {}

/** Compiled; `ast` is there to say in words what was looked for. */
type Expression = { (context: Readonly<Record<string, unknown>>): unknown; readonly ast: ASTNode };

/** Loops in loops in loops: three deep over a cluster's objects is a second, four would be minutes. */
const deepestLoop = 3;
const longestExpression = 2_000;
const loops = new Set(['exists', 'all', 'exists_one', 'map', 'filter']);

const limits = { maxAstNodes: 500, maxDepth: 50, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 16 };

/** Checks and prepares an expression. Throws ExpressionError. */
export function parseExpression(text: string): Expression {
  if (text.length > longestExpression) throw new ExpressionError(`the expression is ${text.length} characters long, ${longestExpression} at most`);
  try {
    const run = new Environment({ unlistedVariablesAreDyn: true, limits }).parse(text);
    if (loopDepth(run.ast) > deepestLoop) throw new ExpressionError(`loops are nested more than ${deepestLoop} deep`);
    return Object.assign((context: Readonly<Record<string, unknown>>) => run(context) as unknown, { ast: run.ast });
  } catch (error) {
    if (error instanceof ExpressionError || !(error instanceof Error)) throw error;
    throw new ExpressionError(error.message.split('\n')[0] ?? '');
  }
}

/** Prepared expressions of one lesson, by text. */
export class Expressions {
  readonly #prepared = new Map<string, Expression>();
  get(text: string): Expression {
    let expression = this.#prepared.get(text);
    if (!expression) {
      expression = parseExpression(text);
      this.#prepared.set(text, expression);
    }
    return expression;
  }
}

/** Whether it holds. A missing key means no: the world is not there yet. */
export function holds(expression: Expression, context: Readonly<Record<string, unknown>>): boolean {
  try {
    return expression(context) === true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

function loopDepth(node: ASTNode): number {
  const inside = Math.max(0, ...children(node).map(loopDepth));
  return node.op === 'rcall' && loops.has(String((node.args as readonly unknown[])[0])) ? inside + 1 : inside;
}

/** Names that no loop binds: what an expression wants to be given. */
export function freeNames(node: ASTNode, bound: readonly unknown[] = []): readonly string[] {
  if (node.op === 'id') return bound.includes(node.args) ? [] : [String(node.args)];
  const variable = node.op === 'rcall' && loops.has(String((node.args as readonly unknown[])[0])) ? children(node)[1]?.args : undefined;
  return children(node).flatMap((each) => freeNames(each, variable === undefined ? bound : [...bound, variable]));
}

function children(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (value !== null && typeof value === 'object' && 'op' in value) found.push(value as ASTNode);
  };
  look(node.args);
  return found;
}
