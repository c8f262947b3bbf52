/** ping and traceroute. */
import type { Wire } from '../../linux/capture.ts';
import { NetworkError, route } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { isBusybox } from '../busybox-words.ts';
import { Failure, tool } from '../tool.ts';
import { resolve } from './resolver.ts';

/** Whether packets reach an address. Throws NetworkError. */
function reach(process: Process, address: string, echo?: { readonly length: number; readonly sequence: number }): void {
  const say = (wire: Wire | undefined, back: boolean): void =>
    echo && wire?.say(back, { length: echo.length, icmp: { kind: back ? 'reply' : 'request', id: process.pid, sequence: echo.sequence } });
  try {
    const { wire } = route(process.namespaces.network, 'icmp', address, 0, process.sim.random);
    say(wire, false);
    say(wire, true);
  } catch (error) {
    if (error instanceof NetworkError) say(error.wire, false);
    throw error;
  }
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
    if ('failed' in found && isBusybox(process)) throw new Failure(`bad address '${name}'`, 1);
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
    const busybox = isBusybox(process);
    // Without any route ping ends before it says what it does.
    let header = busybox ? `PING ${name} (${address}): ${size} data bytes\n` : `PING ${name} (${address}) ${size}(${size + 28}) bytes of data.\n`;
    const greet = (): Routine => {
      const text = header;
      header = '';
      return call.print(text);
    };
    const summary = (): string => (busybox ? appletSummary(name, sent, times) : pingSummary({ name, sent, errors, times, milliseconds: process.now - began }));
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
        reach(process, address, { length: size + 8, sequence: busybox ? sent - 1 : sent });
        yield* greet();
        const milliseconds = process.namespaces.network.has(address) ? 0.03 + process.sim.random.next() * 0.02 : 0.15 + process.sim.random.next() * 0.2;
        yield* sleep(milliseconds);
        times.push(milliseconds);
        const [seq, time] = busybox ? [`seq=${sent - 1}`, milliseconds.toFixed(3)] : [`icmp_seq=${sent}`, milliseconds.toPrecision(3)];
        if (!call.has('q')) yield* call.print(`${size + 8} bytes from ${address}: ${seq} ttl=64 time=${time} ms\n`);
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        if (busybox || error.code !== 'ENETUNREACH') yield* greet();
        if (error.code === 'ENETUNREACH')
          throw busybox
            ? new Failure(`sendto: Network ${process.fs.exists('/etc/alpine-release') ? '' : 'is '}unreachable`)
            : new Failure('connect: Network is unreachable', 2);
        const patience = sent === count ? Number(call.value('W') ?? 10) * 1000 : Number.POSITIVE_INFINITY;
        if (/EHOSTUNREACH|ECONNREFUSED/.test(error.code) && error.afterMilliseconds <= patience) {
          errors++;
          yield* sleep(Math.min(error.afterMilliseconds, deadline - process.now));
          const [who, what] = error.code === 'ECONNREFUSED' ? [address, 'Port'] : [process.namespaces.network.sourceAddress(), 'Host'];
          if (!busybox) yield* call.print(`From ${who} icmp_seq=${sent} Destination ${what} Unreachable\n`);
        } else yield* sleep(Math.min(sent === count ? patience : interval, Math.max(0, deadline - process.now)));
      }
      yield* call.out.flush();
      if (sent < count) yield* sleep(Math.min(Math.max(0, interval - (process.now - started)), Math.max(0, deadline - process.now)));
    }
    yield* call.print(`\n${summary()}`);
    return times.length > 0 ? 0 : 1;
  },
});

/** busybox's words (networking/ping.c). */
function appletSummary(name: string, sent: number, times: readonly number[]): string {
  const loss = sent === 0 ? 0 : Math.floor(((sent - times.length) / sent) * 100);
  const average = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length);
  const round = [Math.min(...times), average, Math.max(...times)].map((value) => value.toFixed(3)).join('/');
  const trip = times.length > 0 ? `round-trip min/avg/max = ${round} ms\n` : '';
  return `--- ${name} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${loss}% packet loss\n${trip}`;
}

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

export const pingPrograms = { ping, traceroute };
