/** What grep looks for: fixed strings or regular expressions, whole words, whole lines. */
import { isWordCharacter, RegexError } from '../regex/node.ts';
import type { Flavor } from '../regex/parser.ts';
import { Regex } from '../regex/regex.ts';

/** Several patterns match where any does. */
export type MatcherOptions = {
  readonly flavor: Flavor | 'fixed';
  readonly ignoreCase: boolean;
  readonly wholeLine: boolean;
  readonly wholeWord: boolean;
};

/** Where a match lies in a line; undefined for none. */
export type Find = (line: string, from: number) => { readonly start: number; readonly end: number } | undefined;

/** Throws RegexError. */
export function newMatcher(patterns: readonly string[], options: MatcherOptions): { readonly test: (line: string) => boolean; readonly find: Find } {
  const finds = patterns.map((pattern) => (options.flavor === 'fixed' ? fixed(pattern, options) : regular(pattern, options.flavor, options)));
  const test = (line: string): boolean => finds.some((each) => each.test(line));
  const find: Find = (line, from) => {
    let best: { start: number; end: number } | undefined;
    for (const each of finds) {
      const found = each.find(line, from);
      if (found && (!best || found.start < best.start || (found.start === best.start && found.end > best.end))) best = found;
    }
    return best;
  };
  return { test, find };
}

type One = { readonly test: (line: string) => boolean; readonly find: Find };

function regular(pattern: string, flavor: Flavor, options: MatcherOptions): One {
  let regex: Regex;
  try {
    regex = new Regex(pattern, flavor, { ignoreCase: options.ignoreCase, wholeLine: options.wholeLine });
  } catch (error) {
    if (error instanceof RegexError)
      throw new RegexError(error.message.replace('Unmatched ) or \\)', flavor === 'basic' ? 'Unmatched ) or \\)' : 'Unmatched ( or \\('));
    throw error;
  }
  const find: Find = (line, from) => {
    const match = regex.exec(line, from);
    return match && { start: match[0] as number, end: match[1] as number };
  };
  if (!options.wholeWord) return { test: (line) => regex.test(line), find };
  const word = words(find);
  return { test: (line) => word(line, 0) !== undefined, find: word };
}

function fixed(pattern: string, options: MatcherOptions): One {
  const wanted = options.ignoreCase ? pattern.toLowerCase() : pattern;
  const fold = (line: string): string => (options.ignoreCase ? line.toLowerCase() : line);
  const find: Find = (line, from) => {
    if (options.wholeLine) return from === 0 && fold(line) === wanted ? { start: 0, end: line.length } : undefined;
    const start = fold(line).indexOf(wanted, from);
    return start < 0 ? undefined : { start, end: start + wanted.length };
  };
  const chosen = options.wholeWord ? words(find) : find;
  return { test: (line) => chosen(line, 0) !== undefined, find: chosen };
}

/** Only matches with no word character on either side. */
function words(find: Find): Find {
  return (line, from) => {
    for (let at = from; at <= line.length; ) {
      const found = find(line, at);
      if (!found) return undefined;
      const before = found.start > 0 && isWordCharacter(line[found.start - 1] as string);
      const after = found.end < line.length && isWordCharacter(line[found.end] as string);
      if (!before && !after) return found;
      at = found.start + 1;
    }
    return undefined;
  };
}
