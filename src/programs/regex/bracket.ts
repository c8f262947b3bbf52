/** `[…]` of regular expressions. */
import { type CharacterSet, classes, RegexError } from './node.ts';

type BracketRules = {
  /** A backslash escapes, as in Perl and awk; POSIX takes it as itself. */
  readonly escapes: 'none' | 'letters' | 'all';
};

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', e: '\x1b', b: '\b', '0': '\0' };
const shorthand: Readonly<Record<string, string>> = { d: 'digit', D: '!digit', w: 'word', W: '!word', s: 'space', S: '!space', h: 'blank' };

/** Reads a bracket expression that begins at `at` (its `[`); gives the set and where it ends. */
export function parseBracket(pattern: string, at: number, rules: BracketRules): { readonly set: CharacterSet; readonly end: number } {
  const reader = new BracketReader(pattern, at + 1, rules);
  return { set: reader.read(), end: reader.at };
}

class BracketReader {
  at: number;
  readonly #pattern: string;
  readonly #rules: BracketRules;
  readonly #ranges: [number, number][] = [];
  readonly #classes: string[] = [];

  constructor(pattern: string, at: number, rules: BracketRules) {
    this.#pattern = pattern;
    this.at = at;
    this.#rules = rules;
  }

  read(): CharacterSet {
    const negated = this.#pattern[this.at] === '^';
    if (negated) this.at++;
    for (let first = true; ; first = false) {
      const character = this.#pattern[this.at];
      if (character === undefined) throw new RegexError('Unmatched [, [^, [:, [., or [=');
      if (character === ']' && !first) break;
      this.#item();
    }
    this.at++;
    return { negated, ranges: this.#ranges, classes: this.#classes };
  }

  #item(): void {
    if (this.#pattern.startsWith('[:', this.at)) return this.#named();
    if (this.#rules.escapes === 'all' && this.#pattern[this.at] === '\\') {
      const name = shorthand[this.#pattern[this.at + 1] ?? ''];
      if (name) {
        this.#classes.push(name);
        this.at += 2;
        return;
      }
    }
    const low = this.#character();
    if (this.#pattern[this.at] !== '-' || this.#pattern[this.at + 1] === ']' || this.#pattern[this.at + 1] === undefined) {
      this.#ranges.push([low, low]);
      return;
    }
    this.at++;
    const high = this.#character();
    if (high < low) throw new RegexError('Invalid range end');
    this.#ranges.push([low, high]);
  }

  #named(): void {
    const end = this.#pattern.indexOf(':]', this.at);
    if (end < 0) throw new RegexError('Unmatched [, [^, [:, [., or [=');
    const name = this.#pattern.slice(this.at + 2, end);
    if (!(name in classes)) throw new RegexError('Invalid character class name');
    this.#classes.push(name);
    this.at = end + 2;
  }

  #character(): number {
    for (const [open, close] of [
      ['[.', '.]'],
      ['[=', '=]'],
    ] as const) {
      if (!this.#pattern.startsWith(open, this.at)) continue;
      const end = this.#pattern.indexOf(close, this.at + 2);
      if (end < 0) throw new RegexError('Unmatched [, [^, [:, [., or [=');
      const value = this.#pattern.codePointAt(this.at + 2) ?? 0;
      this.at = end + 2;
      return value;
    }
    if (this.#pattern[this.at] === '\\' && this.#rules.escapes !== 'none') {
      const next = this.#pattern[this.at + 1];
      if (next !== undefined && (this.#rules.escapes === 'all' || 'ntfv'.includes(next))) return this.#escape(next);
    }
    const value = this.#pattern.codePointAt(this.at) ?? 0;
    this.at += value > 0xffff ? 2 : 1;
    return value;
  }

  #escape(next: string): number {
    this.at += 2;
    if (next === 'x') {
      const digits = /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{1,2}))/.exec(this.#pattern.slice(this.at));
      if (digits) {
        this.at += digits[0].length;
        return Number.parseInt(digits[1] ?? digits[2] ?? '', 16);
      }
    }
    const known = letters[next];
    if (known !== undefined) return known.charCodeAt(0);
    const value = this.#pattern.codePointAt(this.at - 1) ?? 0;
    if (value > 0xffff) this.at++;
    return value;
  }
}
