/** File name patterns (fnmatch). */
import { parseBracket } from './regex/bracket.ts';
import { classes, RegexError } from './regex/node.ts';

type GlobOptions = { readonly ignoreCase?: boolean /** `*` and `?` do not match `/`. */; readonly path?: boolean };

/** Whether a whole name fits a pattern of `*`, `?`, `[…]` and backslashes. */
export function globMatches(pattern: string, name: string, options: GlobOptions = {}): boolean {
  return options.ignoreCase ? match(pattern.toLowerCase(), name.toLowerCase(), options) : match(pattern, name, options);
}

function match(pattern: string, name: string, options: GlobOptions): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    const step = p < pattern.length ? one(pattern, p, name, n, options) : undefined;
    if (step === 'star') {
      star = p++;
      starName = n;
    } else if (step !== undefined) {
      p = step;
      n++;
    } else {
      // Go back to the last star and let it take one character more.
      if (star < 0 || (options.path && name[starName] === '/')) return false;
      p = star + 1;
      n = ++starName;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function one(pattern: string, p: number, name: string, n: number, options: GlobOptions): number | 'star' | undefined {
  const character = pattern[p] as string;
  const found = name[n] as string;
  if (character === '*') return 'star';
  if (character === '?') return options.path && found === '/' ? undefined : p + 1;
  if (character === '[') {
    const bracket = readBracket(pattern, p);
    if (bracket) return bracket.has(found) ? bracket.end : undefined;
  }
  if (character === '\\' && p + 1 < pattern.length) return pattern[p + 1] === found ? p + 2 : undefined;
  return character === found ? p + 1 : undefined;
}

function readBracket(pattern: string, at: number): { readonly end: number; has(character: string): boolean } | undefined {
  try {
    const text = pattern[at + 1] === '!' ? `${pattern.slice(0, at + 1)}^${pattern.slice(at + 2)}` : pattern;
    const { set, end } = parseBracket(text, at, { escapes: 'none' });
    return {
      end,
      has(character) {
        const point = character.codePointAt(0) ?? 0;
        const inside = set.ranges.some(([low, high]) => point >= low && point <= high) || set.classes.some((name) => classes[name]?.test.test(character));
        return inside !== set.negated;
      },
    };
  } catch (error) {
    if (error instanceof RegexError) return undefined;
    throw error;
  }
}
