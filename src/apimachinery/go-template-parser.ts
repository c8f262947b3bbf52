/** Reading Go templates: the part of text/template/parse that command lines use. */

import { shown, type Token, tokenize } from './go-template-lexer.ts';

/** One word of a command; `at` is where it begins in the source, for error messages. */
export type Operand =
  | { readonly type: 'dot' | 'nil'; readonly at: number }
  | { readonly type: 'literal'; readonly value: string | number | boolean; readonly text: string; readonly at: number }
  | { readonly type: 'field'; readonly names: readonly string[]; readonly at: number }
  | { readonly type: 'variable'; readonly name: string; readonly names: readonly string[]; readonly at: number }
  | { readonly type: 'function'; readonly name: string; readonly at: number }
  | { readonly type: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[]; readonly at: number };

/** `{{ $a, $b := f x | g }}`: each command gets the last one's value as its last argument. `assigns` is `=` rather than `:=`. */
export type Pipe = { readonly variables: readonly string[]; readonly assigns: boolean; readonly commands: readonly (readonly Operand[])[] };

/** The tree that go-template.ts walks; `otherwise` is the else branch. */
export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly pipe: Pipe }
  | { readonly type: 'if' | 'with' | 'range'; readonly pipe: Pipe; readonly body: readonly TemplateNode[]; readonly otherwise: readonly TemplateNode[] }
  | { readonly type: 'template'; readonly name: string; readonly pipe: Pipe | undefined; readonly at: number }
  | { readonly type: 'break' | 'continue' };

/** What has a name to be called by; `source` and the `file` that it is are for the places in errors. */
export type TemplateBody = { readonly name: string; readonly file: string; readonly source: string; readonly nodes: readonly TemplateNode[] };

/** `defined` holds the bodies of `{{ define }}`. */
export type GoTemplate = TemplateBody & { readonly defined: ReadonlyMap<string, TemplateBody> };

/** A template that cannot be read or run, in text/template's words. */
export class GoTemplateError extends Error {
  output = ''; // What was written before it went wrong.
  /** What a function said that was called, as the chain of Go's errors has it. */
  override readonly cause: Error | undefined;

  constructor(message: string, cause?: Error) {
    super(message);
    this.cause = cause;
  }
}

/** Reads a template. `functions` are the names it may call; `name` stands in messages. Throws GoTemplateError. */
export function parse(source: string, name: string, functions: ReadonlySet<string>): GoTemplate {
  const parser = new Parser(source, name, functions);
  const { nodes } = parser.list([]);
  return { name, file: name, source, nodes, defined: parser.defined };
}

/** What may follow an operand at once; anything else needs a blank before it. */
const endsOperand = ({ type, text }: Token): boolean => ['close', 'pipe', 'eof'].includes(type) || [')', ',', '=', ':='].includes(text);

type List = { readonly nodes: TemplateNode[]; readonly end: 'end' | 'else' | 'eof' };

class Parser {
  readonly defined = new Map<string, TemplateBody>();
  readonly #source: string;
  readonly #name: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  #at = 0;
  #variables = ['$'];
  #ranges = 0;

  constructor(source: string, name: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#name = name;
    this.#functions = functions;
    this.#tokens = tokenize(source, (message, at) => this.#error(message, at));
  }

  /** Nodes until one of the words that may end them. */
  list(ends: readonly ('end' | 'else')[]): List {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#next();
      if (token.type === 'eof') {
        if (ends.length > 0) throw this.#error('unexpected EOF', token.at);
        return { nodes, end: 'eof' };
      }
      if (token.type === 'text') {
        nodes.push({ type: 'text', text: token.text });
        continue;
      }
      const word = this.#peek();
      if (word.type === 'word' && (word.text === 'end' || word.text === 'else')) {
        this.#next();
        if (!ends.includes(word.text)) throw this.#error(`unexpected {{${word.text}}}`, word.at);
        if (word.text === 'end') this.#close('end');
        return { nodes, end: word.text };
      }
      nodes.push(...this.#action());
    }
  }

  #action(): TemplateNode[] {
    const token = this.#peek();
    const word = token.type === 'word' ? token.text : '';
    if (word === 'if' || word === 'with' || word === 'range') {
      this.#next();
      return [this.#control(word)];
    }
    if (word === 'break' || word === 'continue') {
      this.#next();
      if (this.#ranges === 0) throw this.#error(`{{${word}}} outside {{range}}`, token.at);
      this.#close(word);
      return [{ type: word }];
    }
    if (word === 'define' || word === 'block' || word === 'template') {
      this.#next();
      return this.#named(word);
    }
    if (token.type === 'close') throw this.#error('missing value for command', token.at);
    const pipe = this.#pipe('command');
    this.#close('command');
    return [{ type: 'action', pipe }];
  }

  #control(type: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.#variables.length;
    const pipe = this.#pipe(type);
    this.#close(type);
    if (type === 'range') this.#ranges++;
    const { nodes: body, end } = this.list(['end', 'else']);
    if (type === 'range') this.#ranges--;
    const otherwise = end === 'else' ? this.#otherwise(type) : [];
    this.#variables = this.#variables.slice(0, scope);
    return { type, pipe, body, otherwise };
  }

  /** What follows `{{else`: a plain one, or `else if` and `else with`, which stand for a nested one. */
  #otherwise(type: 'if' | 'with' | 'range'): TemplateNode[] {
    const word = this.#peek();
    if (word.type === 'word' && word.text === type && type !== 'range') {
      this.#next();
      return [this.#control(type)];
    }
    this.#close('else');
    const { nodes, end } = this.list(['end', 'else']);
    if (end === 'else') throw this.#error('expected end; found {{else}}', word.at);
    return nodes;
  }

