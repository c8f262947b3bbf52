/** Reads basic and extended POSIX regular expressions (with GNU's additions), awk's, and Perl's. */
import { parseBracket } from './bracket.ts';
import { type Place, RegexError, type RegexNode } from './node.ts';

/** `awk` is extended with awk's escapes, `perl` is grep -P's. */
export type Flavor = 'basic' | 'extended' | 'awk' | 'perl';

/** `groups` counts the capturing ones. */
export type ParsedRegex = { readonly root: RegexNode; readonly groups: number; readonly names: ReadonlyMap<string, number>; readonly flags: string };

/** Throws RegexError with the message of the real library. */
export function parseRegex(pattern: string, flavor: Flavor): ParsedRegex {
  const parser = new Parser(pattern, flavor);
  return parser.parse();
}

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', e: '\x1b' };
const shorthand: Readonly<Record<string, string>> = { d: 'digit', D: '!digit', w: 'word', W: '!word', s: 'space', S: '!space', h: 'blank' };
const places: Readonly<Record<string, Place>> = {
  b: 'boundary',
  B: 'no-boundary',
  '<': 'word-start',
  '>': 'word-end',
  '`': 'text-start',
  "'": 'text-end',
  A: 'text-start',
  z: 'text-end',
  Z: 'end-or-newline',
};
const placesOf: Readonly<Record<Flavor, string>> = { basic: "bB<>`'", extended: "bB<>`'", awk: '', perl: 'bBAzZ' };

class Parser {
  readonly #pattern: string;
  readonly #flavor: Flavor;
  #at = 0;
  #groups = 0;
  #depth = 0;
  #flags = '';
  readonly #names = new Map<string, number>();

  constructor(pattern: string, flavor: Flavor) {
    this.#pattern = pattern;
    this.#flavor = flavor;
  }

