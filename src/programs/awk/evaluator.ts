/** Works out awk's expressions. Those without getline, system or own functions take the short way, without a generator. */
import type { Routine } from '../../sim/routine.ts';
import type { Regex } from '../regex/regex.ts';
import { AwkError, type Expression, type FunctionDefinition, type LValue } from './ast.ts';
import { generalSubstitute, matchText, plainBuiltins, substitute } from './builtins.ts';
import { compute } from './operators.ts';
import { splitBy, splitterOf } from './record.ts';
import type { Cell, Runtime } from './runtime.ts';
import { Scope } from './scope.ts';
import { Strain } from './strain.ts';
import { fromInput, isTrue, toNumber, type Value } from './value.ts';
import { waits } from './waits.ts';

type Functions = {
  readonly function: (name: string) => FunctionDefinition | undefined;
  readonly call: (definition: FunctionDefinition, args: readonly Cell[]) => Routine<Value>;
};

type Of<Type extends Expression['type']> = Expression & { readonly type: Type };

/** `value` may wait (getline, system, functions of the program). */
export class Evaluator {
  readonly scope: Scope;
  readonly #runtime: Runtime;
  readonly #functions: Functions;
  readonly #strain: Strain;

  constructor(runtime: Runtime, functions: Functions) {
    this.#runtime = runtime;
    this.#strain = new Strain(runtime.call);
    this.#functions = functions;
    this.scope = new Scope(runtime);
  }

  *evaluate(expression: Expression): Routine<Value> {
    return waits(expression) ? yield* this.#waiting(expression) : this.#pure(expression);
  }

  *subscript(subscripts: readonly Expression[]): Routine<string> {
    const values: Value[] = [];
    for (const each of subscripts) values.push(yield* this.evaluate(each));
    return this.#key(values);
  }

  #key(values: readonly Value[]): string {
    return values.length === 1
      ? this.#runtime.text(values[0])
      : values.map((value) => this.#runtime.text(value)).join(this.#runtime.text(this.#runtime.get('SUBSEP')));
  }

  // ── the short way ──

