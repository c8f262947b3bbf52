/** Reads JSON texts one after another, with jq's complaints about what is none. */
import type { Json, JsonObject } from './json.ts';

/** jq's text with line and column. */
export class JsonSyntaxError extends Error {}

const literals: Readonly<Record<string, Json>> = { null: null, true: true, false: false, nan: Number.NaN };
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const maxDepth = 10_000;

/** One text may hold many values. */
export class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /** The next value; undefined when nothing is left. Throws JsonSyntaxError. */
  next(): { readonly value: Json } | undefined {
    this.#blanks();
    return this.#at >= this.#text.length ? undefined : { value: this.#value(0) };
  }

  /** Lines read so far, for messages. */
  get line(): number {
    let lines = 0;
    const upTo = this.#text[this.#at] === '\n' ? this.#at + 1 : this.#at;
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < upTo; at = this.#text.indexOf('\n', at + 1)) lines++;
    return lines;
  }

  #blanks(): void {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text[this.#at] as string)) this.#at++;
  }

  #fail(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at);
    const line = before.split('\n').length;
    throw new JsonSyntaxError(`${what} at line ${line}, column ${before.length - before.lastIndexOf('\n') - 1}`);
  }

  #unfinished(): never {
    this.#at = this.#text.length;
    return this.#fail('Unfinished JSON term at EOF');
  }

  #value(depth: number): Json {
    if (depth > maxDepth) this.#fail('Exceeds depth limit for parsing');
    this.#blanks();
    const character = this.#text[this.#at];
    if (character === undefined) return this.#unfinished();
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#array(depth);
    if (character === '"') return this.#string();
    const word = /[^\s,:[\]{}"]+/y;
    word.lastIndex = this.#at;
    const text = word.exec(this.#text)?.[0];
    if (text === undefined)
      return this.#fail(character === ']' || character === '}' ? `Unmatched '${character}'` : `Expected value before '${character}'`, this.#at + 1);
    this.#at += text.length;
    if (Object.hasOwn(literals, text)) return literals[text] as Json;
    if (/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return Number(text);
    return this.#fail(
      /^[nft]/.test(text) && this.#at < this.#text.length ? 'Invalid literal' : 'Invalid numeric literal',
      Math.min(this.#at + 1, this.#text.length),
    );
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map();
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return object;
    }
    for (;;) {
      this.#blanks();
      const start = this.#text[this.#at];
      if (start === undefined) this.#unfinished();
      if (start === '}') this.#fail('Expected another key-value pair', this.#at + 1);
      const key = this.#value(depth + 1);
      this.#blanks();
      const colon = this.#text[this.#at];
      if (colon === undefined) this.#unfinished();
      if (typeof key !== 'string') this.#fail('Object keys must be strings', this.#at + 1);
      if (colon !== ':') this.#fail('Objects must consist of key:value pairs', this.#at + 1);
      this.#at++;
      object.set(key, this.#value(depth + 1));
      if (this.#close('}')) return object;
    }
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return array;
    }
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] === ']') this.#fail('Expected another array element', this.#at + 1);
      array.push(this.#value(depth + 1));
      if (this.#close(']')) return array;
    }
  }

  #close(end: string): boolean {
    this.#blanks();
    const character = this.#text[this.#at];
    if (character === undefined) this.#unfinished();
    this.#at++;
    if (character === end) return true;
    if (character !== ',') this.#fail(character === ']' || character === '}' ? `Unmatched '${character}'` : 'Expected separator between values');
    return false;
  }

  #string(): string {
    let out = '';
    this.#at++;
    for (;;) {
      const end = /["\\]/g;
      end.lastIndex = this.#at;
      const found = end.exec(this.#text);
      if (!found) return this.#unfinished();
      out += this.#text.slice(this.#at, found.index);
      this.#at = found.index + 1;
      if (found[0] === '"') return out;
      const letter = this.#text[this.#at++] ?? '';
      if (letter === 'u') {
        out += String.fromCharCode(Number.parseInt(this.#text.slice(this.#at, this.#at + 4), 16) || 0);
        this.#at += 4;
      } else if (letter in escapes) out += escapes[letter];
      else this.#fail('Invalid escape');
    }
  }
}
