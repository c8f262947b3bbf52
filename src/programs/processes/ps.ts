/** ps, top -b, pstree (procps 4.0). */
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { isBusybox } from '../busybox-words.ts';
import { strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { findUser, userName } from '../users.ts';
import { bsdOptions } from './ps-options.ts';

/** Processes that a process can see, by the numbers that it sees. */
export function visible(process: Process): { readonly pid: number; readonly process: Process }[] {
  return [...process.namespaces.pid.processes].map(([pid, each]) => ({ pid, process: each })).sort((a, b) => a.pid - b.pid);
}

const parentPid = (viewer: Process, process: Process): number => process.parent?.pids.get(viewer.namespaces.pid) ?? 0;

/** As ps prints it, `[name]` where there is none. */
export function commandLine(process: Process): string {
  return process.state === 'zombie' ? `[${process.comm}] <defunct>` : process.argv.join(' ').replace(/[\0-\x1f\x7f]/g, '?') || `[${process.comm}]`;
}

type Row = { readonly pid: number; readonly process: Process; readonly indent: string };
type Column = { readonly title: string; readonly width: number; readonly left?: boolean; readonly cell: (row: Row, call: Call) => string };

const cpuPercent = (process: Process, now: number): number => (process.cpuMicros / 1000 / Math.max(1, now - process.startedAt)) * 100;
const percent = (value: number): string => (value >= 99.95 ? String(Math.round(value)) : value.toFixed(1));
const memoryPercent = (process: Process): number => (process.memoryBytes / process.kernel.memoryBytes) * 100;
const ttyName = (process: Process): string => process.tty?.name.replace(/^\/dev\//, '') ?? '?';
const two = (value: number): string => String(value).padStart(2, '0');

function cpuTime(process: Process, long: boolean): string {
  const seconds = Math.floor(process.cpuMicros / 1e6);
  if (!long) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function elapsed(process: Process, now: number): string {
  const seconds = Math.floor((now - process.startedAt) / 1000);
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}-${two(hours)}:${rest}` : hours > 0 ? `${two(hours)}:${rest}` : rest;
}

function startTime(process: Process, call: Call): string {
  const zone = zoneOf(call.process.env['TZ']);
  return strftime(call.process.now - process.startedAt < 86_400_000 ? '%H:%M' : '%b%d', process.startedAt, zone);
}

function state(process: Process, call: Call, flags: boolean): string {
  // Who looks is the one that runs.
  const letter = process.state === 'zombie' ? 'Z' : process.state === 'stopped' ? 'T' : process === call.process ? 'R' : 'S';
  if (!flags) return letter;
  const foreground = process.tty !== undefined && process.tty.foreground === process.group;
  return `${letter}${process.session === process.pid ? 's' : ''}${foreground ? '+' : ''}`;
}

const virtualSize = (process: Process): number => Math.round((process.memoryBytes / 1024) * 2.5);

const columns: Readonly<Record<string, Column>> = {
  ...Object.fromEntries(
    (['pid', 'network', 'mount', 'cgroup', 'ipc', 'user', 'uts'] as const).map((kind) => {
      const name = `${{ network: 'net', mount: 'mnt' }[kind as string] ?? kind}ns`;
      return [name, { title: name.toUpperCase(), width: 10, cell: ({ process }) => String(process.namespaces[kind].inode) } satisfies Column];
    }),
  ),
  user: { title: 'USER', width: 8, left: true, cell: ({ process }, call) => userName(call.process, process.uid).slice(0, 8) },
  uid: { title: 'UID', width: 5, cell: ({ process }) => String(process.uid) },
  uidname: { title: 'UID', width: 8, left: true, cell: ({ process }, call) => userName(call.process, process.uid).slice(0, 8) },
  pid: { title: 'PID', width: 7, cell: ({ pid }) => String(pid) },
  ppid: { title: 'PPID', width: 7, cell: ({ process }, call) => String(parentPid(call.process, process)) },
  pgid: { title: 'PGID', width: 7, cell: ({ process }) => String(process.group) },
  sid: { title: 'SID', width: 7, cell: ({ process }) => String(process.session) },
  c: { title: 'C', width: 2, cell: ({ process }, call) => String(Math.min(99, Math.floor(cpuPercent(process, call.process.now)))) },
  pcpu: { title: '%CPU', width: 4, cell: ({ process }, call) => percent(cpuPercent(process, call.process.now)) },
  pmem: { title: '%MEM', width: 4, cell: ({ process }) => memoryPercent(process).toFixed(1) },
  vsz: { title: 'VSZ', width: 6, cell: ({ process }) => String(virtualSize(process)) },
  rss: { title: 'RSS', width: 5, cell: ({ process }) => String(Math.round(process.memoryBytes / 1024)) },
  tpgid: { title: 'TPGID', width: 7, cell: ({ process }) => String(process.tty?.foreground ?? -1) },
  tty: { title: 'TTY', width: 8, left: true, cell: ({ process }) => ttyName(process) },
  stat: { title: 'STAT', width: 4, left: true, cell: ({ process }, call) => state(process, call, true) },
  s: { title: 'S', width: 1, left: true, cell: ({ process }, call) => state(process, call, false) },
  start: { title: 'START', width: 5, left: true, cell: ({ process }, call) => startTime(process, call) },
  stime: { title: 'STIME', width: 5, left: true, cell: ({ process }, call) => startTime(process, call) },
  lstart: { title: 'STARTED', width: 24, cell: ({ process }, call) => strftime('%a %b %e %H:%M:%S %Y', process.startedAt, zoneOf(call.process.env['TZ'])) },
  etime: { title: 'ELAPSED', width: 11, cell: ({ process }, call) => elapsed(process, call.process.now) },
  etimes: { title: 'ELAPSED', width: 7, cell: ({ process }, call) => String(Math.floor((call.process.now - process.startedAt) / 1000)) },
  time: { title: 'TIME', width: 8, cell: ({ process }) => cpuTime(process, true) },
  bsdtime: { title: 'TIME', width: 6, cell: ({ process }) => cpuTime(process, false) },
  comm: {
    title: 'COMMAND',
    width: 15,
    left: true,
    cell: ({ process, indent }) => indent + process.comm.slice(0, 15) + (process.state === 'zombie' ? ' <defunct>' : ''),
  },
  cmd: { title: 'CMD', width: 27, left: true, cell: ({ process, indent }) => indent + commandLine(process) },
  shortcmd: { title: 'CMD', width: 15, left: true, cell: ({ process, indent }) => indent + process.comm.slice(0, 15) },
  args: { title: 'COMMAND', width: 27, left: true, cell: ({ process, indent }) => indent + commandLine(process) },
  ni: { title: 'NI', width: 3, cell: () => '0' },
  pri: { title: 'PRI', width: 3, cell: () => '19' },
  nlwp: { title: 'NLWP', width: 4, cell: () => '1' },
  psr: { title: 'PSR', width: 3, cell: () => '0' },
  wchan: { title: 'WCHAN', width: 6, left: true, cell: () => '-' },
  cgroup: { title: 'CGROUP', width: 27, left: true, cell: ({ process }) => `0::${process.cgroup.path || '/'}` },
};

const aliases: Readonly<Record<string, string>> = {
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  command: 'args',
  ucmd: 'comm',
  ucomm: 'comm',
  euser: 'user',
  ruser: 'user',
  euid: 'uid',
  tt: 'tty',
  tname: 'tty',
  state: 's',
  start_time: 'stime',
  vsize: 'vsz',
  rssize: 'rss',
  rsz: 'rss',
  pgrp: 'pgid',
  sess: 'sid',
  nice: 'ni',
  cputime: 'time',
  thcount: 'nlwp',
};

const layouts = {
  plain: ['pid', 'tty', 'time', 'shortcmd'],
  full: ['uidname', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'],
  user: ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'start', 'bsdtime', 'args'],
  jobs: ['ppid', 'pid', 'pgid', 'sid', 'tty', 'tpgid', 'stat', 'uid', 'bsdtime', 'args'],
  j: ['pid', 'pgid', 'sid', 'tty', 'time', 'shortcmd'],
  bsd: ['pid', 'tty', 'stat', 'bsdtime', 'args'],
};

export const ps = tool({
  usage: '[options]',
  summary: 'Report a snapshot of the current processes.',
  normalize: (args) => [...bsdOptions(args)],
  options: [
    ['e', 'select all processes'],
    ['A', 'select all processes'],
    ['a', 'all with tty, except session leaders'],
    ['f', 'full-format listing'],
    ['F', 'extra full'],
    ['j', 'jobs format'],
    ['l', 'long format'],
    ['o,format=format', 'user-defined format'],
    ['p,pid=PID', 'select by process id'],
    ['q,quick-pid=PID', ''],
    ['ppid=PID', 'select by parent process id'],
    ['C=command', 'select by command name'],
    ['u,user=UID', 'select by effective user id or name'],
    ['U,User=UID', ''],
    ['H', 'show process hierarchy'],
    ['forest', ''],
    ['T', ''],
    ['L', ''],
    ['w', ''],
    ['no-headers,no-heading', 'do not print header'],
    ['sort=spec', 'specify sort order'],
    ...[...'auxfwelj'].map((letter): readonly [string, string] => [`bsd-${letter}`, '']),
  ],
  *run(call) {
    if (isBusybox(call.process) && !call.has('o')) return yield* appletList(call);
    const rows = order(call, select(call));
    const { names, header } = chosenColumns(call);
    const lines: string[][] = rows.map((row) => names.map(({ column }) => column.cell(row, call)));
    const titles = names.map(({ title }) => title);
    const widths = names.map(({ column }, i) =>
      Math.max(column.width, (titles[i] ?? '').length, ...lines.map((line) => (i === names.length - 1 ? 0 : (line[i] ?? '').length))),
    );
    const show = (cells: readonly string[]): string =>
      `${cells.map((cell, i) => (names[i]?.column.left ? (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)) : cell.padStart(widths[i] ?? 0))).join(' ')}\n`;
    if (header) yield* call.print(show(titles));
    for (const line of lines) yield* call.print(show(line));
    return rows.length === 0 ? 1 : 0;
  },
});

/** busybox's ps: everything there is, whatever is asked for. */
function* appletList(call: Call): Routine<number> {
  yield* call.print('PID   USER     TIME  COMMAND\n');
  for (const { pid, process } of visible(call.process)) {
    const user = userName(call.process, process.uid).slice(0, 8).padEnd(8);
    yield* call.print(`${String(pid).padStart(5)} ${user} ${cpuTime(process, false).padStart(5)} ${commandLine(process)}\n`);
  }
  return 0;
}

function chosenColumns(call: Call): { readonly names: readonly { readonly column: Column; readonly title: string }[]; readonly header: boolean } {
  const formats = call.all('o');
  if (formats.length === 0) {
    const layout = call.has('bsd-u')
      ? 'user'
      : call.has('bsd-j')
        ? 'jobs'
        : call.has('j')
          ? 'j'
          : call.given.some(({ key }) => key.startsWith('bsd-'))
            ? 'bsd'
            : call.has('f') || call.has('F')
              ? 'full'
              : 'plain';
    return {
      names: layouts[layout].map((name) => ({ column: columns[name] as Column, title: (columns[name] as Column).title })),
      header: !call.has('no-headers'),
    };
  }
  let blank = true;
  const names = formats.flatMap((format) => {
    const parts = format.includes('=') ? format.split(/,(?=[\w%]+=?)/) : format.split(/[ ,]+/);
    return parts
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', title] = part.split(/=(.*)/s);
        const column = columns[aliases[name] ?? name];
        if (!column) throw new Failure(`error: unknown user-defined format specifier "${name}"`);
        if (title !== '') blank = false;
        const shown =
          title ?? (name.startsWith('%') || !(name in columns) ? (name === 'command' || name === 'cmd' ? name.toUpperCase() : column.title) : column.title);
        return { column, title: shown };
      });
  });
  return { names, header: !blank && !call.has('no-headers') };
}

function select(call: Call): { readonly pid: number; readonly process: Process }[] {
  const all = visible(call.process);
  const numbers = (key: string): number[] => call.all(key).flatMap((text) => text.split(/[ ,]+/).map(Number));
  const tests: ((row: { readonly pid: number; readonly process: Process }) => boolean)[] = [];
  if (call.has('p') || call.has('q')) tests.push(({ pid }) => [...numbers('p'), ...numbers('q')].includes(pid));
  if (call.operands.length > 0 && call.operands.every((operand) => /^\d+$/.test(operand))) tests.push(({ pid }) => call.operands.map(Number).includes(pid));
  if (call.has('ppid')) tests.push(({ process }) => numbers('ppid').includes(parentPid(call.process, process)));
  if (call.has('C'))
    tests.push(({ process }) =>
      call
        .all('C')
        .flatMap((text) => text.split(','))
        .includes(process.comm),
    );
  const users = [...call.all('u'), ...call.all('U')].flatMap((text) => text.split(','));
  if (users.length > 0) tests.push(({ process }) => users.some((name) => (findUser(call.process, name)?.uid ?? Number(name)) === process.uid));
  if (tests.length > 0) return all.filter((row) => tests.some((test) => test(row)));
  if (call.has('e') || call.has('A') || (call.has('bsd-x') && call.has('bsd-a')) || call.has('bsd-x')) return all;
  if (call.has('a') || call.has('bsd-a'))
    return all.filter(({ process }) => process.tty !== undefined && (call.has('bsd-a') || process.session !== process.pid));
  return all.filter(({ process }) => process.tty === call.process.tty && process.uid === call.process.uid);
}

function order(call: Call, rows: { readonly pid: number; readonly process: Process }[]): Row[] {
  if (call.has('H') || call.has('forest') || call.has('bsd-f')) return forest(rows, !call.has('H'));
  const spec = call.value('sort');
  const plain = rows.map((row) => ({ ...row, indent: '' }));
  if (spec === undefined) return plain;
  const name = spec.replace(/^[-+]/, '');
  const column = columns[aliases[name] ?? name];
  if (!column) throw new Failure('error: unknown sort specifier');
  const sign = spec.startsWith('-') ? -1 : 1;
  return plain.sort((a, b) => {
    const [left, right] = [column.cell(a, call), column.cell(b, call)];
    return sign * (Number(left) - Number(right) || (left < right ? -1 : left > right ? 1 : 0));
  });
}

/** As procps draws it: children of process 1 stand at its own level, but not with -H, which only indents. */
function forest(rows: { readonly pid: number; readonly process: Process }[], lines: boolean): Row[] {
  const shown = new Set(rows.map(({ process }) => process));
  const out: Row[] = [];
  const add = (row: { readonly pid: number; readonly process: Process }, prefix: string, indent: string): void => {
    out.push({ ...row, indent });
    const children = rows.filter(({ process }) => process.parent === row.process);
    children.forEach((child, i) => {
      if (lines && row.pid === 1) add(child, prefix, indent);
      else if (lines) add(child, `${prefix}${i === children.length - 1 ? '    ' : ' |  '}`, `${prefix} \\_ `);
      else add(child, '', `${indent}  `);
    });
  };
  for (const row of rows) if (!row.process.parent || !shown.has(row.process.parent)) add(row, '', '');
  return out;
}
