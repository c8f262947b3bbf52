/** Runs awk's statements. */
import type { Routine } from '../../sim/routine.ts';
import type { AwkProgram, FunctionDefinition, Redirect, Rule, Statement } from './ast.ts';
import { AwkError } from './ast.ts';
import { awkFormat } from './builtins.ts';
import { Evaluator } from './evaluator.ts';
import type { Cell, Runtime } from './runtime.ts';
import { fromInput, isTrue, toNumber, type Value } from './value.ts';

type Signal = 'next' | 'nextfile' | 'break' | 'continue' | 'exit' | 'return' | undefined;

const maxDepth = 500;
const deepPerStep = 100;

/** BEGIN, the records, END; `exit` runs END once. */
export class Interpreter {
  readonly #program: AwkProgram;
  readonly #runtime: Runtime;
  readonly #evaluator: Evaluator;
  readonly #active = new Set<Rule>();
  #returned: Value;
  #exit: number | undefined;
  #depth = 0;
  #steps = 0;

  constructor(program: AwkProgram, runtime: Runtime) {
    this.#program = program;
    this.#runtime = runtime;
    this.#evaluator = new Evaluator(runtime, { call: (definition, args) => this.#call(definition, args), function: (name) => program.functions.get(name) });
  }

  /** Exit status of the program. */
  *run(): Routine<number> {
    const { rules } = this.#program;
    const begins = rules.filter((rule) => rule.pattern.type === 'begin');
    const ends = rules.filter((rule) => rule.pattern.type === 'end');
    const mains = rules.filter((rule) => rule.pattern.type !== 'begin' && rule.pattern.type !== 'end');
    let stopped = false;
    for (const rule of begins) if (!stopped && (yield* this.#body(rule)) === 'exit') stopped = true;
    if (!stopped && (mains.length > 0 || ends.length > 0)) stopped = yield* this.#records(mains);
    // exit in BEGIN or in a rule still runs END; a second exit there ends it.
    for (const rule of ends) if ((yield* this.#body(rule)) === 'exit') break;
    yield* this.#runtime.streams.closeAll();
    return this.#exit ?? this.#runtime.call.status;
  }

  *#records(rules: readonly Rule[]): Routine<boolean> {
    const runtime = this.#runtime;
    for (let record = yield* runtime.nextRecord(); record !== undefined; record = yield* runtime.nextRecord()) {
      runtime.record.set(record);
      for (const rule of rules) {
        if (!(yield* this.#applies(rule))) continue;
        const signal = yield* this.#body(rule);
        if (signal === 'exit') return true;
        if (signal === 'nextfile') runtime.nextFile();
        if (signal === 'next' || signal === 'nextfile') break;
      }
      if (runtime.call.out.full) yield* runtime.call.out.flush();
    }
    return false;
  }

  *#applies(rule: Rule): Routine<boolean> {
    const { pattern } = rule;
    if (pattern.type === 'when') return isTrue(yield* this.#evaluator.evaluate(pattern.test));
    if (pattern.type !== 'range') return true;
    if (!this.#active.has(rule)) {
      if (!isTrue(yield* this.#evaluator.evaluate(pattern.from))) return false;
      this.#active.add(rule);
    }
    if (isTrue(yield* this.#evaluator.evaluate(pattern.to))) this.#active.delete(rule);
    return true;
  }

  *#body(rule: Rule): Routine<Signal> {
    if (rule.body) {
      try {
        return yield* this.#execute(rule.body);
      } catch (error) {
        if (!(error instanceof Leave)) throw error;
        this.#depth = 0;
        this.#evaluator.scope.leave(undefined);
        return error.signal;
      }
    }
    this.#runtime.call.out.add(this.#runtime.record.text + this.#runtime.text(this.#runtime.get('ORS')));
    return undefined;
  }

  *#execute(statement: Statement): Routine<Signal> {
    // A loop without end must let others run, and Ctrl-C through.
    if (++this.#steps % 20_000 === 0) {
      this.#runtime.call.process.kernel.sim.toil(600);
      yield* this.#runtime.call.process.work(1);
    }
    switch (statement.type) {
      case 'expression':
        yield* this.#evaluator.evaluate(statement.expression);
        return undefined;
      case 'print':
      case 'printf':
        yield* this.#print(statement);
        return undefined;
      case 'block':
        for (const each of statement.body) {
          const signal = yield* this.#execute(each);
          if (signal) return signal;
        }
        return undefined;
      case 'if':
        if (isTrue(yield* this.#evaluator.evaluate(statement.test))) return yield* this.#execute(statement.yes);
        return statement.no ? yield* this.#execute(statement.no) : undefined;
      case 'while':
      case 'for':
      case 'for-in':
        return yield* this.#loop(statement);
      case 'delete':
        yield* this.#delete(statement);
        return undefined;
      case 'exit':
        if (statement.value) this.#exit = toNumber(yield* this.#evaluator.evaluate(statement.value)) & 255;
        else this.#exit ??= 0;
        return 'exit';
      case 'return':
        this.#returned = statement.value ? yield* this.#evaluator.evaluate(statement.value) : undefined;
        return 'return';
      default:
        return statement.type;
    }
  }

  *#loop(statement: Statement & { readonly type: 'while' | 'for' | 'for-in' }): Routine<Signal> {
    if (statement.type === 'for-in') {
      for (const key of [...this.#evaluator.scope.array(statement.name).keys()]) {
        if (!this.#evaluator.scope.array(statement.name).has(key)) continue;
        this.#evaluator.scope.set(statement.variable, fromInput(key));
        const signal = yield* this.#execute(statement.body);
        if (signal === 'break') return undefined;
        if (signal && signal !== 'continue') return signal;
      }
      return undefined;
    }
    if (statement.type === 'for' && statement.init) yield* this.#execute(statement.init);
    const { test } = statement;
    for (let first = statement.type === 'while' && statement.first; ; first = false) {
      if (!first && test && !isTrue(yield* this.#evaluator.evaluate(test))) return undefined;
      const signal = yield* this.#execute(statement.body);
      if (signal === 'break') return undefined;
      if (signal && signal !== 'continue') return signal;
      if (statement.type === 'for' && statement.step) yield* this.#execute(statement.step);
    }
  }

  *#print(statement: Statement & { readonly type: 'print' | 'printf' }): Routine {
    const runtime = this.#runtime;
    const values: Value[] = [];
    for (const arg of statement.args) values.push(yield* this.#evaluator.evaluate(arg));
    const text =
      statement.type === 'printf'
        ? awkFormat(runtime, runtime.text(values[0]), values.slice(1))
        : (values.length === 0 ? runtime.record.text : values.map((value) => runtime.shown(value)).join(runtime.text(runtime.get('OFS')))) +
          runtime.text(runtime.get('ORS'));
    if (statement.redirect) yield* this.#redirected(statement.redirect, text);
    else yield* runtime.call.out.write(text);
  }

  *#redirected(redirect: Redirect, text: string): Routine {
    const name = this.#runtime.text(yield* this.#evaluator.evaluate(redirect.to));
    const sink = yield* this.#runtime.streams.sink(redirect.kind, name);
    yield* sink.write(text);
    if (name === '/dev/stderr') yield* sink.flush();
  }

  *#delete(statement: Statement & { readonly type: 'delete' }): Routine {
    const array = this.#evaluator.scope.array(statement.name);
    if (!statement.subscripts) array.clear();
    else array.delete(yield* this.#evaluator.subscript(statement.subscripts));
  }

  /** Arguments that are arrays come as their cells. */
  *#call(definition: FunctionDefinition, args: readonly Cell[]): Routine<Value> {
    if (++this.#depth > maxDepth) throw new AwkError('function call nesting too deep');
    // What waits within many functions is woken through each of them: see Sim.toil.
    this.#runtime.call.process.toil(this.#depth / deepPerStep);
    const frame = new Map<string, Cell>();
    for (const [i, parameter] of definition.parameters.entries()) frame.set(parameter, args[i] ?? { value: undefined });
    const before = this.#evaluator.scope.enter(frame);
    this.#returned = undefined;
    const signal = yield* this.#execute(definition.body);
    this.#evaluator.scope.leave(before);
    this.#depth--;
    if (signal === 'exit' || signal === 'next' || signal === 'nextfile') throw new Leave(signal);
    const value = this.#returned;
    this.#returned = undefined;
    return value;
  }
}

/** exit and next from inside a function. */
class Leave extends Error {
  readonly signal: 'exit' | 'next' | 'nextfile';
  constructor(signal: 'exit' | 'next' | 'nextfile') {
    super(signal);
    this.signal = signal;
  }
}
