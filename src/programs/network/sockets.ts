/** ss, netstat, ping, nc, telnet, traceroute, ssh. */
import { connect, dial, type Listener, NetworkError, route } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { byteProtocol, sshProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { newByteStream } from '../../sim/stream.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { userName } from '../users.ts';
import { isAddress, resolve } from './resolver.ts';

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

/** Whether packets reach an address: routing and policies without any port. Throws NetworkError. */
function reach(process: Process, address: string): void {
  route(process.namespaces.network, 'tcp', address, 0, process.sim.random);
}

const ping = tool({
  usage: '[options] <destination>',
  summary: 'Send ICMP ECHO_REQUEST to network hosts.',
  trouble: 2,
  options: [
    ['c=count', 'stop after <count> replies'],
    ['i=interval', 'seconds between sending each packet'],
    ['W=timeout', 'time to wait for response'],
    ['w=deadline', 'reply wait <deadline> in seconds'],
    ['q', 'quiet output'],
    ['n', 'no reverse DNS name resolution'],
    ['s=size', 'use <size> as number of data bytes to be sent'],
    ['4', ''],
    ['I=interface', ''],
  ],
  *run(call) {
    const [name] = call.operands;
    if (name === undefined) throw new Failure('usage error: Destination address required');
    const { process } = call;
    const found = yield* resolve(process, name);
    if ('failed' in found)
      throw new Failure(`${name}: ${found.failed === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}`, 2);
    const address = found.addresses[0] ?? '';
    const size = Number(call.value('s') ?? 56);
    const count = Number(call.value('c') ?? Number.POSITIVE_INFINITY);
    const interval = Number(call.value('i') ?? 1) * 1000;
    const began = process.now;
    const deadline = began + Number(call.value('w') ?? Number.POSITIVE_INFINITY) * 1000;
    const times: number[] = [];
    let sent = 0;
    let errors = 0;
    yield* call.print(`PING ${name} (${address}) ${size}(${size + 28}) bytes of data.\n`);
    const summary = (): string => pingSummary({ name, sent, errors, times, milliseconds: process.now - began });
    process.onSignal('SIGINT', () => {
      process.sim.go(
        (function* (): Routine {
          yield* process.print(`\n${summary()}`);
          process.exit(times.length > 0 ? 0 : 1);
        })(),
      );
    });
    while (sent < count && process.now < deadline) {
      sent++;
      const started = process.now;
      try {
        reach(process, address);
        const milliseconds = process.namespaces.network.has(address) ? 0.03 + process.sim.random.next() * 0.02 : 0.15 + process.sim.random.next() * 0.2;
        yield* sleep(milliseconds);
        times.push(milliseconds);
        if (!call.has('q')) yield* call.print(`${size + 8} bytes from ${address}: icmp_seq=${sent} ttl=64 time=${milliseconds.toPrecision(3)} ms\n`);
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        if (error.code === 'ENETUNREACH') throw new Failure('connect: Network is unreachable', 2);
        if (error.code === 'EHOSTUNREACH') {
          errors++;
          yield* sleep(Math.min(error.afterMilliseconds, deadline - process.now));
          yield* call.print(`From ${process.namespaces.network.sourceAddress()} icmp_seq=${sent} Destination Host Unreachable\n`);
        } else yield* sleep(Math.min(sent === count ? Number(call.value('W') ?? 10) * 1000 : interval, Math.max(0, deadline - process.now)));
      }
      yield* call.out.flush();
      if (sent < count) yield* sleep(Math.min(Math.max(0, interval - (process.now - started)), Math.max(0, deadline - process.now)));
    }
    yield* call.print(`\n${summary()}`);
    return times.length > 0 ? 0 : 1;
  },
});

function pingSummary({
  name,
  sent,
  errors,
  times,
  milliseconds,
}: {
  readonly name: string;
  readonly sent: number;
  readonly errors: number;
  readonly times: readonly number[];
  readonly milliseconds: number;
}): string {
  const loss = sent === 0 ? 0 : Math.round(((sent - times.length) / sent) * 100);
  const average = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length);
  const deviation = Math.sqrt(times.reduce((sum, each) => sum + (each - average) ** 2, 0) / Math.max(1, times.length));
  const round = [Math.min(...times), average, Math.max(...times), deviation].map((value) => value.toFixed(3)).join('/');
  return `--- ${name} ping statistics ---\n${sent} packets transmitted, ${times.length} received, ${errors > 0 ? `+${errors} errors, ` : ''}${loss}% packet loss, time ${Math.round(milliseconds)}ms\n${times.length > 0 ? `rtt min/avg/max/mdev = ${round} ms\n` : '\n'}`;
}

