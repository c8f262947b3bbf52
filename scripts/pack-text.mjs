// The other side of bin/block-sorting.mjs: packs the lessons for the package.
import { bitModel, cut, HEADER } from '../bin/block-sorting.mjs';

export function packText(text) {
  const rows = sortedRows(text);
  const own = rows.indexOf(0);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(text.length, 0);
  header.writeUInt32BE(own, 4);
  return Buffer.concat([header, encoded(rows.filter((start) => start !== 0).map((start) => text[start - 1]))]);
}

/** Where each row begins when all ends of the text are sorted, its empty end first: by their first 1, 2, 4, … bytes, until no two are equal. */
function sortedRows(text) {
  const length = text.length + 1;
  let rank = Int32Array.from({ length }, (_, at) => (at < text.length ? text[at] + 1 : 0));
  let rows = byRank(
    Int32Array.from({ length }, (_, at) => at),
    rank,
  );
  for (let width = 1; ; width *= 2) {
    const behind = (row) => (row + width < length ? rank[row + width] : -1);
    const short = Int32Array.from({ length: width }, (_, at) => length - width + at);
    const byEnd = [...short, ...rows.filter((row) => row >= width).map((row) => row - width)];
    rows = byRank(byEnd, rank);
    const next = new Int32Array(length);
    for (let at = 1; at < length; at++) {
      const [before, row] = [rows[at - 1], rows[at]];
      next[row] = next[before] + (rank[before] === rank[row] && behind(before) === behind(row) ? 0 : 1);
    }
    rank = next;
    if (rank[rows[length - 1]] === length - 1) return rows;
  }
}

/** The rows by their ranks; those of equal rank stay in their order. */
function byRank(rows, rank) {
  const places = new Int32Array(Math.max(rows.length, 257) + 1);
  for (const row of rows) places[rank[row] + 1]++;
  for (let at = 1; at < places.length; at++) places[at] += places[at - 1];
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[places[rank[row]]++] = row;
  return sorted;
}

function encoded(bytes) {
  const { chance, learn } = bitModel();
  const code = [];
  let [low, high] = [0, 0xffffffff];
  for (const byte of bytes) {
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >> shift) & 1;
      const middle = cut(low, high, chance());
      if (bit) high = middle;
      else low = middle + 1;
      learn(bit);
      while (low >>> 24 === high >>> 24) {
        code.push(high >>> 24);
        low = (low << 8) >>> 0;
        high = ((high << 8) | 255) >>> 0;
      }
    }
  }
  // Enough of the low end for the reader to stand within the interval, whatever it reads behind it.
  return Buffer.from([...code, high >>> 24, (high >>> 16) & 255, (high >>> 8) & 255, high & 255]);
}
