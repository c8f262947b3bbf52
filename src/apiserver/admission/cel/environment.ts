/** CEL as the apiserver runs it: the language from a library, Kubernetes' own functions on top (apiserver/pkg/cel/library). */
import { type ASTNode, type Context, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { type Quantity, QuantityError, tryParseQuantity } from '../../../apimachinery/quantity.ts';
import { authorizerFunctions, authorizerTypes } from './authorizer.ts';
import { networkFunctions, networkTypes, ValueError } from './network.ts';
import { nameProblem, syntaxProblem } from './problems.ts';
import { Formats, Strings, textFunctions, textTypes } from './text.ts';

/** What stands in an expression's place when it cannot be compiled or does not come to a value. */
export class CelError extends Error {}

/** A compiled expression; throws what CEL calls a runtime error. */
type Program = (context: Context) => unknown;

/** Compiles expressions, each text once. */
export class Cel {
  #environment: Environment | undefined;
  /** Those that know only the variables of their name. */
  readonly #checkers = new Map<string, Environment>();
  readonly #programs = new Map<string, Program>();

  /** What an error of validation says of a text that is no expression over these variables (`object oldObject`); undefined for one that is. */
  problem(text: string, variables: string): string | undefined {
    const checker = this.#checkers.get(variables) ?? newEnvironment(variables.split(' '));
    this.#checkers.set(variables, checker);
    try {
      const functions = new Set(checker.getDefinitions().functions.map(({ name }) => name));
      return nameProblem(text, checker.parse(hasThroughIndex(text)), functions);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return syntaxProblem(text, error);
    }
  }

  /** Throws CelError when the text is no expression. */
  compile(text: string): Program {
    const known = this.#programs.get(text);
    if (known) return known;
    this.#environment ??= newEnvironment();
    const program = this.#compiled(text);
    if (this.#programs.size > maxPrograms) this.#programs.clear();
    this.#programs.set(text, program);
    return program;
  }

  #parsed(text: string): ReturnType<Environment['parse']> {
    const environment = this.#environment as Environment;
    const plain = hasThroughIndex(text);
    return environment.parse(plain);
  }

  #compiled(text: string): Program {
    try {
      const parsed = this.#parsed(text);
      throughRe2(parsed.ast);
      const cost = { turns: 0 };
      counted(parsed.ast, cost);
      return (context) => {
        cost.turns = 0;
        return evaluated(() => parsed(context));
      };
    } catch (error) {
      if (error instanceof ParseError) throw new CelError(firstLine(error.message));
      throw error;
    }
  }
}

const maxPrograms = 1000;

/** The library knows `has(a.b.c)` only; `has(a[0].b)` asks a map for a key just as well. */
const hasThroughIndex = (text: string): string => text.replace(/\bhas\(([\w.]+(?:\[[^\][]*\](?:\.\w+)*?)+)\.(\w+)\)/g, '("$2" in $1)');
const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function evaluated(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof EvaluationError) throw new CelError(firstLine(error.message).replace(/^No such key/, 'no such key'));
    if (error instanceof QuantityError || error instanceof ValueError) throw new CelError(error.message);
    throw error;
  }
}

/** Users' patterns are RE2's: `matches` is turned into our own function. */
function throughRe2(node: ASTNode): void {
  if (node.op === 'rcall' && node.args[0] === 'matches') (node.args as unknown as string[])[0] = 'matchesRe2';
  for (const each of below(node.args)) throughRe2(each);
}

/** A turn of a loop costs some five units of the million that one expression may (apiserver/pkg/apis/cel/config.go PerCallLimit). */
const mostTurns = 200_000;

type Loop = { condition?: (value: unknown) => boolean };

/** Loops are counted where they look whether to go on. */
function counted(node: ASTNode, cost: { turns: number }): void {
  // The library keeps what a macro came to beside its call.
  const loop = (node as unknown as { readonly meta?: { readonly alternate?: { readonly args: Loop } } }).meta?.alternate?.args;
  if (loop) {
    const { condition = () => true } = loop;
    loop.condition = (value) => {
      if (++cost.turns > mostTurns) throw new CelError('operation cancelled: actual cost limit exceeded');
      return condition(value);
    };
  }
  for (const each of below(node.args)) counted(each, cost);
}

/** The nodes in an operator's operands. */
function below(value: unknown): ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(below);
  return typeof value === 'object' && value !== null && 'op' in value ? [value as ASTNode] : [];
}

/** A JSON value as CEL knows it: whole numbers are ints. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) if (each !== undefined) result[key] = toCel(each);
  return result;
}

/** The constructors of types that the library is to know by name. */
class QuantityValue {
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}
class Sets {}

type Compare = (a: QuantityValue, b: QuantityValue) => boolean | bigint;

function newEnvironment(variables?: readonly string[]): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: !variables, homogeneousAggregateLiterals: false, enableOptionalTypes: true });
  for (const name of variables ?? []) environment.registerVariable(name, 'dyn');
  environment.registerType('kubernetes.Quantity', { ctor: QuantityValue, fields: {} });
  environment.registerType('kubernetes.Sets', { ctor: Sets, fields: {} });
  for (const [name, ctor] of [...networkTypes, ...textTypes]) environment.registerType(name, { ctor, fields: {} });
  for (const [name, ctor, fields] of authorizerTypes) environment.registerType(name, { ctor, fields });
  environment.registerConstant('sets', 'kubernetes.Sets', new Sets());
  environment.registerConstant('format', 'kubernetes.NamedFormats', new Formats());
  environment.registerConstant('strings', 'kubernetes.Strings', new Strings());
  for (const [signature, handler] of [
    ...stringFunctions,
    ...textFunctions,
    ...listFunctions,
    ...quantityFunctions,
    ...networkFunctions,
    ...authorizerFunctions,
  ])
    environment.registerFunction(signature, handler as never);
  return environment;
}

