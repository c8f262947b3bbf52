/** Filters of packets in the language of libpcap (pcap-filter(7)): the words that are used on IPv4, TCP, UDP and ICMP. */
import type { Segment } from '../../linux/capture.ts';
import { contains } from '../../linux/network.ts';
import { Failure } from '../tool.ts';
import { services } from './iptables-rules.ts';
import { isAddress } from './resolver.ts';

type Test = (segment: Segment) => boolean;
type Qualifiers = { protocol: string; direction: string; kind: string };

/** `lookup` gives the addresses of a name. */
type Lookup = (name: string) => readonly string[];

const syntax = (): Failure => new Failure("can't parse filter expression: syntax error");
const flagBits: Readonly<Record<string, string>> = { F: 'tcp-fin', S: 'tcp-syn', R: 'tcp-rst', P: 'tcp-push', '.': 'tcp-ack' };
const numbers: Readonly<Record<string, number>> = {
  ...{ 'tcp-fin': 1, 'tcp-syn': 2, 'tcp-rst': 4, 'tcp-push': 8, 'tcp-ack': 16, 'tcp-urg': 32 },
  ...{ 'icmp-echoreply': 0, 'icmp-unreach': 3, 'icmp-echo': 8 },
};

export const flagsOf = ({ flags }: Segment): number => [...flags].reduce((sum, flag) => sum + (numbers[flagBits[flag] ?? ''] ?? 0), 0);
const icmpTypes = { request: 8, reply: 0, unreachable: 3 };

/** What can be asked of the headers: `tcp[tcpflags]`, `icmp[icmptype]`. */
const fields: Readonly<Record<string, (segment: Segment) => number | undefined>> = {
  'tcp[tcpflags]': (segment) => (segment.transport === 'tcp' ? flagsOf(segment) : undefined),
  'tcp[13]': (segment) => (segment.transport === 'tcp' ? flagsOf(segment) : undefined),
  'icmp[icmptype]': ({ icmp }) => icmp && icmpTypes[icmp.kind],
  'icmp[0]': ({ icmp }) => icmp && icmpTypes[icmp.kind],
};

/** Bytes of the packet with its Ethernet header. */
export const frameLength = ({ transport, length, flags, icmp }: Segment): number =>
  length + (icmp ? 34 : transport === 'udp' ? 42 : flags.startsWith('R') ? 54 : flags.startsWith('S') ? 74 : 66);

