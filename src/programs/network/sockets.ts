/** ss and netstat: who listens. */
import type { Listener } from '../../linux/network.ts';
import { socketInode } from '../../linux/proc-net.ts';
import type { Process } from '../../linux/process.ts';
import { inodeNumber } from '../files/describe.ts';
import { type Call, Failure, tool } from '../tool.ts';

/** Of `::`, the only address of IPv6 that anything of the lab listens at. */
const six = ({ address }: Listener): boolean => address === '::';

const owner = (call: Call, listener: Listener): Process | undefined => call.process.kernel.processes.get(listener.pid);

function listeners(call: Call): Listener[] {
  const both = !call.has('t') && !call.has('u');
  const all = [...call.process.namespaces.network.listeners].filter(
    (each) => (call.has('6') === call.has('4') || call.has('6') === six(each)) && (both || (each.transport === 'tcp' ? call.has('t') : call.has('u'))),
  );
  return all.sort((a, b) => (a.transport === b.transport ? Number(six(a)) - Number(six(b)) || a.port - b.port : a.transport === 'udp' ? -1 : 1));
}

const socketOptions: readonly (readonly [string, string])[] = [
  ['t,tcp', 'display only TCP sockets'],
  ['u,udp', 'display only UDP sockets'],
  ['l,listening', 'display only listening sockets'],
  ['n,numeric', "don't resolve service names"],
  ['p,processes,programs', 'show process using socket'],
  ['a,all', 'display all sockets'],
  ['H,no-header', 'suppress header line'],
  ['r,route', 'display routing table'],
  ['4,ipv4', ''],
  ['6,ipv6', ''],
  ['e,extended', ''],
  ['o,options', ''],
  ['m,memory', ''],
  ['i,info,interfaces', ''],
  ['s,summary', ''],
  ['x,unix', ''],
];

