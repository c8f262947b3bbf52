/** ss and netstat: who listens. */
import type { Listener } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Call, tool } from '../tool.ts';

const owner = (call: Call, listener: Listener): Process | undefined => call.process.kernel.processes.get(listener.pid);

function listeners(call: Call): Listener[] {
  const both = !call.has('t') && !call.has('u');
  const all = [...call.process.namespaces.network.listeners].filter((each) => both || (each.transport === 'tcp' ? call.has('t') : call.has('u')));
  return all.sort((a, b) => (a.transport === b.transport ? a.port - b.port : a.transport === 'udp' ? -1 : 1));
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
  ['s,summary', ''],
  ['x,unix', ''],
];

/** Connections last only as long as a request in the lab: listening sockets are all there is to see. */
const ss = tool({
  usage: '[options]',
  summary: 'Another utility to investigate sockets.',
  options: socketOptions,
  *run(call) {
    const rows = listeners(call).map((each) => {
      const process = owner(call, each);
      const local = `${each.address}:${each.port}`;
      return [
        each.transport,
        each.transport === 'tcp' ? 'LISTEN' : 'UNCONN',
        '0',
        each.transport === 'tcp' ? '4096' : '0',
        local,
        each.address === '0.0.0.0' ? '0.0.0.0:*' : '0.0.0.0:*',
        call.has('p') && process ? `users:(("${process.comm}",pid=${each.pid},fd=3))` : '',
      ];
    });
    const shown = call.has('l') || call.has('a') ? rows : [];
    const one = call.has('t') !== call.has('u');
    const head = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process'].slice(one ? 1 : 0);
    const table = shown.map((row) => row.slice(one ? 1 : 0));
    const widths = head.map((title, i) => Math.max(title.length, ...table.map((row) => (row[i] ?? '').length)));
    for (const row of call.has('H') ? table : [head, ...table])
      yield* call.print(`${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(' ')}\n`);
    return 0;
  },
});

const netstat = tool({
  usage: '[options]',
  summary: 'Print network connections and routing tables.',
  options: socketOptions,
  *run(call) {
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
          `${each.transport.padEnd(5)}      0      0 ${`${each.address}:${each.port}`.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} ${(each.transport === 'tcp' ? 'LISTEN' : '').padEnd(11)}${call.has('p') ? ` ${each.pid}/${owner(call, each)?.comm ?? '-'}` : ''}\n`,
        );
    return 0;
  },
});

export const socketPrograms = { ss, netstat };
