/** uniq, comm, join, paste (GNU coreutils 9.1). */
import type { OpenFile } from '../../linux/open-file.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { type Call, tool, UsageError } from '../tool.ts';

const uniq = tool({
  usage: '[OPTION]... [INPUT [OUTPUT]]',
  summary: 'Filter adjacent matching lines from INPUT, writing to OUTPUT.',
  options: [
    ['c,count', 'prefix lines by the number of occurrences'],
    ['d,repeated', 'only print duplicate lines, one for each group'],
    ['D', 'print all duplicate lines'],
    ['f,skip-fields=N', 'avoid comparing the first N fields'],
    ['i,ignore-case', 'ignore differences in case when comparing'],
    ['s,skip-chars=N', 'avoid comparing the first N characters'],
    ['u,unique', 'only print unique lines'],
    ['w,check-chars=N', 'compare no more than N characters in lines'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const end = call.has('z') ? '\0' : '\n';
    const [input = '-', output] = call.operands;
    if (call.operands.length > 2) throw new UsageError(`extra operand ${quote(call.operands[2] ?? '')}`);
    let text = '';
    function* emit(line: string): Routine {
      if (output === undefined) yield* call.print(line);
      else text += line;
    }
    yield* call.eachFile(
      function* (file) {
        const lines = call.lines(file, end);
        let group: string[] = [];
        let count = 0;
        let key = '';
        function* finish(): Routine {
          if (count === 0 || (call.has('d') && count < 2) || (call.has('u') && count > 1) || (call.has('D') && count < 2)) return;
          if (call.has('D')) for (const line of group) yield* emit(line + end);
          else yield* emit(`${call.has('c') ? `${String(count).padStart(7)} ` : ''}${group[0]}${end}`);
        }
        for (let line = yield* lines.next(); line !== undefined; line = yield* lines.next()) {
          const next = comparisonKey(call, line);
          if (count > 0 && next === key) {
            count++;
            if (call.has('D')) group.push(line);
            continue;
          }
          yield* finish();
          group = [line];
          count = 1;
          key = next;
        }
        yield* finish();
      },
      [input],
    );
    if (output !== undefined && call.status === 0) call.process.fs.write(output, text);
    return call.status;
  },
});

function comparisonKey(call: Call, line: string): string {
  let key = line;
  for (let skip = Number(call.value('f') ?? 0); skip > 0; skip--) key = key.replace(/^[ \t\n]*[^ \t\n]*/, '');
  key = key.slice(Number(call.value('s') ?? 0));
  if (call.has('w')) key = key.slice(0, Number(call.value('w')));
  return call.has('i') ? key.toLowerCase() : key;
}

const comm = tool({
  usage: '[OPTION]... FILE1 FILE2',
  summary: 'Compare sorted files FILE1 and FILE2 line by line.',
  options: [
    ['1', 'suppress column 1 (lines unique to FILE1)'],
    ['2', 'suppress column 2 (lines unique to FILE2)'],
    ['3', 'suppress column 3 (lines that appear in both files)'],
    ['output-delimiter=STR', 'separate columns with STR'],
    ['check-order', ''],
    ['nocheck-order', ''],
  ],
  run: (call) => withTwoFiles(call, commonLines),
});

function* commonLines(call: Call, one: OpenFile, other: OpenFile): Routine {
  const gap = call.value('output-delimiter') ?? '\t';
  const column = { 1: '', 2: call.has('1') ? '' : gap, 3: `${call.has('1') ? '' : gap}${call.has('2') ? '' : gap}` };
  const left = call.lines(one);
  const right = call.lines(other);
  let a = yield* left.next();
  let b = yield* right.next();
  let pairless = false;
  const disordered = new Set<number>();
  function* checkOrder(file: 1 | 2, before: string | undefined, now: string | undefined): Routine {
    if (!pairless || call.has('nocheck-order') || disordered.has(file) || before === undefined || now === undefined || before <= now) return;
    disordered.add(file);
    yield* call.complain(`file ${file} is not in sorted order`);
  }
  while (a !== undefined || b !== undefined) {
    const which = b === undefined || (a !== undefined && a < b) ? 1 : a === undefined || b < a ? 2 : 3;
    if (!call.has(String(which))) yield* call.print(`${column[which]}${which === 2 ? b : a}\n`);
    if (which !== 3) pairless = true;
    if (which !== 2) {
      const next = yield* left.next();
      yield* checkOrder(1, a, next);
      a = next;
    }
    if (which !== 1) {
      const next = yield* right.next();
      yield* checkOrder(2, b, next);
      b = next;
    }
  }
  if (disordered.size > 0) yield* call.complain('input is not in sorted order');
}

/** Opens the two operands that a comparing program needs, and closes them however it ends. */
function* withTwoFiles(call: Call, use: (call: Call, one: OpenFile, other: OpenFile) => Routine): Routine<ExitCode> {
  const [one, other, extra] = call.operands;
  if (one === undefined) throw new UsageError('missing operand');
  if (other === undefined) throw new UsageError(`missing operand after ${quote(one)}`);
  if (extra !== undefined) throw new UsageError(`extra operand ${quote(extra)}`);
  yield* call.out.flush();
  const left = call.open(one);
  try {
    const right = call.open(other);
    try {
      yield* use(call, left, right);
    } finally {
      right.close();
    }
  } finally {
    left.close();
  }
  return call.status;
}

const join = tool({
  usage: '[OPTION]... FILE1 FILE2',
  summary: 'Join lines of two sorted files on a common field.',
  options: [
    ['1=FIELD', 'join on this FIELD of file 1'],
    ['2=FIELD', 'join on this FIELD of file 2'],
    ['j=FIELD', "equivalent to '-1 FIELD -2 FIELD'"],
    ['t=CHAR', 'use CHAR as input and output field separator'],
    ['a=FILENUM', 'also print unpairable lines from file FILENUM'],
    ['v=FILENUM', 'like -a FILENUM, but suppress joined output lines'],
    ['e=STRING', 'replace missing input fields with STRING'],
    ['o=FORMAT', 'obey FORMAT while constructing output line'],
    ['i,ignore-case', 'ignore differences in case when comparing fields'],
  ],
  run: (call) => withTwoFiles(call, joinFiles),
});

function* joinFiles(call: Call, one: OpenFile, other: OpenFile): Routine {
  const separator = call.value('t');
  const split = (text: string): string[][] =>
    text
      .split('\n')
      .flatMap((line, i, all) =>
        i === all.length - 1 && line === ''
          ? []
          : [separator === undefined ? line.split(/[ \t]+/).filter((f, at) => f !== '' || at > 0) : line.split(separator)],
      );
  const left = split(yield* call.whole(one));
  const right = split(yield* call.whole(other));
  yield* joinLines(call, left, right, separator ?? ' ');
}

function* joinLines(call: Call, left: readonly string[][], right: readonly string[][], gap: string): Routine {
  const at = [Number(call.value('1') ?? call.value('j') ?? 1) - 1, Number(call.value('2') ?? call.value('j') ?? 1) - 1] as const;
  const fold = (text: string | undefined): string => (call.has('i') ? (text ?? '').toLowerCase() : (text ?? ''));
  const missing = call.value('e') ?? '';
  const format = call.value('o')?.split(/[ ,]+/);
  const line = (a: readonly string[] | undefined, b: readonly string[] | undefined): string => {
    const key = (a ? a[at[0]] : b?.[at[1]]) ?? '';
    if (format)
      return `${format.map((field) => (field === '0' ? key : ((field.startsWith('1') ? a : b)?.[Number(field.slice(2)) - 1] ?? missing))).join(gap)}\n`;
    const rest = (fields: readonly string[] | undefined, skip: number): string[] => (fields ?? []).filter((_, i) => i !== skip);
    return `${[key, ...rest(a, at[0]), ...rest(b, at[1])].join(gap)}\n`;
  };
  const shows = (which: string): boolean => call.all('a').includes(which) || call.all('v').includes(which);
  let j = 0;
  let i = 0;
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    const keyA = fold(a?.[at[0]]);
    const keyB = fold(b?.[at[1]]);
    if (b === undefined || (a !== undefined && keyA < keyB)) {
      if (shows('1')) yield* call.print(line(a, undefined));
      i++;
    } else if (a === undefined || keyB < keyA) {
      if (shows('2')) yield* call.print(line(undefined, b));
      j++;
    } else {
      let last = j;
      while (last < right.length && fold(right[last]?.[at[1]]) === keyA) last++;
      for (; i < left.length && fold(left[i]?.[at[0]]) === keyA; i++)
        if (!call.has('v')) for (let k = j; k < last; k++) yield* call.print(line(left[i], right[k]));
      j = last;
    }
  }
}

