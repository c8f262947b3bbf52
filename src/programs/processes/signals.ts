/** kill, pkill, pgrep, killall, pidof, pstree (procps 4.0, psmisc 23). */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { parseSignal, type SignalName, signalNumbers } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findUser } from '../users.ts';
import { commandLine, visible } from './ps.ts';

/** 0 asks only whether it may be signalled. */
type Signal = SignalName | 'none';

const signalOf = (text: string): Signal | undefined => (text === '0' ? 'none' : parseSignal(text));

const kill = tool({
  usage: '[options] <pid> [...]',
  summary: 'Send a signal to processes.',
  options: [],
  raw: true,
  *run(call) {
    let words = [...call.operands];
    const first = words[0] ?? '';
    if (first === '-l' || first === '-L' || first === '--list') {
      yield* call.print(
        words[1] === undefined
          ? `${Object.keys(signalNumbers)
              .map((name) => name.slice(3))
              .join(' ')}\n`
          : `${listed(words[1])}\n`,
      );
      return 0;
    }
    let signal: Signal | undefined = 'SIGTERM';
    if (first === '-s' || first === '-n') {
      signal = signalOf(words[1] ?? '');
      words = words.slice(2);
    } else if (/^-[A-Za-z0-9]+$/.test(first)) {
      signal = signalOf(first.slice(1));
      words = words.slice(1);
    }
    if (!signal) throw new UsageError(`unrecognized option '${first}'`);
    if (words[0] === '--') words = words.slice(1);
    if (words.length === 0) throw new UsageError('no process ID specified');
    for (const word of words) yield* signalPid(call, word, signal);
    return call.status;
  },
});

const listed = (text: string): string => {
  const signal = parseSignal(/^\d+$/.test(text) && Number(text) > 128 ? String(Number(text) - 128) : text);
  return signal === undefined ? text : /^\d+$/.test(text) ? signal.slice(3) : String(signalNumbers[signal]);
};

function* signalPid(call: Call, word: string, signal: Signal): Routine {
  const { process } = call;
  const number = Number(word);
  if (!/^-?\d+$/.test(word)) return yield* call.complain(`failed to parse argument: '${word}'`);
  if (number < -1 || number === 0) {
    const group = number === 0 ? process.group : -number;
    if (signal !== 'none' && !process.kernel.signalGroup(group, signal)) yield* call.complain(`(${word}): No such process`);
    return;
  }
  const target = process.namespaces.pid.processes.get(number);
  if (!target) return yield* call.complain(`(${word}): No such process`);
  if (!may(process, target)) return yield* call.complain(`(${word}): Operation not permitted`);
  if (signal !== 'none') target.signal(signal, process);
}

const may = (process: Process, target: Process): boolean => process.uid === 0 || process.uid === target.uid;

type Filter = (target: Process) => boolean;

function patternFilter(call: Call): Filter {
  const [pattern] = call.operands;
  if (pattern === undefined && !call.has('u') && !call.has('P')) throw new UsageError('no matching criteria specified');
  let regex: Regex;
  try {
    regex = new Regex(pattern ?? '', 'extended', { ignoreCase: call.has('i'), wholeLine: call.has('x') });
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(error.message, 2);
    throw error;
  }
  const users = call
    .all('u')
    .flatMap((text) => text.split(','))
    .map((name) => findUser(call.process, name)?.uid ?? Number(name));
  const parents = call.all('P').flatMap((text) => text.split(',').map(Number));
  return (target) => {
    if (target === call.process) return false;
    if (users.length > 0 && !users.includes(target.uid)) return false;
    if (parents.length > 0 && !parents.includes(target.parent?.pids.get(call.process.namespaces.pid) ?? 0)) return false;
    return regex.test(call.has('f') ? commandLine(target) : target.comm.slice(0, 15)) !== call.has('v');
  };
}

const matching = (signals: boolean): Program =>
  tool({
    usage: '[options] <pattern>',
    summary: signals ? 'Signal processes based on name and other attributes.' : 'Look up processes based on name and other attributes.',
    trouble: 2,
    normalize: (args) => (signals && /^-(\d+|[A-Z][A-Z0-9]+)$/.test(args[0] ?? '') ? ['--signal', (args[0] as string).slice(1), ...args.slice(1)] : args),
    options: [
      ['f,full', 'use full process name to match'],
      ['i,ignore-case', 'match case insensitively'],
      ['l,list-name', 'list PID and process name'],
      ['a,list-full', 'list PID and full command line'],
      ['c,count', 'count of matching processes'],
      ['n,newest', 'select most recently started'],
      ['o,oldest', 'select least recently started'],
      ['P,parent=PPID', 'match only child processes of the given parent'],
      ['u,euid=ID', 'match by effective IDs'],
      ['v,inverse', 'negates the matching'],
      ['x,exact', 'match exactly with the command name'],
      ['d,delimiter=string', 'specify output delimiter'],
      ['e,echo', 'display what is killed'],
      ['signal=sig', 'signal to send'],
    ],
    *run(call) {
      const filter = patternFilter(call);
      let found = visible(call.process).filter(({ process }) => filter(process));
      if (call.has('n')) found = found.slice(-1);
      if (call.has('o')) found = found.slice(0, 1);
      if (signals) {
        const signal = signalOf(call.value('signal') ?? 'TERM');
        if (!signal) throw new Failure(`invalid signal: ${call.value('signal')}`, 2);
        for (const { pid, process } of found) {
          if (!may(call.process, process)) yield* call.complain(`killing pid ${pid} failed: Operation not permitted`);
          else if (signal !== 'none') process.signal(signal, call.process);
          if (call.has('e')) yield* call.print(`${process.comm} killed (pid ${pid})\n`);
        }
      } else if (call.has('c')) yield* call.print(`${found.length}\n`);
      else if (found.length > 0) {
        const shown = found.map(({ pid, process }) =>
          call.has('a') ? `${pid} ${commandLine(process)}` : call.has('l') ? `${pid} ${process.comm}` : String(pid),
        );
        yield* call.print(`${shown.join(call.value('d') ?? '\n')}\n`);
      }
      return found.length > 0 ? call.status : 1;
    },
  });

