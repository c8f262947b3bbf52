/** cksum, tsort (GNU coreutils 9.7). */
import { bytesOf, toBinary } from '../bytes.ts';
import { type Call, Failure, tool } from '../tool.ts';

const polynomial = 0x04c11db7;
const crcTable = Array.from({ length: 256 }, (_each, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ polynomial : value << 1;
  return value >>> 0;
});

/** The CRC of POSIX: the bytes, then their number, its lowest byte first. */
function crc(bytes: Uint8Array): number {
  let value = 0;
  const add = (byte: number): void => {
    value = ((value << 8) ^ (crcTable[((value >>> 24) ^ byte) & 255] as number)) >>> 0;
  };
  for (const byte of bytes) add(byte);
  for (let left = bytes.length; left > 0; left = Math.floor(left / 256)) add(left & 255);
  return ~value >>> 0;
}

const cksum = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Print or verify checksums.',
  options: [['a,algorithm=TYPE', 'select the digest type to use']],
  *run(call) {
    if (call.has('a') && call.value('a') !== 'crc') throw new Failure(`k8s-lab: cksum -a ${call.value('a')} is not simulated`, 70, true);
    yield* call.eachFile(function* (file, name) {
      const bytes = bytesOf(toBinary(yield* call.whole(file)));
      yield* call.print(`${crc(bytes)} ${bytes.length}${call.operands.length === 0 ? '' : ` ${name}`}\n`);
    });
    return call.status;
  },
});

const tsort = tool({
  usage: '[OPTION] [FILE]',
  summary: 'Write totally ordered list consistent with the partial ordering in FILE.',
  options: [],
  *run(call) {
    const name = call.operands[0] ?? '-';
    const words = (yield* call.slurp(name)).split(/\s+/).filter(Boolean);
    if (words.length % 2 === 1) throw new Failure(`${name}: input contains an odd number of tokens`);
    yield* sorted(call, name, words);
    return call.status;
  },
});

/** Knuth 2.2.3, algorithm T; a ring is told, and broken at the edge that closes it. */
function* sorted(call: Call, name: string, words: readonly string[]) {
  const after = new Map<string, string[]>();
  for (const word of [...words].sort()) after.set(word, []);
  const before = new Map([...after.keys()].map((word) => [word, 0]));
  for (let i = 0; i < words.length; i += 2) {
    const [from = '', to = ''] = [words[i], words[i + 1]];
    if (from === to) continue;
    after.get(from)?.unshift(to);
    before.set(to, (before.get(to) ?? 0) + 1);
  }
  const ready = [...before].filter(([, count]) => count === 0).map(([word]) => word);
  while (before.size > 0) {
    const next = ready.shift();
    if (next === undefined) {
      const ring = ringIn(before, after);
      yield* call.complain(`${name}: input contains a loop:`);
      for (const word of ring) yield* call.process.printError(`tsort: ${word}\n`);
      const [first = '', last = ''] = [ring[0], ring.at(-1)];
      after.set(last, (after.get(last) ?? []).toSpliced((after.get(last) ?? []).indexOf(first), 1));
      lower(first);
      continue;
    }
    before.delete(next);
    yield* call.print(`${next}\n`);
    for (const word of after.get(next) ?? []) lower(word);
  }
  function lower(word: string): void {
    const left = (before.get(word) ?? 1) - 1;
    before.set(word, left);
    if (left === 0) ready.push(word);
  }
}

function ringIn(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, readonly string[]>): string[] {
  const path: string[] = [];
  let word = [...before.keys()][0] ?? '';
  while (!path.includes(word)) {
    path.push(word);
    // Each that is left waits for another that is left.
    word = [...before.keys()].find((each) => after.get(each)?.includes(word)) ?? word;
  }
  const ring = path.slice(path.indexOf(word)).reverse();
  const least = ring.indexOf([...ring].sort()[0] ?? '');
  return [...ring.slice(least), ...ring.slice(0, least)];
}

export const sumPrograms = { cksum, tsort };
