/** --set and its kin: `a.b=1,list={x,y},c[0].d=e`; helm pkg/strvals/parser.go. */
import { HelmError } from './error.ts';
import { isMap, type Map_ } from './functions/types.ts';

/** How a value is read that is no list: `--set`, `--set-string`, `--set-file`, `--set-json`. */
export type ValueReader = { readonly read: (text: string) => unknown; readonly json?: boolean };

export const typed: ValueReader = { read: typedValue };
export const untyped: ValueReader = { read: (text) => text };

function typedValue(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  if (lower === 'null') return null;
  return text === '0' || /^-?[1-9]\d*$/.test(text) ? Number(text) : text;
}

/** Sets what a text says in a map of values. Throws HelmError. */
export function setValues(line: string, into: Map_, reader: ValueReader): void {
  const parser = new Parser(line, reader);
  while (!parser.ended) parser.key(into, 0);
}

const deepest = 30;
const mostItems = 65_536;

class Parser {
  readonly #text: string;
  readonly #reader: ValueReader;
  #at = 0;

  constructor(text: string, reader: ValueReader) {
    this.#text = text;
    this.#reader = reader;
  }

  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Letters up to one of these, which is taken too; `last` is empty at the end. */
  #until(stop: string): { readonly word: string; readonly last: string } {
    let word = '';
    while (!this.ended) {
      const char = this.#text[this.#at++] ?? '';
      if (stop.includes(char)) return { word, last: char };
      if (char === '\\') word += this.#text[this.#at++] ?? '';
      else word += char;
    }
    return { word, last: '' };
  }

  key(map: Map_, depth: number): void {
    const { word, last } = this.#until('=[,.');
    if (last === '') {
      if (word !== '') throw new HelmError(`key "${word}" has no value`);
    } else if (last === '[') this.#set(map, word, this.#item(Array.isArray(map[word]) ? [...(map[word] as unknown[])] : [], this.#index(), depth));
    else if (last === '=') this.#set(map, word, this.#value());
    else if (last === ',') throw new HelmError(`key "${word}" has no value (cannot end with ,)`);
    else {
      if (depth >= deepest) throw new HelmError(`value name nested level is greater than maximum supported nested level of ${deepest}`);
      const here = Object.hasOwn(map, word) ? map[word] : undefined;
      if (here !== undefined && !isMap(here))
        throw new HelmError(`unable to parse key: interface conversion: interface {} is ${here === null ? 'nil' : typeof here}, not map[string]interface {}`);
      const inner = { ...here };
      this.key(inner, depth + 1);
      if (Object.keys(inner).length === 0) throw new HelmError(`key map "${word}" has no value`);
      this.#set(map, word, inner);
    }
  }

  #set(map: Map_, key: string, value: unknown): void {
    if (key !== '') Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  }

  #index(): number {
    const { word } = this.#until(']');
    if (!/^[+-]?\d+$/.test(word)) throw new HelmError(`error parsing index: strconv.Atoi: parsing "${word}": invalid syntax`);
    const index = Number(word);
    if (index < 0) throw new HelmError(`negative ${index} index not allowed`);
    if (index > mostItems) throw new HelmError(`index of ${index} is greater than maximum supported index of ${mostItems}`);
    return index;
  }

  /** What stands behind `name[i]`. */
  #item(list: unknown[], index: number, depth: number): unknown[] {
    const { word, last } = this.#until('[.=');
    if (word !== '') throw new HelmError(`unexpected data at end of array index: "${word}"`);
    while (list.length <= index) list.push(null);
    const here = list[index];
    if (last === '=') list[index] = this.#value();
    else if (last === '[') list[index] = this.#item(Array.isArray(here) ? [...here] : [], this.#index(), depth);
    else if (last === '.') {
      const inner = { ...(isMap(here) ? here : {}) };
      this.key(inner, depth);
      list[index] = inner;
    }
    return list;
  }

  #value(): unknown {
    if (this.#reader.json) return this.#json();
    if (this.ended) return '';
    if (this.#text[this.#at] !== '{') return this.#reader.read(this.#until(',').word);
    this.#at++;
    const list: unknown[] = [];
    for (;;) {
      const { word, last } = this.#until(',}');
      if (last === '') throw new HelmError("list must terminate with '}'");
      list.push(this.#reader.read(word));
      if (last === ',') continue;
      if (this.#text[this.#at] === ',') this.#at++;
      return list.length === 1 && list[0] === '' ? [] : list;
    }
  }

  /** As much as is one JSON value, and the comma behind it. */
  #json(): unknown {
    const rest = this.#text.slice(this.#at);
    if (/^\s*(,|$)/.test(rest)) {
      this.#at += rest.search(/,|$/) + 1;
      return null;
    }
    for (let end = rest.length; end > 0; end = rest.lastIndexOf(',', end - 1)) {
      try {
        const value: unknown = this.#reader.read(rest.slice(0, end));
        this.#at += end + 1;
        return value;
      } catch {
        // A shorter piece may be one.
      }
    }
    throw new HelmError(`invalid character '${rest.trim()[0] ?? ''}' looking for beginning of value`);
  }
}
