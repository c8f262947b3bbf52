/** tcpdump 4.99: the packets of the simulated network, as they pass the interfaces of the process's own namespace. */
import { listenIn, type Segment } from '../../linux/capture.ts';
import { indexOf } from '../../linux/links.ts';
import type { Interface } from '../../linux/network.ts';
import { Condition, type Routine } from '../../sim/routine.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { serviceName } from './iptables-rules.ts';
import { dumpText, packetBytes } from './packet-bytes.ts';
import { hosts } from './resolver.ts';
import { frameLength, packetFilter } from './tcpdump-filter.ts';

type Heard = { readonly segment: Segment; readonly micros: number };

const tcpdump = tool({
  usage: '[-AbdDefhHIJKlLnNOpqStuUvxX#] [-c count] [-i interface] [expression]',
  summary: 'Dump traffic on a network.',
  inOrder: false,
  options: [
    ['i,interface=interface', 'listen on interface'],
    ['c=count', 'exit after receiving count packets'],
    ['n', 'do not convert addresses to names'],
    ['e', 'print the link-level header'],
    ['A', 'print each packet in ASCII'],
    ['q', 'print less protocol information'],
    ['t', 'do not print a timestamp'],
    ['v', 'verbose output'],
    ['S,absolute-tcp-sequence-numbers', 'print absolute TCP sequence numbers'],
    ['l', 'make stdout line buffered'],
    ['U,packet-buffered', ''],
    ['p,no-promiscuous-mode', 'do not put the interface into promiscuous mode'],
    ['s,snapshot-length=snaplen', ''],
    ['Q,direction=direction', 'in, out or inout'],
    ['D,list-interfaces', 'print the interfaces available'],
    ['#,number', 'print a packet number'],
    ...['x', 'X', 'w=file', 'r=file', 'C=size', 'W=count', 'G=seconds', 'F=file'].map((name) => [name, ''] as [string, string]),
  ],
  *run(call) {
    const refused = ['w', 'r', 'C', 'W', 'G', 'F'].find((key) => call.has(key));
    if (refused !== undefined) throw new Failure(`k8s-lab: tcpdump -${refused} is not simulated`, 70, true);
    const { process } = call;
    const { network } = process.namespaces;
    const links = [...network.interfaces.values()];
    if (call.has('D')) {
      yield* call.print(deviceList(links));
      return 0;
    }
    const name = call.value('i') ?? links.find(({ kind, up }) => up && kind !== 'loopback')?.name ?? 'lo';
    if (name !== 'any' && !network.interfaces.has(name)) throw new Failure(`${name}: No such device exists\n(No such device exists)`);
    if (process.uid !== 0)
      throw new Failure(
        `${name}: You don't have permission to perform this capture on that device\n(Attempt to create packet socket failed - CAP_NET_RAW may be required)`,
      );
    if (name !== 'any' && !network.interfaces.get(name)?.up) throw new Failure(`${name}: That device is not up`);
    const count = call.value('c');
    if (count !== undefined && !(Number(count) > 0)) throw new Failure(`invalid packet count ${count}`);
    if (name === 'any')
      yield* process.printError(`tcpdump: WARNING: any: That device doesn't support promiscuous mode\n(Promiscuous mode not supported on the "any" device)\n`);
    const fits = packetFilter(call.operands.join(' '), (host) => hosts(process).flatMap((each) => (each.names.includes(host) ? [each.address] : [])));
    const [full, type] = name === 'any' ? ['LINUX_SLL2 (Linux cooked v2)', 'any'] : ['EN10MB (Ethernet)', name];
    const verbose = call.has('v');
    yield* process.printError(
      `${verbose ? 'tcpdump: ' : 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n'}listening on ${type}, link-type ${full}, snapshot length ${call.value('s') ?? 262_144} bytes\n`,
    );
    return yield* capture(call, name, fits, Number(count ?? Number.POSITIVE_INFINITY));
  },
});

