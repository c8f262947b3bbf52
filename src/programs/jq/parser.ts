/** Reads jq programs (jq 1.7, src/parser.y). */
import type { Definition, Node, Pattern } from './ast.ts';
import { type Token, tokenize } from './lexer.ts';
import { combine, levels } from './operators.ts';
import { TermParser } from './term-parser.ts';

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

class Parser extends TermParser {
  program(): Node {
    const definitions = this.definitions(true);
    const body: Node = this.peek().kind === 'end' ? { type: 'identity' } : this.pipe();
    if (this.peek().kind !== 'end') throw this.unexpected();
    return definitions.reduceRight<Node>((inner, definition) => ({ type: 'def', definition, body: inner }), body);
  }

  definitions(more = false): Definition[] {
    const definitions: Definition[] = [];
    while (this.isWord('def')) definitions.push(this.#definition());
    if (!more && this.peek().kind !== 'end') throw this.unexpected();
    return definitions;
  }

  #definition(): Definition {
    this.expectWord('def');
    const name = this.next();
    if (name.kind !== 'word') throw this.unexpected();
    const parameters: string[] = [];
    if (this.take('(')) {
      do {
        const parameter = this.next();
        if (parameter.kind === 'variable') parameters.push(`$${parameter.text}`);
        else if (parameter.kind === 'word') parameters.push(parameter.text);
        else throw this.unexpected();
      } while (this.take(';'));
      this.expect(')');
    }
    this.expect(':');
    const body = this.pipe();
    this.expect(';');
    return { name: name.text, parameters, body };
  }

  /** The whole: definitions, `as`, `label`, pipes. */
  protected override pipe(noComma = false): Node {
    if (this.isWord('def')) {
      const definition = this.#definition();
      return { type: 'def', definition, body: this.pipe(noComma) };
    }
    if (this.isWord('label')) {
      this.at++;
      const name = this.variableName();
      this.expect('|');
      return { type: 'label', name, body: this.pipe(noComma) };
    }
    const left = noComma ? this.#binary(0) : this.#comma();
    if (this.isWord('as')) return this.#as(left, noComma);
    return this.take('|') ? { type: 'pipe', left, right: this.pipe(noComma) } : left;
  }

  #as(source: Node, noComma: boolean): Node {
    this.at++;
    const patterns = this.#patterns();
    this.expect('|');
    return { type: 'as', source, patterns, body: this.pipe(noComma) };
  }

  #patterns(): Pattern[] {
    const patterns = [this.#pattern()];
    while (this.take('?//')) patterns.push(this.#pattern());
    return patterns;
  }

  #comma(): Node {
    let left = this.#binary(0);
    while (this.take(',')) left = { type: 'comma', left, right: this.#binary(0) };
    return left;
  }

  #binary(least: number): Node {
    let left = this.#postfixAs();
    for (;;) {
      const token = this.peek();
      const operator = token.kind === 'operator' || token.kind === 'word' ? token.text : '';
      const known = Object.hasOwn(levels, operator) ? levels[operator] : undefined;
      if (!known || known.level < least) return left;
      this.at++;
      const right = this.#binary(known.side === 'right' ? known.level : known.level + 1);
      left = combine(operator, left, right);
      const again = this.peek();
      if (known.side === 'none' && again.kind === 'operator' && levels[again.text]?.level === known.level) throw this.unexpected();
    }
  }

  /** A term, which may be bound: `.[] as $x | …` binds tighter than operators. */
  #postfixAs(): Node {
    if (this.take('-')) return { type: 'negate', body: this.#postfixAs() };
    if (this.isWord('reduce') || this.isWord('foreach') || this.isWord('if') || this.isWord('try')) {
      const term = this.#keyword();
      return this.postfix(term);
    }
    const term = this.postfix(this.primary());
    return this.isWord('as') ? this.#as(term, false) : term;
  }

  #keyword(): Node {
    const token = this.next();
    const word = token.kind === 'word' ? token.text : '';
    if (word === 'if') return this.#if();
    if (word === 'try') {
      const body = this.postfix(this.#tryTerm());
      if (!this.isWord('catch')) return { type: 'try', body, handler: undefined };
      this.at++;
      return { type: 'try', body, handler: this.postfix(this.#tryTerm()) };
    }
    const source = this.postfix(this.primary());
    this.expectWord('as');
    const patterns = this.#patterns();
    this.expect('(');
    const init = this.pipe();
    this.expect(';');
    const update = this.pipe();
    const extract = word === 'foreach' && this.take(';') ? this.pipe() : undefined;
    this.expect(')');
    return word === 'reduce' ? { type: 'reduce', source, patterns, init, update } : { type: 'foreach', source, patterns, init, update, extract };
  }

  #tryTerm(): Node {
    if (this.take('-')) return { type: 'negate', body: this.#tryTerm() };
    return this.isWord('reduce') || this.isWord('foreach') || this.isWord('if') || this.isWord('try') ? this.#keyword() : this.primary();
  }

  #if(): Node {
    const test = this.pipe();
    this.expectWord('then');
    const yes = this.pipe();
    if (this.isWord('elif')) {
      this.at++;
      return { type: 'if', test, yes, no: this.#if() };
    }
    if (this.isWord('else')) {
      this.at++;
      const no = this.pipe();
      this.expectWord('end');
      return { type: 'if', test, yes, no };
    }
    this.expectWord('end');
    return { type: 'if', test, yes, no: undefined };
  }

  protected override inner(tokens: readonly Token[]): Node {
    return new Parser(tokens).program();
  }

  /** Values of entries take no commas and no operators but pipes between terms. */
  protected override objectValue(): Node {
    const left = this.#binary(0);
    return this.take('|') ? { type: 'pipe', left, right: this.objectValue() } : left;
  }

  // ── destructuring ──

  #pattern(): Pattern {
    const token = this.next();
    if (token.kind === 'variable') return { type: 'variable', name: token.text };
    if (token.kind === 'operator' && token.text === '[') {
      const items: Pattern[] = [];
      do items.push(this.#pattern());
      while (this.take(','));
      this.expect(']');
      return { type: 'array', items };
    }
    if (token.kind !== 'operator' || token.text !== '{') {
      this.at--;
      throw this.unexpected();
    }
    const entries: { key: Node; bind: string | undefined; pattern: Pattern | undefined }[] = [];
    do {
      const key = this.next();
      let node: Node;
      if (key.kind === 'variable') node = { type: 'literal', value: key.text };
      else if (key.kind === 'word') node = { type: 'literal', value: key.text };
      else if (key.kind === 'string') node = this.string(key, undefined);
      else if (key.kind === 'operator' && key.text === '(') {
        node = this.pipe();
        this.expect(')');
      } else throw this.unexpected();
      const pattern = this.take(':') ? this.#pattern() : undefined;
      entries.push({ key: node, bind: key.kind === 'variable' ? key.text : undefined, pattern });
    } while (this.take(','));
    this.expect('}');
    return { type: 'object', entries };
  }
}