const paste = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Write lines consisting of the sequentially corresponding lines from each FILE, separated by TABs.',
  options: [
    ['d,delimiters=LIST', 'reuse characters from LIST instead of TABs'],
    ['s,serial', 'paste one file at a time instead of in parallel'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const list = [
      ...(call.value('d') ?? '\t').replace(/\\([nt\\0])/g, (_, letter: string) => ({ n: '\n', t: '\t', '\\': '\\', '0': '\x00' })[letter] ?? letter),
    ];
    const delimiter = (i: number): string => (list.length === 0 ? '' : (list[i % list.length] as string).replace('\x00', ''));
    const end = call.has('z') ? '\0' : '\n';
    const names = call.operands.length === 0 ? ['-'] : call.operands;
    if (call.has('s')) {
      yield* call.eachFile(function* (file) {
        const lines = call.lines(file, end);
        let i = 0;
        for (let line = yield* lines.next(); line !== undefined; line = yield* lines.next()) {
          yield* call.print(i === 0 ? line : delimiter(i - 1) + line);
          i++;
        }
        yield* call.print(end);
      }, names);
      return call.status;
    }
    // `paste - -` takes turns at one standard input.
    const standard = call.lines(call.process.stdin, end);
    const files: OpenFile[] = [];
    try {
      const readers = names.map((name) => {
        if (name === '-') return standard;
        const file = call.open(name);
        files.push(file);
        return call.lines(file, end);
      });
      for (;;) {
        const row: (string | undefined)[] = [];
        for (const reader of readers) row.push(yield* reader.next());
        if (row.every((line) => line === undefined)) return call.status;
        yield* call.print(row.map((line, i) => (line ?? '') + (i < row.length - 1 ? delimiter(i) : end)).join(''));
      }
    } finally {
      for (const file of files) file.close();
    }
  },
});

export const uniqPrograms = { uniq, comm, join, paste };
