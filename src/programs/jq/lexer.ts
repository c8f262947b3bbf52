/** Cuts a jq program into tokens; strings with their interpolations are one token. */
import { JqSyntaxError } from './ast.ts';

/** `line` counts from 1, for messages. */
export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly line: number }
  | { readonly kind: 'string'; readonly parts: readonly (string | readonly Token[])[]; readonly line: number }
  | { readonly kind: 'word' | 'field' | 'variable' | 'format' | 'operator'; readonly text: string; readonly line: number }
  | { readonly kind: 'end'; readonly line: number };

const operators = [
  '?//=',
  '?//',
  '//=',
  '|=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '==',
  '!=',
  '<=',
  '>=',
  '//',
  '..',
  '|',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '=',
  '.',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  ':',
  ';',
  '?',
  '$',
];
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Throws JqSyntaxError where a text is not closed. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).all();
}

class Lexer {
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  all(): Token[] {
    const tokens = this.#until('');
    tokens.push({ kind: 'end', line: this.#line });
    return tokens;
  }

  /** Tokens up to the end, or up to the parenthesis that ends an interpolation. */
  #until(end: '' | ')'): Token[] {
    const tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      this.#blanks();
      const character = this.#source[this.#at];
      if (character === undefined) {
        if (end !== '') throw unexpected('unexpected end of file');
        return tokens;
      }
      if (character === ')' && end === ')' && depth === 0) {
        this.#at++;
        return tokens;
      }
      if (character === '(') depth++;
      if (character === ')') depth--;
      tokens.push(this.#token());
    }
  }

  #blanks(): void {
    for (; this.#at < this.#source.length; this.#at++) {
      const character = this.#source[this.#at] as string;
      if (character === '\n') this.#line++;
      else if (character === '#') {
        while (this.#at + 1 < this.#source.length && this.#source[this.#at + 1] !== '\n') this.#at++;
      } else if (!' \t\r'.includes(character)) return;
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found) this.#at += found[0].length;
    return found;
  }

  #token(): Token {
    const line = this.#line;
    if (this.#source[this.#at] === '"') return this.#string();
    const number = this.#match(/(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y);
    if (number) return { kind: 'number', value: Number(number[0]), line };
    const field = this.#match(/\.([A-Za-z_]\w*)/y);
    if (field) return { kind: 'field', text: field[1] as string, line };
    const variable = this.#match(/\$(__loc__|[A-Za-z_](?:\w|::)*)/y);
    if (variable) return { kind: 'variable', text: variable[1] as string, line };
    const format = this.#match(/@\w+/y);
    if (format) return { kind: 'format', text: format[0], line };
    const word = this.#match(/[A-Za-z_](?:\w|::)*/y);
    if (word) return { kind: 'word', text: word[0], line };
    const operator = operators.find((each) => this.#source.startsWith(each, this.#at));
    if (!operator) throw unexpected('unexpected INVALID_CHARACTER (Unix shell quoting issues?)');
    this.#at += operator.length;
    return { kind: 'operator', text: operator, line };
  }

  #string(): Token {
    const line = this.#line;
    const parts: (string | readonly Token[])[] = [];
    let text = '';
    this.#at++;
    for (;;) {
      const character = this.#source[this.#at++];
      if (character === undefined) throw unexpected('unexpected QQSTRING_START, expecting end of file');
      if (character === '"') break;
      if (character === '\n') this.#line++;
      if (character !== '\\') {
        text += character;
        continue;
      }
      const letter = this.#source[this.#at++] ?? '';
      if (letter === '(') {
        parts.push(text, this.#until(')'));
        text = '';
      } else if (letter === 'u') {
        text += String.fromCharCode(Number.parseInt(this.#source.slice(this.#at, this.#at + 4), 16));
        this.#at += 4;
      } else if (letter in escapes) text += escapes[letter];
      else throw unexpected('unexpected INVALID_CHARACTER (Unix shell quoting issues?)');
    }
    parts.push(text);
    return { kind: 'string', parts, line };
  }
}

const unexpected = (what: string): JqSyntaxError =>
  new JqSyntaxError(`syntax error, ${what} (Unix shell quoting issues?)`.replace(/( \(Unix shell quoting issues\?\)){2}/, ' (Unix shell quoting issues?)'));
