/** declare, typeset, local, export, readonly, unset. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { assignArray } from '../assignment.ts';
import { ShellError } from '../flow.ts';
import { functionText } from '../function-text.ts';
import type { ArrayArgument, Builtin, Shell } from '../shell.ts';
import { declaration } from '../transform.ts';
import { AssociativeArray, IndexedArray } from '../variable-values.ts';
import type { Variable } from '../variables.ts';
import { fail, invalidOption } from './usage.ts';

const usages: Readonly<Record<string, string>> = {
  declare: 'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]',
  typeset: 'typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]',
  local: 'local [option] name[=value] ...',
  export: 'export [-fn] [name[=value] ...] or export -p',
  readonly: 'readonly [-aAf] [name[=value] ...] or readonly -p',
};

type Request = {
  readonly name: string;
  readonly on: ReadonlySet<string>;
  readonly off: ReadonlySet<string>;
  readonly operands: readonly string[];
  readonly from: number;
};

/** Reads `-x`, `+x`; `from` is where the operands begin. */
function* request(shell: Shell, name: string, args: readonly string[], allowed: string): Routine<Request | undefined> {
  const on = new Set<string>();
  const off = new Set<string>();
  let from = 0;
  for (; from < args.length; from++) {
    const arg = args[from] as string;
    if (arg === '--') {
      from++;
      break;
    }
    if (!/^[-+]./.test(arg)) break;
    for (const letter of arg.slice(1)) {
      if (!allowed.includes(letter)) {
        yield* invalidOption(shell, name, `${arg[0]}${letter}`, usages[name] ?? name);
        return undefined;
      }
      (arg[0] === '-' ? on : off).add(letter);
    }
  }
  return { name, on, off, operands: args.slice(from), from };
}

const declareAs = (name: string): Builtin =>
  function* (shell, args, arrays) {
    if (name === 'local' && shell.frames.every((frame) => frame.sourced)) return yield* fail(shell, 'local', 'can only be used in a function');
    const wanted = yield* request(shell, name, args, 'aAfFgiIlnprtux');
    if (!wanted) return 2;
    if (wanted.on.has('f') || wanted.on.has('F')) return yield* functions(shell, wanted);
    if (wanted.operands.length === 0) return yield* listAll(shell, wanted, name === 'local');
    if (wanted.on.has('p')) return yield* printNamed(shell, wanted);
    const inFunction = shell.frames.some((frame) => !frame.sourced) && !wanted.on.has('g');
    return yield* assignAll(shell, wanted, arrays, (variable) => (inFunction ? localVariable(shell, variable) : shell.variables.global(variable)));
  };

/** `local` inside a command with assignments before it (`X=1 f`) must still mean the function's scope. */
const localVariable = (shell: Shell, name: string): Variable => shell.variables.local(name);

function* assignAll(shell: Shell, wanted: Request, arrays: ReadonlyMap<number, ArrayArgument>, make: (name: string) => Variable): Routine<ExitCode> {
  let status = 0;
  for (const [index, operand] of wanted.operands.entries()) {
    const found = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+?)=(.*))?$/s.exec(operand);
    if (!found) {
      status = yield* fail(shell, wanted.name, `\`${operand}': not a valid identifier`);
      continue;
    }
    const [, name = '', subscript, plus, value] = found;
    const variable = make(name);
    try {
      const array = arrays.get(wanted.from + index);
      assignOne(shell, wanted, name, variable, { subscript, append: plus === '+', value, array });
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      status = yield* fail(shell, wanted.name, error.message);
    }
  }
  return status;
}

type Value = {
  readonly subscript: string | undefined;
  readonly append: boolean;
  readonly value: string | undefined;
  readonly array: ArrayArgument | undefined;
};

function assignOne(shell: Shell, wanted: Request, name: string, variable: Variable, given: Value): void {
  const { on, off } = wanted;
  if (variable.readonly && (given.value !== undefined || given.array || off.has('r'))) throw new ShellError(`${name}: readonly variable`);
  if (on.has('i')) variable.integer = true;
  if (off.has('i')) variable.integer = false;
  if (on.has('u')) variable.fold = 'upper';
  if (on.has('l')) variable.fold = 'lower';
  if (off.has('u') || off.has('l')) variable.fold = undefined;
  if (on.has('n')) variable.nameref = true;
  if (off.has('n')) variable.nameref = false;
  if (on.has('A') && !(variable.value instanceof AssociativeArray)) variable.value = Object.assign(new AssociativeArray(), { assigned: false });
  if (on.has('a') && !(variable.value instanceof IndexedArray))
    variable.value = variable.value === undefined ? Object.assign(new IndexedArray(), { assigned: false }) : IndexedArray.from([String(variable.value)]);
  if (given.array) assignArray(shell, name, given.array.elements, given.array.append);
  else if (given.value !== undefined && given.subscript !== undefined) shell.set(name, given.subscript, given.value);
  else if (given.value !== undefined && on.has('n')) variable.value = given.value;
  else if (given.value !== undefined) assignScalar(shell, name, given);
  if (on.has('r')) variable.readonly = true;
  if (on.has('x') || off.has('x')) shell.variables.export(name, on.has('x'));
}

