/** The shortest edit script of two lists of lines (E. W. Myers, An O(ND) Difference Algorithm, 1986). */

/** `gone` lines from `from` are replaced by `come` lines from `to`. */
export type Hunk = { readonly from: number; readonly gone: number; readonly to: number; readonly come: number };

/** Beyond this many edits everything between the common ends counts as replaced. */
const maxEdits = 4000;

/** Hunks of lines that differ, in order; none for equal lists. `tried` is told how many ways were looked at. */
export function compareLines(a: readonly string[], b: readonly string[], tried: (ways: number) => void = () => {}): Hunk[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const kept = common(a.slice(start, endA), b.slice(start, endB), tried);
  const hunks: Hunk[] = [];
  let [x, y] = [0, 0];
  for (const [keepX, keepY] of [...kept, [endA - start, endB - start] as const]) {
    if (keepX > x || keepY > y) hunks.push({ from: start + x, gone: keepX - x, to: start + y, come: keepY - y });
    [x, y] = [keepX + 1, keepY + 1];
  }
  return hunks;
}

/** Pairs of lines that stay, in order. */
function common(a: readonly string[], b: readonly string[], tried: (ways: number) => void): (readonly [number, number])[] {
  const edits = Math.min(maxEdits, a.length + b.length);
  /** By diagonal k, at `k + edits + 1`: how far one gets; and as it was before each edit, diagonals -d-1 to d+1 only. */
  const reach = new Int32Array(2 * edits + 3);
  const trace: Int32Array[] = [];
  const zero = edits + 1;
  for (let d = 0; d <= edits; d++) {
    tried(d + 1);
    trace.push(reach.slice(zero - d - 1, zero + d + 2));
    for (let k = -d; k <= d; k += 2) {
      let x = fromAbove(reach, zero + k, k, d) ? at(reach, zero + k + 1) : at(reach, zero + k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return backwards(trace, a.length, b.length);
    }
  }
  return [];
}

const at = (reach: Int32Array, index: number): number => reach[index] as number;

/** Whether the further way to diagonal k is a line that comes, rather than one that goes. */
const fromAbove = (reach: Int32Array, index: number, k: number, d: number): boolean => k === -d || (k !== d && at(reach, index - 1) < at(reach, index + 1));

function backwards(trace: readonly Int32Array[], endX: number, endY: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [endX, endY];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] as Int32Array;
    const k = x - y;
    const before = fromAbove(reach, k + d + 1, k, d) ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(reach, before + d + 1);
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.push([--x, --y]);
    if (d > 0) [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}