  #pure(expression: Expression): Value {
    switch (expression.type) {
      case 'number':
      case 'string':
      case 'settled':
        return expression.value;
      case 'regex':
        return expression.regex.test(this.#strain.searched(this.#runtime.record.text)) ? 1 : 0;
      case 'variable':
      case 'field':
      case 'element':
        return this.#read(expression);
      case 'assign':
        return this.#assign(expression);
      case 'step': {
        const before = toNumber(this.#read(expression.target));
        this.#write(expression.target, before + expression.delta);
        return expression.prefix ? before + expression.delta : before;
      }
      case 'unary':
        return unary(expression.operator, this.#pure(expression.operand));
      case 'binary':
        return compute(this.#runtime, expression.operator, this.#pure(expression.left), this.#pure(expression.right));
      case 'and':
        return isTrue(this.#pure(expression.left)) && isTrue(this.#pure(expression.right)) ? 1 : 0;
      case 'or':
        return isTrue(this.#pure(expression.left)) || isTrue(this.#pure(expression.right)) ? 1 : 0;
      case 'conditional':
        return this.#pure(isTrue(this.#pure(expression.test)) ? expression.yes : expression.no);
      case 'in':
        return this.scope.array(expression.name).has(this.#key(expression.subscripts.map((each) => this.#pure(each)))) ? 1 : 0;
      case 'match':
        return this.#regexOf(expression.pattern).test(this.#strain.searched(this.#runtime.text(this.#pure(expression.text)))) !== expression.negated ? 1 : 0;
      case 'group':
        return this.#pure(expression.inner);
      case 'builtin':
        return this.#builtin(expression);
      default:
        throw new AwkError(`unexpected ${expression.type}`);
    }
  }

  #read(target: LValue): Value {
    if (target.type === 'field') return this.#runtime.record.get(this.#fieldIndex(target));
    if (target.type === 'element') {
      const array = this.scope.array(target.name);
      const key = this.#key(target.subscripts.map((each) => this.#pure(each)));
      // Only looking at an element makes it, as the language wants.
      if (!array.has(key)) array.set(key, undefined);
      return array.get(key);
    }
    return this.scope.get(target.name);
  }

  #fieldIndex(target: Of<'field'>): number {
    const index = Math.trunc(toNumber(this.#pure(target.index)));
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    return index;
  }

  #write(target: LValue, value: Value): void {
    if (target.type === 'field') this.#runtime.record.assign(this.#fieldIndex(target), value);
    else if (target.type === 'variable') this.scope.set(target.name, value);
    else {
      const array = this.scope.array(target.name);
      const key = this.#key(target.subscripts.map((each) => this.#pure(each)));
      if (!array.has(key)) this.#runtime.call.memory.charge(64 + key.length);
      array.set(key, value);
    }
  }

  #assign({ operator, target, value }: Of<'assign'>): Value {
    const right = this.#pure(value);
    const result = operator === '' ? right : compute(this.#runtime, operator, this.#read(target), right);
    if (typeof result === 'string') this.#strain.text(result.length);
    this.#write(target, result);
    return result;
  }

  #regexOf(pattern: Expression): Regex {
    return pattern.type === 'regex' ? pattern.regex : this.#runtime.regex(this.#runtime.text(this.#pure(pattern)));
  }

  #builtin({ name, args }: Of<'builtin'>): Value {
    const runtime = this.#runtime;
    const text = (i: number): string => runtime.text(args[i] ? this.#pure(args[i]) : undefined);
    const arrayName = (i: number): string | undefined => (args[i]?.type === 'variable' ? args[i].name : undefined);
    if (name === 'length' && this.scope.isArray(arrayName(0))) return this.scope.array(arrayName(0) as string).size;
    if (name === 'split') return this.#split(this.#strain.split(text(0)), arrayName(1) ?? '', args[2]);
    if (name === 'match' && args[1])
      return matchText(runtime, this.#strain.searched(text(0)), this.#regexOf(args[1]), args[2] ? this.scope.array(arrayName(2) ?? '') : undefined);
    if ((name === 'sub' || name === 'gsub') && args[0]) return this.#substitute(name === 'gsub', this.#regexOf(args[0]), text(1), args[2]);
    if (name === 'gensub' && args[0])
      return generalSubstitute(this.#strain.searched(args[3] ? text(3) : runtime.record.text), this.#regexOf(args[0]), text(1), text(2));
    if (name === 'asort' || name === 'asorti') return this.#arraySort(name, arrayName(0) ?? '', arrayName(1));
    const plain = plainBuiltins[name];
    if (!plain) throw new AwkError(`function ${name} is not simulated`);
    const values = args.map((arg) => this.#pure(arg));
    for (const value of values) if (typeof value === 'string') this.#strain.text(value.length);
    return plain(runtime, values);
  }

  #split(text: string, name: string, separator: Expression | undefined): number {
    const runtime = this.#runtime;
    const parts =
      separator?.type === 'regex'
        ? splitBy(text, separator.regex)
        : splitterOf(separator ? runtime.text(this.#pure(separator)) : runtime.text(runtime.get('FS')), (pattern) => runtime.regex(pattern))(text);
    const array = this.scope.array(name);
    array.clear();
    this.#strain.parts(parts.length);
    for (const [i, part] of parts.entries()) array.set(String(i + 1), fromInput(part));
    return parts.length;
  }

  #substitute(global: boolean, regex: Regex, replacement: string, target: Expression | undefined): number {
    const place: LValue =
      target && (target.type === 'variable' || target.type === 'field' || target.type === 'element')
        ? target
        : { type: 'field', index: { type: 'number', value: 0 } };
    const { text, count } = substitute(this.#strain.searched(this.#runtime.text(this.#read(place))), regex, replacement, global, () => this.#strain.found());
    if (count > 0) this.#write(place, text);
    return count;
  }

  #arraySort(how: string, from: string, to: string | undefined): number {
    const source = this.scope.array(from);
    const values: Value[] = how === 'asort' ? [...source.values()] : [...source.keys()];
    values.sort((a, b) => (compute(this.#runtime, '<', a, b) ? -1 : compute(this.#runtime, '>', a, b) ? 1 : 0));
    const target = to === undefined ? source : this.scope.array(to);
    target.clear();
    for (const [i, value] of values.entries()) target.set(String(i + 1), value);
    return values.length;
  }

  // ── the long way: what is inside may wait ──

  *#waiting(expression: Expression): Routine<Value> {
    switch (expression.type) {
      case 'call':
        return yield* this.#call(expression);
      case 'getline':
        return yield* this.#getline(expression);
      case 'builtin':
        return yield* this.#waitingBuiltin(expression);
      case 'group':
        return yield* this.evaluate(expression.inner);
      case 'and':
        return isTrue(yield* this.evaluate(expression.left)) && isTrue(yield* this.evaluate(expression.right)) ? 1 : 0;
      case 'or':
        return isTrue(yield* this.evaluate(expression.left)) || isTrue(yield* this.evaluate(expression.right)) ? 1 : 0;
      case 'conditional':
        return yield* this.evaluate(isTrue(yield* this.evaluate(expression.test)) ? expression.yes : expression.no);
      case 'assign':
        return this.#pure({ ...expression, target: yield* this.#settledTarget(expression.target), value: yield* this.#settled(expression.value) });
      case 'step':
        return this.#pure({ ...expression, target: yield* this.#settledTarget(expression.target) });
      case 'unary':
        return this.#pure({ ...expression, operand: yield* this.#settled(expression.operand) });
      case 'binary':
        return this.#pure({ ...expression, left: yield* this.#settled(expression.left), right: yield* this.#settled(expression.right) });
      case 'match':
        return this.#pure({
          ...expression,
          text: yield* this.#settled(expression.text),
          pattern: expression.pattern.type === 'regex' ? expression.pattern : yield* this.#settled(expression.pattern),
        });
      case 'in':
        return this.#pure({ ...expression, subscripts: yield* this.#settledAll(expression.subscripts) });
      case 'field':
      case 'element':
        return this.#pure(yield* this.#settledTarget(expression));
      default:
        return this.#pure(expression);
    }
  }

  /** The value as an expression that no longer waits. */
  *#settled(expression: Expression): Routine<Expression> {
    return { type: 'settled', value: yield* this.evaluate(expression) };
  }

  *#settledAll(expressions: readonly Expression[]): Routine<Expression[]> {
    const all: Expression[] = [];
    for (const each of expressions) all.push(yield* this.#settled(each));
    return all;
  }

  *#settledTarget(target: LValue): Routine<LValue> {
    if (target.type === 'field') return { ...target, index: yield* this.#settled(target.index) };
    if (target.type === 'element') return { ...target, subscripts: yield* this.#settledAll(target.subscripts) };
    return target;
  }

  *#waitingBuiltin(expression: Of<'builtin'>): Routine<Value> {
    const { name, args } = expression;
    const { streams } = this.#runtime;
    const first = (): Routine<Value> => this.evaluate(args[0] ?? { type: 'string', value: '' });
    if (name === 'system') return yield* streams.system(this.#runtime.text(yield* first()));
    if (name === 'close') return yield* streams.close(this.#runtime.text(yield* first()));
    if (name === 'fflush') {
      yield* streams.flush();
      return 0;
    }
    const settled: Expression[] = [];
    for (const arg of args) settled.push(waits(arg) ? yield* this.#settled(arg) : arg);
    return this.#builtin({ ...expression, args: settled });
  }

  *#call({ name, args }: Of<'call'>): Routine<Value> {
    const definition = this.#functions.function(name);
    if (!definition) throw new AwkError(`function ${name} never defined`);
    const cells: Cell[] = [];
    for (const arg of args) {
      const array = arg.type === 'variable' ? this.scope.arrayCell(arg.name) : undefined;
      cells.push(array ?? { value: yield* this.evaluate(arg) });
    }
    return yield* this.#functions.call(definition, cells);
  }

  *#getline({ from, source, target }: Of<'getline'>): Routine<Value> {
    const runtime = this.#runtime;
    let record: string | undefined;
    if (from === 'main') record = yield* runtime.nextRecord();
    else {
      const name = source ? runtime.text(yield* this.evaluate(source)) : '';
      const reader = yield* runtime.streams.source(from, name);
      if (!reader) return -1;
      record = yield* reader.next(runtime.text(runtime.get('RS')), (pattern) => runtime.regex(pattern));
      if (record !== undefined && from === 'command') runtime.set('NR', toNumber(runtime.get('NR')) + 1);
    }
    if (record === undefined) return 0;
    if (target) this.#write(target, fromInput(record));
    else runtime.record.set(record);
    return 1;
  }
}

function unary(operator: '-' | '+' | '!', value: Value): Value {
  if (operator === '!') return isTrue(value) ? 0 : 1;
  return operator === '-' ? -toNumber(value) : toNumber(value);
}
