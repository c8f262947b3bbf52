/** The shortest edit script of two lists of lines (E. W. Myers, An O(ND) Difference Algorithm, 1986). */

/** `gone` lines from `from` are replaced by `come` lines from `to`. */
export type Hunk = { readonly from: number; readonly gone: number; readonly to: number; readonly come: number };

/** Beyond this many edits everything between the common ends counts as replaced. */
const maxEdits = 4000;

/** Hunks of lines that differ, in order; none for equal lists. */
export function compareLines(a: readonly string[], b: readonly string[]): Hunk[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const kept = common(a.slice(start, endA), b.slice(start, endB));
  const hunks: Hunk[] = [];
  let [x, y] = [0, 0];
  for (const [keepX, keepY] of [...kept, [endA - start, endB - start] as const]) {
    if (keepX > x || keepY > y) hunks.push({ from: start + x, gone: keepX - x, to: start + y, come: keepY - y });
    [x, y] = [keepX + 1, keepY + 1];
  }
  return hunks;
}

/** Pairs of lines that stay, in order. */
function common(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  const edits = Math.min(maxEdits, a.length + b.length);
  for (let d = 0; d <= edits; d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      reach.set(k, x);
      if (x >= a.length && y >= b.length) return backwards(trace, a.length, b.length);
    }
    reach = new Map(reach);
  }
  return [];
}

function backwards(trace: readonly Map<number, number>[], endX: number, endY: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [endX, endY];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const [fromX, fromY] = [reach.get(before) ?? 0, (reach.get(before) ?? 0) - before];
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.push([--x, --y]);
    if (d > 0) [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}
