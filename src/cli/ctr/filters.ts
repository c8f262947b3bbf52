/** Filters of containerd's lists: `name==x`, `labels."a/b"~=^c`, `label.x`; commas are and, several are alternatives (containerd pkg/filters). */
import { isFound } from '../pattern.ts';
import { CtrError } from './context.ts';

type Selector = { readonly path: string; readonly operator: string; readonly value: string };
/** `at` is where it begins; the kind of a single character that means nothing is that character. */
type Token = { readonly at: number; readonly kind: string; readonly text: string };

class FilterProblem extends Error {}

const token = (kind: string, pattern: RegExp) => [kind, pattern] as const;
const lexemes = [token('quoted', /([/|"])(?:\\.|(?!\1)[^\\\n])*\1/y), token('separator', /[,.]/y), token('operator', /[=!~]+/y)];
const field = token('field', /\w+/y);
const value = token('value', /[^,\s]+/y);

class Parser {
  readonly #input: string;
  #at = 0;
  #valueNext = false;

  constructor(input: string) {
    this.#input = input;
  }

  selectors(): Selector[] {
    const all = [this.#selector()];
    while (this.#peek() === ',') {
      this.#at++;
      this.#valueNext = false;
      all.push(this.#selector());
    }
    if (this.#peek() !== '') throw this.#problem(this.#at + 1, `unexpected input: ${this.#peek()}`);
    return all;
  }

  #peek(): string {
    return this.#input[this.#at] ?? '';
  }

  #scan(): Token {
    while (/\s/.test(this.#peek())) this.#at++;
    const at = this.#at;
    for (const [kind, pattern] of [...lexemes, this.#valueNext ? value : field]) {
      pattern.lastIndex = at;
      const text = pattern.exec(this.#input)?.[0];
      if (text === undefined) continue;
      this.#at += text.length;
      if (kind !== 'quoted') this.#valueNext = kind === 'operator';
      return { at, kind, text };
    }
    if (/[/|"]/.test(this.#peek())) throw this.#problem(at, 'quoted literal not terminated');
    return { at, kind: this.#peek(), text: '' };
  }

  #selector(): Selector {
    const path = [this.#field()];
    while (this.#peek() === '.') {
      this.#at++;
      path.push(this.#field());
    }
    if (this.#peek() === ',' || this.#peek() === '') return { path: path.join('.'), operator: '', value: '' };
    const operator = this.#scan();
    if (operator.kind !== 'operator') throw this.#problem(operator.at, 'expected an operator ("=="|"!="|"~=")');
    if (!['==', '!=', '~='].includes(operator.text)) throw this.#problem(operator.at, `unsupported operator ${JSON.stringify(operator.text)}`);
    const wanted = this.#scan();
    if (wanted.kind === 'quoted' && operator.text !== '~=' && !wanted.text.startsWith('"')) throw this.#problem(wanted.at, 'invalid quote encountered');
    if (wanted.kind !== 'value' && wanted.kind !== 'quoted') throw this.#problem(wanted.at, 'expected value or quoted');
    return { path: path.join('.'), operator: operator.text, value: unquoted(wanted) };
  }

  #field(): string {
    const found = this.#scan();
    if (found.kind === 'quoted' && !found.text.startsWith('"')) throw this.#problem(found.at, 'invalid quote encountered');
    if (found.kind !== 'field' && found.kind !== 'quoted') throw this.#problem(found.at, 'expected field or quoted');
    return unquoted(found);
  }

  #problem(at: number, text: string): FilterProblem {
    const input = this.#input;
    const shown = at < input.length ? `${input.slice(0, at)} >|${input[at]}|< ${input.slice(at + 1)}` : input;
    return new FilterProblem(`filters: parse error: [${shown}]: ${text}`);
  }
}

const unquoted = ({ kind, text }: Token): string => (kind === 'quoted' ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

/** What most lists say: the server's kind, and the client's own. */
export const badFilter =
  (before: string) =>
  (problem: string): string =>
    `${before}${problem}: invalid argument: invalid argument`;

/**
 * Those that one of the filters takes; `field` gives an item's value by its path. Throws CtrError with `words` around what is wrong with a filter.
 */
export function filter<T>(items: readonly T[], filters: readonly string[], field: (item: T, path: string) => string | undefined, words = badFilter('')): T[] {
  const all = filters.map((text) => {
    try {
      return new Parser(text).selectors();
    } catch (error) {
      throw error instanceof FilterProblem ? new CtrError(words(error.message)) : error;
    }
  });
  return all.length === 0 ? [...items] : items.filter((item) => all.some((each) => each.every((selector) => holds(selector, field(item, selector.path)))));
}

function holds({ operator, value }: Selector, given: string | undefined): boolean {
  if (operator === '') return given !== undefined;
  if (operator === '!=') return given !== value;
  if (operator === '~=') return given !== undefined && isFound(value, given);
  return given === value;
}
