/** Regular expressions as trees, whatever notation they were typed in. */

/** What a bracket expression matches. */
export type CharacterSet = {
  readonly negated: boolean;
  /** Code points, both ends included. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Names of classes: alpha, digit …; with `!` in front for all others. */
  readonly classes: readonly string[];
};

/** One tree for every notation. */
export type RegexNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'any' }
  | { readonly type: 'set'; readonly set: CharacterSet }
  | { readonly type: 'at'; readonly place: Place }
  | { readonly type: 'group'; readonly index: number | undefined; readonly name?: string; readonly body: RegexNode }
  | { readonly type: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly type: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly type: 'repeat'; readonly body: RegexNode; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly type: 'back'; readonly group: number }
  | { readonly type: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly body: RegexNode };

/** line-start and line-end follow the m flag; text-start and text-end do not; end-or-newline is Perl's `$` and `\Z`. */
export type Place = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'end-or-newline' | 'boundary' | 'no-boundary' | 'word-start' | 'word-end';

/** Character classes: what re2 calls them, and a test for one character. */
export const classes: Readonly<Record<string, { readonly re2: string; readonly test: RegExp }>> = {
  alpha: { re2: '\\p{L}', test: /^\p{L}$/u },
  digit: { re2: '0-9', test: /^[0-9]$/ },
  alnum: { re2: '\\p{L}\\p{Nd}', test: /^[\p{L}\p{Nd}]$/u },
  upper: { re2: '\\p{Lu}', test: /^\p{Lu}$/u },
  lower: { re2: '\\p{Ll}', test: /^\p{Ll}$/u },
  space: { re2: ' \\t\\n\\r\\f\\x{b}', test: /^[ \t\n\r\f\v]$/ },
  blank: { re2: ' \\t', test: /^[ \t]$/ },
  punct: { re2: '!-/:-@\\[-`{-~\\p{P}', test: /^[!-/:-@[-`{-~\p{P}]$/u },
  print: { re2: ' -~\\x{a0}-\\x{d7ff}\\x{e000}-\\x{10ffff}', test: /^[ -~\u00a0-\ud7ff\ue000-\u{10ffff}]$/u },
  graph: { re2: '!-~\\x{a1}-\\x{d7ff}\\x{e000}-\\x{10ffff}', test: /^[!-~\u00a1-\ud7ff\ue000-\u{10ffff}]$/u },
  cntrl: { re2: '\\x{0}-\\x{1f}\\x{7f}', test: /^[\x00-\x1f\x7f]$/ },
  xdigit: { re2: '0-9A-Fa-f', test: /^[0-9A-Fa-f]$/ },
  word: { re2: '\\p{L}\\p{Nd}_', test: /^[\p{L}\p{Nd}_]$/u },
};

/** Letters beyond ASCII count too. */
export const isWordCharacter = (character: string): boolean => (character < '\x80' ? /^\w/.test(character) : (classes['word']?.test.test(character) ?? false));

/** What cannot be compiled; the message is GNU regex's. */
export class RegexError extends Error {}
