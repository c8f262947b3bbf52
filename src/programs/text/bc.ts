/** bc: whole and decimal arithmetic with `scale`, variables and comparisons. */
import { Failure, tool } from '../tool.ts';

/** A number as an integer and how many of its digits are decimals. */
type Decimal = { readonly digits: bigint; readonly scale: number };

/** Longer numbers are refused. Work on so many digits, to the power of 1.5, is a step of the engine (see Sim.toil). */
const mostDigits = 100_000;
const workPerStep = 1_200;

const length = ({ digits }: Decimal): number => digits.toString(16).length;
const power = (scale: number): bigint => 10n ** BigInt(scale);
const rescale = (value: Decimal, scale: number): bigint =>
  scale >= value.scale ? value.digits * power(scale - value.scale) : value.digits / power(value.scale - scale);

const bc = tool({
  usage: '[options] [file ...]',
  summary: 'An arbitrary precision calculator.',
  options: [
    ['l,mathlib', 'scale 20'],
    ['q,quiet', ''],
  ],
  *run(call) {
    const machine = new Calculator(call.has('l') ? 20 : 0, (steps) => call.process.toil(steps));
    yield* call.eachFile(function* (file) {
      const input = call.lines(file);
      for (let line = yield* input.next(); line !== undefined; line = yield* input.next())
        for (const statement of line.replace(/#.*/, '').split(';')) {
          if (statement.trim() === 'quit') return;
          try {
            const shown = machine.run(statement.trim());
            if (shown !== undefined) yield* call.print(`${shown}\n`);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            yield* call.out.flush();
            yield* call.process.printError(`(standard_in) 1: ${error.message}\n`);
          }
        }
    });
    return 0;
  },
});

class Calculator {
  readonly #variables = new Map<string, Decimal>();
  readonly #toil: (steps: number) => void;
  #tokens: string[] = [];

  constructor(scale: number, toil: (steps: number) => void) {
    this.#toil = toil;
    this.#variables.set('scale', { digits: BigInt(scale), scale: 0 });
  }

  run(statement: string): string | undefined {
    if (statement === '') return undefined;
    this.#tokens = statement.match(/\d*\.?\d+|\d+\.|[a-z]\w*|[<>=!]=|&&|\|\||[-+*/%^]=|\S/g) ?? [];
    const silent = /^[a-z]\w*\s*[-+*/%^]?=(?!=)/.test(statement);
    const value = this.#comparison();
    if (this.#tokens.length > 0) throw new Failure('syntax error');
    return silent ? undefined : text(value);
  }

  get #scale(): number {
    return Math.max(0, Number(this.#variables.get('scale')?.digits ?? 0n));
  }

  /** Before a number of so many digits is made. */
  #room(digits: number): void {
    if (digits > mostDigits) throw new Failure(`k8s-lab: a number of more than ${mostDigits} digits is not simulated`);
    this.#toil(digits ** 1.5 / workPerStep);
  }

  #comparison(): Decimal {
    const left = this.#sum();
    const operator = this.#tokens[0];
    if (operator === undefined || !['<', '>', '<=', '>=', '==', '!='].includes(operator)) return left;
    this.#tokens.shift();
    const right = this.#sum();
    const scale = Math.max(left.scale, right.scale);
    const order = rescale(left, scale) - rescale(right, scale);
    const holds =
      operator === '<'
        ? order < 0n
        : operator === '>'
          ? order > 0n
          : operator === '<='
            ? order <= 0n
            : operator === '>='
              ? order >= 0n
              : operator === '=='
                ? order === 0n
                : order !== 0n;
    return { digits: holds ? 1n : 0n, scale: 0 };
  }

  #sum(): Decimal {
    let left = this.#product();
    while (this.#tokens[0] === '+' || this.#tokens[0] === '-') {
      const sign = this.#tokens.shift() === '+' ? 1n : -1n;
      const right = this.#product();
      const scale = Math.max(left.scale, right.scale);
      left = { digits: rescale(left, scale) + sign * rescale(right, scale), scale };
    }
    return left;
  }

  #product(): Decimal {
    let left = this.#power();
    for (let operator = this.#tokens[0]; operator === '*' || operator === '/' || operator === '%'; operator = this.#tokens[0]) {
      this.#tokens.shift();
      left = this.#multiply(operator, left, this.#power());
    }
    return left;
  }

  #multiply(operator: string, left: Decimal, right: Decimal): Decimal {
    this.#room(length(left) + length(right) + (operator === '*' ? 0 : this.#scale + left.scale + right.scale));
    if (operator === '*') {
      const scale = Math.min(left.scale + right.scale, Math.max(this.#scale, left.scale, right.scale));
      return { digits: rescale({ digits: left.digits * right.digits, scale: left.scale + right.scale }, scale), scale };
    }
    if (right.digits === 0n) throw new Failure('divide by zero');
    const scale = this.#scale;
    const quotient: Decimal = { digits: (left.digits * power(scale + right.scale)) / (right.digits * power(left.scale)), scale };
    if (operator === '/') return quotient;
    const most = Math.max(left.scale, scale + right.scale);
    return { digits: rescale(left, most) - rescale({ digits: quotient.digits * right.digits, scale: scale + right.scale }, most), scale: most };
  }

  #power(): Decimal {
    const base = this.#operand();
    if (this.#tokens[0] !== '^') return base;
    this.#tokens.shift();
    const exponent = rescale(this.#power(), 0);
    if (exponent > 10_000n || exponent < -10_000n) throw new Failure('exponent too large');
    this.#room((length(base) + base.scale) * Math.abs(Number(exponent)) + this.#scale);
    if (exponent < 0n) return this.#multiply('/', { digits: 1n, scale: 0 }, { digits: base.digits ** -exponent, scale: base.scale * Number(-exponent) });
    const full = { digits: base.digits ** exponent, scale: base.scale * Number(exponent) };
    const scale = Math.min(full.scale, Math.max(this.#scale, base.scale));
    return { digits: rescale(full, scale), scale };
  }

  #operand(): Decimal {
    const token = this.#tokens.shift();
    if (token === undefined) throw new Failure('syntax error');
    if (token === '-') {
      const value = this.#power();
      return { ...value, digits: -value.digits };
    }
    if (token === '(') {
      const value = this.#comparison();
      if (this.#tokens.shift() !== ')') throw new Failure('syntax error');
      return value;
    }
    if (/^[\d.]/.test(token)) {
      const [whole = '', fraction = ''] = token.split('.');
      return { digits: BigInt(whole + fraction || '0'), scale: fraction.length };
    }
    if (!/^[a-z]/.test(token)) throw new Failure('syntax error');
    return token === 'sqrt' ? this.#root() : this.#variable(token);
  }

  #root(): Decimal {
    this.#tokens.shift();
    const value = this.#comparison();
    this.#tokens.shift();
    const scale = Math.max(this.#scale, value.scale);
    this.#room(length(value) + scale * 4);
    const wanted = rescale(value, scale * 2);
    if (wanted < 0n) throw new Failure('square root of a negative number');
    // Never less than the root: from there it only goes down.
    let guess = 1n << BigInt(Math.ceil((wanted.toString(16).length * 4) / 2));
    while (guess * guess > wanted) guess = (guess + wanted / guess) >> 1n;
    return { digits: guess, scale };
  }

  #variable(name: string): Decimal {
    const operator = this.#tokens[0];
    const known = this.#variables.get(name) ?? { digits: 0n, scale: 0 };
    if (operator !== '=' && !/^[-+*/%^]=$/.test(operator ?? '')) return known;
    this.#tokens.shift();
    const right = this.#comparison();
    const scale = Math.max(known.scale, right.scale);
    const value =
      operator === '='
        ? right
        : operator === '+=' || operator === '-='
          ? { digits: rescale(known, scale) + (operator === '+=' ? 1n : -1n) * rescale(right, scale), scale }
          : this.#multiply(operator?.[0] ?? '*', known, right);
    this.#variables.set(name, value);
    return value;
  }
}

/** bc leaves out the zero before the point. */
function text({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  if (scale === 0 || digits === 0n) return digits === 0n ? '0' : sign + all;
  return `${sign}${all.slice(0, -scale).replace(/^0$/, '')}.${all.slice(-scale)}`;
}

export const bcPrograms = { bc };
