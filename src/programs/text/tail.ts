/** tail (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { fromBinary, toBinary } from '../bytes.ts';
import { openInput } from '../input.ts';
import { parseSeconds, parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { Follower } from './tail-follow.ts';

type Wanted = { readonly bytes: boolean; readonly fromStart: boolean; readonly count: number; readonly delimiter: string };

const tail = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Print the last 10 lines of each FILE to standard output.',
  digits: 'n',
  options: [
    ['c,bytes=[+]NUM', 'output the last NUM bytes; or use -c +NUM to begin with byte NUM'],
    ['f,follow[=HOW]', "output appended data as the file grows; by 'name' or 'descriptor'"],
    ['F', 'same as --follow=name --retry'],
    ['n,lines=[+]NUM', 'output the last NUM lines, instead of the last 10; or use -n +NUM to begin with line NUM'],
    ['pid=PID', 'with -f, terminate after process ID, PID dies'],
    ['q,quiet,silent', 'never output headers giving file names'],
    ['retry', 'keep trying to open a file if it is inaccessible'],
    ['s,sleep-interval=N', 'with -f, sleep for approximately N seconds between iterations'],
    ['v,verbose', 'always output headers giving file names'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const wanted = wantedOf(call);
    const names = call.operands.filter((operand) => !/^\+\d+$/.test(operand) || call.operands.length > 1);
    const follow = call.has('f') || call.has('F');
    const follower = new Follower(call, {
      headers: call.has('v') || (names.length > 1 && !call.has('q')),
      byName: call.has('F') || call.value('f') === 'name',
      retry: call.has('F') || call.has('retry'),
      seconds: parseSeconds(call.value('s') ?? '1') ?? 1,
      pid: call.has('pid') ? Number(call.value('pid')) : undefined,
    });
    try {
      for (const name of names.length === 0 ? ['-'] : names) yield* one(call, name, wanted, follower);
      yield* call.out.flush();
      if (follow) yield* follower.run();
    } finally {
      follower.close(); // Killed too (it holds what it reads): who writes to it must learn that nobody reads any more.
    }
    return call.status;
  },
});

function wantedOf(call: Call): Wanted {
  const old = call.operands.find((operand) => /^\+\d+$/.test(operand));
  const unit = call.last('c', 'n') ?? 'n';
  const text = call.value(unit) ?? (old !== undefined && call.operands.length === 1 ? old : '10');
  const count = parseSize(text.replace(/^[-+]/, ''));
  if (count === undefined) throw new Failure(`invalid number of ${unit === 'c' ? 'bytes' : 'lines'}: ${quote(text)}`);
  return { bytes: unit === 'c', fromStart: text.startsWith('+'), count, delimiter: call.has('z') ? '\0' : '\n' };
}

function* one(call: Call, name: string, wanted: Wanted, follower: Follower): Routine {
  let file: OpenFile;
  try {
    file = openInput(call.process, name);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === 'EISDIR') {
      yield* follower.header(name);
      yield* call.complain(`error reading ${quote(name)}: Is a directory`);
      return;
    }
    yield* call.complain(`cannot open ${quote(name)} for reading: ${error.message}`);
    if (call.has('F') || call.has('retry')) follower.missing(name);
    return;
  }
  follower.add(name, file);
  yield* follower.header(name);
  if (wanted.fromStart) yield* skip(call, file, wanted);
  else if (wanted.bytes) yield* lastBytes(call, file, wanted.count);
  else yield* lastLines(call, file, wanted);
  follower.measure();
}

function* skip(call: Call, file: OpenFile, { bytes, count, delimiter }: Wanted): Routine {
  if (bytes) {
    let left = Math.max(0, count - 1);
    for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
      const binary = toBinary(text);
      yield* call.print(left === 0 ? text : fromBinary(binary.slice(left)));
      left = Math.max(0, left - binary.length);
      yield* call.out.flush();
    }
    return;
  }
  const input = call.lines(file, delimiter);
  let number = 1;
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next())
    if (number++ >= count) yield* call.print(input.complete ? line + delimiter : line);
}

function* lastLines(call: Call, file: OpenFile, { count, delimiter }: Wanted): Routine {
  const input = call.lines(file, delimiter);
  let held: string[] = [];
  let from = 0;
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    held.push(input.complete ? line + delimiter : line);
    call.memory.charge(line.length);
    if (held.length - from <= count) continue;
    call.memory.release(held[from]?.length ?? 0);
    from++;
    if (from > 4096 && from * 2 > held.length) {
      held = held.slice(from);
      from = 0;
    }
  }
  for (const line of held.slice(from)) yield* call.print(line);
}

function* lastBytes(call: Call, file: OpenFile, count: number): Routine {
  let held = '';
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
    held += toBinary(text);
    if (held.length > count + 65536) held = held.slice(held.length - count);
  }
  yield* call.print(fromBinary(count === 0 ? '' : held.slice(-count)));
}

export const tailPrograms = { tail };
