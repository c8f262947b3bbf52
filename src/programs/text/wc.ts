/** wc (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import { type OpenFile, RegularFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { byteLength } from '../../sim/stream.ts';
import { openInput } from '../input.ts';
import { type Call, tool } from '../tool.ts';

type Counts = { lines: number; words: number; chars: number; bytes: number; longest: number };
type Key = keyof Counts;

/** Letters looked at in the time of one step of the engine: see Sim.toil. */
const lettersPerStep = 1_000;

const columns: readonly (readonly [option: string, key: Key])[] = [
  ['l', 'lines'],
  ['w', 'words'],
  ['m', 'chars'],
  ['c', 'bytes'],
  ['L', 'longest'],
];

const wc = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Print newline, word, and byte counts for each FILE.',
  options: [
    ['c,bytes', 'print the byte counts'],
    ['m,chars', 'print the character counts'],
    ['l,lines', 'print the newline counts'],
    ['L,max-line-length', 'print the maximum display width'],
    ['w,words', 'print the word counts'],
  ],
  *run(call) {
    const asked = columns.filter(([option]) => call.has(option)).map(([, key]) => key);
    const keys: readonly Key[] = asked.length > 0 ? asked : ['lines', 'words', 'bytes'];
    const width = columnWidth(call, keys.length);
    const total: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, longest: 0 };
    const show = (counts: Counts, name: string): string =>
      `${keys.map((key) => String(counts[key]).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`;
    for (const name of call.operands.length === 0 ? ['-'] : call.operands) {
      let counts: Counts | undefined;
      let trouble: unknown;
      try {
        const file = openInput(call.process, name);
        try {
          counts = yield* keys.every((key) => key === 'bytes') ? countBytes(file) : count(call, file);
        } finally {
          file.close();
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        trouble = error;
      }
      if (trouble) yield* call.complainAbout(name, trouble);
      if (trouble instanceof Errno && trouble.code === 'EISDIR') counts = { lines: 0, words: 0, chars: 0, bytes: 0, longest: 0 };
      if (!counts) continue;
      for (const key of ['lines', 'words', 'chars', 'bytes'] as const) total[key] += counts[key];
      total.longest = Math.max(total.longest, counts.longest);
      yield* call.print(show(counts, call.operands.length === 0 ? '' : name));
    }
    if (call.operands.length > 1) yield* call.print(show(total, 'total'));
    return call.status;
  },
});

/** wide enough for the largest number that the files can have: compute_number_width in wc.c. */
function columnWidth(call: Call, shown: number): number {
  const names = call.operands;
  if (shown === 1 && names.length <= 1) return 1;
  let least = 1;
  let bytes = 0;
  for (const name of names.length === 0 ? ['-'] : names) {
    const inode = name === '-' ? (call.process.stdin instanceof RegularFile ? call.process.stdin.inode : undefined) : call.process.fs.find(name);
    if (inode?.type === 'file') bytes += inode.size;
    else if (inode || name === '-') least = 7;
  }
  return Math.max(least, String(bytes).length);
}

/** Without a look at what it is, as wc -c does. */
function* countBytes(file: OpenFile): Routine<Counts> {
  let bytes = 0;
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) bytes += byteLength(text);
  return { lines: 0, words: 0, chars: 0, bytes, longest: 0 };
}

function* count({ process }: Call, file: OpenFile): Routine<Counts> {
  const counts: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, longest: 0 };
  let inWord = false;
  let width = 0;
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
    counts.bytes += byteLength(text);
    process.kernel.sim.toil(text.length / lettersPerStep);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0xdc00 || code > 0xdfff) counts.chars++;
      if (code === 10) {
        counts.lines++;
        counts.longest = Math.max(counts.longest, width);
        width = 0;
        inWord = false;
      } else if (code === 32 || (code >= 9 && code <= 13)) {
        inWord = false;
        width += code === 9 ? 8 - (width % 8) : code === 32 ? 1 : 0;
      } else {
        width += code > 0x1100 ? 2 : 1;
        if (!inWord) counts.words++;
        inWord = true;
      }
    }
  }
  counts.longest = Math.max(counts.longest, width);
  return counts;
}

export const wcPrograms = { wc };
