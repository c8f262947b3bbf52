/** head (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import { type OpenFile, RegularFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { fromBinary, toBinary } from '../bytes.ts';
import { openInput } from '../input.ts';
import { parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool } from '../tool.ts';

const head = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Print the first 10 lines of each FILE to standard output.',
  digits: 'n',
  options: [
    ['c,bytes=[-]NUM', 'print the first NUM bytes; with a leading -, all but the last NUM'],
    ['n,lines=[-]NUM', 'print the first NUM lines instead of the first 10; with a leading -, all but the last NUM'],
    ['q,quiet,silent', 'never print headers giving file names'],
    ['v,verbose', 'always print headers giving file names'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const unit = call.last('c', 'n') ?? 'n';
    const text = call.value(unit) ?? '10';
    const count = parseSize(text.replace(/^[-+]/, ''));
    if (count === undefined) throw new Failure(`invalid number of ${unit === 'c' ? 'bytes' : 'lines'}: ${quote(text)}`);
    const names = call.operands.length === 0 ? ['-'] : call.operands;
    const headers = call.has('v') || (names.length > 1 && !call.has('q'));
    let first = true;
    for (const name of names) {
      const file = yield* open(call, name);
      if (!file) continue;
      if (headers) yield* call.print(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
      first = false;
      try {
        yield* show(call, file, { bytes: unit === 'c', allBut: text.startsWith('-'), count });
      } finally {
        file.close();
      }
    }
    return call.status;
  },
});

function* open(call: Call, name: string): Routine<OpenFile | undefined> {
  try {
    return openInput(call.process, name);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(error.code === 'EISDIR' ? `error reading ${quote(name)}: Is a directory` : `cannot open ${quote(name)} for reading: ${error.message}`);
    return undefined;
  }
}

type Wanted = { readonly bytes: boolean; readonly allBut: boolean; readonly count: number };

function* show(call: Call, file: OpenFile, { bytes, allBut, count }: Wanted): Routine {
  if (bytes) return yield* allBut ? allButBytes(call, file, count) : firstBytes(call, file, count);
  if (count === 0 && !allBut) return;
  const input = call.lines(file, call.has('z') ? '\0' : '\n');
  const end = call.has('z') ? '\0' : '\n';
  const held: string[] = [];
  for (let left = count; allBut || left > 0; left--) {
    const line = yield* input.next();
    if (line === undefined) break;
    const text = input.complete ? line + end : line;
    if (!allBut) yield* call.print(text);
    else {
      held.push(text);
      if (held.length > count) yield* call.print(held.shift() as string);
    }
  }
  // What was read too much of a file goes back to whoever shares the descriptor, as lseek does it.
  if (!allBut && file instanceof RegularFile) file.unread(input.rest());
}

function* firstBytes(call: Call, file: OpenFile, count: number): Routine {
  for (let left = count; left > 0; ) {
    const text = yield* file.read();
    if (text === undefined) return;
    const binary = toBinary(text);
    yield* call.print(binary.length <= left ? text : fromBinary(binary.slice(0, left)));
    if (binary.length > left && file instanceof RegularFile) file.unread(fromBinary(binary.slice(left)));
    left -= binary.length;
    yield* call.out.flush();
  }
}

function* allButBytes(call: Call, file: OpenFile, count: number): Routine {
  const binary = toBinary(yield* call.whole(file));
  yield* call.print(fromBinary(binary.slice(0, Math.max(0, binary.length - count))));
}

export const headPrograms = { head };
