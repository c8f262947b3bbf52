/** Regular expressions as the programs use them: re2 where it can, bounded backtracking where it cannot. Never RegExp on what a user typed. */
import { RE2JS } from 're2js';
import { remembered } from '../../sim/remembered.ts';
import { backtrack } from './backtrack.ts';
import { RegexError, type RegexNode } from './node.ts';
import { type Flavor, type ParsedRegex, parseRegex } from './parser.ts';
import { toRe2 } from './re2.ts';

type RegexFlags = { readonly ignoreCase?: boolean; readonly multiline?: boolean; readonly dotAll?: boolean; readonly wholeLine?: boolean };

/** Where a pattern was found: [start, end] of the whole, then of each group (-1 when it took no part). */
export type Match = readonly number[];

/** Compiled once; never a RegExp of the user's text. */
export class Regex {
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  readonly #parsed: ParsedRegex;
  readonly #flags: { readonly ignoreCase: boolean; readonly multiline: boolean; readonly dotAll: boolean };
  readonly #re2: RE2JS | undefined;

  /** Throws RegexError. */
  constructor(pattern: string, flavor: Flavor, flags: RegexFlags = {}) {
    const parsed = parseRegex(pattern, flavor);
    this.#parsed = flags.wholeLine ? { ...parsed, root: wholeLine(parsed.root) } : parsed;
    this.groups = this.#parsed.groups;
    this.names = this.#parsed.names;
    const inline = this.#parsed.flags;
    this.#flags = {
      ignoreCase: flags.ignoreCase === true || inline.includes('i'),
      multiline: flags.multiline === true || inline.includes('m'),
      dotAll: flags.dotAll ?? (flavor !== 'perl' || inline.includes('s')),
    };
    const text = toRe2(this.#parsed.root, this.#flags);
    this.#re2 = text === undefined ? undefined : compile(text, this.#flags.ignoreCase ? 'i' : '', flavor === 'perl' ? '' : 'longest');
  }

  test(text: string): boolean {
    return this.#re2 ? this.#re2.test(text) : this.exec(text) !== undefined;
  }

  /** The first match that begins at or after `from`; what stands before counts for `^` and `\b`. */
  exec(text: string, from = 0): Match | undefined {
    if (!this.#re2) return backtrack(this.#parsed.root, text, from, { ...this.#flags, groups: this.groups });
    const matcher = this.#re2.matcher(text);
    if (!matcher.find(from)) return undefined;
    const match: number[] = [];
    for (let group = 0; group <= this.groups; group++) match.push(matcher.start(group), matcher.end(group));
    return match;
  }

  /** All matches from left to right, an empty one never directly after another. */
  *all(text: string, from = 0): Iterable<Match> {
    let at = from;
    let lastEnd = -1;
    while (at <= text.length) {
      const match = this.exec(text, at);
      if (!match) return;
      const [start, end] = match as readonly [number, number];
      if (start === end && start === lastEnd) {
        at = start + 1;
        continue;
      }
      yield match;
      lastEnd = end;
      at = end > start ? end : end + 1;
      if (end === start) lastEnd = end;
    }
  }
}

const wholeLine = (body: RegexNode): RegexNode => ({
  type: 'sequence',
  parts: [
    { type: 'at', place: 'line-start' },
    { type: 'group', index: undefined, body },
    { type: 'at', place: 'line-end' },
  ],
});

const compile = remembered((text: string, ignoreCase: 'i' | '', longest: 'longest' | ''): RE2JS => {
  try {
    return RE2JS.compile(text, (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (longest ? RE2JS.LONGEST_MATCH : 0));
  } catch (error) {
    // Too large for re2 (nested counts): GNU says so too.
    throw new RegexError(error instanceof Error && /size|large|repeat/.test(error.message) ? 'Regular expression too big' : 'Invalid regular expression');
  }
}, 1000);

/** Text of a group; empty when it took no part. */
export function groupText(text: string, match: Match, group: number): string {
  const start = match[group * 2] ?? -1;
  return start < 0 ? '' : text.slice(start, match[group * 2 + 1]);
}
