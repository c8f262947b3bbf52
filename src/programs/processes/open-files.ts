/** lsof and fuser: which processes use a file or a port (lsof 4.99, psmisc 23.7). */
import { socketInode } from '../../linux/proc-net.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { inodeNumber } from '../files/describe.ts';
import { serviceName } from '../network/iptables-rules.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { userName } from '../users.ts';
import { visible } from './ps.ts';

/** One thing that a process has open; `fd` as lsof names it: cwd, rtd, txt, 3u. */
type Use = {
  readonly process: Process;
  readonly pid: number;
  readonly fd: string;
  readonly type: string;
  readonly device: string;
  readonly size: string;
  readonly node: string;
  readonly name: string;
};

const protocol = { tcp: 'TCP', udp: 'UDP' } as const;

/** The sockets that processes of this network listen on. */
function sockets(call: Call): (Use & { readonly port: number; readonly transport: 'tcp' | 'udp' })[] {
  const seen = new Map(visible(call.process).map(({ pid, process }) => [process.pid, pid]));
  return [...call.process.namespaces.network.listeners].flatMap(({ pid: own, transport, address, port }) => {
    const [process, pid] = [call.process.kernel.processes.get(own), seen.get(own)];
    if (!process || pid === undefined) return [];
    const host = address === '0.0.0.0' || address === '::' ? '*' : address === '127.0.0.1' && !call.has('n') ? 'localhost' : address;
    const name = `${host}:${call.has('P') ? port : serviceName(port)}${transport === 'tcp' ? ' (LISTEN)' : ''}`;
    return [
      {
        process,
        pid,
        fd: '3u',
        type: address === '::' ? 'IPv6' : 'IPv4',
        device: String(socketInode({ pid: own, port })),
        size: '0t0',
        node: protocol[transport],
        name,
        port,
        transport,
      },
    ];
  });
}

/** Its folder, root and program, and what its descriptors lead to. */
function files(process: Process, pid: number): Use[] {
  const { fs } = process;
  const at = (fd: string, path: string): Use[] => {
    const inode = fs.find(path);
    if (!inode) return [];
    const type = { directory: 'DIR', file: 'REG', character: 'CHR', block: 'BLK', fifo: 'FIFO', socket: 'unix', symlink: 'LINK' }[inode.type];
    return [
      {
        process,
        pid,
        fd,
        type,
        device: type === 'CHR' ? '1,3' : '254,1',
        size: type === 'CHR' ? '0t0' : String(inode.size),
        node: String(path === '/' ? 2 : inodeNumber(path)),
        name: path,
      },
    ];
  };
  const open = [...process.fds]
    .sort(([a], [b]) => a - b)
    .flatMap(([fd, file]) => {
      const path = file.tty ? `/dev/${file.tty.name}` : 'path' in file ? String(file.path) : undefined;
      if (path !== undefined) return at(`${fd}${fd === 0 ? 'r' : 'u'}`, path);
      return [
        {
          process,
          pid,
          fd: `${fd}${fd === 0 ? 'r' : 'w'}`,
          type: 'FIFO',
          device: '0,14',
          size: '0t0',
          node: String(20_000 + process.pid * 8 + fd),
          name: 'pipe',
        },
      ];
    });
  return [...at('cwd', process.cwd), ...at('rtd', '/'), ...at('txt', process.exe), ...open];
}

const everything = (call: Call): Use[] => visible(call.process).flatMap(({ pid, process }) => (process.state === 'zombie' ? [] : files(process, pid)));

const lsof = tool({
  usage: '[-nPt] [-i [PROTOCOL][:PORT]] [-p PID] [-u USER] [-c COMMAND] [FILE]...',
  summary: 'List open files.',
  options: [
    ['i[=address]', 'select sockets'],
    ['s[=protocol:state]', 'select states of a protocol'],
    ['p=pid', 'select processes'],
    ['u=user', 'select users'],
    ['c=command', 'select commands'],
    ['a', 'AND selections'],
    ['n', 'no names of hosts'],
    ['P', 'no names of ports'],
    ['t', 'terse: process numbers alone'],
  ],
  *run(call) {
    const [pids, users] = [call.value('p')?.split(',').map(Number), call.value('u')?.split(',')];
    for (const path of call.operands)
      if (!/^(tcp|udp)?(:\d+)?$/i.test(path) && !call.process.fs.exists(path)) throw new Failure(`status error on ${path}: No such file or directory`);
    const chosen = call.has('i') ? bySocket(call) : [...(call.operands.length === 0 ? sockets(call) : []), ...everything(call)];
    const paths = call.operands.map((path) => call.process.path(path));
    const found = chosen
      .filter((use) => (call.has('i') || paths.length === 0 || paths.includes(use.name)) && (pids === undefined || pids.includes(use.pid)))
      .filter(({ process }) => (users === undefined || users.includes(userName(call.process, process.uid))) && process.comm.startsWith(call.value('c') ?? ''))
      .sort((a, b) => a.pid - b.pid);
    if (call.has('t')) yield* call.print([...new Set(found.map(({ pid }) => `${pid}\n`))].join(''));
    else if (found.length > 0) yield* call.print(table(call, found));
    return found.length > 0 ? 0 : 1;
  },
});

