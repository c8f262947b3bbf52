/** What an update error shows of two Go values: k8s.io/apimachinery pkg/util/diff, with the matching blocks of Python's difflib. */
import { goJson } from './go-text.ts';

type Block = { readonly a: number; readonly b: number; readonly size: number };
type Operation = { readonly tag: 'equal' | 'replace'; readonly a: readonly [number, number]; readonly b: readonly [number, number] };

const context = 3;
/** In longer texts a line that makes up more than a hundredth of them joins nothing. */
const longText = 200;

/** A unified diff of both values as JSON, without names of files. */
export function goDiff(before: unknown, after: unknown): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  return hunks(operations(matchingBlocks(a, b), a.length, b.length))
    .map((group) => hunkText(group, a, b))
    .join('');
}

const linesOf = (value: unknown): string[] => goJson(value, 1).split('\n');

function placesOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [j, line] of b.entries()) places.set(line, [...(places.get(line) ?? []), j]);
  if (b.length >= longText) for (const [line, at] of places) if (at.length > Math.floor(b.length / 100) + 1) places.delete(line);
  return places;
}

/** The longest block, then those left and right of it, and so on. */
function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const places = placesOf(b);
  const found: Block[] = [];
  const queue: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let part = queue.pop(); part; part = queue.pop()) {
    const [aLow, aHigh, bLow, bHigh] = part;
    const block = longest(a, b, places, part);
    if (block.size === 0) continue;
    found.push(block);
    queue.push([aLow, block.a, bLow, block.b], [block.a + block.size, aHigh, block.b + block.size, bHigh]);
  }
  return found.sort((x, y) => x.a - y.a || x.b - y.b);
}

function longest(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [aLow, aHigh, bLow, bHigh]: readonly [number, number, number, number],
): Block {
  let best: Block = { a: aLow, b: bLow, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < bLow || j >= bHigh) continue;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  // Lines too common to begin a block may yet lengthen one.
  let { a: i, b: j, size } = best;
  while (i > aLow && j > bLow && a[i - 1] === b[j - 1]) [i, j, size] = [i - 1, j - 1, size + 1];
  while (i + size < aHigh && j + size < bHigh && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

function operations(blocks: readonly Block[], aLength: number, bLength: number): Operation[] {
  const out: Operation[] = [];
  let [i, j] = [0, 0];
  for (const { a, b, size } of [...blocks, { a: aLength, b: bLength, size: 0 }]) {
    if (i < a || j < b) out.push({ tag: 'replace', a: [i, a], b: [j, b] });
    const last = out.at(-1);
    if (size > 0 && last?.tag === 'equal') out[out.length - 1] = { tag: 'equal', a: [last.a[0], a + size], b: [last.b[0], b + size] };
    else if (size > 0) out.push({ tag: 'equal', a: [a, a + size], b: [b, b + size] });
    [i, j] = [a + size, b + size];
  }
  return out;
}

/** Changes with the lines around them; what is far apart stands in hunks of its own. */
function hunks(all: readonly Operation[]): Operation[][] {
  const groups: Operation[][] = [];
  let group: Operation[] = [];
  for (const [i, { tag, a, b }] of all.entries()) {
    if (tag !== 'equal') {
      group.push({ tag, a, b });
      continue;
    }
    const keptBefore = i === 0 ? 0 : Math.min(context, a[1] - a[0]);
    const keptAfter = i === all.length - 1 ? 0 : Math.min(context, a[1] - a[0]);
    if (i > 0 && i < all.length - 1 && a[1] - a[0] <= 2 * context) {
      group.push({ tag, a, b });
      continue;
    }
    if (keptBefore > 0) group.push({ tag, a: [a[0], a[0] + keptBefore], b: [b[0], b[0] + keptBefore] });
    if (group.some((each) => each.tag !== 'equal')) groups.push(group);
    group = keptAfter > 0 ? [{ tag, a: [a[1] - keptAfter, a[1]], b: [b[1] - keptAfter, b[1]] }] : [];
  }
  if (group.some((each) => each.tag !== 'equal')) groups.push(group);
  return groups;
}

function hunkText(group: readonly Operation[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last) return '';
  const range = (from: number, to: number): string => {
    const length = to - from;
    if (length === 1) return `${from + 1}`;
    return `${length === 0 ? from : from + 1},${length}`;
  };
  const lines = group.flatMap((each) =>
    each.tag === 'equal'
      ? a.slice(...each.a).map((line) => ` ${line}\n`)
      : [...a.slice(...each.a).map((line) => `-${line}\n`), ...b.slice(...each.b).map((line) => `+${line}\n`)],
  );
  return `@@ -${range(first.a[0], last.a[1])} +${range(first.b[0], last.b[1])} @@\n${lines.join('')}`;
}
