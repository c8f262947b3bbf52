/** The bytes of a packet as the wire has them, and how tcpdump's -A, -x and -X print them (print-ascii.c). */
import type { Segment } from '../../linux/capture.ts';
import { own } from '../../sim/own.ts';
import { Failure } from '../tool.ts';
import { frameLength } from './tcpdump-filter.ts';

const two = (number: number): number[] => [(number >>> 8) & 255, number & 255];
const four = (number: number): number[] => [...two(number >>> 16), ...two(number)];
const dotted = (address: string): number[] => address.split('.').map(Number);

/** RFC 1071: the sum of all pairs of bytes, turned round. */
function checksum(bytes: readonly number[]): number[] {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 65_535) sum = (sum & 65_535) + (sum >>> 16);
  return two(~sum);
}

/** With a sum over the whole where it begins at `at`. */
const summed = (bytes: readonly number[], at: number, pseudo: readonly number[] = []): number[] => [
  ...bytes.slice(0, at),
  ...checksum([...pseudo, ...bytes]),
  ...bytes.slice(at + 2),
];

const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };

function tcpHeader({ sourcePort, port, first, sequence, acknowledged, flags }: Segment): number[] {
  const bits = [...flags].reduce((sum, flag) => sum + (flagBits[flag] ?? 0), 0);
  const [opening, reset, acks] = [flags.startsWith('S'), flags.startsWith('R'), flags.includes('.')];
  const times = [8, 10, ...four(first[0] % 4_000_000_000), ...four(flags === 'S' ? 0 : first[1] % 4_000_000_000)];
  const options = reset ? [] : opening ? [2, 4, ...two(1460), 4, 2, ...times, 1, 3, 3, 7] : [1, 1, ...times];
  const window = reset ? 0 : flags === 'S' ? 64_240 : flags === 'S.' ? 65_160 : 502;
  const numbers = [...four(reset ? 0 : first[0] + sequence), ...four(acks ? first[1] + acknowledged : 0)];
  return [...two(sourcePort), ...two(port), ...numbers, (5 + options.length / 4) * 16, bits, ...two(window), 0, 0, 0, 0, ...options];
}

const codes: Readonly<Record<string, number>> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };
const types: Readonly<Record<string, number>> = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33 };

/** RFC 1035: the header, the question, and addresses; what else an answer holds has no bytes here. */
function dnsBytes({ id, type, name, edns, answer }: NonNullable<Segment['dns']>): number[] {
  const labels = name.split('.').flatMap((label) => (label === '' ? [] : [label.length, ...Buffer.from(label)]));
  const records = answer?.records.filter((each) => each.type === 'A') ?? [];
  const flags = answer ? 0x8180 + (answer.authoritative ? 0x0400 : 0) + (codes[answer.code] ?? 0) : 0x0100;
  const question = [...labels, 0, ...two(own(types, type) ?? 0), 0, 1];
  return [
    ...[id, flags, 1, records.length, 0, edns ? 1 : 0].flatMap(two),
    ...question,
    ...records.flatMap(({ data }) => [...labels, 0, 0, 1, 0, 1, ...four(30), 0, 4, ...dotted(data)]),
    ...(edns ? [0, 0, 41, ...two(1232), 0, 0, 0, 0, 0, 0] : []),
  ];
}

/** The Ethernet frame; an encrypted payload has a length alone, and stands as zeros. */
export function packetBytes(segment: Segment, identity: number): number[] {
  const { transport, icmp, dns, length, text, macs, source, address, sourcePort, port } = segment;
  const size = frameLength(segment) - 14;
  const number = icmp ? 1 : transport === 'tcp' ? 6 : 17;
  const ip = summed([69, 0, ...two(size), ...two(identity), 64, 0, 64, number, 0, 0, ...dotted(source), ...dotted(address)], 10);
  const known = dns ? dnsBytes(dns) : [...Buffer.from(text)];
  const room = icmp ? length - 8 : length;
  const payload = [...known.slice(0, room), ...new Array<number>(Math.max(0, room - known.length)).fill(0)];
  const pseudo = [...dotted(source), ...dotted(address), 0, number, ...two(size - 20)];
  const echo =
    icmp?.kind === 'unreachable' ? [3, 3, 0, 0, 0, 0, 0, 0] : icmp && [icmp.kind === 'request' ? 8 : 0, 0, 0, 0, ...two(icmp.id), ...two(icmp.sequence)];
  const above = echo
    ? summed([...echo, ...payload], 2)
    : transport === 'tcp'
      ? summed([...tcpHeader(segment), ...payload], 16, pseudo)
      : summed([...two(sourcePort), ...two(port), ...two(size - 20), 0, 0, ...payload], 6, pseudo);
  const link = [...macs].reverse().flatMap((mac) => mac.split(':').map((each) => Number.parseInt(each, 16)));
  return [...link, 8, 0, ...ip, ...above];
}

/** `given`: how often a flag was; twice means the link's header too. */
export function dumpText(given: (key: string) => number, frame: readonly number[], any: boolean): string {
  const key = ['A', 'X', 'x'].find((each) => given(each) > 0);
  if (key === undefined) return '';
  if (any && given(key) > 1) throw new Failure(`k8s-lab: tcpdump -${key}${key} on the interface any is not simulated`, 70, true);
  const bytes = given(key) > 1 ? frame : frame.slice(14);
  if (key === 'A')
    return `\n${bytes.map((byte) => (byte === 9 || byte === 10 || (byte >= 32 && byte < 127) ? String.fromCharCode(byte) : byte === 13 ? '' : '.')).join('')}`;
  const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => bytes.slice(i * 16, i * 16 + 16));
  const row = (part: readonly number[], i: number): string => {
    const hex = Buffer.from(part)
      .toString('hex')
      .replace(/.{4}(?=.)/g, '$& ');
    const letters = part.map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    return `\n\t0x${(i * 16).toString(16).padStart(4, '0')}:  ${key === 'X' ? `${hex.padEnd(41)}${letters}` : hex}`;
  };
  return rows.map(row).join('');
}