const pattern = (text: string): RE2JS => RE2JS.compile(text);

function findAll(text: string, expression: string, limit = -1): string[] {
  const matcher = pattern(expression).matcher(text);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

type Functions = readonly (readonly [signature: string, handler: (...values: never[]) => unknown])[];

const stringFunctions: Functions = [
  ['string.matchesRe2(string): bool', (text: string, expression: string) => pattern(expression).matcher(text).find()],
  ['string.find(string): string', (text: string, expression: string) => findAll(text, expression, 1)[0] ?? ''],
  ['string.findAll(string): list<string>', (text: string, expression: string) => findAll(text, expression)],
  ['string.findAll(string, int): list<string>', (text: string, expression: string, limit: bigint) => findAll(text, expression, Number(limit))],
  ['string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, () => to)],
];

const sortable = (list: readonly unknown[]): (number | bigint | string)[] => list as (number | bigint | string)[];
const order = (a: number | bigint | string, b: number | bigint | string): number => (a < b ? -1 : a > b ? 1 : 0);
const isEqual = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a, bigints) === JSON.stringify(b, bigints);
const bigints = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
const has = (list: readonly unknown[], value: unknown): boolean => list.some((each) => isEqual(each, value));

/** Of numbers of one kind, and of durations; of nothing it is 0. */
function sum(list: readonly unknown[]): unknown {
  if (list.length === 0) return 0n;
  if (typeof list[0] === 'bigint') return (list as bigint[]).reduce((total, each) => total + each, 0n);
  return (list as number[]).reduce((total, each) => total + each, 0);
}

const listFunctions: Functions = [
  ['list.indexOf(dyn): int', (list: unknown[], value: unknown) => BigInt(list.findIndex((each) => isEqual(each, value)))],
  ['list.lastIndexOf(dyn): int', (list: unknown[], value: unknown) => BigInt(list.findLastIndex((each) => isEqual(each, value)))],
  ['list.isSorted(): bool', (list: unknown[]) => sortable(list).every((each, i) => i === 0 || (sortable(list)[i - 1] ?? each) <= each)],
  ['list.sum(): dyn', (list: unknown[]) => sum(list)],
  ['list.min(): dyn', (list: unknown[]) => sortable(list).toSorted(order)[0]],
  ['list.max(): dyn', (list: unknown[]) => sortable(list).toSorted(order).at(-1)],
  ['kubernetes.Sets.contains(list, list): bool', (_: Sets, a: unknown[], b: unknown[]) => b.every((each) => has(a, each))],
  ['kubernetes.Sets.intersects(list, list): bool', (_: Sets, a: unknown[], b: unknown[]) => b.some((each) => has(a, each))],
  ['kubernetes.Sets.equivalent(list, list): bool', (_: Sets, a: unknown[], b: unknown[]) => a.every((each) => has(b, each)) && b.every((each) => has(a, each))],
];

const quantityOf = (text: string): QuantityValue => {
  const quantity = tryParseQuantity(text);
  if (!quantity) throw new QuantityError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return new QuantityValue(quantity);
};
const compare =
  (test: (order: number) => boolean | bigint): Compare =>
  (a, b) =>
    test(a.quantity.compare(b.quantity));

const quantityFunctions: Functions = [
  ['quantity(string): kubernetes.Quantity', quantityOf],
  ['isQuantity(string): bool', (text: string) => tryParseQuantity(text) !== undefined],
  ['kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool', compare((order) => order > 0)],
  ['kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool', compare((order) => order < 0)],
  ['kubernetes.Quantity.compareTo(kubernetes.Quantity): int', compare((order) => BigInt(Math.sign(order)))],
  ['kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', (a: QuantityValue, b: QuantityValue) => new QuantityValue(a.quantity.add(b.quantity))],
  ['kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', (a: QuantityValue, b: QuantityValue) => new QuantityValue(a.quantity.sub(b.quantity))],
  ['kubernetes.Quantity.add(int): kubernetes.Quantity', (a: QuantityValue, b: bigint) => new QuantityValue(a.quantity.add(quantityOf(`${b}`).quantity))],
  ['kubernetes.Quantity.sub(int): kubernetes.Quantity', (a: QuantityValue, b: bigint) => new QuantityValue(a.quantity.sub(quantityOf(`${b}`).quantity))],
  ['kubernetes.Quantity.sign(): int', (a: QuantityValue) => BigInt(Math.sign(a.quantity.milliValue()))],
  ['kubernetes.Quantity.isInteger(): bool', (a: QuantityValue) => a.quantity.milliValue() % 1000 === 0],
  ['kubernetes.Quantity.asInteger(): int', (a: QuantityValue) => BigInt(a.quantity.value())],
  ['kubernetes.Quantity.asApproximateFloat(): double', (a: QuantityValue) => a.quantity.milliValue() / 1000],
];
