/** Go templates: the part of text/template that `-o go-template`, `--format` and charts use. */

import { sprintValue, typeName } from './go-printf.ts';
import { FunctionError, isTrue, kubectlFunctions, type TemplateFunction } from './go-template-functions.ts';
import { type GoTemplate, GoTemplateError, type Operand, type Pipe, parse, type TemplateBody, type TemplateNode } from './go-template-parser.ts';
import { commandText, operandText, pipeText } from './go-template-text.ts';
import { checkArguments, entriesOf, literalProblem, typeAt, valueProblem } from './go-template-types.ts';
import { GoFloat } from './go-text.ts';
import { isObject } from './patch/json-value.ts';

export {
  crictlFunctions,
  dockerFunctions,
  FunctionError,
  isTrue,
  kubectlFunctions,
  type TemplateFunction,
  templateFunctions,
} from './go-template-functions.ts';
export { type GoTemplate, GoTemplateError, type TemplateBody } from './go-template-parser.ts';

export type TemplateOptions = {
  /** How messages call the template; kubectl's is `output`. */
  readonly name?: string;
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** Told of the work: see Sim.toil. */
  readonly toil?: (steps: number) => void;
  /** A key that is not there is an error (`missingkey=error`). */
  readonly strict?: boolean;
  /** A key that is not there is a nil, from which no field can be read (`missingkey=zero`). */
  readonly zero?: boolean;
  /** Null is a nil pointer of Go's: it is printed as `<nil>`, and no field can be read from it. */
  readonly pointers?: boolean;
  /** Go's type of the data: a field that it has not is an error, and functions in it are its methods. */
  readonly type?: string;
  /** The same of other objects in the data. */
  readonly types?: ReadonlyMap<unknown, string>;
};

/** Reads a template. Throws GoTemplateError. */
export const parseTemplate = (source: string, options: TemplateOptions = {}): GoTemplate =>
  parse(source, options.name ?? 'output', new Set(Object.keys(options.functions ?? kubectlFunctions)));

/** The text a template makes of data. Throws GoTemplateError. */
export const renderTemplate = (template: GoTemplate, data: unknown, options: TemplateOptions = {}): string =>
  renderAmong(template.defined, template, data, options);

/** The same of one among templates that may call each other. */
export function renderAmong(defined: ReadonlyMap<string, TemplateBody>, body: TemplateBody, data: unknown, options: TemplateOptions): string {
  const run = new Execution(defined, body, data, options);
  try {
    run.list(body.nodes, data, [['$', { value: data }]]);
  } catch (error) {
    if (error instanceof GoTemplateError) error.output = run.out;
    throw error;
  }
  return run.out;
}

/** In steps of the engine (see Sim.toil): a list of nodes, once through; letters of a text, entries of a list that a function made. */
const listSteps = 0.05;
const lettersPerStep = 500;
const partsPerStep = 100;
/** More lists than this are somebody's endless template. */
const mostLists = 2_000_000;

type Scope = [string, { value: unknown }][];
type Flow = 'break' | 'continue' | undefined;

class Execution {
  out = '';
  readonly #defined: ReadonlyMap<string, TemplateBody>;
  readonly #data: unknown;
  readonly #options: TemplateOptions;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;
  readonly #toil: (steps: number) => void;
  /** What is being carried out. */
  #body: TemplateBody;
  #lists = 0;

  constructor(defined: ReadonlyMap<string, TemplateBody>, body: TemplateBody, data: unknown, options: TemplateOptions) {
    this.#defined = defined;
    this.#body = body;
    this.#data = data;
    this.#options = options;
    this.#functions = options.functions ?? kubectlFunctions;
    this.#toil = options.toil ?? (() => {});
  }

