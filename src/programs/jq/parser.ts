/** Reads jq programs (jq 1.7, src/parser.y). */
import { type Definition, JqSyntaxError, type Node, type Pattern } from './ast.ts';
import { type Token, tokenize } from './lexer.ts';

/** Throws JqSyntaxError. */
export function parseJq(source: string): Node {
  const tokens = tokenize(source);
  if (tokens.length === 1) return { type: 'identity' };
  const parser = new Parser(tokens);
  return parser.program();
}

/** Only definitions, as in the prelude. */
export function parseDefinitions(source: string): Definition[] {
  return new Parser(tokenize(source)).definitions();
}

const reserved = new Set('def if then elif else end as reduce foreach try catch label import include and or __loc__'.split(' '));

/** Binary operators by how tightly they bind; `right` groups from the right, `none` not at all. */
const levels: Readonly<Record<string, { readonly level: number; readonly side: 'left' | 'right' | 'none' }>> = {
  '//': { level: 2, side: 'right' },
  '=': { level: 3, side: 'none' },
  '|=': { level: 3, side: 'none' },
  '+=': { level: 3, side: 'none' },
  '-=': { level: 3, side: 'none' },
  '*=': { level: 3, side: 'none' },
  '/=': { level: 3, side: 'none' },
  '%=': { level: 3, side: 'none' },
  '//=': { level: 3, side: 'none' },
  or: { level: 4, side: 'left' },
  and: { level: 5, side: 'left' },
  '==': { level: 6, side: 'none' },
  '!=': { level: 6, side: 'none' },
  '<': { level: 6, side: 'none' },
  '<=': { level: 6, side: 'none' },
  '>': { level: 6, side: 'none' },
  '>=': { level: 6, side: 'none' },
  '+': { level: 7, side: 'left' },
  '-': { level: 7, side: 'left' },
  '*': { level: 8, side: 'left' },
  '/': { level: 8, side: 'left' },
  '%': { level: 8, side: 'left' },
};

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): Node {
    const definitions = this.definitions(true);
    const body: Node = this.#peek().kind === 'end' ? { type: 'identity' } : this.#pipe();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return definitions.reduceRight<Node>((inner, definition) => ({ type: 'def', definition, body: inner }), body);
  }

  definitions(more = false): Definition[] {
    const definitions: Definition[] = [];
    while (this.#isWord('def')) definitions.push(this.#definition());
    if (!more && this.#peek().kind !== 'end') throw this.#unexpected();
    return definitions;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #is(operator: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.text === operator;
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text === word;
  }

  #take(operator: string): boolean {
    if (!this.#is(operator)) return false;
    this.#at++;
    return true;
  }

  #expect(operator: string): void {
    if (!this.#take(operator)) throw this.#unexpected();
  }

  #expectWord(word: string): void {
    if (!this.#isWord(word)) throw this.#unexpected();
    this.#at++;
  }

  #unexpected(): JqSyntaxError {
    const token = this.#peek();
    const what =
      token.kind === 'end'
        ? 'end of file'
        : token.kind === 'operator'
          ? `'${token.text}'`
          : token.kind === 'word'
            ? reserved.has(token.text)
              ? token.text
              : 'IDENT'
            : token.kind === 'field'
              ? 'FIELD'
              : token.kind === 'number'
                ? 'LITERAL'
                : token.kind === 'string'
                  ? 'QQSTRING_START'
                  : token.kind === 'format'
                    ? 'FORMAT'
                    : "'$'";
    return new JqSyntaxError(`syntax error, unexpected ${what} (Unix shell quoting issues?)`);
  }

  #definition(): Definition {
    this.#expectWord('def');
    const name = this.#next();
    if (name.kind !== 'word') throw this.#unexpected();
    const parameters: string[] = [];
    if (this.#take('(')) {
      do {
        const parameter = this.#next();
        if (parameter.kind === 'variable') parameters.push(`$${parameter.text}`);
        else if (parameter.kind === 'word') parameters.push(parameter.text);
        else throw this.#unexpected();
      } while (this.#take(';'));
      this.#expect(')');
    }
    this.#expect(':');
    const body = this.#pipe();
    this.#expect(';');
    return { name: name.text, parameters, body };
  }

  /** The whole: definitions, `as`, `label`, pipes. */
  #pipe(noComma = false): Node {
    if (this.#isWord('def')) {
      const definition = this.#definition();
      return { type: 'def', definition, body: this.#pipe(noComma) };
    }
    if (this.#isWord('label')) {
      this.#at++;
      const name = this.#variableName();
      this.#expect('|');
      return { type: 'label', name, body: this.#pipe(noComma) };
    }
    const left = noComma ? this.#binary(0) : this.#comma();
    if (this.#isWord('as')) return this.#as(left, noComma);
    return this.#take('|') ? { type: 'pipe', left, right: this.#pipe(noComma) } : left;
  }

  #as(source: Node, noComma: boolean): Node {
    this.#at++;
    const patterns = this.#patterns();
    this.#expect('|');
    return { type: 'as', source, patterns, body: this.#pipe(noComma) };
  }

  #variableName(): string {
    const token = this.#next();
    if (token.kind !== 'variable') throw this.#unexpected();
    return token.text;
  }

  #patterns(): Pattern[] {
    const patterns = [this.#pattern()];
    while (this.#take('?//')) patterns.push(this.#pattern());
    return patterns;
  }

  #comma(): Node {
    let left = this.#binary(0);
    while (this.#take(',')) left = { type: 'comma', left, right: this.#binary(0) };
    return left;
  }

  #binary(least: number): Node {
    let left = this.#postfixAs();
    for (;;) {
      const token = this.#peek();
      const operator = token.kind === 'operator' || token.kind === 'word' ? token.text : '';
      const known = Object.hasOwn(levels, operator) ? levels[operator] : undefined;
      if (!known || known.level < least) return left;
      this.#at++;
      const right = this.#binary(known.side === 'right' ? known.level : known.level + 1);
      left = combine(operator, left, right);
      const again = this.#peek();
      if (known.side === 'none' && again.kind === 'operator' && levels[again.text]?.level === known.level) throw this.#unexpected();
    }
  }

  /** A term, which may be bound: `.[] as $x | …` binds tighter than operators. */
  #postfixAs(): Node {
    if (this.#take('-')) return { type: 'negate', body: this.#postfixAs() };
    if (this.#isWord('reduce') || this.#isWord('foreach') || this.#isWord('if') || this.#isWord('try')) {
      const term = this.#keyword();
      return this.#postfix(term);
    }
    const term = this.#postfix(this.#primary());
    return this.#isWord('as') ? this.#as(term, false) : term;
  }

  #keyword(): Node {
    const token = this.#next();
    const word = token.kind === 'word' ? token.text : '';
    if (word === 'if') return this.#if();
    if (word === 'try') {
      const body = this.#postfix(this.#tryTerm());
      if (!this.#isWord('catch')) return { type: 'try', body, handler: undefined };
      this.#at++;
      return { type: 'try', body, handler: this.#postfix(this.#tryTerm()) };
    }
    const source = this.#postfix(this.#primary());
    this.#expectWord('as');
    const patterns = this.#patterns();
    this.#expect('(');
    const init = this.#pipe();
    this.#expect(';');
    const update = this.#pipe();
    const extract = word === 'foreach' && this.#take(';') ? this.#pipe() : undefined;
    this.#expect(')');
    return word === 'reduce' ? { type: 'reduce', source, patterns, init, update } : { type: 'foreach', source, patterns, init, update, extract };
  }

  #tryTerm(): Node {
    if (this.#take('-')) return { type: 'negate', body: this.#tryTerm() };
    return this.#isWord('reduce') || this.#isWord('foreach') || this.#isWord('if') || this.#isWord('try') ? this.#keyword() : this.#primary();
  }

  #if(): Node {
    const test = this.#pipe();
    this.#expectWord('then');
    const yes = this.#pipe();
    if (this.#isWord('elif')) {
      this.#at++;
      return { type: 'if', test, yes, no: this.#if() };
    }
    if (this.#isWord('else')) {
      this.#at++;
      const no = this.#pipe();
      this.#expectWord('end');
      return { type: 'if', test, yes, no };
    }
    this.#expectWord('end');
    return { type: 'if', test, yes, no: undefined };
  }

  // ── terms ──

  #primary(): Node {
    const token = this.#next();
    switch (token.kind) {
      case 'number':
        return { type: 'literal', value: token.value };
      case 'string':
        return this.#string(token, undefined);
      case 'format': {
        const next = this.#peek();
        if (next.kind !== 'string') return { type: 'format', name: token.text };
        this.#at++;
        return this.#string(next, token.text);
      }
      case 'field':
        return { type: 'index', target: { type: 'identity' }, index: { type: 'literal', value: token.text } };
      case 'variable':
        return token.text === '__loc__'
          ? {
              type: 'literal',
              value: new Map<string, string | number>([
                ['file', '<top-level>'],
                ['line', token.line],
              ]),
            }
          : { type: 'variable', name: token.text };
      case 'word':
        return this.#word(token.text, token.line);
      case 'operator':
        return this.#punctuation(token.text);
      default:
        this.#at--;
        throw this.#unexpected();
    }
  }

  #punctuation(text: string): Node {
    if (text === '..') return { type: 'recurse-all' };
    if (text === '.') {
      const next = this.#peek();
      if (next.kind === 'string') {
        this.#at++;
        return { type: 'index', target: { type: 'identity' }, index: this.#string(next, undefined) };
      }
      return { type: 'identity' };
    }
    if (text === '(') {
      const body = this.#pipe();
      this.#expect(')');
      return body;
    }
    if (text === '[') {
      if (this.#take(']')) return { type: 'array', body: undefined };
      const body = this.#pipe();
      this.#expect(']');
      return { type: 'array', body };
    }
    if (text === '{') return this.#object();
    this.#at--;
    throw this.#unexpected();
  }

  #word(text: string, line: number): Node {
    if (text === 'break') return { type: 'break', name: this.#variableName() };
    if (reserved.has(text)) {
      this.#at--;
      throw this.#unexpected();
    }
    const args: Node[] = [];
    if (this.#take('(')) {
      do args.push(this.#pipe());
      while (this.#take(';'));
      this.#expect(')');
    }
    if (args.length === 0 && (text === 'true' || text === 'false' || text === 'null'))
      return { type: 'literal', value: text === 'null' ? null : text === 'true' };
    return { type: 'call', name: text, args, line };
  }

  #string(token: Token & { readonly kind: 'string' }, format: string | undefined): Node {
    if (token.parts.length === 1) return { type: 'literal', value: token.parts[0] as string };
    const parts = token.parts.map((part) => (typeof part === 'string' ? part : new Parser([...part, { kind: 'end', line: token.line }]).program()));
    return { type: 'string', format, parts };
  }

  #postfix(start: Node): Node {
    let node = start;
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'field') {
        this.#at++;
        node = { type: 'index', target: node, index: { type: 'literal', value: token.text } };
      } else if (this.#is('.') && this.#peek(1).kind === 'string') {
        this.#at++;
        node = { type: 'index', target: node, index: this.#string(this.#next() as Token & { readonly kind: 'string' }, undefined) };
      } else if (this.#is('.') && this.#peek(1).kind === 'operator' && (this.#peek(1) as { readonly text: string }).text === '[') {
        this.#at++;
      } else if (this.#take('?')) node = optional(node);
      else if (this.#take('[')) node = this.#brackets(node);
      else return node;
    }
  }

  #brackets(target: Node): Node {
    if (this.#take(']')) return { type: 'iterate', target };
    if (this.#take(':')) {
      const to = this.#pipe();
      this.#expect(']');
      return { type: 'slice', target, from: undefined, to };
    }
    const index = this.#pipe();
    if (this.#take(':')) {
      const to = this.#is(']') ? undefined : this.#pipe();
      this.#expect(']');
      return { type: 'slice', target, from: index, to };
    }
    this.#expect(']');
    return { type: 'index', target, index };
  }

  #object(): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (!this.#take('}')) {
      entries.push(this.#entry());
      if (!this.#is('}')) this.#expect(',');
    }
    return { type: 'object', entries };
  }

  #entry(): { key: Node; value: Node } {
    const token = this.#next();
    if (token.kind === 'variable' && !this.#is(':'))
      return {
        key: { type: 'literal', value: token.text },
        value: token.text === '__loc__' ? { type: 'literal', value: null } : { type: 'variable', name: token.text },
      };
    let key: Node;
    if (token.kind === 'word') key = { type: 'literal', value: token.text };
    else if (token.kind === 'number') key = { type: 'literal', value: token.value };
    else if (token.kind === 'variable') key = { type: 'variable', name: token.text };
    else if (token.kind === 'string') key = this.#string(token, undefined);
    else if (token.kind === 'format') {
      const next = this.#peek();
      key = next.kind === 'string' ? this.#string(this.#next() as typeof next, token.text) : { type: 'format', name: token.text };
    } else if (token.kind === 'operator' && token.text === '(') {
      key = this.#pipe();
      this.#expect(')');
    } else {
      this.#at--;
      throw this.#unexpected();
    }
    if (!this.#take(':')) return { key, value: { type: 'index', target: { type: 'identity' }, index: key } };
    return { key, value: this.#objectValue() };
  }

  /** Values of entries take no commas and no operators but pipes between terms. */
  #objectValue(): Node {
    const left = this.#binary(0);
    return this.#take('|') ? { type: 'pipe', left, right: this.#objectValue() } : left;
  }

  // ── destructuring ──

  #pattern(): Pattern {
    const token = this.#next();
    if (token.kind === 'variable') return { type: 'variable', name: token.text };
    if (token.kind === 'operator' && token.text === '[') {
      const items: Pattern[] = [];
      do items.push(this.#pattern());
      while (this.#take(','));
      this.#expect(']');
      return { type: 'array', items };
    }
    if (token.kind !== 'operator' || token.text !== '{') {
      this.#at--;
      throw this.#unexpected();
    }
    const entries: { key: Node; bind: string | undefined; pattern: Pattern | undefined }[] = [];
    do {
      const key = this.#next();
      let node: Node;
      if (key.kind === 'variable') node = { type: 'literal', value: key.text };
      else if (key.kind === 'word') node = { type: 'literal', value: key.text };
      else if (key.kind === 'string') node = this.#string(key, undefined);
      else if (key.kind === 'operator' && key.text === '(') {
        node = this.#pipe();
        this.#expect(')');
      } else throw this.#unexpected();
      const pattern = this.#take(':') ? this.#pattern() : undefined;
      entries.push({ key: node, bind: key.kind === 'variable' ? key.text : undefined, pattern });
    } while (this.#take(','));
    this.#expect('}');
    return { type: 'object', entries };
  }
}

function combine(operator: string, left: Node, right: Node): Node {
  if (operator === 'and' || operator === 'or') return { type: operator, left, right };
  if (operator === '//') return { type: 'alternative', left, right };
  if (levels[operator]?.level === 3) return { type: 'update', operator: operator.slice(0, -1), left, right };
  return { type: 'binary', operator, left, right };
}

/** `a.b?`, `a[]?`: only the last step may fail, for each of the values before it (gen_index_opt). */
function optional(node: Node): Node {
  const attempt = (body: Node): Node => ({ type: 'try', body, handler: undefined });
  const step = node.type === 'iterate' || (node.type === 'index' && node.index.type === 'literal');
  if (!step || node.target.type === 'identity') return attempt(node);
  return { type: 'pipe', left: node.target, right: attempt({ ...node, target: { type: 'identity' } }) };
}
