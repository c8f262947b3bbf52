/** TOML as the configurations of container runtimes need it, read with the places of errors and written as go-toml writes it. */
import { own } from '../sim/own.ts';

/** A decoded value; keys of tables stand in the order of the file. */
export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
/** Changed in place while a configuration is put together. */
export type TomlTable = { [key: string]: TomlValue };

/** What is wrong and where; rows and columns count from 1. */
export class TomlError extends Error {
  readonly row: number;
  readonly column: number;
  constructor(message: string, row: number, column: number) {
    super(message);
    this.row = row;
    this.column = column;
  }
}

/** Where each key of a document stands: `plugins.cri.sandbox_image` → its row; and the columns of the values. */
type TomlDocument = { readonly root: TomlTable; readonly rows: ReadonlyMap<string, number>; readonly columns: ReadonlyMap<string, number> };

/** Tells a table from a list and from undefined: for values of unknown configurations. */
export const isTable = (value: TomlValue | undefined): value is TomlTable => typeof value === 'object' && !Array.isArray(value);

/** What a table holds itself: a key may be called `__proto__`. */
function put(table: TomlTable, name: string, value: TomlValue): void {
  Object.defineProperty(table, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Throws TomlError with line and column. Where each key stood is in the document, for errors of who reads it. */
export function parseToml(text: string): TomlDocument {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  readonly #root: TomlTable = {};
  readonly #rows = new Map<string, number>();
  readonly #columns = new Map<string, number>();
  #at = 0;
  /** The row of a place that was asked for before: those that follow count from there. */
  #counted = { at: 0, row: 1 };

  constructor(text: string) {
    this.#text = text.replace(/\r\n/g, '\n');
  }

  document(): TomlDocument {
    let table = this.#root;
    let path: readonly string[] = [];
    for (this.#blank(); this.#at < this.#text.length; this.#blank()) {
      if (this.#peek() === '[') {
        const header = this.#header();
        path = header.path;
        table = this.#open(path, header.entry);
      } else this.#assign(table, path);
      this.#endOfLine();
    }
    return { root: this.#root, rows: this.#rows, columns: this.#columns };
  }

  /** `[a.b]`, or `[[a.b]]`: one more entry of a list of tables. */
  #header(): { readonly path: string[]; readonly entry: boolean } {
    this.#at++;
    const entry = this.#peek() === '[';
    if (entry) this.#at++;
    const path = this.#key();
    this.#expect(']');
    if (entry) this.#expect(']');
    return { path, entry };
  }

  #open(path: readonly string[], entry: boolean): TomlTable {
    let table = this.#root;
    for (const [index, name] of path.entries()) {
      if (entry && index === path.length - 1) {
        const list = own(table, name) ?? [];
        if (!Array.isArray(list)) throw this.#error(`key ${name} should be an array table`);
        const made: TomlTable = {};
        put(table, name, [...list, made]);
        return made;
      }
      const held = own(table, name) ?? {};
      // A table below a list of tables belongs to its last entry.
      const next = Array.isArray(held) ? held.at(-1) : held;
      if (!isTable(next)) throw this.#error(`key ${name} should be a table, not a value`);
      if (!Array.isArray(held)) put(table, name, next);
      table = next;
    }
    return table;
  }

  #assign(table: TomlTable, above: readonly string[]): void {
    const row = this.#row();
    const path = this.#key();
    this.#spaces();
    this.#expect('=');
    this.#spaces();
    const { column } = this.#place(this.#at);
    const value = this.#value();
    let at = table;
    for (const name of path.slice(0, -1)) {
      const next = own(at, name) ?? {};
      if (!isTable(next)) throw this.#error(`key ${name} should be a table, not a value`);
      put(at, name, next);
      at = next;
    }
    const last = path.at(-1) as string;
    if (Object.hasOwn(at, last)) throw this.#error(`key ${last} is already defined`);
    put(at, last, value);
    const name = [...above, ...path].join('.');
    this.#rows.set(name, row);
    this.#columns.set(name, column);
  }

  #key(): string[] {
    const path: string[] = [];
    do {
      if (path.length > 0) this.#at++;
      this.#spaces();
      path.push(this.#keyPart());
      this.#spaces();
    } while (this.#peek() === '.');
    return path;
  }

  #keyPart(): string {
    const quote = this.#peek();
    if (quote === '"' || quote === "'") return this.#string();
    const bare = this.#match(/[A-Za-z0-9_-]+/y);
    if (bare === undefined) throw this.#error(`invalid character at start of key: ${this.#shown()}`);
    this.#at += bare.length;
    return bare;
  }

  #value(): TomlValue {
    const char = this.#peek();
    if (char === '"' || char === "'") return this.#string();
    if (char === '[') return this.#array();
    if (char === '{') return this.#inlineTable();
    const word = this.#match(/[^\s,\]}#]+/y) ?? '';
    const value =
      word === 'true' ? true : word === 'false' ? false : /^[+-]?[\d_]+(\.\d+)?([eE][+-]?\d+)?$/.test(word) ? Number(word.replaceAll('_', '')) : undefined;
    if (value === undefined) throw this.#error(word === '' ? 'expected value, not eof' : 'incorrect boolean or number');
    this.#at += word.length;
    return value;
  }

  #string(): string {
    const quote = this.#peek() as string;
    const triple = this.#text.startsWith(quote.repeat(3), this.#at);
    const close = triple ? quote.repeat(3) : quote;
    const from = this.#at + close.length;
    let end = from;
    for (; !this.#text.startsWith(close, end); end += quote === '"' && this.#text[end] === '\\' ? 2 : 1)
      if (end >= this.#text.length || (!triple && this.#text[end] === '\n')) throw this.#error(`unterminated ${quote === '"' ? 'basic' : 'literal'} string`);
    const raw = this.#text.slice(from, end);
    this.#at = end + close.length;
    const body = triple ? raw.replace(/^\n/, '') : raw;
    return quote === "'" ? body : body.replace(/\\(["\\bfnrt])/g, (_all, char: string) => escapes[char] as string);
  }

  #array(): TomlValue[] {
    this.#at++;
    const items: TomlValue[] = [];
    for (this.#blank(); this.#peek() !== ']'; this.#blank()) {
      if (this.#at >= this.#text.length) throw this.#error('array is incomplete');
      items.push(this.#value());
      this.#blank();
      if (this.#peek() === ',') this.#at++;
      else if (this.#peek() !== ']') throw this.#error('array values must be separated by commas');
    }
    this.#at++;
    return items;
  }

  #inlineTable(): TomlTable {
    this.#at++;
    const table: TomlTable = {};
    for (this.#spaces(); this.#peek() !== '}'; this.#spaces()) {
      const name = this.#keyPart();
      this.#spaces();
      this.#expect('=');
      this.#spaces();
      put(table, name, this.#value());
      this.#spaces();
      if (this.#peek() === ',') this.#at++;
    }
    this.#at++;
    return table;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #spaces(): void {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#at++;
  }

  /** Blanks, empty lines and comments. */
  #blank(): void {
    this.#at += this.#match(/(?:\s|#[^\n]*)*/y)?.length ?? 0;
  }

  #endOfLine(): void {
    this.#spaces();
    if (this.#peek() === '#') this.#at += this.#match(/[^\n]*/y)?.length ?? 0;
    if (this.#at < this.#text.length && this.#peek() !== '\n') throw this.#error(`expected newline but got ${this.#shown()}`);
  }

  #expect(char: string): void {
    if (this.#peek() !== char) throw this.#error(`expected character ${char}`);
    this.#at++;
  }

  #shown(): string {
    const code = (this.#peek() ?? '').charCodeAt(0);
    return `U+${(Number.isNaN(code) ? 0 : code).toString(16).toUpperCase().padStart(4, '0')} '${this.#peek() ?? ''}'`;
  }

  /** What stands here, by a sticky pattern. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #row(): number {
    let { at, row } = this.#counted;
    for (; at < this.#at; at++) if (this.#text.charCodeAt(at) === 10) row++;
    this.#counted = { at, row };
    return row;
  }

  #place(at: number): { readonly row: number; readonly column: number } {
    const before = this.#text.slice(0, at);
    return { row: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }

  #error(message: string): TomlError {
    const { row, column } = this.#place(this.#at);
    return new TomlError(message, row, column);
  }
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** go-toml v2 as containerd 2 writes it (single quotes), or v1 as containerd 1 did (double quotes, an empty line before tables). */
type TomlStyle = 'single' | 'double';

/** Ends with one newline; `style` says how containerd, of one version or another, quotes and indents. */
export function writeToml(root: TomlTable, style: TomlStyle): string {
  const lines: string[] = [];
  writeTable(lines, root, [], style);
  return `${lines.join('\n').replace(/^\n+/, '')}\n`;
}

function writeTable(lines: string[], table: TomlTable, path: readonly string[], style: TomlStyle): void {
  const indent = '  '.repeat(Math.max(0, path.length));
  for (const [key, value] of Object.entries(table)) if (!isTable(value)) lines.push(`${indent}${keyText(key, style)} = ${valueText(value, style)}`);
  for (const [key, value] of Object.entries(table)) {
    if (!isTable(value)) continue;
    const inner = [...path, key];
    lines.push('', `${indent}[${inner.map((part) => keyText(part, style)).join('.')}]`);
    writeTable(lines, value, inner, style);
  }
}

const quoted = (text: string, style: TomlStyle): string => (style === 'single' && !text.includes("'") ? `'${text}'` : JSON.stringify(text));
const keyText = (key: string, style: TomlStyle): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key, style));

function valueText(value: TomlValue, style: TomlStyle): string {
  if (Array.isArray(value)) return `[${value.map((each) => valueText(each, style)).join(', ')}]`;
  if (typeof value === 'string') return quoted(value, style);
  return isTable(value)
    ? `{${Object.entries(value)
        .map(([key, each]) => `${keyText(key, style)} = ${valueText(each, style)}`)
        .join(', ')}}`
    : String(value);
}