  #named(word: 'define' | 'block' | 'template'): TemplateNode[] {
    const token = this.#next();
    if (token.type !== 'literal' || typeof token.value !== 'string') throw this.#error(`unexpected ${shown(token)} in ${word} clause`, token.at);
    const name = token.value;
    if (word !== 'define') {
      const pipe = this.#peek().type === 'close' ? undefined : this.#pipe(`${word} clause`);
      this.#close(`${word} clause`);
      if (word === 'block') this.#define(name);
      return [{ type: 'template', name, pipe, at: token.at }];
    }
    this.#close('define clause');
    this.#define(name);
    return [];
  }

  #define(name: string): void {
    const variables = this.#variables;
    this.#variables = ['$'];
    const { nodes } = this.list(['end']);
    this.defined.set(name, { name, file: this.#name, source: this.#source, nodes });
    this.#variables = variables;
  }

  #pipe(context: string): Pipe {
    const { variables, assigns } = this.#declarations(context);
    const commands: Operand[][] = [];
    for (;;) {
      const start = this.#peek();
      if (start.type === 'pipe') throw this.#error(`unexpected ${shown(start)} in ${context}`, start.at);
      const command = this.#command(context);
      if (command.length === 0 && commands.length === 0) throw this.#error(`missing value for ${context}`, this.#peek().at);
      if (command.length === 0) break; // Go lets a pipe end a pipeline.
      const first = command[0];
      if (commands.length > 0 && first && (first.type === 'literal' || first.type === 'dot' || first.type === 'nil')) {
        throw this.#error(`non executable command in pipeline stage ${commands.length + 1}`, first.at);
      }
      commands.push(command);
      if (this.#peek().type !== 'pipe') break;
      this.#next();
    }
    if (!assigns) this.#variables.push(...variables);
    return { variables, assigns, commands };
  }

  #declarations(context: string): { variables: string[]; assigns: boolean } {
    const start = this.#at;
    const variables: string[] = [];
    while (this.#peek().type === 'variable') {
      variables.push(this.#next().text);
      if (context === 'range' && variables.length === 1 && this.#peek().text === ',') {
        this.#next();
        continue;
      }
      const sign = this.#peek().text;
      if (sign === ':=' || sign === '=') {
        this.#next();
        const unknown = sign === '=' && variables.find((name) => !this.#variables.includes(name));
        if (unknown) throw this.#error(`undefined variable "${unknown}"`, this.#peek().at);
        return { variables, assigns: sign === '=' };
      }
      break;
    }
    this.#at = start;
    return { variables: [], assigns: false };
  }

  #command(context: string): Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      const operand = this.#operand();
      if (!operand) {
        const token = this.#peek();
        if (token.type === 'close' || token.type === 'pipe' || token.text === ')') return operands;
        throw this.#error(token.type === 'eof' ? 'unclosed action' : `unexpected ${shown(token)} in ${operands.length > 0 ? 'operand' : context}`, token.at);
      }
      operands.push(operand);
      const after = this.#peek();
      if (!after.spaced && !endsOperand(after)) throw this.#error(`unexpected ${shown(after)} in operand`, after.at);
    }
  }

  #operand(): Operand | undefined {
    const token = this.#peek();
    const operand = this.#term(token);
    if (!operand) return undefined;
    const names: string[] = [];
    let at = token.at;
    for (let next = this.#peek(); next.type === 'field' && !next.spaced; next = this.#peek()) {
      // Go tells the place of the second name, however many follow.
      if (names.length === 0) at = next.at;
      names.push(next.text.slice(1));
      this.#next();
    }
    if (names.length === 0) return operand;
    if (operand.type === 'field' || operand.type === 'variable' || operand.type === 'pipe') return { ...operand, names: [...operand.names, ...names], at };
    if (operand.type === 'function') return { type: 'pipe', pipe: { variables: [], assigns: false, commands: [[operand]] }, names, at };
    throw this.#error(`unexpected . after term "${this.#source.slice(token.at, token.at + token.text.length)}"`, token.at);
  }

  #term(token: Token): Operand | undefined {
    const { at, text } = token;
    switch (token.type) {
      case 'dot':
        this.#next();
        return { type: 'dot', at };
      case 'field':
        this.#next();
        return { type: 'field', names: [text.slice(1)], at };
      case 'variable':
        this.#next();
        if (!this.#variables.includes(text)) throw this.#error(`undefined variable "${text}"`, at);
        return { type: 'variable', name: text, names: [], at };
      case 'literal':
        this.#next();
        return { type: 'literal', value: token.value ?? '', text, at };
      case 'word':
        this.#next();
        if (text === 'nil') return { type: 'nil', at };
        if (!this.#functions.has(text)) throw this.#error(`function "${text}" not defined`, at);
        return { type: 'function', name: text, at };
      default:
        return text === '(' ? this.#parenthesised(at) : undefined;
    }
  }

  #parenthesised(at: number): Operand {
    this.#next();
    const pipe = this.#pipe('parenthesized pipeline');
    const close = this.#next();
    if (close.text !== ')') throw this.#error('unclosed left paren', close.at);
    return { type: 'pipe', pipe, names: [], at };
  }

  #close(context: string): void {
    const token = this.#next();
    if (token.type === 'close') return;
    throw this.#error(token.type === 'eof' ? 'unclosed action' : `unexpected ${shown(token)} in ${context}`, token.at);
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'eof', text: '', at: this.#source.length, spaced: false };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #error(message: string, at: number): GoTemplateError {
    const line = this.#source.slice(0, at).split('\n').length;
    return new GoTemplateError(`template: ${this.#name}:${line}: ${message}`);
  }
}