function* capture(call: Call, name: string, fits: (segment: Segment) => boolean, count: number): Routine<number> {
  const { process } = call;
  const heard: Heard[] = [];
  const more = new Condition();
  let [received, printed, clock, ended] = [0, 0, 0, false];
  const direction = call.value('Q') ?? 'inout';
  const stop = listenIn(process.namespaces.network, (segment) => {
    if ((name !== 'any' && segment.device.name !== name) || (direction !== 'inout' && (direction === 'out') !== segment.out) || !fits(segment)) return;
    received++;
    // What happens in one moment of the lab's time follows in microseconds.
    clock = Math.max(clock + 4, Math.round(process.now * 1000));
    heard.push({ segment, micros: clock });
    more.notify();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.onSignal(signal, () => {
      ended = true;
      more.notify();
    });
  try {
    while (!ended && printed < count) {
      const next = heard.shift();
      if (!next) {
        yield { on: [more] };
        continue;
      }
      printed++;
      yield* call.print(`${call.has('#') ? `${String(printed).padStart(5)}  ` : ''}${packetText(call, name === 'any', next)}\n`);
      yield* call.out.flush();
    }
  } finally {
    stop();
  }
  const counted = (number: number): string => `${number} packet${number === 1 ? '' : 's'}`;
  yield* process.printError(`${counted(printed)} captured\n${counted(received)} received by filter\n0 packets dropped by kernel\n`);
  return 0;
}

const deviceList = (links: readonly Interface[]): string =>
  [
    ...links.filter(({ kind, up }) => kind !== 'loopback' && up).map(({ name }) => `${name} [Up, Running, Connected]`),
    'any (Pseudo-device that captures on all interfaces) [Up, Running]',
    'lo [Up, Running, Loopback]',
    ...links.filter(({ up }) => !up).map(({ name }) => `${name} [none]`),
  ]
    .map((line, i) => `${i + 1}.${line}\n`)
    .join('');

function packetText(call: Call, any: boolean, { segment, micros }: Heard): string {
  const time = stamp(call.given.filter(({ key }) => key === 't').length, micros);
  const [from, to] = segment.macs;
  const ethernet = call.has('e') && !any;
  const link = any ? `${segment.device.name.padEnd(5)} ${(segment.out ? 'Out' : 'In').padEnd(3)} ` : '';
  const length = frameLength(segment);
  const sll =
    call.has('e') && any ? `ifindex ${indexOf(call.process.namespaces.network, segment.device)} ${from} ethertype IPv4 (0x0800), length ${length + 6}: ` : '';
  const head = ethernet ? `${from} > ${to}, ethertype IPv4 (0x0800), length ${length}: ` : sll || 'IP ';
  const ip = call.has('v')
    ? `(tos 0x0, ttl 64, id ${identity(segment)}, offset 0, flags [DF], proto ${protocolText(segment)}, length ${length - 14})\n    `
    : '';
  const bytes = dumpText((key) => call.given.filter((each) => each.key === key).length, packetBytes(segment, identity(segment)), any);
  return `${time}${link}${head}${call.has('v') && (ethernet || sll) ? `${ip}` : ip}${ends(call, segment)}: ${contentText(call, segment)}${bytes}`;
}

const protocolText = ({ transport, icmp }: Segment): string => (icmp ? 'ICMP (1)' : transport === 'tcp' ? 'TCP (6)' : 'UDP (17)');
const identity = ({ first, sequence }: Segment): number => (first[0] + sequence) % 65_536;

/** -t none, -tt seconds, -ttt and -ttttt differences, -tttt with the day. */
function stamp(given: number, micros: number): string {
  if (given === 1) return '';
  if (given === 3 || given === 5) throw new Failure(`k8s-lab: tcpdump -${'t'.repeat(given)} is not simulated`, 70, true);
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  if (given === 2) return `${Math.floor(micros / 1_000_000)}.${fraction} `;
  return `${strftime(given === 4 ? '%Y-%m-%d %H:%M:%S' : '%H:%M:%S', micros / 1000)}.${fraction} `;
}

function ends(call: Call, { source, sourcePort, address, port, icmp }: Segment): string {
  const numeric = call.has('n');
  const named = (ip: string): string => (numeric ? ip : (hosts(call.process).find((each) => each.address === ip)?.names[0] ?? ip));
  const known = (number: number): string => (numeric ? String(number) : serviceName(number));
  return icmp ? `${named(source)} > ${named(address)}` : `${named(source)}.${known(sourcePort)} > ${named(address)}.${known(port)}`;
}

function contentText(call: Call, segment: Segment): string {
  const { icmp, dns, transport, length } = segment;
  if (icmp?.kind === 'unreachable') {
    const port = call.has('n') ? icmp.port : serviceName(icmp.port);
    return `ICMP ${icmp.address} ${icmp.transport} port ${port} unreachable, length ${length}`;
  }
  if (icmp) return `ICMP echo ${icmp.kind}, id ${icmp.id}, seq ${icmp.sequence}, length ${length}`;
  if (call.has('q')) return `${transport.toUpperCase()}${transport === 'udp' ? ', length' : ''} ${length}`;
  if (dns) return dnsText(segment, dns);
  return transport === 'udp' ? `UDP, length ${length}` : tcpText(call, segment);
}

function dnsText({ length }: Segment, { id, type, name, edns, answer }: NonNullable<Segment['dns']>): string {
  if (!answer) return `${id}+ ${edns ? '[1au] ' : ''}${type}? ${name}. (${length})`;
  const { code, records, authoritative } = answer;
  const failed = { NOERROR: '', NXDOMAIN: ' NXDomain', SERVFAIL: ' ServFail', REFUSED: ' Refused' }[code];
  const counts = `${records.length}/${records.length === 0 && code !== 'REFUSED' && code !== 'SERVFAIL' ? 1 : 0}/${edns ? 1 : 0}`;
  return `${id}${failed}${authoritative ? '*-' : ''} ${counts} ${records.map((each) => `${each.type} ${each.data}`).join(', ')}${records.length > 0 ? ' ' : ''}(${length})`;
}

function tcpText(call: Call, { flags, sequence, acknowledged, first, length, text, port, sourcePort }: Segment): string {
  const opening = flags.startsWith('S');
  const absolute = call.has('S');
  const own = (number: number): number => (absolute || opening ? first[0] + number : number) % 2 ** 32;
  const other = absolute || opening ? (first[1] + acknowledged) % 2 ** 32 : acknowledged;
  const reset = flags.startsWith('R');
  const numbers = length > 0 ? `seq ${own(sequence)}:${own(sequence + length)}, ` : /[SF]/.test(flags) ? `seq ${own(sequence)}, ` : reset ? 'seq 0, ' : '';
  const ack = flags.includes('.') ? `ack ${reset ? first[1] + acknowledged : other}, ` : '';
  const times = `TS val ${first[0] % 4_000_000_000} ecr ${flags === 'S' ? 0 : first[1] % 4_000_000_000}`;
  const options = reset ? '' : opening ? `options [mss 1460,sackOK,${times},nop,wscale 7], ` : `options [nop,nop,${times}], `;
  const window = reset ? 0 : flags === 'S' ? 64_240 : flags === 'S.' ? 65_160 : 502;
  const isHttp = length > 0 && [80, 8080, 3128].some((each) => each === port || each === sourcePort) && /^[^\n]* ?HTTP\/1/.test(text);
  return `Flags [${flags}], ${numbers}${ack}win ${window}, ${options}length ${length}${isHttp ? `: HTTP: ${text.split('\r\n')[0]}` : ''}`;
}

export const tcpdumpPrograms = { tcpdump };
