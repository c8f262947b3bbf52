/** Terms of jq programs: literals, paths, calls, lists, objects, and what is hung on behind them. */
import type { Node } from './ast.ts';
import type { Token } from './lexer.ts';
import { reserved, TokenReader } from './token-reader.ts';

/** Everything between brackets is a whole filter again: that is the subclass's. */
export abstract class TermParser extends TokenReader {
  protected abstract pipe(): Node;
  /** The value of an object's entry. */
  protected abstract objectValue(): Node;
  /** A program of its own: the inside of `\( )` in a string. */
  protected abstract inner(tokens: readonly Token[]): Node;

  protected primary(): Node {
    const token = this.next();
    switch (token.kind) {
      case 'number':
        return { type: 'literal', value: token.value };
      case 'string':
        return this.string(token, undefined);
      case 'format': {
        const next = this.peek();
        if (next.kind !== 'string') return { type: 'format', name: token.text };
        this.at++;
        return this.string(next, token.text);
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
        this.at--;
        throw this.unexpected();
    }
  }

  #punctuation(text: string): Node {
    if (text === '..') return { type: 'recurse-all' };
    if (text === '.') {
      const next = this.peek();
      if (next.kind === 'string') {
        this.at++;
        return { type: 'index', target: { type: 'identity' }, index: this.string(next, undefined) };
      }
      return { type: 'identity' };
    }
    if (text === '(') {
      const body = this.pipe();
      this.expect(')');
      return body;
    }
    if (text === '[') {
      if (this.take(']')) return { type: 'array', body: undefined };
      const body = this.pipe();
      this.expect(']');
      return { type: 'array', body };
    }
    if (text === '{') return this.#object();
    this.at--;
    throw this.unexpected();
  }

  #word(text: string, line: number): Node {
    if (text === 'break') return { type: 'break', name: this.variableName() };
    if (reserved.has(text)) {
      this.at--;
      throw this.unexpected();
    }
    const args: Node[] = [];
    if (this.take('(')) {
      do args.push(this.pipe());
      while (this.take(';'));
      this.expect(')');
    }
    if (args.length === 0 && (text === 'true' || text === 'false' || text === 'null'))
      return { type: 'literal', value: text === 'null' ? null : text === 'true' };
    return { type: 'call', name: text, args, line };
  }

  protected string(token: Token & { readonly kind: 'string' }, format: string | undefined): Node {
    if (token.parts.length === 1) return { type: 'literal', value: token.parts[0] as string };
    const parts = token.parts.map((part) => (typeof part === 'string' ? part : this.inner([...part, { kind: 'end', line: token.line }])));
    return { type: 'string', format, parts };
  }

  protected postfix(start: Node): Node {
    let node = start;
    for (;;) {
      const token = this.peek();
      if (token.kind === 'field') {
        this.at++;
        node = { type: 'index', target: node, index: { type: 'literal', value: token.text } };
      } else if (this.is('.') && this.peek(1).kind === 'string') {
        this.at++;
        node = { type: 'index', target: node, index: this.string(this.next() as Token & { readonly kind: 'string' }, undefined) };
      } else if (this.is('.') && this.peek(1).kind === 'operator' && (this.peek(1) as { readonly text: string }).text === '[') {
        this.at++;
      } else if (this.take('?')) node = optional(node);
      else if (this.take('[')) node = this.#brackets(node);
      else return node;
    }
  }

  #brackets(target: Node): Node {
    if (this.take(']')) return { type: 'iterate', target };
    if (this.take(':')) {
      const to = this.pipe();
      this.expect(']');
      return { type: 'slice', target, from: undefined, to };
    }
    const index = this.pipe();
    if (this.take(':')) {
      const to = this.is(']') ? undefined : this.pipe();
      this.expect(']');
      return { type: 'slice', target, from: index, to };
    }
    this.expect(']');
    return { type: 'index', target, index };
  }

  #object(): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (!this.take('}')) {
      entries.push(this.#entry());
      if (!this.is('}')) this.expect(',');
    }
    return { type: 'object', entries };
  }

  #entry(): { key: Node; value: Node } {
    const token = this.next();
    if (token.kind === 'variable' && !this.is(':'))
      return {
        key: { type: 'literal', value: token.text },
        value: token.text === '__loc__' ? { type: 'literal', value: null } : { type: 'variable', name: token.text },
      };
    let key: Node;
    if (token.kind === 'word') key = { type: 'literal', value: token.text };
    else if (token.kind === 'number') key = { type: 'literal', value: token.value };
    else if (token.kind === 'variable') key = { type: 'variable', name: token.text };
    else if (token.kind === 'string') key = this.string(token, undefined);
    else if (token.kind === 'format') {
      const next = this.peek();
      key = next.kind === 'string' ? this.string(this.next() as typeof next, token.text) : { type: 'format', name: token.text };
    } else if (token.kind === 'operator' && token.text === '(') {
      key = this.pipe();
      this.expect(')');
    } else {
      this.at--;
      throw this.unexpected();
    }
    if (!this.take(':')) return { key, value: { type: 'index', target: { type: 'identity' }, index: key } };
    return { key, value: this.objectValue() };
  }
}

/** `a.b?`, `a[]?`: only the last step may fail, for each of the values before it (gen_index_opt). */
function optional(node: Node): Node {
  const attempt = (body: Node): Node => ({ type: 'try', body, handler: undefined });
  const step = node.type === 'iterate' || (node.type === 'index' && node.index.type === 'literal');
  if (!step || node.target.type === 'identity') return attempt(node);
  return { type: 'pipe', left: node.target, right: attempt({ ...node, target: { type: 'identity' } }) };
}
