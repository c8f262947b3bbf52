/** Reads awk's expressions, in the order of their binding. */
import { Regex } from '../regex/regex.ts';
import { AwkSyntaxError, type Expression, type LValue } from './ast.ts';
import { type Token, tokenize } from './lexer.ts';

/** In `print a > b` the sign redirects; in `for (i in a)` and `x in a` the word is an operator only where allowed. */
type Context = { readonly noGreater?: boolean; readonly noIn?: boolean };

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=', '**=']);
const comparisons = new Set(['<', '<=', '==', '!=', '>', '>=']);

/** The parser of statements is built on it. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  protected position = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  protected peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.position + ahead, this.#tokens.length - 1)] as Token;
  }

  protected next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  protected at(operator: string): boolean {
    const token = this.peek();
    return token.kind === 'operator' && token.text === operator;
  }

  protected expect(operator: string): void {
    if (!this.at(operator)) throw this.unexpected();
    this.next();
  }

  protected unexpected(): AwkSyntaxError {
    const { kind, text, line } = this.peek();
    return new AwkSyntaxError(`line ${line}: syntax error at or near ${kind === 'end' ? 'end of file' : kind === 'newline' ? 'end of line' : text}`);
  }

  protected newlines(): void {
    while (this.peek().kind === 'newline') this.next();
  }

  /** Expressions with commas up to a closing sign, which stays. */
  protected list(close: string): Expression[] {
    const list: Expression[] = [];
    this.newlines();
    while (!this.at(close)) {
      list.push(this.expression());
      this.newlines();
      if (!this.at(',')) break;
      this.next();
      this.newlines();
    }
    return list;
  }

  protected expression(context: Context = {}): Expression {
    const left = this.#conditional(context);
    const { kind, text } = this.peek();
    if (kind !== 'operator' || !assignments.has(text)) return left;
    if (!isLValue(left)) return this.#assignInside(left, context);
    this.next();
    this.newlines();
    return { type: 'assign', operator: text === '**=' ? '^' : text.slice(0, -1), target: left, value: this.expression(context) };
  }

  /** `1 == x = 2` and `!x = y`: the assignment belongs to the last operand. */
  #assignInside(left: Expression, context: Context): Expression {
    const operator = this.peek().text;
    const target =
      left.type === 'binary' ? left.right : left.type === 'unary' ? left.operand : left.type === 'and' || left.type === 'or' ? left.right : undefined;
    if (!target || !isLValue(target)) throw this.unexpected();
    this.next();
    const assign: Expression = { type: 'assign', operator: operator === '**=' ? '^' : operator.slice(0, -1), target, value: this.expression(context) };
    if (left.type === 'unary') return { ...left, operand: assign };
    return { ...(left as Expression & { readonly type: 'binary' }), right: assign };
  }

  #conditional(context: Context): Expression {
    const test = this.#or(context);
    if (!this.at('?')) return test;
    this.next();
    this.newlines();
    const yes = this.expression(context);
    this.newlines();
    this.expect(':');
    this.newlines();
    return { type: 'conditional', test, yes, no: this.expression(context) };
  }

  #or(context: Context): Expression {
    let left = this.#and(context);
    while (this.at('||')) {
      this.next();
      this.newlines();
      left = { type: 'or', left, right: this.#and(context) };
    }
    return left;
  }

  #and(context: Context): Expression {
    let left = this.#in(context);
    while (this.at('&&')) {
      this.next();
      this.newlines();
      left = { type: 'and', left, right: this.#in(context) };
    }
    return left;
  }

  #in(context: Context): Expression {
    let left = this.#match(context);
    while (this.peek().kind === 'keyword' && this.peek().text === 'in' && !context.noIn) {
      this.next();
      left = { type: 'in', subscripts: [left], name: this.next().text };
    }
    return left;
  }

  #match(context: Context): Expression {
    let left = this.#comparison(context);
    while (this.at('~') || this.at('!~')) {
      const negated = this.next().text === '!~';
      left = { type: 'match', negated, text: left, pattern: this.#comparison(context) };
    }
    return left;
  }

  #comparison(context: Context): Expression {
    const left = this.concatenation();
    const { kind, text } = this.peek();
    if (kind !== 'operator' || !comparisons.has(text) || (text === '>' && context.noGreater)) return left;
    this.next();
    return { type: 'binary', operator: text, left, right: this.concatenation() };
  }

  protected concatenation(): Expression {
    let left = this.#additive();
    for (;;) {
      if (this.at('|') && this.peek(1).text === 'getline') {
        this.next();
        this.next();
        left = { type: 'getline', from: 'command', source: left, target: this.#optionalTarget() };
      } else if (this.#startsOperand()) left = { type: 'binary', operator: ' ', left, right: this.#additive() };
      else return left;
    }
  }

  #startsOperand(): boolean {
    const { kind, text } = this.peek();
    if (kind === 'number' || kind === 'string' || kind === 'regex' || kind === 'name' || kind === 'call-name' || kind === 'builtin') return true;
    return kind === 'operator' && (['$', '(', '-', '+', '!'].includes(text) || text === '++' || text === '--') && !(text === '-' || text === '+');
  }

  #additive(): Expression {
    let left = this.#multiplicative();
    while (this.at('+') || this.at('-')) left = { type: 'binary', operator: this.next().text, left, right: this.#multiplicative() };
    return left;
  }

  #multiplicative(): Expression {
    let left = this.#unary();
    while (this.at('*') || this.at('/') || this.at('%')) left = { type: 'binary', operator: this.next().text, left, right: this.#unary() };
    return left;
  }

  #unary(): Expression {
    for (const operator of ['!', '-', '+'] as const)
      if (this.at(operator)) {
        this.next();
        return { type: 'unary', operator, operand: this.#unary() };
      }
    return this.#power();
  }

  #power(): Expression {
    const left = this.#postfix();
    if (!this.at('^') && !this.at('**')) return left;
    this.next();
    return { type: 'binary', operator: '^', left, right: this.at('-') || this.at('+') || this.at('!') ? this.#unary() : this.#power() };
  }

  #postfix(): Expression {
    const operand = this.#primary();
    if (!isLValue(operand) || !(this.at('++') || this.at('--'))) return operand;
    return { type: 'step', delta: this.next().text === '++' ? 1 : -1, prefix: false, target: operand };
  }

  #primary(): Expression {
    const token = this.next();
    switch (token.kind) {
      case 'number':
        return { type: 'number', value: Number(token.text) };
      case 'string':
        return { type: 'string', value: token.text };
      case 'regex':
        return { type: 'regex', regex: new Regex(token.text, 'awk') };
      case 'builtin':
        return this.#builtin(token.text);
      case 'call-name': {
        this.expect('(');
        const args = this.list(')');
        this.expect(')');
        return { type: 'call', name: token.text, args };
      }
      case 'name':
        return this.#name(token.text);
      case 'operator':
        return this.#operatorPrimary(token.text);
      default:
        if (token.text === 'getline') return this.#getline();
        this.position--;
        throw this.unexpected();
    }
  }

  #operatorPrimary(text: string): Expression {
    if (text === '$') return { type: 'field', index: this.at('++') || this.at('--') || this.at('-') ? this.#unary() : this.#primary() };
    if (text === '++' || text === '--') {
      const target = this.#primary();
      if (!isLValue(target)) throw this.unexpected();
      return { type: 'step', delta: text === '++' ? 1 : -1, prefix: true, target };
    }
    if (text === '-' || text === '+' || text === '!') return { type: 'unary', operator: text, operand: this.#unary() };
    if (text !== '(') {
      this.position--;
      throw this.unexpected();
    }
    const list = this.list(')');
    this.expect(')');
    if (this.peek().text === 'in' && this.peek().kind === 'keyword' && list.length > 1) {
      this.next();
      return { type: 'in', subscripts: list, name: this.next().text };
    }
    if (list.length !== 1) throw this.unexpected();
    return { type: 'group', inner: list[0] as Expression };
  }

  #name(name: string): Expression {
    if (!this.at('[')) return { type: 'variable', name };
    this.next();
    const subscripts = this.list(']');
    this.expect(']');
    return { type: 'element', name, subscripts };
  }

  #builtin(name: string): Expression {
    if (!this.at('(')) {
      if (name !== 'length') throw this.unexpected();
      return { type: 'builtin', name, args: [] };
    }
    this.next();
    const args = this.list(')');
    this.expect(')');
    return { type: 'builtin', name, args };
  }

  #getline(): Expression {
    const target = this.#optionalTarget();
    if (!this.at('<')) return { type: 'getline', from: 'main', source: undefined, target };
    this.next();
    return { type: 'getline', from: 'file', source: this.#primary(), target };
  }

  #optionalTarget(): LValue | undefined {
    const { kind } = this.peek();
    if (kind !== 'name' && !this.at('$')) return undefined;
    const target = this.#primary();
    if (!isLValue(target)) throw this.unexpected();
    return target;
  }
}

const isLValue = (expression: Expression): expression is LValue =>
  expression.type === 'variable' || expression.type === 'field' || expression.type === 'element';
