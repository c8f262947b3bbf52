// Packs the bundle and the lessons for the package: what bin/block-sorting.mjs unpacks.
import { codeBytes, HEADER, lowerPart, PARTS } from '../bin/block-sorting.mjs';

/** Zeros follow the text up to a multiple of PARTS. */
export function blockSorted(text) {
  const padded = Buffer.concat([text, Buffer.alloc((PARTS - (text.length % PARTS)) % PARTS)]);
  const rows = sortedRows(padded);
  const ends = new Map(Array.from({ length: PARTS }, (_, index) => [((index + 1) * padded.length) / PARTS, index]));
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(padded.length);
  rows.forEach((start, row) => {
    if (start === 0) header.writeUInt32BE(row, 4);
    if (ends.has(start)) header.writeUInt32BE(row, 8 + 4 * ends.get(start));
  });
  const writer = new Writer();
  codeBytes(Buffer.from(rows.filter((start) => start !== 0).map((start) => padded[start - 1])), writer);
  return Buffer.concat([header, writer.end()]);
}

/** Where each row begins when all ends of the text are sorted, its empty end first: by their first 1, 2, 4, … bytes, until no two are equal. */
function sortedRows(text) {
  const length = text.length + 1;
  let rank = Int32Array.from({ length }, (_, at) => (at < text.length ? text[at] + 1 : 0));
  let rows = byRank(
    Int32Array.from({ length }, (_, at) => at),
    rank,
  );
  for (let width = 1; width < length; width *= 2) {
    const byEnd = new Int32Array(length);
    for (let at = 0; at < width; at++) byEnd[at] = length - width + at;
    let filled = width;
    for (const row of rows) if (row >= width) byEnd[filled++] = row - width;
    rows = byRank(byEnd, rank);
    const behind = (row) => (row + width < length ? rank[row + width] : -1);
    const next = new Int32Array(length);
    for (let at = 1; at < length; at++) {
      const [before, row] = [rows[at - 1], rows[at]];
      next[row] = next[before] + (rank[before] === rank[row] && behind(before) === behind(row) ? 0 : 1);
    }
    rank = next;
    if (rank[rows[length - 1]] === length - 1) break;
  }
  return rows;
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

class Writer {
  #low = 0;
  #range = 0xffffffff;
  #code = [];

  bit(chance, bit) {
    const lower = lowerPart(this.#range, chance);
    if (bit) this.#range = lower;
    else {
      this.#low += lower;
      this.#range -= lower;
    }
    if (this.#low > 0xffffffff) this.#carry();
    while (this.#range < 0x1000000) {
      this.#code.push(this.#low >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#range = (this.#range << 8) >>> 0;
    }
    return bit;
  }

  #carry() {
    this.#low -= 0x100000000;
    let at = this.#code.length - 1;
    while (++this.#code[at] > 255) this.#code[at--] = 0;
  }

  end() {
    const end = Buffer.alloc(4);
    end.writeUInt32BE(this.#low);
    return Buffer.concat([Buffer.from(this.#code), end]);
  }
}
