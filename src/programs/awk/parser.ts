/** Reads an awk program. */
import { RegexError } from '../regex/node.ts';
import { type AwkProgram, AwkSyntaxError, type Expression, type FunctionDefinition, type Pattern, type Redirect, type Rule, type Statement } from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';

export function parseAwk(source: string): AwkProgram {
  try {
    return new Parser(source).program();
  } catch (error) {
    if (error instanceof RegexError) throw new AwkSyntaxError(`regular expression compile failed (${error.message})`);
    throw error;
  }
}

class Parser extends ExpressionParser {
  readonly #rules: Rule[] = [];
  readonly #functions = new Map<string, FunctionDefinition>();

  program(): AwkProgram {
    this.#skipEnds();
    while (this.peek().kind !== 'end') {
      if (this.peek().text === 'function' || this.peek().text === 'func') this.#function();
      else this.#rule();
      this.#skipEnds();
    }
    return { rules: this.#rules, functions: this.#functions };
  }

  #skipEnds(): void {
    while (this.peek().kind === 'newline' || this.at(';')) this.next();
  }

  #function(): void {
    this.next();
    const name = this.next().text;
    this.expect('(');
    const parameters: string[] = [];
    while (!this.at(')')) {
      parameters.push(this.next().text);
      if (this.at(',')) this.next();
      this.newlines();
    }
    this.expect(')');
    this.newlines();
    this.#functions.set(name, { name, parameters, body: this.#block() });
  }

  #rule(): void {
    const pattern = this.#pattern();
    const body = this.at('{') ? this.#block() : undefined;
    if (!body && (pattern.type === 'begin' || pattern.type === 'end')) throw this.unexpected();
    this.#rules.push({ pattern, body });
    const token = this.peek();
    if (!body && token.kind !== 'newline' && token.kind !== 'end' && !this.at(';')) throw this.unexpected();
  }

  #pattern(): Pattern {
    const { text } = this.peek();
    if (text === 'BEGIN' || text === 'END') {
      this.next();
      return { type: text === 'BEGIN' ? 'begin' : 'end' };
    }
    if (this.at('{')) return { type: 'always' };
    const from = this.expression();
    if (!this.at(',')) return { type: 'when', test: from };
    this.next();
    this.newlines();
    return { type: 'range', from, to: this.expression() };
  }

  #block(): Statement {
    this.expect('{');
    const body: Statement[] = [];
    this.#skipEnds();
    while (!this.at('}')) {
      if (this.peek().kind === 'end') throw new AwkSyntaxError(`line ${this.peek().line}: missing } near end of file`);
      body.push(this.#statement());
      this.#skipEnds();
    }
    this.next();
    return { type: 'block', body };
  }

  #statement(): Statement {
    if (this.at('{')) return this.#block();
    if (this.at(';')) {
      this.next();
      return { type: 'block', body: [] };
    }
    const token = this.peek();
    const compound = token.kind === 'keyword' ? this.#compound(token.text) : undefined;
    if (compound) return compound;
    const simple = this.#simple();
    this.#end();
    return simple;
  }

  /** Statements that contain others. */
  #compound(keyword: string): Statement | undefined {
    switch (keyword) {
      case 'if':
        return this.#if();
      case 'while': {
        this.next();
        const test = this.#condition();
        if (this.at(';')) {
          this.next();
          return { type: 'while', test, body: { type: 'block', body: [] }, first: false };
        }
        return { type: 'while', test, body: this.#body(), first: false };
      }
      case 'do':
        return this.#do();
      case 'for':
        return this.#for();
      default:
        return undefined;
    }
  }

  #condition(): Expression {
    this.expect('(');
    const test = this.expression();
    this.expect(')');
    return test;
  }

  #body(): Statement {
    this.newlines();
    return this.#statement();
  }

  #if(): Statement {
    this.next();
    const test = this.#condition();
    const yes = this.#body();
    const back = this.position;
    this.#skipEnds();
    if (this.peek().text !== 'else' || this.peek().kind !== 'keyword') {
      this.position = back;
      return { type: 'if', test, yes, no: undefined };
    }
    this.next();
    return { type: 'if', test, yes, no: this.#body() };
  }

  #do(): Statement {
    this.next();
    const body = this.#body();
    this.#skipEnds();
    if (this.next().text !== 'while') throw this.unexpected();
    const test = this.#condition();
    this.#end();
    return { type: 'while', test, body, first: true };
  }

  #for(): Statement {
    this.next();
    this.expect('(');
    const back = this.position;
    const variable = this.next();
    if (variable.kind === 'name' && this.peek().text === 'in') {
      this.next();
      const name = this.next();
      if (name.kind === 'name' && this.at(')')) {
        this.next();
        return { type: 'for-in', variable: variable.text, name: name.text, body: this.#body() };
      }
    }
    this.position = back;
    const init = this.at(';') ? undefined : this.#simple();
    this.expect(';');
    this.newlines();
    const test = this.at(';') ? undefined : this.expression();
    this.expect(';');
    this.newlines();
    const step = this.at(')') ? undefined : this.#simple();
    this.expect(')');
    if (this.at(';')) {
      this.next();
      return { type: 'for', init, test, step, body: { type: 'block', body: [] } };
    }
    return { type: 'for', init, test, step, body: this.#body() };
  }

  #simple(): Statement {
    const token = this.peek();
    if (token.kind !== 'keyword') return { type: 'expression', expression: this.expression() };
    switch (token.text) {
      case 'print':
      case 'printf':
        return this.#print(token.text);
      case 'next':
      case 'nextfile':
      case 'break':
      case 'continue':
        this.next();
        return { type: token.text };
      case 'exit':
      case 'return':
        this.next();
        return { type: token.text, value: this.#atEnd() ? undefined : this.expression() };
      case 'delete':
        return this.#delete();
      default:
        return { type: 'expression', expression: this.expression() };
    }
  }

  #delete(): Statement {
    this.next();
    const name = this.next().text;
    if (!this.at('[')) return { type: 'delete', name, subscripts: undefined };
    this.next();
    const subscripts = this.list(']');
    this.expect(']');
    return { type: 'delete', name, subscripts };
  }

  #print(type: 'print' | 'printf'): Statement {
    this.next();
    const args = this.#atEnd() || this.at('>') || this.at('|') || this.at('>>') ? [] : this.#printArguments();
    const kind = this.peek().text;
    let redirect: Redirect | undefined;
    if (this.peek().kind === 'operator' && (kind === '>' || kind === '>>' || kind === '|')) {
      this.next();
      redirect = { kind, to: this.concatenation() };
    }
    return { type, args, redirect };
  }

  /** `print (a, b) > "f"`: what stands in the parentheses is a list only if they hold everything. */
  #printArguments(): Expression[] {
    if (this.at('(')) {
      const back = this.position;
      this.next();
      const args = this.list(')');
      this.expect(')');
      const { kind, text } = this.peek();
      if (this.#atEnd() || (kind === 'operator' && ['>', '>>', '|'].includes(text))) return args;
      this.position = back;
    }
    const args = [this.expression({ noGreater: true })];
    while (this.at(',')) {
      this.next();
      this.newlines();
      args.push(this.expression({ noGreater: true }));
    }
    return args;
  }

  #atEnd(): boolean {
    return this.peek().kind === 'newline' || this.peek().kind === 'end' || this.at(';') || this.at('}');
  }

  #end(): void {
    if (!this.#atEnd()) throw this.unexpected();
    if (!this.at('}') && this.peek().kind !== 'end') this.next();
  }
}
