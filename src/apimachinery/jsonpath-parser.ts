/** The grammar of kubectl's JSONPath: kubernetes client-go/util/jsonpath/parser.go. */

/** The parsed expression; `array` has start, end and step as Go's slices. */
export type JsonPathNode =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'list'; readonly nodes: readonly JsonPathNode[] }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'array'; readonly params: readonly [ArrayParam, ArrayParam, ArrayParam] }
  | { readonly type: 'filter'; readonly left: ListNode; readonly right: ListNode; readonly operator: string }
  | { readonly type: 'number'; readonly value: number; readonly isFloat: boolean }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'identifier'; readonly name: string }
  | { readonly type: 'union'; readonly nodes: readonly ListNode[] }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' };

/** A sequence of steps: one pair of braces, or a side of a filter. */
export type ListNode = Extract<JsonPathNode, { type: 'list' }>;
type ArrayParam = { readonly value: number; readonly known: boolean; readonly derived: boolean };

/** A template that cannot be read, or data it does not fit; upstream's text. */
export class JsonPathError extends Error {}

/** Reads a template: text with actions in braces. Throws JsonPathError. */
export const parseTemplate = (text: string): JsonPathNode[] => new Parser(text).parse();

const terminators = new Set([' ', '\t', '\n', '\r', '.', ',', '[', ']', '$', '@', '{', '}']);
const isTerminator = (char: string | undefined): boolean => char === undefined || terminators.has(char);
const isAlphaNumeric = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{Nd}_]/u.test(char);

class Parser {
  readonly #input: string;
  #at = 0;

  constructor(input: string) {
    this.#input = input;
  }