  parse(): ParsedRegex {
    const root = this.#choice();
    if (this.#at < this.#pattern.length) throw new RegexError(this.#flavor === 'basic' ? 'Unmatched ) or \\)' : 'Unmatched ( or \\(');
    return { root, groups: this.#groups, names: this.#names, flags: this.#flags };
  }

  /** The operator at this place (without basic's backslash), or undefined for anything else. */
  #operator(): string | undefined {
    const character = this.#pattern[this.#at];
    if (this.#flavor === 'basic') return character === '\\' && '(){|'.includes(this.#pattern[this.#at + 1] ?? ' ') ? this.#pattern[this.#at + 1] : undefined;
    return character !== undefined && '(){|'.includes(character) ? character : undefined;
  }

  #skipOperator(): void {
    this.#at += this.#flavor === 'basic' ? 2 : 1;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#operator() === '|') {
      this.#skipOperator();
      options.push(this.#sequence());
    }
    return options.length === 1 ? (options[0] as RegexNode) : { type: 'choice', options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#pattern.length) {
      const operator = this.#operator();
      if (operator === '|' || (operator === ')' && (this.#depth > 0 || this.#flavor === 'basic' || this.#flavor === 'perl'))) break;
      const atom = this.#atom(parts.length === 0);
      parts.push(this.#repeated(atom, parts.length === 0));
    }
    return parts.length === 1 ? (parts[0] as RegexNode) : { type: 'sequence', parts };
  }

  #atom(first: boolean): RegexNode {
    const operator = this.#operator();
    if (operator === '(') return this.#group();
    const character = this.#pattern[this.#at] as string;
    if (character === '[') {
      const escapes = this.#flavor === 'perl' || this.#flavor === 'awk' ? 'all' : 'letters';
      const { set, end } = parseBracket(this.#pattern, this.#at, { escapes });
      this.#at = end;
      return { type: 'set', set };
    }
    if (character === '\\') return this.#escape();
    this.#at++;
    if (character === '.') return { type: 'any' };
    if (character === '^' && (this.#flavor !== 'basic' || first)) return { type: 'at', place: 'line-start' };
    if (character === '$' && (this.#flavor !== 'basic' || this.#atEndOfBranch()))
      return { type: 'at', place: this.#flavor === 'perl' ? 'end-or-newline' : 'line-end' };
    if (this.#flavor !== 'basic' && '*+?'.includes(character) && first) {
      // A star with nothing before it: itself for GNU, an error for Perl.
      if (this.#flavor === 'perl') throw new RegexError('quantifier does not follow a repeatable item');
      if (character !== '*' && this.#flavor === 'awk') return { type: 'text', text: character };
      return { type: 'sequence', parts: [] };
    }
    return this.#literal(character);
  }

  #literal(character: string): RegexNode {
    const low = this.#pattern.charCodeAt(this.#at);
    const high = character.charCodeAt(0);
    if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000) return { type: 'text', text: character + this.#pattern[this.#at++] };
    return { type: 'text', text: character };
  }

  #atEndOfBranch(): boolean {
    return this.#at === this.#pattern.length || this.#pattern.startsWith('\\)', this.#at) || this.#pattern.startsWith('\\|', this.#at);
  }

  #group(): RegexNode {
    this.#skipOperator();
    if (this.#flavor === 'perl' && this.#pattern[this.#at] === '?') {
      const special = this.#perlGroup();
      if (special) return special;
    }
    return this.#close(++this.#groups);
  }

  #close(index: number | undefined, name?: string): RegexNode {
    this.#depth++;
    const body = this.#choice();
    this.#depth--;
    if (this.#operator() !== ')') throw new RegexError('Unmatched ( or \\(');
    this.#skipOperator();
    return { type: 'group', index, body, ...(name === undefined ? {} : { name }) };
  }

  #perlGroup(): RegexNode | undefined {
    const rest = this.#pattern.slice(this.#at);
    const look = /^\?(<?)([=!])/.exec(rest);
    if (look) {
      this.#at += look[0].length;
      const body = this.#close(undefined);
      return { type: 'look', ahead: look[1] === '', negated: look[2] === '!', body };
    }
    const named = /^\?P?<([A-Za-z_]\w*)>/.exec(rest);
    if (named) {
      this.#at += named[0].length;
      const index = ++this.#groups;
      this.#names.set(named[1] as string, index);
      return this.#close(index, named[1]);
    }
    const flags = /^\?([imsx]*)([:)])/.exec(rest);
    if (!flags) throw new RegexError('unrecognized character after (? or (?-');
    this.#at += flags[0].length;
    this.#flags += flags[1];
    return flags[2] === ':' ? this.#close(undefined) : { type: 'sequence', parts: [] };
  }

  #escape(): RegexNode {
    const next = this.#pattern[this.#at + 1];
    if (next === undefined) throw new RegexError(this.#flavor === 'perl' ? '\\ at end of pattern' : 'Trailing backslash');
    this.#at += 2;
    if (/[1-9]/.test(next) && this.#flavor !== 'awk') {
      if (Number(next) > this.#groups) throw new RegexError('Invalid back reference');
      return { type: 'back', group: Number(next) };
    }
    if (placesOf[this.#flavor].includes(next)) return { type: 'at', place: places[next] as Place };
    const name = shorthand[next];
    if (name && (this.#flavor === 'perl' || (this.#flavor !== 'awk' && 'wWsS'.includes(next))))
      return { type: 'set', set: { negated: false, ranges: [], classes: [name] } };
    if (next === 'x' && this.#flavor === 'perl') return this.#hexadecimal();
    const letter = letters[next];
    if (letter !== undefined && this.#flavor !== 'basic' && this.#flavor !== 'extended') return { type: 'text', text: letter };
    if (letter !== undefined && 'ntfv'.includes(next)) return { type: 'text', text: letter };
    return this.#literal(next);
  }

  #hexadecimal(): RegexNode {
    const digits = /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{1,2}))/.exec(this.#pattern.slice(this.#at));
    this.#at += digits?.[0].length ?? 0;
    return { type: 'text', text: String.fromCodePoint(Number.parseInt(digits?.[1] ?? digits?.[2] ?? '0', 16)) };
  }

  #repeated(atom: RegexNode, first: boolean): RegexNode {
    let node = atom;
    // In basic expressions a star at the beginning (also after `^`) is a star.
    if (this.#flavor === 'basic' && first && node.type === 'text' && node.text === '*') return node;
    if (this.#flavor === 'basic' && first && node.type === 'at' && this.#pattern[this.#at] === '*') {
      this.#at++;
      return { type: 'sequence', parts: [node, { type: 'text', text: '*' }] };
    }
    for (;;) {
      const counts = this.#quantifier();
      if (!counts) return node;
      let lazy = false;
      if (this.#flavor === 'perl' && '?+'.includes(this.#pattern[this.#at] ?? ' ')) lazy = this.#pattern[this.#at++] === '?';
      node = { type: 'repeat', body: node, min: counts[0], max: counts[1], lazy };
    }
  }

  #quantifier(): [number, number] | undefined {
    const character = this.#pattern[this.#at];
    if (character === '*') return this.#take(1, 0, Number.POSITIVE_INFINITY);
    const basic = this.#flavor === 'basic';
    const sign = basic ? (character === '\\' ? this.#pattern[this.#at + 1] : undefined) : character;
    const width = basic ? 2 : 1;
    if (sign === '+') return this.#take(width, 1, Number.POSITIVE_INFINITY);
    if (sign === '?') return this.#take(width, 0, 1);
    if (sign !== '{') return undefined;
    const interval = (basic ? /^\\\{(\d*)(,?)(\d*)\\\}/ : /^\{(\d*)(,?)(\d*)\}/).exec(this.#pattern.slice(this.#at));
    if (!interval || (interval[1] === '' && interval[2] === '')) {
      if (!basic) return undefined;
      throw new RegexError(interval ? 'Invalid content of \\{\\}' : 'Unmatched { or \\{');
    }
    const min = Number(interval[1] || 0);
    const max = interval[2] === '' ? min : interval[3] === '' ? Number.POSITIVE_INFINITY : Number(interval[3]);
    if (max < min) throw new RegexError('Invalid content of \\{\\}');
    if (min > 32767 || (Number.isFinite(max) && max > 32767)) throw new RegexError('Regular expression too big');
    return this.#take(interval[0].length, min, max);
  }

  #take(width: number, min: number, max: number): [number, number] {
    this.#at += width;
    return [min, max];
  }
}
