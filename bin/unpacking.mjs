// Bytes packed by mixing what several contexts say of the next one (logistic mixing and histories of bits, as in Mahoney's PAQ): the bundle and the lessons
// take a tenth less than brotli makes of them, for a second at the first start. The text is read as symbols: bytes, and frequent words and parts of them. How
// likely each is, is learned while it is read, alike on both sides; nothing but integers and the four operations on numbers, so that every machine gets the
// same. The other side is scripts/packing.mjs. In what runs a million times nothing is taken apart by patterns: that would take twice as long.
import { brotliDecompressSync } from 'node:zlib';

/** What `packed` made. The first line of its brotli says the length in bytes, how many symbols there are, the words, and how many bits each symbol has. */
export function unpacked(packed) {
  const start = 4 + packed.readUInt32BE(0);
  const { length, count, words, depths } = JSON.parse(brotliDecompressSync(packed.subarray(4, start)).toString());
  const symbols = new Uint16Array(count);
  codeSymbols(symbols, treeOf(depths).children, new Reader(packed.subarray(start)));
  const spelling = Array.from({ length: 256 }, (_, byte) => [byte]).concat(words.map((word) => [...Buffer.from(word, 'latin1')]));
  const text = Buffer.alloc(length);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const word = spelling[symbols[index]];
    for (let letter = 0; letter < word.length; letter++) text[at++] = word[letter];
  }
  return text;
}

/**
 * The tree of a canonical prefix code: two numbers a node, the next node or the complement of a symbol. `paths` has each symbol's way down, its first bit the
 * lowest. `depths` is how many bits each symbol has, 0 for none.
 */
export function treeOf(depths) {
  const [children, paths] = [[0, 0], []];
  const order = [...depths.keys()].filter((symbol) => depths[symbol] > 0).sort((a, b) => depths[a] - depths[b] || a - b);
  let [code, before, nodes] = [0, 0, 1];
  for (const symbol of order) {
    const depth = depths[symbol];
    code <<= depth - before;
    let [node, path] = [0, 0];
    for (let level = 0; level < depth; level++) {
      const bit = (code >>> (depth - 1 - level)) & 1;
      const at = 2 * node + bit;
      path |= bit << level;
      if (level === depth - 1) children[at] = ~symbol;
      else node = children[at] ||= nodes++;
    }
    paths[symbol] = path;
    code++;
    before = depth;
  }
  return { children: Int16Array.from({ length: 2 * nodes }, (_, at) => children[at] ?? 0), paths };
}

/** The logistic curve from -8 to 8 in 4096 steps, and back from 4096 chances. By adding up its slope: what Math.exp gives is not the same everywhere. */
const [chanceAt, stepAt] = [new Uint16Array(4096), new Int16Array(4096)];
for (let step = 0, chance = 0.5; step < 2048; step++, chance += (chance * (1 - chance)) / 256) {
  chanceAt[2048 + step] = Math.min(65504, chance * 65536);
  chanceAt[2047 - step] = 65536 - chanceAt[2048 + step];
}
for (let chance = 0, step = 0; chance < 4096; chance++) {
  while (step < 4095 && chanceAt[step] < chance * 16 + 8) step++;
  stepAt[chance] = step - 2048;
}
const mixed = (sum) => chanceAt[Math.max(0, Math.min(4095, (sum >> 16) + 2048))];

/** A history of bits is how many were 1 and how many 0, four bits each, up to 15: a bit makes one more of its kind, and of the other about half of them. */
const fewer = [0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7];
const after = Uint8Array.from({ length: 512 }, (_, at) => {
  const [bit, ones, zeros] = [at >> 8, (at >> 4) & 15, at & 15];
  return bit ? (Math.min(15, ones + 1) << 4) | fewer[zeros] : (fewer[ones] << 4) | Math.min(15, zeros + 1);
});
const half = (length) => new Uint16Array(length).fill(32768);
/** What a history tells at first, as a chance of 65536. */
const counted = () => Uint16Array.from({ length: 256 }, (_, history) => (65536 * ((history >> 4) + 0.4)) / ((history >> 4) + (history & 15) + 0.8));
const times = Math.imul;
const hashed = (context, symbol, factor) => times((context ^ (context >>> 15)) + symbol + 1, factor);

/** Two logarithms each: the slots of the last symbol after two and after three or four others; the histories of bits after one and after two symbols. */
const [PAIRS, LONG, ONE, TWO] = [18, 20, 20, 21];
const [SHORTEST, LONGEST, SURE] = [4, 32, 160];

/**
 * Reads or writes `symbols`, as `coder.bit(chance, bit)` does with each decision; chances are of 65536. First whether it is the symbol that followed where
 * the same symbols stood last, or else the last one after the longest context that has one; then whether it is the next likely one; if neither, its bits down
 * the tree. `path(symbol)` gives the bits to write, the lowest first, and is called for nothing else.
 */