  parse(): JsonPathNode[] {
    const root: JsonPathNode[] = [];
    while (this.#at < this.#input.length) {
      const open = this.#input.indexOf('{', this.#at);
      const end = open < 0 ? this.#input.length : open;
      if (end > this.#at) root.push({ type: 'text', value: this.#input.slice(this.#at, end) });
      this.#at = end;
      if (open < 0) break;
      this.#at++;
      root.push({ type: 'list', nodes: this.#action() });
    }
    return root;
  }

  /** What stands between braces. */
  #action(): JsonPathNode[] {
    const nodes: JsonPathNode[] = [];
    for (;;) {
      if (this.#skip('}')) return nodes;
      if (this.#skip('[?(')) nodes.push(this.#filter());
      else if (this.#skip('..')) this.#recursive(nodes);
      else this.#one(nodes);
    }
  }

  #one(nodes: JsonPathNode[]): void {
    const char = this.#input[this.#at++];
    if (char === undefined || char === '\n' || char === '\r') throw new JsonPathError('unclosed action');
    if (char === ' ' || char === '@' || char === '$') return;
    if (char === '[') nodes.push(...this.#array());
    else if (char === '"' || char === "'") nodes.push({ type: 'text', value: this.#quoted(char) });
    else if (char === '.') nodes.push(this.#field());
    else if (char === '+' || char === '-' || /\d/.test(char)) nodes.push(this.#number(char));
    else if (isAlphaNumeric(char)) nodes.push(this.#identifier(char));
    else throw new JsonPathError(`unrecognized character in action: U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`);
  }

  #skip(text: string): boolean {
    if (!this.#input.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #recursive(nodes: JsonPathNode[]): void {
    if (nodes[nodes.length - 1]?.type === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    nodes.push({ type: 'recursive' });
    if (isAlphaNumeric(this.#input[this.#at])) nodes.push(this.#field());
  }

  #field(): JsonPathNode {
    let name = '';
    while (!isTerminator(this.#input[this.#at])) {
      // A backslash takes what follows as part of the name.
      if (this.#input[this.#at] === '\\') this.#at++;
      name += this.#input[this.#at] ?? '';
      this.#at++;
    }
    return name === '*' ? { type: 'wildcard' } : { type: 'field', name };
  }

  #identifier(first: string): JsonPathNode {
    const start = this.#at - first.length;
    while (!isTerminator(this.#input[this.#at])) this.#at++;
    const name = this.#input.slice(start, this.#at);
    return name === 'true' || name === 'false' ? { type: 'bool', value: name === 'true' } : { type: 'identifier', name };
  }

  #number(first: string): JsonPathNode {
    const start = this.#at - first.length;
    while (/[0-9.eE+-]/.test(this.#input[this.#at] ?? '')) this.#at++;
    const text = this.#input.slice(start, this.#at);
    if (/^[-+]?\d+$/.test(text)) return { type: 'number', value: Number(text), isFloat: false };
    if (Number.isNaN(Number(text))) throw new JsonPathError(`cannot parse number ${text}`);
    return { type: 'number', value: Number(text), isFloat: true };
  }

  #quoted(end: string): string {
    let out = '';
    for (;;) {
      const char = this.#input[this.#at++];
      if (char === undefined || char === '\n') throw new JsonPathError('unterminated quoted string');
      if (char === end) return out;
      out += char === '\\' ? this.#escape() : char;
    }
  }

  #escape(): string {
    const char = this.#input[this.#at++] ?? '';
    const known = escapes[char];
    if (known !== undefined) return known;
    if (char !== 'u' && char !== 'x') throw new JsonPathError('invalid syntax');
    const digits = char === 'u' ? 4 : 2;
    const code = Number.parseInt(this.#input.slice(this.#at, this.#at + digits), 16);
    this.#at += digits;
    return String.fromCharCode(code);
  }

  #array(): JsonPathNode[] {
    const close = this.#input.indexOf(']', this.#at);
    const newline = this.#input.indexOf('\n', this.#at);
    if (close < 0 || (newline >= 0 && newline < close)) throw new JsonPathError('unterminated array');
    const text = this.#input.slice(this.#at, close);
    this.#at = close + 1;
    const parts = text.split(',');
    if (parts.length > 1) return [{ type: 'union', nodes: parts.map((part) => subAction(`[${part.trim()}]`)) }];
    const key = /^'([^']*)'$/.exec(text)?.[1];
    // Upstream reads the key as a path, so that dots in it need a backslash even here.
    if (key !== undefined) return [...subAction(`.${key}`).nodes];
    return [sliceNode(text === '*' ? ':' : text)];
  }

  #filter(): JsonPathNode {
    const start = this.#at;
    let quote: string | undefined;
    for (; ; this.#at++) {
      const char = this.#input[this.#at];
      if (char === undefined || char === '\n') throw new JsonPathError('unterminated filter');
      if (quote === undefined && char === ')') break;
      if (quote === undefined && (char === '"' || char === "'")) quote = char;
      else if (char === quote && this.#input[this.#at - 1] !== '\\') quote = undefined;
    }
    const text = this.#input.slice(start, this.#at);
    this.#at++;
    if (this.#input[this.#at++] !== ']') throw new JsonPathError('unclosed array expect ]');
    const comparison = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text);
    if (!comparison) return { type: 'filter', left: subAction(text), right: { type: 'list', nodes: [] }, operator: 'exists' };
    const [, left = '', operator = '', right = ''] = comparison;
    return { type: 'filter', left: subAction(left), right: subAction(right), operator };
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', v: '\v' };

function subAction(text: string): ListNode {
  const [node] = parseTemplate(`{${text}}`);
  if (node?.type !== 'list') throw new JsonPathError('unclosed action');
  return node;
}

function sliceNode(text: string): JsonPathNode {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!match) throw new JsonPathError(`invalid array index ${text}`);
  const [first, second, third] = [match[1] ?? '', match[2] ?? '', match[3] ?? ''];
  const absent: ArrayParam = { value: 0, known: false, derived: false };
  const known = (value: string): ArrayParam => (value === '' ? absent : { value: Number(value), known: true, derived: false });
  const start = known(first);
  const end = second === '' ? { value: start.value + 1, known: true, derived: true } : known(second.slice(1));
  return { type: 'array', params: [start, end, third === '' ? absent : known(third.slice(1))] };
}
