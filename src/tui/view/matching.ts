/** Choices to each of which something is matched: a pure step from key to state, and the rows that fit into a height. */
import type { Say } from '../words.ts';
import { windowOf } from './window.ts';

type Item = { readonly value: string; readonly label: string };

/** `at` is the choice under the pointer. */
type Matching = { readonly at: number /** Index of the match of each choice; -1: none yet. */; readonly matched: readonly number[] };

/** Nothing matched yet. */
export const newMatching = (choices: number): Matching => ({ at: 0, matched: Array<number>(choices).fill(-1) });

/** Up and down choose, left and right match. */
export type MatchingKey = 'up' | 'down' | 'left' | 'right';

/** Matches go round. */
export function pressMatching({ at, matched }: Matching, key: MatchingKey, matches: number): Matching {
  if (key === 'up' || key === 'down') return { matched, at: Math.max(0, Math.min(matched.length - 1, at + (key === 'up' ? -1 : 1))) };
  const now = matched[at] ?? -1;
  const next = key === 'right' ? (now + 1) % matches : now <= 0 ? matches - 1 : now - 1;
  return { at, matched: matched.with(at, next) };
}

/** `choice=match` of each; undefined while one has none. */
export function pairsOf({ matched }: Matching, items: readonly Item[], matches: readonly Item[]): readonly string[] | undefined {
  if (matched.includes(-1)) return undefined;
  return items.map(({ value }, index) => `${value}=${matches[matched[index] ?? 0]?.value}`);
}

type Shown = { readonly focused: boolean; readonly height: number; readonly say: Say };

/** A choice, and below it what is matched to it. Where not all fit, those around the one at the pointer. */
export function matchingRows({ at, matched }: Matching, items: readonly Item[], matches: readonly Item[], shown: Shown): string[] {
  const { focused, height, say } = shown;
  const blocks = items.map(({ label }, index) => {
    const here = focused && index === at;
    const match = matches[matched[index] ?? -1]?.label ?? '?';
    const rows = label.split('\n').map((row, line) => `${line > 0 ? '   ' : here ? `❯${index + 1} ` : ` ${index + 1} `}${row}`);
    return [...rows, here ? `   → ◂ ${match} ▸` : `   → ${match}`];
  });
  return windowOf(blocks, at, height, say);
}