export function codeSymbols(symbols, children, coder, path = () => 0) {
  // By context: the last symbol and one, then the history of whether it came again.
  const [after1, after2, after3, after4] = [12, PAIRS, LONG, LONG].map((bits) => new Int32Array(1 << bits));
  const [told1, told2, told3, told4] = [1, 2, 3, 4].map(() => half(1024));
  const [bySource, bySymbol, weights] = [half(1024), half(1 << 18), new Int32Array(8192).fill(24000)];
  const [histories1, histories2] = [new Uint8Array(1 << ONE), new Uint8Array(1 << TWO)];
  const [counts1, counts2, byNode, nodeWeights] = [counted(), counted(), half(children.length), new Int32Array(2 * children.length).fill(24000)];
  const places = new Int32Array(1 << 18);
  // The symbols before; where the same ones stood last, and how many are the same; what the contexts of this one know.
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let five = 0;
  let place = 0;
  let same = 0;
  let slot1 = 0;
  let slot2 = 0;
  let slot3 = 0;
  let slot4 = 0;
  let source = 0;
  for (let index = 0; index < symbols.length; index++) {
    const context1 = times(one + 1, 0x2f0b4c47);
    const context2 = hashed(context1, two, 0x3d4d51cb);
    const context3 = hashed(context2, three, 0x2545f491);
    const context4 = hashed(context3, four, 0x2f0b4c47);
    const here = hashed(context4, five, 0x3d4d51cb) >>> 14;
    if (same === 0) {
      place = places[here];
      while (same < LONGEST && same < place && symbols[place - 1 - same] === symbols[index - 1 - same]) same++;
      if (same < SHORTEST) same = 0;
    }
    places[here] = index;
    const at2 = context2 >>> (32 - PAIRS);
    const at3 = context3 >>> (32 - LONG);
    const at4 = context4 >>> (32 - LONG);
    slot1 = after1[one];
    slot2 = after2[at2];
    slot3 = after3[at3];
    slot4 = after4[at4];
    const wanted = symbols[index];
    let guess = same > 0 ? symbols[place] + 1 : likely(0);
    if (same > 0) source = same > 31 ? 19 : same > 15 ? 18 : same + 3;
    let symbol = guess > 0 && codeGuess(guess, source << 1, wanted === guess - 1 ? 1 : 0) ? guess - 1 : -1;
    place++;
    if (symbol < 0) {
      same = 0;
      guess = likely(guess);
      symbol = guess > 0 && codeGuess(guess, (source << 1) | 1, wanted === guess - 1 ? 1 : 0) ? guess - 1 : codeTree(context1, context2, path(wanted));
    } else if (same > 0 && same < LONGEST) same++;
    symbols[index] = symbol;
    after1[one] = next(slot1, symbol);
    after2[at2] = next(slot2, symbol);
    after3[at3] = next(slot3, symbol);
    after4[at4] = next(slot4, symbol);
    five = four;
    four = three;
    three = two;
    two = one;
    one = symbol;
  }

  /** The last symbol and one after the longest context that has another than `but`, and in `source` the context's number; 0 for none. */
  function likely(but) {
    source = 3;
    if (slot4 !== 0 && slot4 >> 8 !== but) return slot4 >> 8;
    source = 2;
    if (slot3 !== 0 && slot3 >> 8 !== but) return slot3 >> 8;
    source = 1;
    if (slot2 !== 0 && slot2 >> 8 !== but) return slot2 >> 8;
    source = 0;
    return slot1 >> 8 === but ? 0 : slot1 >> 8;
  }

  function codeGuess(guess, kind, wanted) {
    const is1 = slot1 >> 8 === guess ? 1 : 0;
    const is2 = slot2 >> 8 === guess ? 1 : 0;
    const is3 = slot3 >> 8 === guess ? 1 : 0;
    const is4 = slot4 >> 8 === guess ? 1 : 0;
    const rank = (kind & 1) << 9;
    const at1 = (slot1 & 255) | (is1 << 8) | rank;
    const at2 = (slot2 & 255) | (is2 << 8) | rank;
    const at3 = (slot3 & 255) | (is3 << 8) | rank;
    const at4 = (slot4 & 255) | (is4 << 8) | rank;
    const at5 = ((((kind >> 1) << 4) | is1 | (is2 << 1) | (is3 << 2) | (is4 << 3)) << 1) | (kind & 1);
    const at6 = ((one << 6) | kind) & 0x3ffff;
    const at = at5 << 3;
    const chance1 = told1[at1];
    const chance2 = told2[at2];
    const chance3 = told3[at3];
    const chance4 = told4[at4];
    const chance5 = bySource[at5];
    const chance6 = bySymbol[at6];
    const step1 = stepAt[chance1 >> 4];
    const step2 = stepAt[chance2 >> 4];
    const step3 = stepAt[chance3 >> 4];
    const step4 = stepAt[chance4 >> 4];
    const step5 = stepAt[chance5 >> 4];
    const step6 = stepAt[chance6 >> 4];
    const short = (times(weights[at], step1) + times(weights[at + 1], step2)) | 0;
    const long = (times(weights[at + 2], step3) + times(weights[at + 3], step4)) | 0;
    const chance = mixed(short + long + ((times(weights[at + 4], step5) + times(weights[at + 5], step6)) | 0));
    const bit = coder.bit(chance, wanted);
    const truth = -bit & 65535;
    const error = (truth - chance) >> 2;
    // What was told rightly and surely has nothing to learn.
    if (error <= SURE && error >= -SURE) return bit;
    weights[at] += times(error, step1) >> 13;
    weights[at + 1] += times(error, step2) >> 13;
    weights[at + 2] += times(error, step3) >> 13;
    weights[at + 3] += times(error, step4) >> 13;
    weights[at + 4] += times(error, step5) >> 13;
    weights[at + 5] += times(error, step6) >> 13;
    told1[at1] = chance1 + ((truth - chance1) >> 6);
    told2[at2] = chance2 + ((truth - chance2) >> 6);
    told3[at3] = chance3 + ((truth - chance3) >> 6);
    told4[at4] = chance4 + ((truth - chance4) >> 6);
    bySource[at5] = chance5 + ((truth - chance5) >> 6);
    bySymbol[at6] = chance6 + ((truth - chance6) >> 4);
    return bit;
  }

  /** Four levels of the tree are 16 histories side by side: the next ones are in the cache with the first. */
  function codeTree(context1, context2, path) {
    let node = 0;
    do {
      const top = (times(node, 0x9e3779b1) + 0x1234567) | 0;
      const block1 = ((times(context1 ^ top, 0x2c1b3c6d) ^ (top >>> 3)) >>> (32 - ONE)) & ~15;
      const block2 = ((times(context2 ^ top, 0x2c1b3c6d) ^ (top >>> 3)) >>> (32 - TWO)) & ~15;
      let within = 1;
      do {
        const at = node << 2;
        const history1 = histories1[block1 | within];
        const history2 = histories2[block2 | within];
        const chance0 = byNode[node];
        const chance1 = counts1[history1];
        const chance2 = counts2[history2];
        const step0 = stepAt[chance0 >> 4];
        const step1 = stepAt[chance1 >> 4];
        const step2 = stepAt[chance2 >> 4];
        const chance = mixed(((times(nodeWeights[at], step0) + times(nodeWeights[at + 1], step1)) | 0) + times(nodeWeights[at + 2], step2));
        const bit = coder.bit(chance, path & 1);
        const truth = -bit & 65535;
        const error = (truth - chance) >> 2;
        nodeWeights[at] += times(error, step0) >> 12;
        nodeWeights[at + 1] += times(error, step1) >> 12;
        nodeWeights[at + 2] += times(error, step2) >> 12;
        byNode[node] = chance0 + ((truth - chance0) >> 4);
        counts1[history1] = chance1 + ((truth - chance1) >> 6);
        counts2[history2] = chance2 + ((truth - chance2) >> 6);
        histories1[block1 | within] = after[(bit << 8) | history1];
        histories2[block2 | within] = after[(bit << 8) | history2];
        within = (within << 1) | bit;
        path >>= 1;
        node = children[(node << 1) | bit];
      } while (within < 16 && node > 0);
    } while (node > 0);
    return ~node;
  }
}

const next = (slot, symbol) => (slot >> 8 === symbol + 1 ? (slot & ~255) | after[256 | (slot & 255)] : ((symbol + 1) << 8) | after[slot & 255]);

/** The lower part of the range, as wide as the chance, is a 1. */
export const lowerPart = (range, chance) => times(range >>> 16, chance) >>> 0;

class Reader {
  #code;
  #at = 4;
  /** The range and the value: in an array, numbers above 2^31 are not objects. */
  #state;

  constructor(code) {
    this.#code = code;
    this.#state = Uint32Array.of(0xffffffff, code.readUInt32BE(0));
  }

  bit(chance) {
    const state = this.#state;
    let range = state[0];
    let value = state[1];
    const lower = lowerPart(range, chance);
    const bit = value < lower ? 1 : 0;
    if (bit === 1) range = lower;
    else {
      value -= lower;
      range -= lower;
    }
    while (range < 0x1000000) {
      value = ((value << 8) | this.#code[this.#at++]) >>> 0;
      range = (range << 8) >>> 0;
    }
    state[0] = range;
    state[1] = value;
    return bit;
  }
}
