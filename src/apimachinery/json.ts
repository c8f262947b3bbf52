/** JSON with Go's error messages and Go's order of keys. */

import { goJson } from './go-text.ts';

/** A text that is no JSON; the message is encoding/json's, `offset` counts the bytes read. */
export class JsonError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** json.Unmarshal. Throws JsonError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const scanner = new Scanner(text);
    scanner.value();
    scanner.end();
    throw error;
  }
}

/** One value after another, as json.Decoder reads them. Throws JsonError. */
export function parseJsonStream(text: string): { readonly values: unknown[]; readonly rest: string; readonly error?: JsonError } {
  const scanner = new Scanner(text);
  const values: unknown[] = [];
  while (!scanner.atEnd()) {
    const start = scanner.at;
    try {
      scanner.value();
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      return { values, rest: text.slice(start), error };
    }
    values.push(JSON.parse(text.slice(start, scanner.at)));
  }
  return { values, rest: '' };
}

/** json.Marshal of a map: keys in order at every depth. */
export const sortedJson = (value: unknown, indent?: number): string => goJson(sortKeys(value), indent);

/** The same value with the keys of all maps in order. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]));
}

/** Finds where a text stops being JSON. */
class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#space();
    return this.at >= this.#text.length;
  }

  end(): void {
    if (!this.atEnd()) throw this.#unexpected('after top-level value');
  }

  value(): void {
    this.#space();
    const char = this.#text[this.at];
    if (char === '{') this.#object();
    else if (char === '[') this.#array();
    else if (char === '"') this.#string();
    else if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) this.#number();
    else if (char === 't') this.#literal('true');
    else if (char === 'f') this.#literal('false');
    else if (char === 'n') this.#literal('null');
    else throw this.#unexpected('looking for beginning of value');
  }

  #object(): void {
    this.at++;
    this.#space();
    if (this.#text[this.at] === '}') {
      this.at++;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.at] !== '"') throw this.#unexpected('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (this.#text[this.at] !== ':') throw this.#unexpected('after object key');
      this.at++;
      this.value();
      if (this.#closes('}', 'after object key:value pair')) return;
    }
  }

  #array(): void {
    this.at++;
    this.#space();
    if (this.#text[this.at] === ']') {
      this.at++;
      return;
    }
    for (;;) {
      this.value();
      if (this.#closes(']', 'after array element')) return;
    }
  }

  /** Steps over a comma (false) or the closing bracket (true). */
  #closes(bracket: string, context: string): boolean {
    this.#space();
    const char = this.#text[this.at];
    if (char !== ',' && char !== bracket) throw this.#unexpected(context);
    this.at++;
    return char === bracket;
  }

  #string(): void {
    this.at++;
    for (;;) {
      const char = this.#text[this.at];
      if (char === undefined || char < ' ') throw this.#unexpected('in string literal');
      this.at++;
      if (char === '"') return;
      if (char === '\\') this.#escape();
    }
  }

  #escape(): void {
    const char = this.#text[this.at];
    if (char === undefined || !'"\\/bfnrtu'.includes(char)) throw this.#unexpected('in string escape code');
    this.at++;
    if (char !== 'u') return;
    for (let i = 0; i < 4; i++, this.at++) if (!/[0-9a-fA-F]/.test(this.#text[this.at] ?? '')) throw this.#unexpected('in \\u hexadecimal character escape');
  }

  #number(): void {
    if (this.#text[this.at] === '-') this.at++;
    if (this.#text[this.at] === '0') this.at++;
    else this.#digits('in numeric literal');
    if (this.#text[this.at] === '.') {
      this.at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#text[this.at] !== 'e' && this.#text[this.at] !== 'E') return;
    this.at++;
    if (this.#text[this.at] === '+' || this.#text[this.at] === '-') this.at++;
    this.#digits('in exponent of numeric literal');
  }

  #digits(context: string): void {
    if (!/\d/.test(this.#text[this.at] ?? '')) throw this.#unexpected(context);
    while (/\d/.test(this.#text[this.at] ?? '')) this.at++;
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (this.#text[this.at] !== expected) throw this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      this.at++;
    }
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.at] ?? '')) this.at++;
  }

  #unexpected(context: string): JsonError {
    const char = this.#text[this.at];
    if (char === undefined) return new JsonError('unexpected end of JSON input', this.#text.length);
    const shown = char === "'" ? "'\\''" : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
    return new JsonError(`invalid character ${shown} ${context}`, this.at + 1);
  }
}
