// Bytes packed by sorting (Burrows and Wheeler's transform, then arithmetic coding): the bundle and the lessons take a twentieth less than brotli makes of
// them, for half a second at the first start. How likely each byte is, is learned while it is read, alike on both sides; integers only, so that every
// machine gets the same. The other side is scripts/block-sort.mjs.

/** The text is taken out in so many parts side by side: each step jumps through the whole table, and the jumps wait for memory together. */
export const PARTS = 8;
/** Header, as 32-bit numbers: the length in bytes, a multiple of PARTS; the row where the text itself stands; the row where each part ends. */
export const HEADER = 4 * (2 + PARTS);

/** What `blockSorted` packed. */
export function unpacked(packed) {
  const [length, own, ...ends] = Array.from({ length: HEADER / 4 }, (_, at) => packed.readUInt32BE(4 * at));
  const last = Buffer.alloc(length);
  codeBytes(last, new Reader(packed.subarray(HEADER)));
  return unsorted(last, own, Uint32Array.from(ends));
}

/** The text of the last column of its sorted rows. The row `own` is the text itself, whose last byte is the end: it is not in the column. */
function unsorted(last, own, rows) {
  const places = new Uint32Array(257);
  places[0] = 1;
  for (const byte of last) places[byte + 1]++;
  for (let byte = 1; byte < 257; byte++) places[byte] += places[byte - 1];
  // By row: the row that begins one byte earlier, and that byte.
  const before = new Uint32Array(last.length + 1);
  for (let at = 0; at < last.length; at++) before[at < own ? at : at + 1] = (places[last[at]]++ << 8) | last[at];
  const text = Buffer.alloc(last.length);
  const part = last.length / PARTS;
  for (let at = part - 1; at >= 0; at--)
    for (let index = 0; index < PARTS; index++) {
      const step = before[rows[index]];
      text[index * part + at] = step;
      rows[index] = step >>> 8;
    }
  return text;
}

const half = (length) => new Uint16Array(length).fill(32768);
const stairs = (length, steps) => Uint16Array.from({ length: length * (steps + 1) }, (_, at) => Math.min(65535, ((at % (steps + 1)) * 65536) / steps));

/**
 * Reads or writes `bytes`, as `coder.bit(chance, bit)` does with each of its bits; chances are of 65536. First whether a byte is the one before it again, by
 * the length of the run, by whether the last sixteen were, and by the two bytes before; if not, its bits, by those before them and the two bytes before.
 * What the chances together say is corrected by how often it was true.
 */
export function codeBytes(bytes, coder) {
  const [byRun, byHistory, byBoth, runTruth] = [half(65536), half(65536), half(65536), stairs(256, 32)];
  const [byBits, byByte, byByteBefore, bitTruth] = [half(256), half(65536), half(65536), stairs(256, 16)];
  let [byte, byteBefore, run, history] = [0, 0, 0, 0];
  for (let index = 0; index < bytes.length; index++) {
    const wanted = bytes[index];
    const [one, two, three] = [(byte << 8) | run, history & 65535, (byteBefore << 8) | byte];
    const said = (byRun[one] * 2 + byHistory[two] + byBoth[three]) >> 2;
    const step = run * 33 + (said >> 11);
    const truth = between(runTruth, step, said & 2047, 11);
    const again = coder.bit(bounded((truth + said) >> 1), wanted === byte ? 1 : 0);
    learn(byRun, one, again, 4);
    learn(byHistory, two, again, 5);
    learn(byBoth, three, again, 5);
    learn(runTruth, step, again, 6);
    learn(runTruth, step + 1, again, 6);
    history = (history << 1) | again;
    if (again) {
      if (run < 255) run++;
      bytes[index] = byte;
      continue;
    }
    run = 0;
    let bits = 1;
    for (let shift = 7; shift >= 0; shift--) bits = (bits << 1) | codeBit((wanted >> shift) & 1, bits);
    [byteBefore, byte] = [byte, bits & 255];
    bytes[index] = byte;
  }

  function codeBit(wanted, bits) {
    const [one, two] = [(byte << 8) | bits, (byteBefore << 8) | bits];
    const said = (byBits[bits] * 6 + byByte[one] * 5 + byByteBefore[two] * 5) >> 4;
    const step = bits * 17 + (said >> 12);
    const truth = between(bitTruth, step, said & 4095, 12);
    const bit = coder.bit(bounded((truth * 3 + said) >> 2), wanted);
    learn(byBits, bits, bit, 2);
    learn(byByte, one, bit, 4);
    learn(byByteBefore, two, bit, 5);
    learn(bitTruth, step, bit, 6);
    learn(bitTruth, step + 1, bit, 6);
    return bit;
  }
}

const bounded = (chance) => Math.max(32, Math.min(65504, chance));
const between = (table, step, part, width) => (table[step] * ((1 << width) - part) + table[step + 1] * part) >>> width;

function learn(table, index, bit, slowness) {
  const chance = table[index];
  table[index] = chance + (((bit ? 65535 : 0) - chance) >> slowness);
}

/** The lower part of the range, as wide as the chance, is a 1. */
export const lowerPart = (range, chance) => Math.imul(range >>> 16, chance) >>> 0;

class Reader {
  #code;
  #range = 0xffffffff;
  #value;
  #at = 4;

  constructor(code) {
    this.#code = code;
    this.#value = code.readUInt32BE(0);
  }

  bit(chance) {
    const lower = lowerPart(this.#range, chance);
    const bit = this.#value < lower ? 1 : 0;
    if (bit) this.#range = lower;
    else {
      this.#value -= lower;
      this.#range -= lower;
    }
    while (this.#range < 0x1000000) {
      this.#value = ((this.#value << 8) | this.#code[this.#at++]) >>> 0;
      this.#range = (this.#range << 8) >>> 0;
    }
    return bit;
  }
}