/** `-i`, `-i :80`, `-i TCP:80`, `-iTCP -sTCP:LISTEN`; the address may be the next word. */
function bySocket(call: Call): Use[] {
  const text = call.value('i') ?? call.operands.find((word) => /^(tcp|udp)?(:\d+)?$/i.test(word)) ?? '';
  const [, kind, port] = /^(?:4)?(tcp|udp)?(?:@[^:]*)?(?::([\d,-]+))?$/i.exec(text) ?? [];
  if (text !== '' && text !== '4' && kind === undefined && port === undefined) throw new Failure(`unacceptable port specification in: -i ${text}`);
  const ports = port?.split(',').map((part) => part.split('-').map(Number));
  const states = call.value('s');
  return sockets(call).filter(
    (each) =>
      (kind === undefined || each.transport === kind.toLowerCase()) &&
      (ports === undefined || ports.some(([from = 0, to = from]) => each.port >= from && each.port <= to)) &&
      (states === undefined || (each.transport === 'tcp' && /listen/i.test(states))),
  );
}

function table(call: Call, found: readonly Use[]): string {
  const rows = [
    ['COMMAND', 'PID', 'USER', '  FD  ', 'TYPE', 'DEVICE', 'SIZE/OFF', 'NODE', 'NAME'],
    ...found.map((use) => {
      const fd = /^\d/.test(use.fd) ? `${use.fd.padStart(5)} ` : `${use.fd.padStart(4)}  `;
      return [use.process.comm.slice(0, 9), String(use.pid), userName(call.process, use.process.uid), fd, use.type, use.device, use.size, use.node, use.name];
    }),
  ];
  const least = [7, 3, 4, 6, 4, 6, 8, 4, 0];
  const widths = least.map((width, i) => Math.max(width, ...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) => `${row.map((cell, i) => (i === 0 || i === 8 ? cell.padEnd(i === 0 ? (widths[0] ?? 0) : 0) : cell.padStart(widths[i] ?? 0))).join(' ')}\n`)
    .join('');
}

const fuser = tool({
  usage: '[-kvm] [-n SPACE] [-SIGNAL] NAME...',
  summary: 'Show which processes use the named files, sockets, or filesystems.',
  options: [
    ['k,kill', 'kill processes accessing the named file'],
    ['m,mount', 'show all processes using the named filesystems or block device'],
    ['n,namespace=SPACE', 'search in this name space (file, udp, or tcp)'],
    ['v,verbose', 'verbose output'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new Failure('No process specification given', 1, true);
    let any = false;
    if (call.has('v')) yield* call.process.printError(`${' '.repeat(21)}USER        PID ACCESS COMMAND\n`);
    for (const name of call.operands) any = (yield* users(call, name)) || any;
    return any ? 0 : 1;
  },
});

function* users(call: Call, name: string): Routine<boolean> {
  const [, port, kind = call.value('n')] = /^(\d+)(?:\/(tcp|udp))?$/.exec(name) ?? [];
  const path = call.process.path(name);
  let found: Use[];
  if (port !== undefined && kind !== undefined) found = sockets(call).filter((each) => each.port === Number(port) && each.transport === kind);
  else if (!call.process.fs.exists(name)) {
    yield* call.process.printError(`Specified filename ${name} does not exist.\n`);
    return false;
  } else found = everything(call).filter((use) => use.name === path || (call.has('m') && use.name.startsWith(path === '/' ? '/' : `${path}/`)));
  if (found.length === 0) return false;
  const label = (text: string): string => `${text}:`.padEnd(20);
  yield* call.process.printError(label(port === undefined ? name : `${port}/${kind}`));
  for (const [i, pid] of [...new Set(found.map((use) => use.pid))].sort((a, b) => a - b).entries()) {
    const own = found.filter((use) => use.pid === pid);
    const letters = ['cwd', 'rtd', 'txt'].map((fd) => own.some((use) => use.fd === fd));
    const descriptor = own.some((use) => /^\d/.test(use.fd));
    const process = own[0]?.process as Process;
    if (call.has('v')) yield* call.process.printError(`${i === 0 ? '' : ' '.repeat(20)} ${userName(call.process, process.uid).padEnd(8)}`);
    yield* call.process.print(` ${String(pid).padStart(call.has('v') ? 6 : 5)}`);
    const access = `${descriptor ? 'F' : '.'}${letters[1] ? 'r' : '.'}${letters[0] ? 'c' : '.'}${letters[2] ? 'e' : '.'}.`;
    yield* call.process.printError(call.has('v') ? ` ${access} ${process.comm}\n` : letters[0] ? 'c' : letters[1] ? 'r' : letters[2] ? 'e' : '');
    if (call.has('k')) process.signal('SIGKILL');
  }
  if (!call.has('v')) yield* call.process.printError('\n');
  return true;
}

export const openFilePrograms = { lsof, fuser };
