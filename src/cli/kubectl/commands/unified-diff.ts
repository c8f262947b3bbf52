/** diff -u, for kubectl diff. */

type DiffHeads = { readonly from: string; readonly to: string; readonly now: number };

const context = 3;
type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string };

/** The unified difference of two texts; empty when they are equal. */
export function unifiedDiff(before: string, after: string, { from, to, now }: DiffHeads): string {
  const lines = compare(split(before), split(after));
  if (lines.every(({ mark }) => mark === ' ')) return '';
  const time = `${new Date(now).toISOString().slice(0, 23).replace('T', ' ')}000000 +0000`;
  return `--- ${from}\t${time}\n+++ ${to}\t${time}\n${hunks(lines).join('')}`;
}

const split = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** Longest common subsequence, from the ends inwards. */
function compare(a: readonly string[], b: readonly string[]): Line[] {
  const table = Array.from({ length: a.length + 1 }, () => new Int32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = table[i] as Int32Array;
      row[j] = a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const out: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ mark: ' ', text: a[i] as string });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) out.push({ mark: '-', text: a[i++] as string });
    else out.push({ mark: '+', text: b[j++] as string });
  }
  return out;
}

function hunks(lines: readonly Line[]): string[] {
  const changed = lines.flatMap(({ mark }, i) => (mark === ' ' ? [] : [i]));
  const ranges: [number, number][] = [];
  for (const at of changed) {
    const last = ranges.at(-1);
    if (last && at - context <= last[1]) last[1] = Math.min(lines.length, at + context + 1);
    else ranges.push([Math.max(0, at - context), Math.min(lines.length, at + context + 1)]);
  }
  return ranges.map(([start, end]) => hunk(lines, start, end));
}

function hunk(lines: readonly Line[], start: number, end: number): string {
  const count = (part: readonly Line[], other: '-' | '+'): number => part.filter(({ mark }) => mark !== other).length;
  const [head, body] = [lines.slice(0, start), lines.slice(start, end)];
  const range = (other: '-' | '+'): string => {
    const [before, size] = [count(head, other), count(body, other)];
    return size === 1 ? String(before + 1) : `${size === 0 ? before : before + 1},${size}`;
  };
  return `@@ -${range('+')} +${range('-')} @@\n${body.map(({ mark, text }) => `${mark}${text}\n`).join('')}`;
}
