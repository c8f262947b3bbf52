// Packs the bundle and the lessons for the package: what bin/unpacking.mjs unpacks.
import { brotliCompressSync } from 'node:zlib';
import { codeSymbols, lowerPart, treeOf } from '../bin/unpacking.mjs';

/** Bytes, and the words and parts of words that are symbols of their own. */
const SYMBOLS = 1500;

/** Packed for `unpacked`. */
export function packed(text) {
  const { symbols, words } = inWords(text);
  const counts = new Array(256 + words.length).fill(0);
  for (const symbol of symbols) counts[symbol]++;
  // Most symbols are guessed: those that are not shape the tree. Which these are does not depend on it, so that any tree will do to count them.
  const any = treeOf(depthsOf(counts));
  const spelled = new Array(counts.length).fill(0);
  codeSymbols(symbols.slice(), any.children, { bit: (_, bit) => bit }, (symbol) => {
    spelled[symbol]++;
    return any.paths[symbol];
  });
  const depths = depthsOf(spelled);
  const { children, paths } = treeOf(depths);
  const writer = new Writer();
  codeSymbols(symbols.slice(), children, writer, (symbol) => paths[symbol]);
  const facts = brotliCompressSync(JSON.stringify({ length: text.length, count: symbols.length, words, depths }));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(facts.length);
  return Buffer.concat([size, facts, writer.end()]);
}

/** The text as symbols: again and again the most frequent pairs within words become symbols of their own (byte pair encoding), some at a time. */
function inWords(text) {
  const spelling = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  let symbols = Uint16Array.from(text);
  const counts = new Int32Array(SYMBOLS * SYMBOLS);
  const isWord = (pair) => /^([A-Za-z]+|[\x80-\xff]+)$/.test(spelling[Math.floor(pair / SYMBOLS)] + spelling[pair % SYMBOLS]);
  while (spelling.length < SYMBOLS) {
    const frequent = [];
    counts.fill(0);
    for (let at = 1; at < symbols.length; at++) {
      const pair = symbols[at - 1] * SYMBOLS + symbols[at];
      if (++counts[pair] === 20) frequent.push(pair);
    }
    const merged = new Map();
    const [firsts, seconds] = [new Set(), new Set()];
    const room = Math.min(SYMBOLS - spelling.length, Math.ceil((spelling.length - 200) / 12));
    for (const pair of frequent.filter(isWord).sort((a, b) => counts[b] - counts[a] || a - b)) {
      const [first, second] = [Math.floor(pair / SYMBOLS), pair % SYMBOLS];
      // Pairs that overlap wait for the next turn: what the other leaves of them counts anew.
      if (merged.size === room || firsts.has(second) || seconds.has(first)) continue;
      firsts.add(first);
      seconds.add(second);
      merged.set(pair, spelling.push(spelling[first] + spelling[second]) - 1);
    }
    if (merged.size === 0) break;
    let length = 0;
    for (let at = 0; at < symbols.length; at++) {
      const pair = at + 1 < symbols.length ? merged.get(symbols[at] * SYMBOLS + symbols[at + 1]) : undefined;
      symbols[length++] = pair ?? symbols[at];
      if (pair !== undefined) at++;
    }
    symbols = symbols.slice(0, length);
  }
  return { symbols, words: spelling.slice(256) };
}

/** How many bits each symbol has in Huffman's code: 0 for those that never come. */
function depthsOf(counts) {
  const leaves = [...counts.keys()].filter((symbol) => counts[symbol] > 0);
  // A tree has two branches at least.
  for (let symbol = 0; leaves.length < 2; symbol++) if (counts[symbol] === 0) leaves.push(symbol);
  const waiting = leaves.map((symbol) => ({ count: counts[symbol], symbol })).sort((a, b) => a.count - b.count || a.symbol - b.symbol);
  const joined = [];
  const rarest = () => (joined.length === 0 || (waiting.length > 0 && waiting[0].count <= joined[0].count) ? waiting : joined).shift();
  while (waiting.length + joined.length > 1) {
    const [one, other] = [rarest(), rarest()];
    joined.push({ count: one.count + other.count, one, other });
  }
  const depths = counts.map(() => 0);
  const walk = (node, depth) => {
    if (node.one === undefined) depths[node.symbol] = depth;
    else for (const branch of [node.one, node.other]) walk(branch, depth + 1);
  };
  walk(joined[0], 0);
  return depths;
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
