/** Matches by backtracking what re2 cannot: back references and looking round. The work is bounded. */
import { type CharacterSet, classes, isWordCharacter, type Place, RegexError, type RegexNode } from './node.ts';

type BacktrackOptions = { readonly ignoreCase: boolean; readonly multiline: boolean; readonly dotAll: boolean; readonly groups: number };

type Next = (at: number) => boolean;

const maxSteps = 2_000_000;

/** First match at or after `from`: start and end of the whole and of each group, -1 for groups that took no part. */
export function backtrack(root: RegexNode, text: string, from: number, options: BacktrackOptions): number[] | undefined {
  const run = new Run(text, options);
  for (let start = from; start <= text.length; start++) {
    const found = run.matchAt(root, start);
    if (found) return found;
  }
  return undefined;
}

class Run {
  readonly #text: string;
  readonly #options: BacktrackOptions;
  #slots: number[];
  #steps = 0;

  constructor(text: string, options: BacktrackOptions) {
    this.#text = text;
    this.#options = options;
    this.#slots = new Array((options.groups + 1) * 2).fill(-1);
  }

  matchAt(root: RegexNode, start: number): number[] | undefined {
    this.#slots.fill(-1);
    let result: number[] | undefined;
    this.#match(root, start, (end) => {
      this.#slots[0] = start;
      this.#slots[1] = end;
      result = [...this.#slots];
      return true;
    });
    return result;
  }

  #match(node: RegexNode, at: number, next: Next): boolean {
    if (++this.#steps > maxSteps) throw new RegexError('exceeded the backtracking limit');
    switch (node.type) {
      case 'text':
        return this.#same(this.#text.slice(at, at + node.text.length), node.text) && next(at + node.text.length);
      case 'any':
        return at < this.#text.length && (this.#options.dotAll || this.#text[at] !== '\n') && next(at + this.#width(at));
      case 'set':
        return at < this.#text.length && this.#inSet(node.set, at) && next(at + this.#width(at));
      case 'at':
        return this.#isAt(node.place, at) && next(at);
      case 'group':
        return this.#group(node, at, next);
      case 'choice':
        return node.options.some((option) => this.#match(option, at, next));
      case 'sequence':
        return this.#sequence(node.parts, 0, at, next);
      case 'repeat':
        return this.#repeat(node, 0, at, next);
      case 'back':
        return this.#back(node.group, at, next);
      case 'look':
        return this.#look(node, at) && next(at);
    }
  }

  #sequence(parts: readonly RegexNode[], index: number, at: number, next: Next): boolean {
    const part = parts[index];
    if (!part) return next(at);
    return this.#match(part, at, (end) => this.#sequence(parts, index + 1, end, next));
  }

  #group(node: RegexNode & { readonly type: 'group' }, at: number, next: Next): boolean {
    const { index } = node;
    if (index === undefined) return this.#match(node.body, at, next);
    const before = [this.#slots[index * 2], this.#slots[index * 2 + 1]] as [number, number];
    const matched = this.#match(node.body, at, (end) => {
      const inner = [this.#slots[index * 2], this.#slots[index * 2 + 1]] as [number, number];
      this.#slots[index * 2] = at;
      this.#slots[index * 2 + 1] = end;
      if (next(end)) return true;
      [this.#slots[index * 2], this.#slots[index * 2 + 1]] = inner;
      return false;
    });
    if (!matched) [this.#slots[index * 2], this.#slots[index * 2 + 1]] = before;
    return matched;
  }

  #repeat(node: RegexNode & { readonly type: 'repeat' }, count: number, at: number, next: Next): boolean {
    const more = (): boolean =>
      count < node.max && this.#match(node.body, at, (end) => (end > at || count < node.min) && this.#repeat(node, count + 1, end, next));
    if (count < node.min) return more();
    return node.lazy ? next(at) || more() : more() || next(at);
  }

  #back(group: number, at: number, next: Next): boolean {
    const start = this.#slots[group * 2] ?? -1;
    if (start < 0) return false;
    const text = this.#text.slice(start, this.#slots[group * 2 + 1]);
    return this.#same(this.#text.slice(at, at + text.length), text) && next(at + text.length);
  }

  #look(node: RegexNode & { readonly type: 'look' }, at: number): boolean {
    if (node.ahead) return this.#match(node.body, at, () => true) !== node.negated;
    for (let start = at; start >= 0; start--) if (this.#match(node.body, start, (end) => end === at)) return !node.negated;
    return node.negated;
  }

  #same(one: string, other: string): boolean {
    return one === other || (this.#options.ignoreCase && one.toLowerCase() === other.toLowerCase());
  }

  #width(at: number): number {
    return (this.#text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }

  #inSet(set: CharacterSet, at: number): boolean {
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    const variants = this.#options.ignoreCase ? [character, character.toLowerCase(), character.toUpperCase()] : [character];
    const inside = variants.some((variant) => {
      const point = variant.codePointAt(0) ?? 0;
      return set.ranges.some(([low, high]) => point >= low && point <= high) || set.classes.some((name) => inClass(name, variant));
    });
    return inside !== set.negated;
  }

  #isAt(place: Place, at: number): boolean {
    const before = at > 0 && isWordCharacter(this.#text[at - 1] as string);
    const after = at < this.#text.length && isWordCharacter(this.#text[at] as string);
    const end = at === this.#text.length;
    const { multiline } = this.#options;
    switch (place) {
      case 'line-start':
        return at === 0 || (multiline && this.#text[at - 1] === '\n');
      case 'line-end':
        return end || (multiline && this.#text[at] === '\n');
      case 'text-start':
        return at === 0;
      case 'text-end':
        return end;
      case 'end-or-newline':
        return end || (this.#text[at] === '\n' && (multiline || at === this.#text.length - 1));
      case 'boundary':
        return before !== after;
      case 'no-boundary':
        return before === after;
      case 'word-start':
        return !before && after;
      case 'word-end':
        return before && !after;
    }
  }
}

const inClass = (name: string, character: string): boolean =>
  name.startsWith('!') ? !classes[name.slice(1)]?.test.test(character) : (classes[name]?.test.test(character) ?? false);
