/** What a sed script is made of. */
import type { Regex } from '../regex/regex.ts';

/** Line numbers count over all files unless -s is given. */
export type Address =
  | { readonly type: 'line'; readonly line: number }
  | { readonly type: 'step'; readonly first: number; readonly step: number }
  | { readonly type: 'last' }
  | { readonly type: 'zero' }
  /** No pattern: the one used last. */
  | { readonly type: 'regex'; readonly regex: Regex | undefined }
  | { readonly type: 'plus'; readonly lines: number }
  | { readonly type: 'multiple'; readonly of: number };

/** `occurrence` counts from 1; without a regex the last one that was used is meant. */
export type Substitution = {
  readonly regex: Regex | undefined;
  readonly replacement: readonly Piece[];
  readonly global: boolean;
  readonly occurrence: number;
  readonly print: boolean;
  readonly evaluate: boolean;
  readonly write: string | undefined;
};

/** A part of a replacement: text, a group, or a change of case. */
export type Piece = string | { readonly group: number } | { readonly fold: 'U' | 'L' | 'u' | 'l' | 'E' };

/** With two addresses it is on between them. */
export type Command = {
  readonly name: string;
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  /** Text of a, i, c; label of b, t, T; file of r, R, w, W. */
  readonly text: string;
  readonly number: number | undefined;
  readonly substitution: Substitution | undefined;
  readonly map: ReadonlyMap<string, string> | undefined;
  /** For `{`: where its `}` stands; for branches: where to go. Filled once all is read. */
  target: number;
};

/** `-e expression #1, char 3: unterminated \`s' command`. */
export class ScriptError extends Error {}