const nc = tool({
  usage: '[-lnuvz] [-w timeout] [destination] [port]',
  summary: 'Arbitrary TCP and UDP connections and listens.',
  options: [
    ['l', 'Listen mode'],
    ['p=port', 'Specify local port'],
    ['n', 'Suppress name/port resolutions'],
    ['u', 'UDP mode'],
    ['v', 'Verbose'],
    ['w=timeout', 'Timeout for connects and final net reads'],
    ['z', 'Zero-I/O mode'],
    ['k', 'Keep inbound sockets open for multiple connects'],
    ['q=secs', ''],
    ['N', ''],
    ['4', ''],
  ],
  *run(call) {
    if (call.has('l')) return yield* listen(call, Number(call.value('p') ?? call.operands[call.operands.length - 1]));
    const [name, ports] = call.operands;
    if (name === undefined || ports === undefined) throw new Failure('missing hostname and port');
    const found = yield* resolve(call.process, name);
    if ('failed' in found)
      throw new Failure(
        `getaddrinfo for host "${name}" port ${ports}: ${found.failed === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}`,
      );
    const [low = 0, high = low] = ports.split('-').map(Number);
    let status = 1;
    for (let port = low; port <= high; port++) if (yield* knock(call, { name, address: found.addresses[0] ?? '', port })) status = 0;
    return status;
  },
});

type Target = { readonly name: string; readonly address: string; readonly port: number };

function* knock(call: Call, { name, address, port }: Target): Routine<boolean> {
  const { process } = call;
  const transport = call.has('u') ? 'udp' : 'tcp';
  try {
    const listener = connect(process.namespaces.network, address, port, process.sim.random, transport);
    yield* sleep(0.5);
    if (call.has('v')) yield* process.printError(`Connection to ${name}${isAddress(name) ? '' : ` (${address})`} ${port} port [${transport}/*] succeeded!\n`);
    if (!call.has('z')) yield* talk(call, listener);
    return true;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const patience = Number(call.value('w') ?? Number.POSITIVE_INFINITY) * 1000;
    yield* sleep(Math.min(error.afterMilliseconds, patience));
    const timedOut = error.afterMilliseconds > patience;
    if (call.has('v') || (call.has('w') && timedOut))
      yield* process.printError(
        `nc: connect to ${name}${isAddress(name) ? '' : ` (${address})`} port ${port} (${transport}) ${timedOut ? 'timed out: Operation now in progress' : `failed: ${error.message}`}\n`,
      );
    return false;
  }
}

/** Both directions at once, until the server closes. */
function* talk(call: Call, listener: Listener): Routine {
  const server = listener.servers.get(byteProtocol.name) as { accept(connection: object): Routine } | undefined;
  if (!server) throw new Failure(`k8s-lab: plain bytes to a server of ${[...listener.servers.keys()].join(', ')} are not simulated`, 70);
  const { process } = call;
  const fromClient = newByteStream();
  const toClient = newByteStream();
  process.sim.go(server.accept({ fromClient, toClient }), 'nc server');
  process.sim.go(
    (function* (): Routine {
      for (let text = yield* process.stdin.read(); text !== undefined; text = yield* process.stdin.read()) if (!fromClient.push(text)) return;
      fromClient.close();
    })(),
    'nc stdin',
  );
  for (let text = yield* toClient.receive(); text !== undefined; text = yield* toClient.receive()) yield* process.print(text);
}

function* listen(call: Call, port: number): Routine<number> {
  if (!(port > 0)) throw new UsageError('missing port', false);
  const { process } = call;
  let finished = false;
  const server = {
    *accept({ fromClient, toClient }: { fromClient: ReturnType<typeof newByteStream>; toClient: ReturnType<typeof newByteStream> }): Routine {
      process.sim.go(
        (function* (): Routine {
          for (let text = yield* process.stdin.read(); text !== undefined; text = yield* process.stdin.read()) if (!toClient.push(text)) return;
          toClient.close();
        })(),
      );
      for (let text = yield* fromClient.receive(); text !== undefined; text = yield* fromClient.receive()) yield* process.print(text);
      toClient.close();
      finished = !call.has('k');
    },
  };
  const handle = process.namespaces.network.listen({
    transport: call.has('u') ? 'udp' : 'tcp',
    address: '0.0.0.0',
    port,
    pid: process.pid,
    servers: new Map([[byteProtocol.name, server]]),
  });
  try {
    if (call.has('v')) yield* process.printError(`Listening on 0.0.0.0 ${port}\n`);
    while (!finished) yield* sleep(10);
  } finally {
    handle.close();
  }
  return 0;
}

