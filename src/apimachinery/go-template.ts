/** Go templates: the part of text/template that `-o go-template` and `--format` use. */

import { sprintValue, typeName } from './go-printf.ts';
import { FunctionError, isTrue, kubectlFunctions, type TemplateFunction } from './go-template-functions.ts';
import { type GoTemplate, GoTemplateError, type Operand, type Pipe, parse, type TemplateNode } from './go-template-parser.ts';
import { isObject } from './patch/json-value.ts';

export { crictlFunctions, dockerFunctions, kubectlFunctions, type TemplateFunction } from './go-template-functions.ts';
export { type GoTemplate, GoTemplateError } from './go-template-parser.ts';

export type TemplateOptions = {
  /** How messages call the template; kubectl's is `output`. */
  readonly name?: string;
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** Told of the work: see Sim.toil. */
  readonly toil?: (steps: number) => void;
  /** A key that is not there is an error (`missingkey=error`). */
  readonly strict?: boolean;
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
export function renderTemplate(template: GoTemplate, data: unknown, options: TemplateOptions = {}): string {
  const struct = options.type === undefined ? undefined : { name: options.type, data };
  const run = new Execution(template, options, struct);
  try {
    run.list(template.nodes, data, [['$', { value: data }]]);
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
  readonly #template: GoTemplate;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;

  readonly #strict: boolean;
  readonly #struct: { readonly name: string; readonly data: unknown } | undefined;
  readonly #options: TemplateOptions;

  readonly #toil: (steps: number) => void;
  #lists = 0;

  constructor(template: GoTemplate, options: TemplateOptions, struct: { readonly name: string; readonly data: unknown } | undefined) {
    this.#struct = struct;
    this.#options = options;
    this.#template = template;
    this.#strict = options.strict ?? false;
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
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((item, i) => [i, item]);
    if (isObject(value))
      return Object.keys(value)
        .filter((key) => value[key] !== undefined)
        .sort()
        .map((key) => [key, value[key]]);
    if (typeof value === 'number' && Number.isInteger(value)) return numbers(value);
    const [operand] = pipe.commands[0] ?? [];
    throw this.#error(`range can't iterate over ${sprintValue(value)}`, operand?.at ?? 0, pipeText(pipe));
  }

  #call({ name, pipe, at }: Extract<TemplateNode, { type: 'template' }>, dot: unknown, scope: Scope): undefined {
    const nodes = this.#template.defined.get(name);
    if (!nodes) throw this.#error(`template "${name}" not defined`, at, `{{template ${JSON.stringify(name)}${pipe ? ` ${pipeText(pipe)}` : ''}}}`);
    const value = pipe ? this.#pipe(pipe, dot, scope) : undefined;
    this.list(nodes, value, [['$', { value }]]);
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
      const method = first.type === 'field' && dot === this.#struct?.data ? this.#fields(dot, first.names, first) : undefined;
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
    const args = [...rest.map((operand) => this.#operand(operand, dot, scope)), ...last];
    if (args.length < call.length) throw this.#error(`wrong number of args for ${name}: want ${call.length} got ${args.length}`, at, text);
    try {
      return this.#weighed(call(...args));
    } catch (error) {
      if (error instanceof FunctionError && name === 'call' && rest[0])
        throw this.#error(`error calling call: non-function ${operandText(rest[0])} of ${error.message}`, at, text);
      if (error instanceof FunctionError) throw this.#error(error.ofType ? error.message : `error calling ${name}: ${error.message}`, at, text);
      throw error;
    }
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
        return this.#fields(dot, operand.names, operand);
      case 'variable':
        return this.#fields(scope.findLast(([name]) => name === operand.name)?.[1].value, operand.names, operand);
      case 'pipe':
        return this.#fields(this.#pipe(operand.pipe, dot, scope), operand.names, operand);
      default:
        return this.#command([operand], dot, scope, []);
    }
  }

  #fields(start: unknown, names: readonly string[], operand: Operand): unknown {
    let value = start;
    for (const name of names) {
      if (value === null && this.#options.pointers) throw this.#error(`nil pointer evaluating ${name}`, operand.at, operandText(operand));
      if (value === undefined || value === null) return undefined;
      if (!isObject(value))
        throw this.#error(`can't evaluate field ${name} in type ${value === start ? typeName(value) : 'interface {}'}`, operand.at, operandText(operand));
      const has = Object.hasOwn(value, name);
      const type = value === this.#struct?.data ? this.#struct?.name : this.#options.types?.get(value);
      if (!has && type !== undefined) throw this.#error(`can't evaluate field ${name} in type ${type}`, operand.at, operandText(operand));
      if (!has && this.#strict) throw this.#error(`map has no entry for key ${JSON.stringify(name)}`, operand.at, operandText(operand));
      value = has ? value[name] : undefined;
    }
    return value;
  }

  #error(message: string, at: number, context: string): GoTemplateError {
    const before = this.#template.source.slice(0, at);
    const line = before.split('\n').length;
    const column = at - (before.lastIndexOf('\n') + 1);
    const { name } = this.#template;
    return new GoTemplateError(`template: ${name}:${line}:${column}: executing "${name}" at <${context}>: ${message}`);
  }
}

function* numbers(end: number): Generator<readonly [number, number]> {
  for (let i = 0; i < end; i++) yield [i, i];
}

const fieldsText = (names: readonly string[]): string => names.map((name) => `.${name}`).join('');

function operandText(operand: Operand): string {
  switch (operand.type) {
    case 'dot':
      return '.';
    case 'literal':
      return operand.text;
    case 'field':
      return fieldsText(operand.names);
    case 'variable':
      return operand.name + fieldsText(operand.names);
    case 'pipe':
      return `(${pipeText(operand.pipe)})${fieldsText(operand.names)}`;
    case 'function':
      return operand.name;
    default:
      return 'nil';
  }
}

const commandText = (command: readonly Operand[]): string => command.map(operandText).join(' ');
const pipeText = (pipe: Pipe): string => pipe.commands.map(commandText).join(' | ');