/** Throws Failure. */
export function packetFilter(text: string, lookup: Lookup): Test {
  const words = text.match(/(?:tcp|icmp|ip|udp)\[[^\]]*\]|&&|\|\||[<>=!]=|<<|>>|[()!&|<>=]|[^\s()!&|<>=]+/g) ?? [];
  if (words.length === 0) return () => true;
  let at = 0;
  let last: Qualifiers = { protocol: '', direction: '', kind: '' };
  const take = (...wanted: string[]): string | undefined => (wanted.includes(words[at] ?? '') ? words[at++] : undefined);

  // `and` and `or` bind alike, from left to right.
  const any = (): Test => {
    let found = factor();
    for (let word = take('or', '||', 'and', '&&'); word; word = take('or', '||', 'and', '&&')) {
      const [one, other] = [found, factor()];
      found = word === 'or' || word === '||' ? (segment) => one(segment) || other(segment) : (segment) => one(segment) && other(segment);
    }
    return found;
  };
  const factor = (): Test => {
    if (take('not', '!')) {
      const inner = factor();
      return (segment) => !inner(segment);
    }
    if (!take('(')) return primitive();
    const inner = any();
    if (!take(')')) throw syntax();
    return inner;
  };
  const value = (): number => {
    let sum = 0;
    const open = take('(');
    do {
      const word = words[at++] ?? '';
      const number = numbers[word] ?? Number(word);
      if (word === '' || Number.isNaN(number)) throw syntax();
      sum |= number;
    } while (open && take('|'));
    if (open && !take(')')) throw syntax();
    return sum;
  };
  const arithmetic = (name: string): Test => {
    const field = fields[name];
    if (!field) throw new Failure(`k8s-lab: tcpdump filter ${name} is not simulated`, 70, true);
    const mask = take('&') ? value() : -1;
    const operator = take('==', '=', '!=', '>', '<', '>=', '<=');
    if (!operator) throw syntax();
    const wanted = value();
    return (segment) => {
      const found = field(segment);
      if (found === undefined) return false;
      const masked = found & mask;
      if (operator === '!=') return masked !== wanted;
      return operator === '>'
        ? masked > wanted
        : operator === '<'
          ? masked < wanted
          : operator === '>='
            ? masked >= wanted
            : operator === '<='
              ? masked <= wanted
              : masked === wanted;
    };
  };
  const primitive = (): Test => {
    const word = words[at] ?? '';
    if (word.includes('[')) return arithmetic(words[at++] ?? '');
    const size = take('less', 'greater');
    if (size) {
      const bytes = value();
      return (segment) => (size === 'less' ? frameLength(segment) <= bytes : frameLength(segment) >= bytes);
    }
    const protocol = take('tcp', 'udp', 'icmp', 'ip', 'arp', 'ip6', 'icmp6', 'ether') ?? '';
    if (protocol === 'ether') throw new Failure('k8s-lab: tcpdump filter ether is not simulated', 70, true);
    const direction = take('src', 'dst') ?? '';
    const both = direction !== '' && (take('or', 'and') ?? '');
    const second = both ? take('src', 'dst') : '';
    const kind = take('host', 'port', 'net', 'portrange') ?? '';
    const named = protocol !== '' || direction !== '' || kind !== '';
    const bare = kind === '' && direction === '';
    if (bare && named) {
      last = { protocol, direction: '', kind: '' };
      return ofProtocol(protocol);
    }
    if (at >= words.length || /^(and|or|not|[()!&|]+)$/.test(words[at] ?? '')) throw syntax();
    if (named) last = { protocol, direction: second ? (both === 'and' ? 'both' : '') : direction, kind: kind || 'host' };
    else if (last.kind === '') last = { ...last, kind: 'host' };
    return endpoint(last, words[at++] ?? '', lookup);
  };
  const found = any();
  if (at < words.length) throw syntax();
  return found;
}

const ofProtocol =
  (protocol: string): Test =>
  ({ transport }) =>
    protocol === '' || protocol === 'ip' || transport === protocol;

function endpoint({ protocol, direction, kind }: Qualifiers, word: string, lookup: Lookup): Test {
  const fits = kind.startsWith('port') ? portTest(kind, word) : hostTest(kind, word, lookup);
  const matches = ofProtocol(protocol);
  return (segment) => {
    if (!matches(segment)) return false;
    const source = fits(segment.source, segment.transport === 'icmp' ? -1 : segment.sourcePort);
    const target = fits(segment.address, segment.transport === 'icmp' ? -1 : segment.port);
    return direction === 'src' ? source : direction === 'dst' ? target : direction === 'both' ? source && target : source || target;
  };
}

type End = (address: string, port: number) => boolean;

function portTest(kind: string, word: string): End {
  const [low = '', high = low] = kind === 'portrange' ? word.split('-') : [word];
  const [from = 0, to = 0] = [low, high].map((each) => {
    const number = services.get(each) ?? Number(each);
    if (!Number.isInteger(number)) throw new Failure(`unknown port '${each}'`);
    if (number > 65_535) throw new Failure(`can't parse filter expression: illegal port number ${number} > 65535`);
    return number;
  });
  return (_address, port) => port >= from && port <= to;
}

function hostTest(kind: string, word: string, lookup: Lookup): End {
  if (kind === 'net' || /^[\d.]+\/\d+$/.test(word)) {
    const [base = '', bits] = word.split('/');
    const parts = base.split('.');
    const network = `${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${bits ?? parts.length * 8}`;
    return (address) => contains(network, address);
  }
  const addresses = isAddress(word) ? [word] : lookup(word);
  if (addresses.length === 0) throw new Failure(`unknown host '${word}'`);
  return (address) => addresses.includes(address);
}