function assignScalar(shell: Shell, name: string, given: Value): void {
  const text = given.value ?? '';
  const inner = /^\((.*)\)$/s.exec(text);
  if (inner && shell.variables.value(name) instanceof IndexedArray && !given.append) {
    const elements = (inner[1] as string).split(/\s+/).filter(Boolean);
    return assignArray(
      shell,
      name,
      elements.map((value) => ({ key: undefined, value, append: false })),
      false,
    );
  }
  shell.variables.set(name, text, given.append);
}

function* printNamed(shell: Shell, wanted: Request): Routine<ExitCode> {
  let status = 0;
  for (const name of wanted.operands) {
    const variable = shell.variables.find(name);
    if (!variable) status = yield* fail(shell, wanted.name, `${name}: not found`);
    else yield* shell.process.print(`${declaration(name, variable)}\n`);
  }
  return status;
}

function* listAll(shell: Shell, wanted: Request, local: boolean): Routine<ExitCode> {
  const names = local ? shell.variables.locals().sort() : shell.variables.names();
  for (const name of names) {
    const variable = shell.variables.find(name);
    if (!variable || !shows(variable, wanted.on)) continue;
    const plain = wanted.on.size === 0 && typeof variable.value === 'string';
    yield* shell.process.print(plain ? `${name}=${variable.value}\n` : `${declaration(name, variable)}\n`);
  }
  return 0;
}

function shows(variable: Variable, on: ReadonlySet<string>): boolean {
  if (on.has('x') && !variable.exported) return false;
  if (on.has('r') && !variable.readonly) return false;
  if (on.has('i') && !variable.integer) return false;
  if (on.has('a') && !(variable.value instanceof IndexedArray)) return false;
  return !on.has('A') || variable.value instanceof AssociativeArray;
}

function* functions(shell: Shell, wanted: Request): Routine<ExitCode> {
  const names = wanted.operands.length > 0 ? wanted.operands : [...shell.functions.keys()].sort();
  let status = 0;
  for (const name of names) {
    const found = shell.functions.get(name);
    if (!found) status = 1;
    else if (wanted.on.has('F')) yield* shell.process.print(wanted.operands.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else yield* shell.process.print(functionText(name, found));
  }
  return status;
}

function* exportBuiltin(shell: Shell, args: readonly string[], arrays: ReadonlyMap<number, ArrayArgument>): Routine<ExitCode> {
  const wanted = yield* request(shell, 'export', args, 'fnp');
  if (!wanted) return 2;
  if (wanted.operands.length === 0) return yield* listAll(shell, { ...wanted, on: new Set('x') }, false);
  const on = new Set(wanted.on.has('n') ? [] : ['x']);
  const off = new Set(wanted.on.has('n') ? ['x'] : []);
  return yield* assignAll(shell, { ...wanted, on, off }, arrays, (name) => shell.variables.touch(name));
}

function* readonlyBuiltin(shell: Shell, args: readonly string[], arrays: ReadonlyMap<number, ArrayArgument>): Routine<ExitCode> {
  const wanted = yield* request(shell, 'readonly', args, 'aAfp');
  if (!wanted) return 2;
  if (wanted.operands.length === 0) return yield* listAll(shell, { ...wanted, on: new Set('r') }, false);
  return yield* assignAll(shell, { ...wanted, on: new Set([...wanted.on, 'r']) }, arrays, (name) => shell.variables.touch(name));
}

function* unset(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const wanted = yield* request(shell, 'unset', args, 'fvn');
  if (!wanted) return 2;
  let status = 0;
  for (const name of wanted.operands) {
    try {
      unsetOne(shell, name, wanted.on);
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      status = yield* fail(shell, 'unset', error.message);
    }
  }
  return status;
}

function unsetOne(shell: Shell, name: string, on: ReadonlySet<string>): void {
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(name);
  if (element) return unsetElement(shell, element[1] as string, element[2] as string);
  if (on.has('f')) shell.functions.delete(name);
  else if (!/^[A-Za-z_]\w*$/.test(name) && !shell.functions.has(name)) throw new ShellError(`\`${name}': not a valid identifier`);
  else if (shell.variables.find(name) || on.has('v')) shell.variables.unset(on.has('n') ? name : shell.variables.target(name));
  else shell.functions.delete(name);
}

function unsetElement(shell: Shell, name: string, subscript: string): void {
  const value = shell.variables.value(name);
  if (value instanceof AssociativeArray) value.delete(subscript.replace(/^(['"])(.*)\1$/s, '$2'));
  else if (subscript === '@' || subscript === '*') shell.variables.unset(name);
  else if (value instanceof IndexedArray) value.delete(Number(shell.evaluate(subscript)));
  else if (value !== undefined && Number(shell.evaluate(subscript)) === 0) shell.variables.unset(name);
}

/** What declares. */
export const declareBuiltins: Readonly<Record<string, Builtin>> = {
  declare: declareAs('declare'),
  typeset: declareAs('typeset'),
  local: declareAs('local'),
  export: exportBuiltin,
  readonly: readonlyBuiltin,
  unset,
};