const telnet = tool({
  usage: '[host [port]]',
  summary: 'User interface to the TELNET protocol.',
  options: [],
  *run(call) {
    const [name, port = '23'] = call.operands;
    if (name === undefined) throw new Failure('k8s-lab: interactive telnet is not simulated', 70);
    const found = yield* resolve(call.process, name);
    if ('failed' in found) throw new Failure(`could not resolve ${name}/${port}: Name or service not known`);
    const address = found.addresses[0] ?? '';
    yield* call.print(`Trying ${address}...\n`);
    try {
      const listener = connect(call.process.namespaces.network, address, Number(port), call.process.sim.random);
      yield* call.print(`Connected to ${name}.\nEscape character is '^]'.\n`);
      yield* call.out.flush();
      yield* talk(call, listener);
      yield* call.print('Connection closed by foreign host.\n');
      return 0;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      throw new Failure(`Unable to connect to remote host: ${error.message}`);
    }
  },
});

const traceroute: Program = tool({
  usage: '[-n] host',
  summary: 'Trace the route to a host.',
  options: [
    ['n', ''],
    ['m=max_ttl', ''],
    ['w=waittime', ''],
  ],
  *run(call) {
    const name = call.operands[0] ?? '';
    const { process } = call;
    const found = yield* resolve(process, name);
    if ('failed' in found) throw new Failure(`${name}: Name or service not known\nCannot handle "host" cmdline arg \`${name}' on position 1 (argc 1)`, 2);
    const address = found.addresses[0] ?? '';
    yield* call.print(`traceroute to ${name} (${address}), 30 hops max, 60 byte packets\n`);
    const { network } = process.namespaces;
    const hops = network.uplink ? [network.uplink.sourceAddress()] : [];
    const target = network.uplink?.fabric?.owner(address) ?? network.fabric?.owner(address);
    if (target?.uplink && target.uplink !== network.uplink) hops.push(target.uplink.sourceAddress());
    try {
      reach(process, address);
      hops.push(address);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      for (let i = hops.length; i < 30; i++) hops.push('*');
    }
    for (const [i, hop] of hops.entries()) {
      const time = (): string => (0.1 * (i + 1) + process.sim.random.next() * 0.1).toFixed(3);
      yield* sleep(hop === '*' ? 5000 : 1);
      yield* call.print(
        hop === '*'
          ? `${String(i + 1).padStart(2)}  * * *\n`
          : `${String(i + 1).padStart(2)}  ${hop}${call.has('n') ? '' : ` (${hop})`}  ${time()} ms  ${time()} ms  ${time()} ms\n`,
      );
      yield* call.out.flush();
    }
    return 0;
  },
});

const ssh = tool({
  usage: '[-p port] [-l user] [user@]host [command]',
  summary: 'OpenSSH remote login client.',
  trouble: 255,
  inOrder: true,
  options: [
    ['l=login_name', ''],
    ['p=port', ''],
    ['i=identity_file', ''],
    ['o=option', ''],
    ['t', ''],
    ['T', ''],
    ['q', ''],
    ['v', ''],
    ['n', ''],
    ['A', ''],
  ],
  *run(call) {
    const [destination, ...words] = call.operands;
    if (destination === undefined) throw new UsageError('', false);
    const { process } = call;
    const [host = '', user = call.value('l') ?? userName(process, process.uid)] = destination.split('@').reverse();
    const port = Number(call.value('p') ?? 22);
    const found = yield* resolve(process, host);
    if ('failed' in found)
      throw new Failure(
        `Could not resolve hostname ${host}: ${found.failed === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}`,
        255,
      );
    try {
      const server = dial(sshProtocol, process.namespaces.network, found.addresses[0] ?? '', port, process.sim.random);
      yield* sleep(80);
      return yield* converse(call, server.login(user, words.length === 0 ? undefined : words.join(' '), process), host, words.length === 0);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      yield* process.printError(`ssh: connect to host ${host} port ${port}: ${error.message}\n`);
      return 255;
    }
  },
});

/** The session's process runs on the other machine; it ends when that does, and takes it along when it is killed itself. */
function* converse(call: Call, session: Process, host: string, interactive: boolean): Routine<number> {
  let over = false;
  try {
    while (session.exitStatus === undefined) yield { on: [session.changed] };
    over = true;
  } finally {
    if (!over) session.signal('SIGHUP');
  }
  session.reap(session);
  if (interactive) yield* call.process.printError(`Connection to ${host} closed.\n`);
  return session.exitStatus ?? 255;
}

export const socketPrograms = { ss, netstat, ping, nc, telnet, traceroute, ssh };
