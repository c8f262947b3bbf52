/** Which entries of a list stand in the rows there are, and how many do not. */
import type { Say } from '../words.ts';

/** Indexes of entries, not rows. */
type Window = { readonly from: number /** Not included. */; readonly to: number };

/** Whole entries around the one at the pointer, as many as fit: the same number of rows on both sides, where there are so many. */
export function windowAround(heights: readonly number[], at: number, rows: number): Window {
  let from = Math.max(0, Math.min(at, heights.length - 1));
  let to = from + 1;
  let above = 0;
  let below = 0;
  const room = rows - (heights[from] ?? 0);
  for (;;) {
    const up = from > 0 ? (heights[from - 1] ?? 0) : Number.POSITIVE_INFINITY;
    const down = to < heights.length ? (heights[to] ?? 0) : Number.POSITIVE_INFINITY;
    const fits = (height: number): boolean => above + below + height <= room;
    if (fits(up) && (above + up <= below + down || !fits(down))) {
      above += up;
      from--;
    } else if (fits(down)) {
      below += down;
      to++;
    } else return { from, to };
  }
}

/** `↑ 3 more`; blank where nothing is hidden. */
export const moreAbove = ({ from }: Window, say: Say): string => (from > 0 ? `↑ ${say('more', { n: from })}` : '');
/** '' where nothing is hidden. */
export const moreBelow = ({ to }: Window, count: number, say: Say): string => (to < count ? `↓ ${say('more', { n: count - to })}` : '');

/** Rows that tell of hidden entries are worth their place from here on. */
const leastRows = 5;

/** The blocks around the one at the pointer; where not all fit, with a row above and below that says how many more there are. */
export function windowOf(blocks: readonly (readonly string[])[], at: number, height: number, say: Say): string[] {
  const heights = blocks.map((block) => block.length);
  const whole = heights.reduce((sum, each) => sum + each, 0) <= height;
  const telling = !whole && height >= leastRows;
  const window = whole ? { from: 0, to: blocks.length } : windowAround(heights, at, telling ? height - 2 : height);
  const rows = blocks.slice(window.from, window.to).flat();
  return telling ? [moreAbove(window, say), ...rows, moreBelow(window, blocks.length, say)] : rows;
}