const killall = tool({
  usage: '[-s SIGNAL] NAME...',
  summary: 'Kill processes by name.',
  normalize: (args) => (/^-(\d+|[A-Z][A-Z0-9]+)$/.test(args[0] ?? '') ? ['-s', (args[0] as string).slice(1), ...args.slice(1)] : args),
  options: [
    ['s,signal=SIGNAL', 'send this signal instead of SIGTERM'],
    ['q,quiet', "don't print complaints"],
    ['w,wait', ''],
    ['e,exact', ''],
    ['v,verbose', ''],
  ],
  *run(call) {
    const signal = signalOf(call.value('s') ?? 'TERM');
    if (!signal) throw new Failure(`${call.value('s')}: unknown signal; killall -l lists signals.`);
    for (const name of call.operands) {
      const found = visible(call.process).filter(({ process }) => process.comm === name && process !== call.process);
      for (const { process } of found) if (signal !== 'none') process.signal(signal, call.process);
      if (found.length > 0) continue;
      call.status = 1;
      if (!call.has('q')) yield* call.process.printError(`${name}: no process found\n`);
    }
    return call.status;
  },
});

const pidof = tool({
  usage: '[options] program...',
  summary: 'Find the process ID of a running program.',
  options: [
    ['s,single-shot', 'return one PID only'],
    ['x', ''],
  ],
  *run(call) {
    const found = visible(call.process)
      .filter(({ process }) => call.operands.some((name) => process.comm === name.split('/').pop()))
      .map(({ pid }) => pid)
      .reverse();
    if (found.length > 0) yield* call.print(`${(call.has('s') ? found.slice(0, 1) : found).join(' ')}\n`);
    return found.length > 0 ? 0 : 1;
  },
});

const pstree = tool({
  usage: '[-ap] [PID]',
  summary: 'Display a tree of processes.',
  options: [
    ['a,arguments', 'show command line arguments'],
    ['p,show-pids', 'show PIDs'],
    ['A,ascii', ''],
    ['n,numeric-sort', ''],
    ['s,show-parents', ''],
    ['T,hide-threads', ''],
  ],
  *run(call) {
    const rows = visible(call.process);
    const wanted = call.operands[0];
    const only = rows.find(({ pid }) => pid === Number(wanted));
    // With -s the way down to the process, and all below it.
    const line: Process[] = [];
    if (call.has('s')) for (let each = only?.process.parent; each; each = each.parent) line.unshift(each);
    const top = rows.find(({ process }) => process === line[0]);
    const roots = top
      ? [top]
      : wanted === undefined
        ? rows.filter(({ process }) => !process.parent || !rows.some((other) => other.process === process.parent))
        : rows.filter(({ pid }) => pid === Number(wanted));
    const out: string[] = [];
    const label = (pid: number, process: Process): string =>
      `${process.comm}${call.has('p') ? (call.has('a') ? `,${pid}` : `(${pid})`) : ''}${
        call.has('a')
          ? process.argv
              .slice(1)
              .map((word) => ` ${word}`)
              .join('')
          : ''
      }`;
    const draw = (pid: number, process: Process, lead: string, here: string): void => {
      const name = label(pid, process);
      const children = rows.filter((other) => other.process.parent === process && (!line.includes(process) || line.includes(other.process) || other === only));
      if (call.has('a') || children.length === 0) out.push(here + name);
      const inner = call.has('a') ? `${lead}  ` : lead + ' '.repeat(name.length);
      children.forEach((child, i) => {
        const last = i === children.length - 1;
        if (call.has('a')) draw(child.pid, child.process, `${lead}${last ? '    ' : '  │ '}`.replace(/^ {2}/, '  '), `${inner}${last ? '└─' : '├─'}`);
        else
          draw(
            child.pid,
            child.process,
            `${inner}${last ? '   ' : ' │ '}`,
            i === 0 ? `${here}${name}${children.length === 1 ? '───' : '─┬─'}` : `${inner}${last ? ' └─' : ' ├─'}`,
          );
      });
    };
    for (const { pid, process } of roots) draw(pid, process, '', '');
    yield* call.print(out.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

export const signalPrograms = { kill, pgrep: matching(false), pkill: matching(true), killall, pidof, pstree };
