import { expect, test } from 'vitest';
import type { Segment } from '../../src/linux/capture.ts';
import { dumpText, packetBytes } from '../../src/programs/network/packet-bytes.ts';

const segment: Segment = {
  device: { name: 'lo', mac: '', mtu: 0, up: true, addresses: [], kind: 'loopback' },
  out: false,
  macs: ['02:00:00:00:00:01', '02:00:00:00:00:02'],
  transport: 'tcp',
  source: '127.0.0.1',
  sourcePort: 0xa188,
  address: '127.0.0.1',
  port: 0x8263,
  flags: 'S',
  sequence: 0,
  acknowledged: 0,
  first: [0x2fdfb746, 7],
  length: 0,
  text: '',
};
const sumOf = (bytes: readonly number[]): number => {
  const sum = Array.from({ length: Math.ceil(bytes.length / 2) }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).reduce((a, b) => a + b, 0);
  return (sum % 65_536) + Math.floor(sum / 65_536);
};

test('the bytes of a packet: headers as Linux sends them, sums that come out, and how tcpdump -x, -X and -A show them', () => {
  const frame = packetBytes(segment, 0x3ef9);
  const given = (key: string, times: number) => (asked: string) => (asked === key ? times : 0);
  // The first 24 bytes as a real tcpdump has shown them of such a packet.
  expect(dumpText(given('X', 1), frame.slice(0, 14 + 36), false)).toBe(
    '\n\t0x0000:  4500 003c 3ef9 4000 4006 fdc0 7f00 0001  E..<>.@.@.......\n\t0x0010:  7f00 0001 a188 8263 2fdf b746 0000 0000  .......c/..F....\n\t0x0020:  a002 faf0                                ....',
  );
  expect(dumpText(given('x', 2), frame.slice(0, 18), false)).toBe('\n\t0x0000:  0200 0000 0002 0200 0000 0001 0800 4500\n\t0x0010:  003c');
  expect(() => dumpText(given('X', 2), frame, true)).toThrow('k8s-lab: tcpdump -XX on the interface any is not simulated');
  const pseudo = (number: number, part: readonly number[]) => [127, 0, 0, 1, 127, 0, 0, 1, 0, number, 0, part.length, ...part];
  const data = packetBytes({ ...segment, flags: 'P.', length: 5, text: 'GET /' }, 1).slice(14);
  expect([frame.length, sumOf(data.slice(0, 20)), sumOf(pseudo(6, frame.slice(34))), sumOf(pseudo(6, data.slice(20)))]).toEqual([74, 65_535, 65_535, 65_535]);
  expect(dumpText(given('A', 1), [...new Array<number>(14).fill(0), ...data.slice(-5), 13, 10, 0], false)).toBe('\nGET /\n.');
  const dns = {
    id: 0x7027,
    type: 'A',
    name: 'a.lab',
    edns: true,
    answer: { code: 'NOERROR', records: [{ type: 'A', data: '10.0.0.9' }], authoritative: true },
  };
  const answer = packetBytes({ ...segment, transport: 'udp', flags: '', length: 55, dns } as unknown as Segment, 1).slice(34);
  expect([sumOf(pseudo(17, answer)), Buffer.from(answer.slice(8)).toString('hex')]).toEqual([
    65_535,
    '7027858000010001000000010161036c616200000100010161036c616200000100010000001e00040a0000090000290'.concat('4d0000000000000'),
  ]);
  const ping = packetBytes({ ...segment, icmp: { kind: 'request', id: 7, sequence: 1 }, length: 64 }, 1).slice(34);
  expect([ping.length, ping[0], sumOf(ping)]).toEqual([64, 8, 65_535]);
});
