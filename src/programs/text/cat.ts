/** cat, tac, rev, nl, tee (GNU coreutils 9.1). */
import { type OpenFile, RegularFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { type Call, tool } from '../tool.ts';

const cat = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Concatenate FILE(s) to standard output.',
  options: [
    ['A,show-all', 'equivalent to -vET'],
    ['b,number-nonblank', 'number nonempty output lines, overrides -n'],
    ['e', 'equivalent to -vE'],
    ['E,show-ends', 'display $ at end of each line'],
    ['n,number', 'number all output lines'],
    ['s,squeeze-blank', 'suppress repeated empty output lines'],
    ['t', 'equivalent to -vT'],
    ['T,show-tabs', 'display TAB characters as ^I'],
    ['u', '(ignored)'],
    ['v,show-nonprinting', 'use ^ and M- notation, except for LFD and TAB'],
  ],
  *run(call) {
    const plain = !call.given.some((option) => option.key !== 'u');
    const state = { number: 0, blank: false, open: false };
    yield* call.eachFile((file, name) => (plain ? copy(call, file, name) : decorate(call, file, state)));
    return call.status;
  },
});

function* copy(call: Call, file: OpenFile, name: string): Routine {
  const out = call.process.stdout;
  if (file instanceof RegularFile && out instanceof RegularFile && file.inode === out.inode && file.inode.size > 0)
    return yield* call.complain(`${name}: input file is output file`);
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
    call.out.add(text);
    yield* call.out.flush();
  }
}

function* decorate(call: Call, file: OpenFile, state: { number: number; blank: boolean; open: boolean }): Routine {
  const has = (...keys: string[]): boolean => keys.some((key) => call.has(key));
  const visible = has('v', 'A', 'e', 't');
  const tabs = has('T', 'A', 't');
  const ends = has('E', 'A', 'e');
  const input = call.lines(file);
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    const blank = line === '';
    if (call.has('s') && blank && state.blank) continue;
    state.blank = blank;
    let shown = visible ? showNonprinting(line) : line;
    if (tabs) shown = shown.replaceAll('\t', '^I');
    // A file that ended without a newline goes on in the next file's first line.
    if (!state.open && (call.has('b') ? !blank : call.has('n'))) shown = `${String(++state.number).padStart(6)}\t${shown}`;
    state.open = !input.complete;
    yield* call.print(`${shown}${input.complete ? `${ends ? '$' : ''}\n` : ''}`);
  }
}

const showNonprinting = (line: string): string =>
  line.replace(/[\x00-\x08\x0b-\x1f\x7f-\u{10ffff}]/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x80) return code === 0x7f ? '^?' : `^${String.fromCharCode(code + 64)}`;
    return [...encodeUtf8(character)].map((value) => meta(value)).join('');
  });

function meta(value: number): string {
  const low = value - 128;
  return low < 32 ? `M-^${String.fromCharCode(low + 64)}` : low === 127 ? 'M-^?' : `M-${String.fromCharCode(low)}`;
}

const tac = tool({
  usage: '[FILE]...',
  summary: 'Write each FILE to standard output, last line first.',
  options: [],
  *run(call) {
    yield* call.eachFile(function* (file) {
      const lines = (yield* call.whole(file)).split(/(?<=\n)/);
      yield* call.print(lines.reverse().join(''));
    });
    return call.status;
  },
});

const rev = tool({
  usage: '[FILE]...',
  summary: 'Reverse lines characterwise.',
  options: [],
  *run(call) {
    yield* call.eachFile(function* (file) {
      const input = call.lines(file);
      for (let line = yield* input.next(); line !== undefined; line = yield* input.next())
        yield* call.print(`${[...line].reverse().join('')}${input.complete ? '\n' : ''}`);
    });
    return call.status;
  },
});

const nl = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Write each FILE to standard output, with line numbers added.',
  options: [
    ['b,body-numbering=STYLE', 'a: all lines, t: nonempty lines, n: none'],
    ['w,number-width=NUMBER', 'use NUMBER columns for line numbers'],
    ['s,number-separator=STRING', 'add STRING after (possible) line number'],
    ['v,starting-line-number=NUMBER', 'first line number'],
    ['i,line-increment=NUMBER', 'line number increment at each line'],
    ['n,number-format=FORMAT', 'ln, rn or rz'],
  ],
  *run(call) {
    const style = call.value('b') ?? 't';
    const width = Number(call.value('w') ?? 6);
    const separator = call.value('s') ?? '\t';
    const format = call.value('n') ?? 'rn';
    let number = Number(call.value('v') ?? 1);
    yield* call.eachFile(function* (file) {
      const input = call.lines(file);
      for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
        const counted = style === 'a' || (style === 't' && line !== '');
        if (!counted) {
          yield* call.print(`${' '.repeat(width + separator.length)}${line}\n`);
          continue;
        }
        const text = String(number);
        const shown = format === 'ln' ? text.padEnd(width) : text.padStart(width, format === 'rz' ? '0' : ' ');
        yield* call.print(`${shown}${separator}${line}\n`);
        number += Number(call.value('i') ?? 1);
      }
    });
    return call.status;
  },
});

const tee = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Copy standard input to each FILE, and also to standard output.',
  options: [
    ['a,append', 'append to the given FILEs, do not overwrite'],
    ['i,ignore-interrupts', 'ignore interrupt signals'],
    ['p', 'diagnose errors writing to non pipes'],
  ],
  *run(call) {
    const { process } = call;
    if (call.has('i')) process.onSignal('SIGINT', 'ignore');
    const files: OpenFile[] = [];
    for (const name of call.operands) {
      try {
        files.push(process.kernel.open(process, name, { write: true, create: true, append: call.has('a'), truncate: !call.has('a') }));
      } catch (error) {
        yield* call.complainAbout(name, error);
      }
    }
    try {
      for (let text = yield* process.stdin.read(); text !== undefined; text = yield* process.stdin.read()) {
        call.out.add(text);
        for (const file of files) yield* file.write(text);
        yield* call.out.flush();
      }
    } finally {
      for (const file of files) file.close();
    }
    return call.status;
  },
});

export const catPrograms = { cat, tac, rev, nl, tee };
