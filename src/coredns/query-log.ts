/** What the `log` plugin writes of each question (coredns plugin/log, plugin/pkg/replacer). */
import type { DnsAnswer, DnsRecord } from '../linux/protocols.ts';
import type { Milliseconds } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { Question } from './plugins.ts';

/** Sizes on the wire, as miekg/dns counts them: nothing compressed. */
const header = 12;
const nameBytes = (name: string): number => (name.replace(/\.$/, '') === '' ? 1 : name.replace(/\.$/, '').length + 2);
const fixedPart = 10;
/** ns.dns.ZONE, hostmaster.ZONE and five numbers: what says that there is no such name, or no such record. */
const soaBytes = (zone: string): number => nameBytes(zone) + fixedPart + nameBytes(`ns.dns.${zone}`) + nameBytes(`hostmaster.${zone}`) + 20;
const dataBytes: Readonly<Record<DnsRecord['type'], (data: string) => number>> = {
  A: () => 4,
  AAAA: () => 16,
  CNAME: nameBytes,
  PTR: nameBytes,
  SRV: (data) => 6 + nameBytes(data.split(' ').at(-1) ?? ''),
  TXT: (data) => 1 + data.replaceAll('"', '').length,
};

const questionBytes = ({ name }: Question): number => header + nameBytes(name) + 4;
/** An OPT record, and the cookie that dig sends in it. */
const optionBytes = ({ asker }: Question, sent: boolean): number => (asker?.bufferSize === undefined ? 0 : sent ? 23 : 11);

function answerBytes(question: Question, { records, authoritative }: DnsAnswer, zone: string): number {
  const answers = records.reduce((sum, { name, type, data }) => sum + nameBytes(name) + fixedPart + dataBytes[type](data), 0);
  return questionBytes(question) + optionBytes(question, false) + answers + (records.length === 0 && authoritative ? soaBytes(zone) : 0);
}

/** `10.244.1.5:41543 - 12345 "A IN web.default.svc.cluster.local. udp 51 false 512" NOERROR qr,aa,rd 100 0.000123s` */
export function queryLine(sim: Sim, question: Question, answer: DnsAnswer, began: Milliseconds, zone: string): string {
  const { name, type, asker } = question;
  const port = 32_768 + sim.random.int(28_232);
  const asked = `${type} IN ${name}. ${asker?.transport ?? 'udp'} ${questionBytes(question) + optionBytes(question, true)} false ${asker?.bufferSize ?? 512}`;
  const flags = answer.authoritative ? 'qr,aa,rd' : answer.code === 'REFUSED' ? 'qr,rd' : 'qr,rd,ra';
  // Thinking takes some tenths of a millisecond; waiting for others is in the clock.
  const seconds = (sim.now - began) / 1000 + (60_000 + sim.random.int(240_000)) / 1e9;
  const size = answerBytes(question, answer, zone);
  return `[INFO] ${asker?.address ?? '127.0.0.1'}:${port} - ${sim.random.int(65_536)} "${asked}" ${answer.code} ${flags} ${size} ${Number(seconds.toFixed(9))}s`;
}
