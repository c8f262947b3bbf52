// Bytes packed by sorting (Burrows and Wheeler's transform, then arithmetic coding with mixed models): the bundle and the lessons take a fifteenth less
// than brotli makes of them, for half a second at the first start. How likely each byte is, is learned while it is read, alike on both sides; nothing but
// integers and the four operations on numbers, so that every machine gets the same. The other side is scripts/block-sort.mjs.

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
 */
export function codeBytes(bytes, coder) {
  const [byRun, byHistory, byBoth, again] = [half(65536), half(65536), half(65536), new Mixer(coder, 32)];
  const [byBits, byByte, byByteBefore, inByte] = [half(256), half(65536), half(65536), new Mixer(coder, 16)];
  let [byte, byteBefore, run, history] = [0, 0, 0, 0];
  for (let index = 0; index < bytes.length; index++) {
    const wanted = bytes[index];
    const isAgain = codeAgain(wanted === byte ? 1 : 0);
    history = (history << 1) | isAgain;
    if (isAgain) {
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

  function codeAgain(wanted) {
    const [one, two, three] = [(byte << 8) | run, history & 65535, (byteBefore << 8) | byte];
    const bit = again.code(run, byRun[one], byHistory[two], byBoth[three], wanted);
    learn(byRun, one, bit, 4);
    learn(byHistory, two, bit, 5);
    learn(byBoth, three, bit, 4);
    return bit;
  }

  function codeBit(wanted, bits) {
    const [one, two] = [(byte << 8) | bits, (byteBefore << 8) | bits];
    const bit = inByte.code(bits, byBits[bits], byByte[one], byByteBefore[two], wanted);
    learn(byBits, bits, bit, 2);
    learn(byByte, one, bit, 3);
    learn(byByteBefore, two, bit, 6);
    return bit;
  }
}

function learn(table, index, bit, slowness) {
  const chance = table[index];
  table[index] = chance + (((bit ? 65535 : 0) - chance) >> slowness);
}

/** The logistic curve from -8 to 8 in 4096 steps, and back from 4096 chances. By adding up its slope: what Math.exp gives is not the same everywhere. */
const [chanceAt, stepAt] = [new Uint16Array(4096), new Int16Array(4096)];
for (let step = 0, chance = 0.5; step < 2048; step++, chance += (chance * (1 - chance)) / 256) {
  chanceAt[2048 + step] = chance * 65536;
  chanceAt[2047 - step] = 65535 - chanceAt[2048 + step];
}
for (let chance = 0, step = 0; chance < 4096; chance++) {
  while (step < 4095 && chanceAt[step] < chance * 16 + 8) step++;
  stepAt[chance] = step - 2048;
}

/**
 * Makes one chance of three, each weighed by how well it has told (logistic mixing, as in Mahoney's PAQ), apart for each of 256 sets. What they say together
 * is corrected by how often it was true, in so many steps of the chance.
 */
class Mixer {
  #coder;
  #weights = new Int32Array(256 * 3).fill(24000);
  #steps;
  #width;
  #truth;

  constructor(coder, steps) {
    this.#coder = coder;
    this.#steps = steps;
    this.#width = Math.clz32(steps) - 15;
    this.#truth = stairs(256, steps);
  }

  code(set, first, second, third, wanted) {
    const weights = this.#weights;
    const at = 3 * set;
    const [one, two, three] = [stepAt[first >>> 4], stepAt[second >>> 4], stepAt[third >>> 4]];
    const sum = (weights[at] * one + weights[at + 1] * two + weights[at + 2] * three) >> 16;
    const said = chanceAt[Math.max(0, Math.min(4095, sum + 2048))];
    const step = set * (this.#steps + 1) + (said >>> this.#width);
    const part = said & ((1 << this.#width) - 1);
    const truth = (this.#truth[step] * ((1 << this.#width) - part) + this.#truth[step + 1] * part) >>> this.#width;
    const bit = this.#coder.bit(Math.max(32, Math.min(65504, (truth + said) >> 1)), wanted);
    const error = (((bit ? 65535 : 0) - said) * 3) >> 3;
    weights[at] += (one * error + 32768) >> 16;
    weights[at + 1] += (two * error + 32768) >> 16;
    weights[at + 2] += (three * error + 32768) >> 16;
    learn(this.#truth, step, bit, 7);
    learn(this.#truth, step + 1, bit, 7);
    return bit;
  }
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
