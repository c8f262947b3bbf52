/** diff and cmp (GNU diffutils 3.8). */
import type { Routine } from '../../sim/routine.ts';
import { toBinary } from '../bytes.ts';
import { strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { compareLines, type Hunk } from './myers.ts';

/** So many ways from one text to the other are one step of the engine. */
const waysPerStep = 100;

const diff = tool({
  usage: '[OPTION]... FILES',
  summary: 'Compare FILES line by line.',
  trouble: 2,
  digits: 'U',
  options: [
    ['q,brief', 'report only when files differ'],
    ['s,report-identical-files', 'report when two files are the same'],
    ['u', 'output 3 lines of unified context'],
    ['U,unified=NUM', 'output NUM lines of unified context'],
    ['N,new-file', 'treat absent files as empty'],
    ['r,recursive', 'recursively compare any subdirectories found'],
    ['i,ignore-case', 'ignore case differences in file contents'],
    ['w,ignore-all-space', 'ignore all white space'],
    ['b,ignore-space-change', 'ignore changes in the amount of white space'],
    ['B,ignore-blank-lines', ''],
    ['a,text', ''],
    ['L,label=LABEL', 'use LABEL instead of file name and timestamp'],
    ['color[=WHEN]', ''],
  ],
  *run(call) {
    const [one, other, extra] = call.operands;
    if (one === undefined) throw new UsageError(`missing operand after '${call.name}'`);
    if (other === undefined) throw new UsageError(`missing operand after '${one}'`);
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`);
    const { fs } = call.process;
    const [left, right] = [fs.isDirectory(one), fs.isDirectory(other)];
    if (left && right) return yield* folders(call, one, other);
    const name = (path: string): string => path.split('/').pop() ?? path;
    return yield* files(call, left ? `${one}/${name(other)}` : one, right ? `${other}/${name(one)}` : other, '');
  },
});

function* folders(call: Call, one: string, other: string): Routine<number> {
  const { fs } = call.process;
  const names = [...new Set([...fs.list(one), ...fs.list(other)].map(([name]) => name))].sort();
  let status = 0;
  for (const name of names) {
    const [a, b] = [`${one.replace(/\/$/, '')}/${name}`, `${other.replace(/\/$/, '')}/${name}`];
    if ((!fs.exists(a) || !fs.exists(b)) && !call.has('N')) {
      yield* call.print(`Only in ${fs.exists(a) ? one : other}: ${name}\n`);
      status = Math.max(status, 1);
    } else if (fs.isDirectory(a) && fs.isDirectory(b)) {
      if (call.has('r')) status = Math.max(status, yield* folders(call, a, b));
      else yield* call.print(`Common subdirectories: ${a} and ${b}\n`);
    } else {
      const options = call.given.map(({ key, value }) => `-${key}${value ?? ''}`).join(' ');
      status = Math.max(status, yield* files(call, a, b, call.has('q') ? '' : `diff ${options} ${a} ${b}\n`));
    }
  }
  return status;
}

function* read(call: Call, name: string): Routine<string> {
  return call.has('N') && name !== '-' && !call.process.fs.exists(name) ? '' : yield* call.slurp(name, 2);
}

function* files(call: Call, one: string, other: string, title: string): Routine<number> {
  const [left, right] = [yield* read(call, one), yield* read(call, other)];
  const [a, b] = [lines(left), lines(right)];
  const fold = (line: string): string => {
    const spaced = call.has('w') ? line.replace(/\s+/g, '') : call.has('b') ? line.replace(/\s+/g, ' ').trimEnd() : line;
    return call.has('i') ? spaced.toLowerCase() : spaced;
  };
  if (left === right) {
    if (call.has('s')) yield* call.print(`Files ${one} and ${other} are identical\n`);
    return 0;
  }
  const binary = left.includes('\0') || right.includes('\0');
  const hunks = binary ? [] : compareLines(a.map(fold), b.map(fold), (ways) => call.process.toil(ways / waysPerStep));
  if (!binary && hunks.length === 0) return 0;
  if (call.has('q') || binary) {
    yield* call.print(`${binary && !call.has('q') ? 'Binary files' : 'Files'} ${one} and ${other} differ\n`);
    return binary ? 2 : 1;
  }
  yield* call.print(title);
  if (call.has('u') || call.has('U')) yield* unified(call, { a, b, hunks, names: [one, other] });
  else for (const hunk of hunks) yield* call.print(normal(hunk, a, b));
  return 1;
}

/** Lines with their newline; a last one without it says so. */
const lines = (text: string): string[] => text.split(/(?<=\n)/).filter((line) => line !== '');
const shown = (sign: string, line: string): string => (line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`);
const range = (from: number, count: number): string => (count <= 1 ? String(count === 0 ? from : from + 1) : `${from + 1},${from + count}`);

function normal({ from, gone, to, come }: Hunk, a: readonly string[], b: readonly string[]): string {
  const letter = gone === 0 ? 'a' : come === 0 ? 'd' : 'c';
  const old = a.slice(from, from + gone).map((line) => shown('< ', line));
  const fresh = b.slice(to, to + come).map((line) => shown('> ', line));
  return `${range(from, gone)}${letter}${range(to, come)}\n${old.join('')}${letter === 'c' ? '---\n' : ''}${fresh.join('')}`;
}

type Unified = { readonly a: readonly string[]; readonly b: readonly string[]; readonly hunks: readonly Hunk[]; readonly names: readonly [string, string] };

function* unified(call: Call, { a, b, hunks, names }: Unified): Routine {
  const context = Number(call.value('U') ?? 3);
  const labels = call.all('L');
  const stamp = (name: string): string =>
    strftime('%Y-%m-%d %H:%M:%S.%N %z', name === '-' ? call.process.now : (call.process.fs.find(name)?.mtime ?? 0), zoneOf(call.process.env['TZ']));
  yield* call.print(`--- ${labels[0] ?? `${names[0]}\t${stamp(names[0])}`}\n+++ ${labels[1] ?? `${names[1]}\t${stamp(names[1])}`}\n`);
  for (let i = 0; i < hunks.length; ) {
    const first = hunks[i] as Hunk;
    let last = first;
    const group: Hunk[] = [];
    for (; i < hunks.length && (group.length === 0 || (hunks[i] as Hunk).from - (last.from + last.gone) <= context * 2); i++) {
      last = hunks[i] as Hunk;
      group.push(last);
    }
    const start = Math.max(0, first.from - context);
    const end = Math.min(a.length, last.from + last.gone + context);
    const startB = first.to - (first.from - start);
    const endB = last.to + last.come + (end - last.from - last.gone);
    const span = (from: number, count: number): string => (count === 1 ? String(from + 1) : `${count === 0 ? from : from + 1},${count}`);
    let out = `@@ -${span(start, end - start)} +${span(startB, endB - startB)} @@\n`;
    let at = start;
    for (const { from, gone, to, come } of group) {
      out += a
        .slice(at, from)
        .map((line) => shown(' ', line))
        .join('');
      out += a
        .slice(from, from + gone)
        .map((line) => shown('-', line))
        .join('');
      out += b
        .slice(to, to + come)
        .map((line) => shown('+', line))
        .join('');
      at = from + gone;
    }
    yield* call.print(
      out +
        a
          .slice(at, end)
          .map((line) => shown(' ', line))
          .join(''),
    );
  }
}

const cmp = tool({
  usage: '[OPTION]... FILE1 [FILE2]',
  summary: 'Compare two files byte by byte.',
  trouble: 2,
  options: [
    ['s,quiet,silent', 'suppress all normal output'],
    ['l,verbose', 'output byte numbers and differing byte values'],
    ['n,bytes=LIMIT', 'compare at most LIMIT bytes'],
  ],
  *run(call) {
    const [one, other = '-'] = call.operands;
    if (one === undefined) throw new UsageError(`missing operand after '${call.name}'`);
    const limit = call.has('n') ? Number(call.value('n')) : undefined;
    const [a, b] = [toBinary(yield* call.slurp(one, 2)).slice(0, limit), toBinary(yield* call.slurp(other, 2)).slice(0, limit)];
    if (a === b) return 0;
    let at = 0;
    while (at < a.length && at < b.length && a[at] === b[at]) at++;
    if (call.has('s')) return 1;
    if (call.has('l'))
      for (let i = at; i < Math.min(a.length, b.length); i++) {
        if (a[i] !== b[i])
          yield* call.print(
            `${String(i + 1).padStart(String(Math.min(a.length, b.length)).length)} ${a.charCodeAt(i).toString(8).padStart(3)} ${b.charCodeAt(i).toString(8).padStart(3)}\n`,
          );
      }
    else if (at < a.length && at < b.length) yield* call.print(`${one} ${other} differ: byte ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`);
    if (at >= Math.min(a.length, b.length))
      throw new Failure(
        `EOF on ${a.length < b.length ? one : other}${Math.min(a.length, b.length) === 0 ? ' which is empty' : ` after byte ${at}, line ${a.slice(0, at).split('\n').length - 1}`}`,
        1,
      );
    return 1;
  },
});

export const diffPrograms = { diff, cmp };
