/** Shell arithmetic, evaluated while it is read, as bash's expr.c does: 64-bit integers that wrap around. */

/** What an expression can read and change. `subscript` is the raw text between the brackets. */
export type ArithmeticScope = {
  get(name: string, subscript: string | undefined): string | undefined;
  set(name: string, subscript: string | undefined, value: string): void;
  /** How deep variables whose values are expressions may refer to each other: counted here. */
  depth: number;
};

/** `message` is bash's own, with the expression and the error token. */
export class ArithmeticError extends Error {}

const maxDepth = 1024;

/** The value of an expression; throws ArithmeticError. An empty one is 0. */
export function evaluate(text: string, scope: ArithmeticScope): bigint {
  if (/^\s*-?[1-9]\d{0,14}\s*$/.test(text)) return BigInt(text.trim());
  return new Evaluator(text, scope).run();
}

type Operand = { readonly value: bigint; readonly name?: string; readonly subscript?: string | undefined };

const binary: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const levels: ReadonlyMap<string, number> = new Map(binary.flatMap((operators, level) => operators.map((operator): [string, number] => [operator, level])));
const assignments: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|=']);
const tokens = /\s*(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%&^|<>=!~?:,()]|[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z@_#]*|\S|$)/y;

class Evaluator {
  readonly #text: string;
  readonly #scope: ArithmeticScope;
  #token = '';
  #tokenAt = 0;
  #next = 0;
  #lastAt = 0;
  /** Above zero inside a branch that is not taken. */
  #skipping = 0;

  constructor(text: string, scope: ArithmeticScope) {
    this.#text = text;
    this.#scope = scope;
  }

  run(): bigint {
    this.#advance();
    if (this.#token === '') return 0n;
    const value = this.#comma();
    if (this.#token !== '') this.#fail('syntax error in expression', this.#tokenAt);
    return value;
  }

  #advance(): void {
    this.#lastAt = this.#tokenAt;
    tokens.lastIndex = this.#next;
    const found = tokens.exec(this.#text);
    this.#token = found?.[1] ?? '';
    this.#next = tokens.lastIndex;
    this.#tokenAt = this.#next - this.#token.length;
  }

  #at(token: string): boolean {
    return this.#token === token;
  }

  #fail(message: string, at = this.#lastAt): never {
    const text = this.#text.trimStart();
    throw new ArithmeticError(`${text}: ${message} (error token is "${this.#text.slice(at).trimStart()}")`);
  }

  #comma(): bigint {
    let value = this.#assignment();
    while (this.#token === ',') {
      this.#advance();
      value = this.#assignment();
    }
    return value;
  }

  #assignment(): bigint {
    const operand = this.#conditional();
    const operator = this.#token;
    if (!assignments.has(operator)) return operand.value;
    if (operand.name === undefined) this.#fail('attempted assignment to non-variable', this.#tokenAt);
    this.#advance();
    const at = this.#tokenAt;
    const right = this.#assignment();
    const value = operator === '=' ? right : this.#apply(operator.slice(0, -1), operand.value, right, at);
    this.#store(operand, value);
    return value;
  }

  #store(operand: Operand, value: bigint): void {
    if (this.#skipping === 0 && operand.name !== undefined) this.#scope.set(operand.name, operand.subscript, String(value));
  }

  #conditional(): Operand {
    const test = this.#binary(0);
    if (!this.#at('?')) return test;
    this.#advance();
    const taken = test.value !== 0n;
    const first = this.#maybe(taken, () => this.#comma());
    if (!this.#at(':')) this.#fail("`:' expected for conditional expression", this.#at('') ? this.#lastAt : this.#tokenAt);
    this.#advance();
    const second = this.#maybe(!taken, () => this.#assignmentless());
    return { value: taken ? first : second };
  }

  #assignmentless(): bigint {
    return this.#conditional().value;
  }

  #maybe(taken: boolean, read: () => bigint): bigint {
    if (!taken) this.#skipping++;
    const value = read();
    if (!taken) this.#skipping--;
    return value;
  }

  #binary(level: number): Operand {
    let left: Operand = level === binary.length ? this.#power() : this.#binary(level + 1);
    if (level === binary.length) return left;
    while (levels.get(this.#token) === level) {
      const operator = this.#token;
      this.#advance();
      const at = this.#tokenAt;
      const from = left.value;
      if (operator === '&&') left = { value: this.#maybe(from !== 0n, () => this.#binary(level + 1).value) !== 0n && from !== 0n ? 1n : 0n };
      else if (operator === '||') left = { value: this.#maybe(from === 0n, () => this.#binary(level + 1).value) !== 0n || from !== 0n ? 1n : 0n };
      else left = { value: this.#apply(operator, from, this.#binary(level + 1).value, at) };
    }
    return left;
  }

  #apply(operator: string, left: bigint, right: bigint, at: number): bigint {
    if ((operator === '/' || operator === '%') && right === 0n) {
      if (this.#skipping > 0) return 0n;
      this.#fail('division by 0', at);
    }
    return BigInt.asIntN(64, compute(operator, left, right));
  }

  #power(): Operand {
    const base = this.#unary();
    if (this.#token !== '**') return base;
    this.#advance();
    const at = this.#tokenAt;
    const exponent = this.#power().value;
    if (exponent < 0n) this.#fail('exponent less than 0', at);
    return { value: power(base.value, exponent) };
  }

  #unary(): Operand {
    const operator = this.#token;
    if (operator === '++' || operator === '--') {
      this.#advance();
      // Before anything but a name the two signs are two unary signs.
      if (!/^[A-Za-z_]/.test(this.#token)) return operator === '++' ? this.#unary() : { value: this.#unary().value };
      const operand = this.#name();
      const value = BigInt.asIntN(64, operand.value + (operator === '++' ? 1n : -1n));
      this.#store(operand, value);
      return { value };
    }
    if (operator !== '!' && operator !== '~' && operator !== '-' && operator !== '+') return this.#primary();
    this.#advance();
    const { value } = this.#unary();
    if (operator === '!') return { value: value === 0n ? 1n : 0n };
    return { value: BigInt.asIntN(64, operator === '~' ? ~value : operator === '-' ? -value : value) };
  }

  #primary(): Operand {
    const token = this.#token;
    if (token === '(') {
      this.#advance();
      const value = this.#comma();
      if (!this.#at(')')) this.#fail("missing `)'", this.#at('') ? this.#lastAt : this.#tokenAt);
      this.#advance();
      return { value };
    }
    if (/^[0-9]/.test(token)) {
      const value = this.#number(token);
      this.#advance();
      return { value };
    }
    if (!/^[A-Za-z_]/.test(token)) this.#fail('syntax error: operand expected', token === '' ? this.#lastAt : this.#tokenAt);
    const operand = this.#name();
    if (this.#token !== '++' && this.#token !== '--') return operand;
    const value = operand.value + (this.#token === '++' ? 1n : -1n);
    this.#advance();
    this.#store(operand, BigInt.asIntN(64, value));
    return { value: operand.value };
  }

  #name(): Operand {
    const name = this.#token;
    const subscript = this.#text[this.#next] === '[' ? this.#subscript() : undefined;
    this.#advance();
    if (this.#skipping > 0) return { value: 0n, name, subscript };
    const text = this.#scope.get(name, subscript) ?? '';
    if (this.#scope.depth > maxDepth) this.#fail('expression recursion level exceeded', this.#lastAt);
    this.#scope.depth++;
    const value = text === '' ? 0n : evaluate(text, this.#scope);
    this.#scope.depth--;
    return { value, name, subscript };
  }

  #subscript(): string {
    const from = this.#next + 1;
    let depth = 0;
    for (let i = this.#next; i < this.#text.length; i++) {
      if (this.#text[i] === '[') depth++;
      if (this.#text[i] === ']' && --depth === 0) {
        this.#next = i + 1;
        return this.#text.slice(from, i);
      }
    }
    this.#fail('bad array subscript', this.#tokenAt);
  }

  #number(token: string): bigint {
    const based = /^([0-9]+)#(.*)$/.exec(token);
    const base = based ? Number(based[1]) : token.length > 1 && token[0] === '0' ? (/^0[xX]/.test(token) ? 16 : 8) : 10;
    if (base < 2 || base > 64) this.#fail('invalid arithmetic base', this.#tokenAt);
    const digits = based ? (based[2] as string) : base === 16 ? token.slice(2) : token;
    let value = 0n;
    for (const char of digits) {
      const digit = digitValue(char, base);
      if (digit < 0 || digit >= base) this.#fail('value too great for base', this.#tokenAt);
      value = value * BigInt(base) + BigInt(digit);
    }
    return BigInt.asIntN(64, value);
  }
}

function digitValue(char: string, base: number): number {
  if (char >= '0' && char <= '9') return char.charCodeAt(0) - 48;
  if (char >= 'a' && char <= 'z') return char.charCodeAt(0) - 87;
  if (char >= 'A' && char <= 'Z') return char.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return char === '@' ? 62 : char === '_' ? 63 : -1;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

function compute(operator: string, left: bigint, right: bigint): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<<':
      return left << (right & 63n);
    case '>>':
      return left >> (right & 63n);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}
