/** Shell patterns: `*`, `?`, `[…]` and the extended `?( ) *( ) +( ) @( ) !( )`. In a pattern's text a backslash quotes the next character. */

type PatternNode =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly has: (char: string) => boolean }
  | { readonly kind: 'group'; readonly operator: string; readonly alternatives: readonly (readonly PatternNode[])[] };

/** A parsed pattern. `literal` is set when it has nothing special in it. */
export type Pattern = { readonly nodes: readonly PatternNode[]; readonly literal: string | undefined; readonly grouped: boolean; readonly fold: boolean };

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  ascii: /[\x00-\x7f]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  word: /[A-Za-z0-9_]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** Parses a pattern; `fold` makes it blind to case (nocasematch, nocaseglob). */
export function parsePattern(text: string, fold = false): Pattern {
  const nodes = new PatternParser(fold ? text.toLowerCase() : text).parse();
  const literal = nodes.every((node) => node.kind === 'char') ? nodes.map((node) => (node.kind === 'char' ? node.char : '')).join('') : undefined;
  return { nodes, literal, grouped: nodes.some((node) => node.kind === 'group'), fold };
}

/** True when the whole text matches. */
export function matches(pattern: Pattern, subject: string): boolean {
  const text = pattern.fold ? subject.toLowerCase() : subject;
  if (pattern.literal !== undefined) return pattern.literal === text;
  if (pattern.grouped) return ends(pattern.nodes, text, [0]).includes(text.length);
  return matchSimple(pattern.nodes, text);
}

/** Where matches that begin at `start` may end, in ascending order. */
export function matchEnds(pattern: Pattern, subject: string, start: number): readonly number[] {
  const text = pattern.fold ? subject.toLowerCase() : subject;
  if (pattern.literal !== undefined) return text.startsWith(pattern.literal, start) ? [start + pattern.literal.length] : [];
  return ends(pattern.nodes, text, [start]);
}

/** Quotes what a pattern would take as special. */
export const escapePattern = (text: string): string => (/[\\*?[\]()|!+@-]/.test(text) ? text.replace(/[\\*?[\]()|!+@-]/g, '\\$&') : text);

/** True when text (outside quotes) would be a pattern for file names. */
export const hasPattern = (text: string): boolean => /[*?[]|[@!+]\(/.test(text);

/** The classic two-pointer match: on a mismatch go back to the last star and let it take one more. */
function matchSimple(nodes: readonly PatternNode[], text: string): boolean {
  let at = 0;
  let node = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    const here = nodes[node];
    if (here?.kind === 'star') {
      star = node++;
      from = at;
    } else if (here && accepts(here, text[at] as string)) {
      node++;
      at++;
    } else if (star >= 0) {
      node = star + 1;
      at = ++from;
    } else return false;
  }
  while (nodes[node]?.kind === 'star') node++;
  return node === nodes.length;
}

function accepts(node: PatternNode, char: string): boolean {
  if (node.kind === 'char') return node.char === char;
  return node.kind === 'any' || (node.kind === 'set' && node.has(char));
}

/** All positions reachable from `starts`. Sets of positions, not backtracking: no pattern can make it slower than length × length. */
function ends(nodes: readonly PatternNode[], text: string, starts: readonly number[]): number[] {
  let positions = [...starts];
  for (const node of nodes) {
    if (positions.length === 0) return positions;
    if (node.kind === 'star') positions = range(positions[0] as number, text.length);
    else if (node.kind === 'group') positions = groupEnds(node, text, positions);
    else positions = positions.filter((at) => at < text.length && accepts(node, text[at] as string)).map((at) => at + 1);
  }
  return positions;
}

function range(from: number, to: number): number[] {
  const out: number[] = [];
  for (let i = from; i <= to; i++) out.push(i);
  return out;
}

function groupEnds(group: Extract<PatternNode, { kind: 'group' }>, text: string, starts: readonly number[]): number[] {
  const once = (from: readonly number[]): number[] => group.alternatives.flatMap((alternative) => ends(alternative, text, from));
  if (group.operator === '@') return sorted(once(starts));
  if (group.operator === '?') return sorted([...starts, ...once(starts)]);
  if (group.operator === '!') {
    const out = starts.flatMap((start) => {
      const taken = new Set(once([start]));
      return range(start, text.length).filter((end) => !taken.has(end));
    });
    return sorted(out);
  }
  const seen = new Set(group.operator === '*' ? starts : []);
  for (let next = once(starts); next.length > 0; ) {
    const fresh = sorted(next).filter((at) => !seen.has(at));
    for (const at of fresh) seen.add(at);
    next = fresh.length > 0 ? once(fresh) : [];
  }
  return sorted([...seen]);
}

const sorted = (positions: readonly number[]): number[] => [...new Set(positions)].sort((a, b) => a - b);

class PatternParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PatternNode[] {
    return this.#sequence(false);
  }

  #sequence(inGroup: boolean): PatternNode[] {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (inGroup && (char === '|' || char === ')')) break;
      const node = this.#node(char);
      if (node.kind !== 'star' || nodes.at(-1)?.kind !== 'star') nodes.push(node);
    }
    return nodes;
  }

  #node(char: string): PatternNode {
    if ('?*+@!'.includes(char) && this.#text[this.#at + 1] === '(') {
      const group = this.#group(char);
      if (group) return group;
    }
    this.#at++;
    if (char === '*') return { kind: 'star' };
    if (char === '?') return { kind: 'any' };
    if (char === '[') return this.#set() ?? { kind: 'char', char };
    if (char === '\\' && this.#at < this.#text.length) return { kind: 'char', char: this.#text[this.#at++] as string };
    return { kind: 'char', char };
  }

  #group(operator: string): PatternNode | undefined {
    const before = this.#at;
    this.#at += 2;
    const alternatives: PatternNode[][] = [];
    for (;;) {
      alternatives.push(this.#sequence(true));
      const char = this.#text[this.#at++];
      if (char === ')') return { kind: 'group', operator, alternatives };
      if (char !== '|') break;
    }
    this.#at = before;
    return undefined;
  }

  /** A bracket expression; undefined (and nothing taken) when it has no end. */
  #set(): PatternNode | undefined {
    const before = this.#at;
    const negated = '!^'.includes(this.#text[this.#at] ?? ' ');
    if (negated) this.#at++;
    const tests: ((char: string) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        this.#at = before;
        return undefined;
      }
      if (char === ']' && !first) break;
      tests.push(this.#member());
    }
    this.#at++;
    return { kind: 'set', has: (char) => tests.some((test) => test(char)) !== negated };
  }

  #member(): (char: string) => boolean {
    const named = /^\[:(\w+):\]/.exec(this.#text.slice(this.#at, this.#at + 12));
    if (named) {
      this.#at += named[0].length;
      const known = classes[named[1] as string];
      return (char) => known?.test(char) ?? false;
    }
    const low = this.#setChar();
    if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']' || this.#text[this.#at + 1] === undefined) return (char) => char === low;
    this.#at++;
    const high = this.#setChar();
    return (char) => char >= low && char <= high;
  }

  #setChar(): string {
    const char = this.#text[this.#at++] as string;
    return char === '\\' && this.#at < this.#text.length ? (this.#text[this.#at++] as string) : char;
  }
}