  list(nodes: readonly TemplateNode[], dot: unknown, scope: Scope): Flow {
    this.#toil(listSteps);
    if (++this.#lists > mostLists) throw new GoTemplateError('k8s-lab: a template without end is not simulated');
    for (const node of nodes) {
      const flow = this.#node(node, dot, scope);
      if (flow) return flow;
    }
    return undefined;
  }

  #node(node: TemplateNode, dot: unknown, scope: Scope): Flow {
    switch (node.type) {
      case 'text':
        this.out += node.text;
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0)
          this.out += value === undefined || (value === null && !this.#options.pointers) ? '<no value>' : this.#weighed(sprintValue(value));
        return undefined;
      }
      case 'if':
      case 'with': {
        const inner: Scope = [...scope];
        const value = this.#pipe(node.pipe, dot, inner);
        if (!isTrue(value)) return this.list(node.otherwise, dot, inner);
        return this.list(node.body, node.type === 'with' ? value : dot, inner);
      }
      case 'range':
        return this.#range(node, dot, scope);
      case 'template':
        return this.#call(node, dot, scope);
      default:
        return node.type;
    }
  }

  #range({ pipe, body, otherwise }: Extract<TemplateNode, { type: 'if' | 'with' | 'range' }>, dot: unknown, scope: Scope): Flow {
    const value = this.#pipe({ ...pipe, variables: [] }, dot, scope);
    let none = true;
    for (const [key, item] of this.#entries(value, pipe)) {
      none = false;
      const inner: Scope = [...scope];
      const [first, second] = pipe.variables;
      if (first) this.#bind(inner, first, second ? key : item, pipe.assigns);
      if (second) this.#bind(inner, second, item, pipe.assigns);
      if (this.list(body, item, inner) === 'break') break;
    }
    return none ? this.list(otherwise, dot, [...scope]) : undefined;
  }

  #entries(value: unknown, pipe: Pipe): Iterable<readonly [unknown, unknown]> {
    const entries = entriesOf(value);
    if (entries) return entries;
    const [operand] = pipe.commands[0] ?? [];
    throw this.#error(`range can't iterate over ${sprintValue(value)}`, operand?.at ?? 0, pipeText(pipe));
  }

  #call({ name, pipe, at }: Extract<TemplateNode, { type: 'template' }>, dot: unknown, scope: Scope): undefined {
    const body = this.#defined.get(name);
    if (!body) throw this.#error(`template "${name}" not defined`, at, `{{template ${JSON.stringify(name)}${pipe ? ` ${pipeText(pipe)}` : ''}}}`);
    const value = pipe ? this.#pipe(pipe, dot, scope) : undefined;
    const caller = this.#body;
    this.#body = body;
    this.list(body.nodes, value, [['$', { value }]]);
    this.#body = caller;
    return undefined;
  }

  #bind(scope: Scope, name: string, value: unknown, assigns: boolean): void {
    const known = assigns ? scope.findLast(([candidate]) => candidate === name) : undefined;
    // Assignments reach the variable where it was declared: the cell is shared between scopes.
    if (known) known[1].value = value;
    else scope.push([name, { value }]);
  }

  #weighed<Value>(value: Value): Value {
    if (typeof value === 'string') this.#toil(value.length / lettersPerStep);
    else if (Array.isArray(value)) this.#toil(value.length / partsPerStep);
    return value;
  }

  #pipe(pipe: Pipe, dot: unknown, scope: Scope): unknown {
    let value: unknown;
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, dot, scope, i > 0 ? [value] : []);
    });
    for (const name of pipe.variables) this.#bind(scope, name, value, pipe.assigns);
    return value;
  }

  #command(command: readonly Operand[], dot: unknown, scope: Scope, last: readonly unknown[]): unknown {
    const [first, ...rest] = command;
    if (!first) return undefined;
    if (first.type === 'function') return this.#function(first, { rest, last, dot, scope, text: commandText(command) });
    if (first.type === 'nil') throw this.#error('nil is not a command', first.at, 'nil');
    if (rest.length + last.length > 0) {
      const method = 'names' in first && first.names.length > 0 ? this.#reached(first, dot, scope, true) : undefined;
      if (typeof method === 'function') return (method as TemplateFunction)(...rest.map((operand) => this.#operand(operand, dot, scope)), ...last);
      if (first.type === 'field' || first.type === 'variable')
        throw this.#error(`${first.names.at(-1) ?? first.type} is not a method but has arguments`, first.at, operandText(first));
      throw this.#error(`can't give argument to non-function ${operandText(first)}`, first.at, operandText(first));
    }
    return this.#operand(first, dot, scope);
  }

  #function(
    { name, at }: Extract<Operand, { type: 'function' }>,
    { rest, last, dot, scope, text }: { rest: readonly Operand[]; last: readonly unknown[]; dot: unknown; scope: Scope; text: string },
  ): unknown {
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, { rest, last, dot, scope });
    const call = this.#functions[name];
    if (!call) throw this.#error(`"${name}" is not a defined function`, at, name);
    const types = call.types;
    if (!types && rest.length + last.length < call.length)
      throw this.#error(`wrong number of args for ${name}: want ${call.length} got ${rest.length + last.length}`, at, text);
    const wrong = types && checkArguments(name, types, rest.length + last.length);
    if (wrong) throw this.#error(wrong, at, name);
    const args = rest.map((operand, i) => this.#argument(operand, typeAt(types, i), dot, scope));
    if (last.length > 0) this.#require(valueProblem(typeAt(types, rest.length), last[0]), rest.at(-1) ?? { type: 'function', name, at });
    try {
      return this.#weighed(call(...args, ...last));
    } catch (error) {
      if (error instanceof GoTemplateError) throw this.#error(`error calling ${name}: ${error.message}`, at, text, error);
      if (error instanceof FunctionError && name === 'call' && rest[0])
        throw this.#error(`error calling call: non-function ${operandText(rest[0])} of ${error.message}`, at, text, error);
      if (error instanceof FunctionError) {
        if (error.ofType) throw this.#error(error.message, at, text);
        throw this.#error(`error calling ${name}: ${error.message}`, at, text, error);
      }
      throw error;
    }
  }

  /** An argument of a function that says of what types its arguments are: text/template evalArg. */
  #argument(operand: Operand, type: string | undefined, dot: unknown, scope: Scope): unknown {
    this.#require(operand.type === 'literal' ? literalProblem(type, operand) : undefined, operand);
    const value = this.#operand(operand, dot, scope);
    this.#require(valueProblem(type, value), operand);
    return value;
  }

  #require(problem: string | undefined, operand: Operand): void {
    if (problem !== undefined) throw this.#error(problem, operand.at, operandText(operand));
  }

  #shortCircuit(name: 'and' | 'or', { rest, last, dot, scope }: { rest: readonly Operand[]; last: readonly unknown[]; dot: unknown; scope: Scope }): unknown {
    let value: unknown;
    for (const operand of rest) {
      value = this.#operand(operand, dot, scope);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return last.length > 0 ? last[0] : value;
  }

  #operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'nil':
        return undefined;
      case 'literal':
        return operand.value;
      case 'field':
      case 'variable':
      case 'pipe':
        return this.#reached(operand, dot, scope, false);
      default:
        return this.#command([operand], dot, scope, []);
    }
  }

  /** Where the names of an operand lead; `method`: a method at the end is not called yet. */
  #reached(operand: Extract<Operand, { names: readonly string[] }>, dot: unknown, scope: Scope, method: boolean): unknown {
    const { type } = operand;
    const start =
      type === 'field' ? dot : type === 'variable' ? scope.findLast(([name]) => name === operand.name)?.[1].value : this.#pipe(operand.pipe, dot, scope);
    // What is no value has no fields, without a word, unless it is reached by names alone.
    if (this.#options.zero && type !== 'field' && (start === undefined || start === null)) return undefined;
    let value = start;
    for (const [i, name] of operand.names.entries()) {
      value = this.#field(value, name, operand, value === start);
      if (typeof value === 'function' && !(method && i === operand.names.length - 1)) value = (value as TemplateFunction)();
    }
    return value;
  }

  #field(value: unknown, name: string, operand: Operand, first: boolean): unknown {
    const { pointers, zero, type, types, strict } = this.#options;
    const fail = (message: string): GoTemplateError => this.#error(message, operand.at, operandText(operand));
    if (value === null && pointers) throw fail(`nil pointer evaluating ${name}`);
    if (value === undefined || value === null) {
      if (zero) throw fail(`nil pointer evaluating interface {}.${name}`);
      return undefined;
    }
    if (Array.isArray(value) && Object.hasOwn(value, name)) return (value as unknown as Record<string, unknown>)[name];
    if (!isObject(value) || value instanceof GoFloat) throw fail(`can't evaluate field ${name} in type ${first && !zero ? typeName(value) : 'interface {}'}`);
    const has = Object.hasOwn(value, name);
    const known = type !== undefined && value === this.#data ? type : types?.get(value);
    if (!has && known !== undefined) throw fail(`can't evaluate field ${name} in type ${known}`);
    if (!has && strict) throw fail(`map has no entry for key ${JSON.stringify(name)}`);
    return has ? value[name] : undefined;
  }

  #error(message: string, at: number, context: string, cause?: Error): GoTemplateError {
    const { name, file, source } = this.#body;
    const before = source.slice(0, at);
    const column = at - (before.lastIndexOf('\n') + 1);
    return new GoTemplateError(`template: ${file}:${before.split('\n').length}:${column}: executing "${name}" at <${context}>: ${message}`, cause);
  }
}
