/**
 * The YAML that people and kubeadm mostly write: block maps and lists of plain or quoted words. Read some ten times faster than by the library,
 * which reads everything else: whatever is not plainly of this kind (flow collections, block scalars, anchors, comments behind a value) is left to it.
 */
import { parse } from './yaml-library.ts';

/** What a plain word means; undefined where that is not for us to say. */
type Resolve = (word: string) => string | number | boolean | null | undefined;

type Line = { readonly indent: number; readonly text: string };

/** A document, or undefined when the library must read it. */
export function parseSimpleYaml(text: string, resolve: Resolve): unknown {
  const lines = linesOf(text);
  return lines && new Reader(lines, resolve).document();
}

/** A configuration file as the components read it: YAML 1.2. Throws the library's YAMLParseError. */
export const parseConfigYaml = (text: string): unknown => parseSimpleYaml(text, coreScalar) ?? parse(text);

function linesOf(text: string): Line[] | undefined {
  if (!/^[\n\x20-\x7e]*$/.test(text)) return undefined;
  const lines: Line[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    if (content === '---' || content === '...') return undefined;
    lines.push({ indent: line.length - content.length, text: content });
  }
  return lines.length === 0 ? undefined : lines;
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ');
const entry = /^([A-Za-z0-9_./-]+):(?: +(.+))?$/;
const plain = /^(?:[A-Za-z0-9/_.~+($=^;<]|-(?! |$)).*$/;
const doubleQuoted = /^"[^"\\]*"$/;
const singleQuoted = /^'[^']*'$/;

/** Thrown, and caught below: not of the simple kind. */
class NotSimple {}

class Reader {
  readonly #lines: Line[];
  readonly #resolve: Resolve;
  #at = 0;

  constructor(lines: Line[], resolve: Resolve) {
    this.#lines = lines;
    this.#resolve = resolve;
  }

  document(): unknown {
    try {
      const value = this.#node(this.#lines[0]?.indent ?? 0);
      return this.#at === this.#lines.length ? value : undefined;
    } catch (problem) {
      if (problem instanceof NotSimple) return undefined;
      throw problem;
    }
  }

  /** The line we are at, if it is indented so far. */
  #line(indent: number): Line | undefined {
    const line = this.#lines[this.#at];
    return line?.indent === indent ? line : undefined;
  }

  #node(indent: number): unknown {
    return isItem(this.#lines[this.#at]?.text ?? '') ? this.#list(indent) : this.#map(indent);
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.#line(indent); line && isItem(line.text); line = this.#line(indent)) {
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.#at++;
        items.push(this.#below(indent, false));
      } else if (isItem(rest) || entry.test(rest)) {
        // A collection that begins behind the dash stands as deep as it begins.
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest };
        items.push(this.#node(inner));
      } else {
        this.#at++;
        items.push(this.#scalar(rest));
      }
    }
    return items;
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let line = this.#line(indent); line && !isItem(line.text); line = this.#line(indent)) {
      const [, key, value] = entry.exec(line.text) ?? [];
      if (key === undefined || key === '__proto__' || Object.hasOwn(map, key) || typeof this.#resolve(key) !== 'string') throw new NotSimple();
      this.#at++;
      map[key] = value === undefined ? this.#below(indent, true) : this.#scalar(value);
    }
    return map;
  }

  /** What follows an empty value: something deeper, a list as deep as its key, or nothing. */
  #below(indent: number, listBeside: boolean): unknown {
    const next = this.#lines[this.#at];
    if (!next || next.indent < indent) return null;
    if (next.indent > indent) return this.#node(next.indent);
    return listBeside && isItem(next.text) ? this.#list(indent) : null;
  }

  #scalar(text: string): unknown {
    if (text === '{}') return {};
    if (text === '[]') return [];
    if (doubleQuoted.test(text) || singleQuoted.test(text)) return text.slice(1, -1);
    if (!plain.test(text) || text.includes(': ') || text.includes(' #') || text.endsWith(':')) throw new NotSimple();
    const value = this.#resolve(text);
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) throw new NotSimple();
    return value;
  }
}

const words: Readonly<Record<string, boolean | null>> = {
  null: null,
  Null: null,
  NULL: null,
  '~': null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

/** YAML 1.2's core schema; numbers that are not plain whole ones are left to the library. */
function coreScalar(word: string): ReturnType<Resolve> {
  if (Object.hasOwn(words, word)) return words[word];
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(word)) return Number(word);
  return /^[-+.]?\d/.test(word) && !Number.isNaN(Number(word.replace(/^\+/, ''))) ? undefined : /^[-+]?\.(?:inf|nan)$/i.test(word) ? undefined : word;
}
