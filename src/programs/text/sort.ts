/** sort and shuf (GNU coreutils 9.1). Bytes decide, as in the C locale. */
import type { Random } from '../../sim/random.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { comparePrepared, type Key, keyText, type Ordering, orderingOf, type Prepared, parseKey, prepare } from './sort-order.ts';

type Row = { readonly line: string; readonly keys: readonly Prepared[] };

const sort = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Write sorted concatenation of all FILE(s) to standard output.',
  trouble: 2,
  options: [
    ['b,ignore-leading-blanks', 'ignore leading blanks'],
    ['d,dictionary-order', 'consider only blanks and alphanumeric characters'],
    ['f,ignore-case', 'fold lower case to upper case characters'],
    ['g,general-numeric-sort', 'compare according to general numerical value'],
    ['i,ignore-nonprinting', 'consider only printable characters'],
    ['M,month-sort', "compare (unknown) < 'JAN' < ... < 'DEC'"],
    ['h,human-numeric-sort', 'compare human readable numbers (e.g., 2K 1G)'],
    ['n,numeric-sort', 'compare according to string numerical value'],
    ['R,random-sort', 'shuffle, but group identical keys'],
    ['r,reverse', 'reverse the result of comparisons'],
    ['V,version-sort', 'natural sort of (version) numbers within text'],
    ['c,check', 'check for sorted input; do not sort'],
    ['C', 'like -c, but do not report first bad line'],
    ['k,key=KEYDEF', 'sort via a key; KEYDEF gives location and type'],
    ['m,merge', 'merge already sorted files; do not sort'],
    ['o,output=FILE', 'write result to FILE instead of standard output'],
    ['s,stable', 'stabilize sort by disabling last-resort comparison'],
    ['S,buffer-size=SIZE', '(ignored)'],
    ['t,field-separator=SEP', 'use SEP instead of non-blank to blank transition'],
    ['T,temporary-directory=DIR', '(ignored)'],
    ['parallel=N', '(ignored)'],
    ['u,unique', 'with -c, check for strict ordering; without -c, output only the first of an equal run'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const separator = readSeparator(call);
    const general = orderingOf(
      call.given
        .map((option) => option.key)
        .filter((key) => 'bdfgiMhnRrV'.includes(key))
        .join(''),
    );
    const keys = call.all('k').map((text) => parseKey(text, general));
    const compare = comparator(call, keys, general);
    const end = call.has('z') ? '\0' : '\n';
    const rows: Row[] = [];
    const rowOf = (line: string): Row => ({
      line,
      keys: (keys.length === 0 ? [whole(general)] : keys).map((key) =>
        prepare(keys.length === 0 ? blanks(line, general) : keyText(line, key, separator), key.order),
      ),
    });
    const names = call.operands;
    for (const name of names) if (name !== '-' && !call.process.fs.exists(name)) throw new Failure(`cannot read: ${name}: No such file or directory`, 2);
    yield* call.eachFile(function* (file) {
      const input = call.lines(file, end);
      for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
        call.memory.charge(line.length + 32);
        rows.push(rowOf(line));
      }
    });
    if (call.status !== 0) return 2;
    if (call.has('c') || call.has('C')) return yield* check(call, rows, compare);
    if (general.type === 'random') shuffle(rows, call.process.sim.random);
    else rows.sort(compare);
    yield* emit(call, call.has('u') ? unique(call, rows, keys, general) : rows, end);
    return 0;
  },
});

function readSeparator(call: Call): string | undefined {
  const text = call.value('t');
  if (text === undefined) return undefined;
  if (text === '') throw new Failure('empty tab', 2);
  if (text === '\\0') return '\0';
  if ([...text].length > 1) throw new Failure(`multi-character tab ${quote(text)}`, 2);
  return text;
}

const whole = (order: Ordering): Key => ({ field: 1, offset: 1, endField: undefined, endOffset: 0, order });

const blanks = (line: string, order: Ordering): string => (order.blanksStart ? line.replace(/^[ \t]+/, '') : line);

function comparator(call: Call, keys: readonly Key[], general: Ordering): (a: Row, b: Row) => number {
  const orders = keys.length === 0 ? [general] : keys.map((key) => key.order);
  const lastResort = !call.has('s') && !call.has('u');
  return (a, b) => {
    for (let i = 0; i < orders.length; i++) {
      const result = comparePrepared(a.keys[i] as Prepared, b.keys[i] as Prepared, orders[i] as Ordering);
      if (result !== 0) return result;
    }
    if (!lastResort || a.line === b.line) return 0;
    return (a.line < b.line ? -1 : 1) * (general.reverse ? -1 : 1);
  };
}

function* check(call: Call, rows: readonly Row[], compare: (a: Row, b: Row) => number): Routine<number> {
  for (let i = 1; i < rows.length; i++) {
    const order = compare(rows[i - 1] as Row, rows[i] as Row);
    if (order < 0 || (order === 0 && !call.has('u'))) continue;
    if (!call.has('C')) yield* call.complain(`${call.operands[0] ?? '-'}:${i + 1}: disorder: ${rows[i]?.line}`);
    return 1;
  }
  return 0;
}

function unique(call: Call, rows: readonly Row[], keys: readonly Key[], general: Ordering): Row[] {
  const compare = comparator(call, keys, general);
  return rows.filter((row, i) => i === 0 || compare(rows[i - 1] as Row, row) !== 0);
}

function* emit(call: Call, rows: readonly Row[], end: string): Routine {
  const output = call.value('o');
  if (output !== undefined) {
    call.process.fs.open(output, { write: true, create: true, truncate: true });
    call.process.fs.write(output, rows.map((row) => row.line + end).join(''));
    return;
  }
  for (const row of rows) yield* call.print(row.line + end);
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
}

const shuf = tool({
  usage: '[OPTION]... [FILE]',
  summary: 'Write a random permutation of the input lines to standard output.',
  options: [
    ['e,echo', 'treat each ARG as an input line'],
    ['i,input-range=LO-HI', 'treat each number LO through HI as an input line'],
    ['n,head-count=COUNT', 'output at most COUNT lines'],
    ['o,output=FILE', 'write result to FILE instead of standard output'],
    ['r,repeat', 'output lines can be repeated'],
  ],
  *run(call) {
    const lines: string[] = [];
    const range = /^(\d+)-(\d+)$/.exec(call.value('i') ?? '');
    if (call.has('i') && !range) throw new UsageError(`invalid input range: ${quote(call.value('i') ?? '')}`, false);
    if (range)
      for (let n = Number(range[1]); n <= Number(range[2]); n++) {
        const line = String(n);
        call.memory.charge(line.length + 32);
        lines.push(line);
      }
    else if (call.has('e')) lines.push(...call.operands);
    else
      yield* call.eachFile(function* (file) {
        const input = call.lines(file);
        for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
          call.memory.charge(line.length + 32);
          lines.push(line);
        }
      });
    const { random } = call.process.sim;
    const count = call.has('n') ? Number(call.value('n')) : call.has('r') ? Number.POSITIVE_INFINITY : lines.length;
    if (call.has('r')) {
      if (lines.length === 0) throw new Failure('no lines to repeat');
      for (let i = 0; i < count; i++) yield* call.print(`${random.pick(lines)}\n`);
      return 0;
    }
    shuffle(lines, random);
    const text = lines
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join('');
    if (call.has('o')) call.process.fs.write(call.value('o') ?? '', text);
    else yield* call.print(text);
    return 0;
  },
});

export const sortPrograms = { sort, shuf };
