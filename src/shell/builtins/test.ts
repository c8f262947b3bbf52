/** test and `[`. POSIX decides by the number of arguments; longer expressions are parsed. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { binaryTest, compareNumbers, isUnary, unaryTest } from '../condition.ts';
import { ShellError } from '../flow.ts';
import type { Builtin, Shell } from '../shell.ts';

const binaries = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

function* run(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  try {
    return evaluate(shell, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    throw new ShellError(error.message, { status: 2 });
  }
}

function evaluate(shell: Shell, args: readonly string[]): boolean {
  const [a = '', b = '', c = ''] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return a !== '';
    case 2:
      if (a === '!') return b === '';
      if (isUnary(a)) return unaryTest(shell, a, b);
      throw new ShellError(`${a}: unary operator expected`);
    case 3:
      if (binaries.test(b)) return compare(shell, a, b, c);
      if (b === '-a') return a !== '' && c !== '';
      if (b === '-o') return a !== '' || c !== '';
      if (a === '!') return !evaluate(shell, [b, c]);
      if (a === '(' && c === ')') return b !== '';
      throw new ShellError(`${b}: binary operator expected`);
    case 4:
      if (a === '!') return !evaluate(shell, [b, c, args[3] as string]);
  }
  return new TestParser(shell, args).parse();
}

function compare(shell: Shell, left: string, operator: string, right: string): boolean {
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (/^-(eq|ne|lt|le|gt|ge)$/.test(operator)) return compareNumbers(operator, integer(left), integer(right));
  return binaryTest(shell, left, operator, right);
}

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new ShellError(`${text}: integer expression expected`);
  return BigInt(text.trim());
}

class TestParser {
  readonly #shell: Shell;
  readonly #args: readonly string[];
  #at = 0;

  constructor(shell: Shell, args: readonly string[]) {
    this.#shell = shell;
    this.#args = args;
  }

  parse(): boolean {
    const value = this.#or();
    if (this.#at < this.#args.length) throw new ShellError('too many arguments');
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at++;
      value = this.#and() || value;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#term();
    while (this.#args[this.#at] === '-a') {
      this.#at++;
      value = this.#term() && value;
    }
    return value;
  }

  #term(): boolean {
    const [a, b, c] = this.#args.slice(this.#at, this.#at + 3);
    if (a === undefined) throw new ShellError('argument expected');
    if (a === '!') {
      this.#at++;
      return !this.#term();
    }
    if (b !== undefined && c !== undefined && binaries.test(b)) {
      this.#at += 3;
      return compare(this.#shell, a, b, c);
    }
    if (a === '(') return this.#group();
    if (b !== undefined && isUnary(a)) {
      this.#at += 2;
      return unaryTest(this.#shell, a, b);
    }
    this.#at++;
    return a !== '';
  }

  #group(): boolean {
    this.#at++;
    const value = this.#or();
    if (this.#args[this.#at] !== ')') throw new ShellError("`)' expected");
    this.#at++;
    return value;
  }
}

const bracket: Builtin = (shell, args, arrays) => {
  if (args[args.length - 1] === ']') return run(shell, args.slice(0, -1));
  void arrays;
  throw new ShellError("[: missing `]'", { status: 2 });
};

/** What tests. */
export const testBuiltins: Readonly<Record<string, Builtin>> = { test: run, '[': bracket };