/** `sport = :22`, `sport :ssh`, `state listening` … of a filter; what it asks for beyond that is refused. */
function selected(call: Call, all: readonly Listener[]): Listener[] {
  const text = call.operands
    .join(' ')
    .replace(/[()'"]/g, ' ')
    .trim();
  const clauses = text === '' ? [] : text.split(/ +(?:and|&&?|or|\|\|?) +/);
  const ports: number[] = [];
  let shown = call.has('l') || call.has('a');
  for (const clause of clauses) {
    const [, state, rest = ''] = /^(?:state (\S+) *)?(.*)$/.exec(clause) ?? [];
    if (state !== undefined) shown = state === 'listening' || state === 'listen' || state === 'all';
    const [, side, port] = /^(?:([sd]port) *(?:=|==|eq)? *:?(\d+))?$/.exec(rest) ?? [];
    if (rest !== '' && port === undefined) throw new Failure(`k8s-lab: ss filter ${rest} is not simulated`, 70);
    if (side === 'dport') shown = false;
    else if (port !== undefined) ports.push(Number(port));
  }
  return shown ? all.filter((each) => ports.length === 0 || ports.includes(each.port)) : [];
}

/** Of iproute2's columns those on the right side; an address and its port are two, with nothing between. */
const toTheRight = new Set([4, 6]);

/** Sockets of files that somebody listens at, wherever daemons of a node put theirs. */
function unixRows(fs: Process['fs'], folder: string): string[][] {
  return fs.list(folder).flatMap(([name, inode]) => {
    const path = `${folder}/${name}`;
    if (inode.type === 'directory') return unixRows(fs, path);
    return inode.type === 'socket' && inode.listener ? [['u_str', 'LISTEN', '0', '4096', `${path} `, String(inodeNumber(path)), '* ', '0', '']] : [];
  });
}

function summary(all: ReadonlySet<Listener>): string {
  const count = (transport: string): number => [...all].filter((each) => each.transport === transport).length;
  const [tcp, udp] = [count('tcp'), count('udp')];
  const row = (name: string, number: number): string => `${name}\t  ${String(number).padEnd(9)} ${String(number).padEnd(9)} 0        \n`;
  return `Total: ${tcp + udp}\nTCP:   ${tcp} (estab 0, closed 0, orphaned 0, timewait 0)\n\nTransport Total     IP        IPv6\n${[row('RAW', 0), row('UDP', udp), row('TCP', tcp), row('INET', tcp + udp), row('FRAG', 0)].join('')}\n`;
}

/** -e on the line of a socket, -m and -i on one below it. */
const extended = (call: Call, each: Listener): string =>
  call.has('e') ? ` ino:${socketInode(each)} sk:${(socketInode(each) % 4096).toString(16)} cgroup:${owner(call, each)?.cgroup.path ?? '/'} <->` : '';
const memoryAndInfo = (call: Call, each: Listener | undefined): string =>
  each && (call.has('m') || call.has('i'))
    ? `\t ${[...(call.has('m') ? ['skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d0)'] : []), ...(call.has('i') && each.transport === 'tcp' ? ['cubic cwnd:10'] : [])].join(' ')}\n`
    : '';

/** Connections last only as long as a request in the lab: listening sockets are all there is to see. */
const ss = tool({
  usage: '[ OPTIONS ] [ FILTER ]',
  summary: 'Another utility to investigate sockets.',
  options: socketOptions,
  *run(call) {
    if (call.has('s')) {
      yield* call.print(summary(call.process.namespaces.network.listeners));
      return 0;
    }
    const found = selected(call, call.has('x') && !call.has('t') && !call.has('u') ? [] : listeners(call));
    const rows = found.map((each) => {
      const process = call.has('p') ? owner(call, each) : undefined;
      const tcp = each.transport === 'tcp';
      const users = process ? ` users:(("${process.comm.slice(0, 15)}",pid=${each.pid},fd=3))` : '';
      return [
        each.transport,
        tcp ? 'LISTEN' : 'UNCONN',
        '0',
        tcp ? '4096' : '0',
        `${six(each) ? '[::]' : each.address}:`,
        String(each.port),
        six(each) ? '[::]:' : '0.0.0.0:',
        '*',
        users + extended(call, each),
      ];
    });
    if (call.has('x') && (call.has('l') || call.has('a')) && call.operands.length === 0) rows.push(...unixRows(call.process.fs, '/run'));
    const first = !call.has('x') && call.has('t') !== call.has('u') ? 1 : 0;
    const head = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address:', 'Port', 'Peer Address:', 'Port', 'Process'];
    const widths = head.map((title, i) => Math.max(call.has('H') && i > 3 ? 0 : title.length, ...rows.map((row) => (row[i] ?? '').length)));
    for (const [i, row] of [...(call.has('H') ? [] : [head]), ...rows].entries()) {
      const cells = row.map((cell, i) => (toTheRight.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
      yield* call.print(`${cells.slice(first).reduce((line, cell, i) => `${line}${[5, 7, 8].includes(i + first) || i === 0 ? '' : ' '}${cell}`, '')}\n`);
      yield* call.print(memoryAndInfo(call, found[call.has('H') ? i : i - 1]));
    }
    return 0;
  },
});

const netstat = tool({
  usage: '[options]',
  summary: 'Print network connections and routing tables.',
  options: socketOptions,
  *run(call) {
    if (call.has('x')) throw new Failure('k8s-lab: netstat -x is not simulated', 70, true);
    if (call.has('i') || call.has('s'))
      throw new Failure(`k8s-lab: netstat -${call.has('i') ? 'i' : 's'} is not simulated: links of the lab do not count packets`, 70, true);
    if (call.has('r')) {
      yield* call.print('Kernel IP routing table\nDestination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n');
      for (const each of call.process.namespaces.network.routes) {
        const [base = '', length = '32'] = each.destination === 'default' ? ['0.0.0.0', '0'] : each.destination.split('/');
        const mask = [0, 1, 2, 3].map((i) => 256 - 2 ** (8 - Math.max(0, Math.min(8, Number(length) - i * 8)))).join('.');
        yield* call.print(
          `${base.padEnd(15)} ${(each.via ?? '0.0.0.0').padEnd(15)} ${mask.padEnd(15)} ${(each.via ? 'UG' : 'U').padEnd(7)}   0 0          0 ${each.device}\n`,
        );
      }
      return 0;
    }
    yield* call.print(
      `Active Internet connections (${call.has('a') ? 'servers and established' : call.has('l') ? 'only servers' : 'w/o servers'})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${call.has('p') ? ' PID/Program name    ' : ' '}\n`,
    );
    if (call.has('l') || call.has('a'))
      for (const each of listeners(call).reverse())
        yield* call.print(
          `${`${each.transport}${six(each) ? 6 : ''}`.padEnd(5)}      0      0 ${`${each.address}:${each.port}`.padEnd(23)} ${(six(each) ? ':::*' : '0.0.0.0:*').padEnd(23)} ${(each.transport === 'tcp' ? 'LISTEN' : '').padEnd(11)}${call.has('p') ? ` ${each.pid}/${owner(call, each)?.comm ?? '-'}` : ''}\n`,
        );
    return 0;
  },
});

export const socketPrograms = { ss, netstat };
