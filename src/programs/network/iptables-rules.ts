/** Rules of iptables as text: read from a command line, written by -S and iptables-save, shown by -L (iptables 1.8.11 iptables/xshared.c). */
import type { Rule, RuleMatch, TableName } from '../../linux/netfilter.ts';
import { own } from '../../sim/own.ts';

/** A wrong command line, or a refusal: `plain` without version; the status is 2 unless said. */
export class Refused extends Error {
  readonly status: number;
  readonly plain: boolean;
  constructor(message: string, status = 2, plain = false) {
    super(message);
    this.status = status;
    this.plain = plain;
  }
}

/** A mistake that a look into the help would mend. */
export const misused = (message: string): Refused => new Refused(`${message}\nTry \`iptables -h' or 'iptables --help' for more information.`);

/** The kernel's own chains. */
export const builtinChains: Readonly<Record<TableName, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
};

const services: ReadonlyMap<string, number> = new Map(Object.entries({ ssh: 22, domain: 53, http: 80, ntp: 123, https: 443, 'http-alt': 8080 }));
const serviceName = (port: number): string => [...services].find(([, number]) => number === port)?.[0] ?? String(port);

const interfaces = /(?:! )?-[io] \S+ ?/g;
/** Of the further matches: those that stand before the protocol, and the rest. */
const split = (extra = ''): readonly [interfaces: string, rest: string] => [
  (extra.match(interfaces) ?? []).join('').trim(),
  extra.replace(interfaces, '').trim(),
];

/** A rule as iptables-save writes it. */
export function ruleText(chain: string, { match, target }: Rule): string {
  const network = (text: string): string => (text.includes('/') ? text : `${text}/32`);
  const [through, rest] = split(match.extra);
  const out = [`-A ${chain}`];
  if (match.notSource) out.push(`! -s ${network(match.notSource)}`);
  if (match.source) out.push(`-s ${network(match.source)}`);
  if (match.destination) out.push(`-d ${network(match.destination)}`);
  if (through) out.push(through);
  if (match.protocol) out.push(`-p ${match.protocol}`);
  if (match.comment !== undefined) out.push(`-m comment --comment ${/^[\w.-]+$/.test(match.comment) ? match.comment : `"${match.comment}"`}`);
  if (rest) out.push(rest);
  if (match.destinationPort !== undefined) out.push(`-m ${match.protocol ?? 'tcp'} --dport ${match.destinationPort}`);
  if (match.localDestination) out.push('-m addrtype --dst-type LOCAL');
  if (match.probability !== undefined) out.push(`-m statistic --mode random --probability ${match.probability.toFixed(11)}`);
  if ('jump' in target) out.push(`-j ${target.jump}`);
  else if ('dnat' in target) out.push(`-j DNAT --to-destination ${target.dnat.address}${target.dnat.port ? `:${target.dnat.port}` : ''}`);
  else if ('verdict' in target) out.push(`-j ${target.verdict}${target.verdict === 'REJECT' ? ' --reject-with icmp-port-unreachable' : ''}`);
  else out.push(`-j ${target.other.replace(/--or-mark (\S+)/, '--set-xmark $1/$1').replace(/--xor-mark (\S+)/, '--set-xmark $1/0x0')}`);
  return out.join(' ');
}

/** How -L words what -S writes as options. */
const wordings: readonly (readonly [RegExp, string])[] = [
  [/-m (?:conntrack|state) --((?:ct)?state) (\S+)/, '$1 $2'],
  [/-m mark (! )?--mark (\S+)/, 'mark match $1$2'],
  [/-m addrtype --(src|dst)-type (\S+)/, 'ADDRTYPE match $1-type $2'],
  [/-m recent --set --name (\S+) --mask (\S+) --rsource/, 'recent: SET name: $1 side: source mask: $2'],
  [/-m recent --rcheck --seconds (\S+) --reap --name (\S+) --mask (\S+) --rsource/, 'recent: CHECK seconds: $1 reap name: $2 side: source mask: $3'],
  [/-m multiport --(\w+) (\S+)/, 'multiport $1 $2'],
  [/-m (tcp|udp) --sport (\S+)/, '$1 spt:$2'],
  [/-p icmp ?/, ''],
  [/-m icmp --icmp-type (\S+)/, 'icmptype $1'],
  [/ ?--or-mark (\S+)/, ' or $1'],
  [/ ?--xor-mark (\S+)/, ' xor $1'],
  [/ ?--random-fully/, ' random-fully'],
];
const worded = (text: string): string => wordings.reduce((left, [from, to]) => left.replace(from, to), text).trim();

/** One line of -L without number and counters. */
export function listed({ match, target }: Rule, numeric: boolean, verbose: boolean): string {
  const anywhere = numeric ? '0.0.0.0/0' : 'anywhere';
  const place = (address: string | undefined): string => address?.replace(/\/32$/, '') ?? anywhere;
  const [through, rest] = split(match.extra);
  const side = (letter: string): string => {
    const [, not = '', name = numeric ? '*' : 'any'] = new RegExp(`(! )?-${letter} (\\S+)`).exec(through) ?? [];
    return `${not === '' ? ' ' : '!'}${name.padEnd(6)} `;
  };
  const other = 'other' in target ? target.other : '';
  const shown = 'jump' in target ? target.jump : 'dnat' in target ? 'DNAT' : 'verdict' in target ? target.verdict : (other.split(' ')[0] ?? '');
  const port = match.destinationPort;
  const details = [
    match.comment === undefined ? '' : `/* ${match.comment} */`,
    worded(rest),
    port === undefined ? '' : `${match.protocol ?? 'tcp'} dpt:${numeric ? port : serviceName(port)}`,
    match.localDestination ? 'ADDRTYPE match dst-type LOCAL' : '',
    match.probability === undefined ? '' : `statistic mode random probability ${match.probability.toFixed(11)}`,
    'dnat' in target ? `to:${target.dnat.address}${target.dnat.port ? `:${target.dnat.port}` : ''}` : '',
    shown === 'REJECT' ? 'reject-with icmp-port-unreachable' : '',
    other === '' ? '' : shown === 'MARK' ? worded(other) : worded(other.slice(shown.length)),
  ].filter((part) => part !== '');
  const protocol = match.protocol ?? (rest.includes('-p icmp') ? 'icmp' : 'all');
  const source = match.notSource ? `!${place(match.notSource).padEnd(20)}` : ` ${place(match.source).padEnd(20)}`;
  return `${shown.padEnd(9)}  ${protocol.padEnd(4)} -- ${verbose ? `${side('i')}${side('o').slice(1)}` : ''}${source} ${place(match.destination).padEnd(20)}${details.map((part) => ` ${part}`).join('')}\n`;
}

/** Options of matches and targets that have no part of their own in a rule, and the match that brings each. */
const matchOptions: Readonly<Record<string, string>> = {
  '--sport': '',
  '--dports': 'multiport',
  '--sports': 'multiport',
  '--ctstate': 'conntrack',
  '--state': 'state',
  '--mark': 'mark',
  '--icmp-type': 'icmp',
  '--src-type': 'addrtype',
};
const verdicts = ['ACCEPT', 'DROP', 'REJECT', 'RETURN', 'MASQUERADE'] as const;
const longNames: Readonly<Record<string, string>> = {
  '--protocol': '-p',
  '--proto': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--jump': '-j',
  '--match': '-m',
  '--destination-port': '--dport',
  '--source-port': '--sport',
};

/** Reads what stands behind the chain of -A, -I, -C, -D and -R; `isChain` knows the chains to jump to. */
export function readRule(words: readonly string[], isChain: (name: string) => boolean): Rule {
  const match: { -readonly [Key in keyof RuleMatch]: RuleMatch[Key] } = {};
  const extra: string[] = [];
  let target = '';
  let destination: string | undefined;
  let not = '';
  for (let i = 0; i < words.length; i++) {
    const word = own(longNames, words[i] ?? '') ?? words[i] ?? '';
    if (word === '!') {
      not = '! ';
      continue;
    }
    if (word === '--random-fully') continue;
    const value = words[++i];
    if (value === undefined) throw misused(word.startsWith('-') ? `option "${word}" requires an argument` : `Bad argument \`${word}'`);
    if (word === '-s') match[not === '' ? 'source' : 'notSource'] = networkOf(value);
    else if (word === '-d' && not === '') match.destination = networkOf(value);
    else if (word === '-i' || word === '-o') extra.unshift(`${not}${word} ${value}`);
    else if (word === '-p') protocol(value.toLowerCase(), match, extra);
    else if (word === '-j') target = value;
    else if (word === '-m') continue;
    else if (word === '--dport' && match.protocol && not === '' && !value.includes(':')) match.destinationPort = portOf(value);
    else if (word === '--comment') match.comment = value;
    else if (word === '--dst-type' && value === 'LOCAL') match.localDestination = true;
    else if (word === '--probability') match.probability = Number(value);
    else if (word === '--to-destination') destination = value;
    else if (word === '--mode' || word === '--reject-with' || word === '--log-prefix') continue;
    else if (Object.hasOwn(matchOptions, word) && (match.protocol !== undefined || !/port/.test(word))) {
      extra.push(`-m ${matchOptions[word] || match.protocol} ${not}${word} ${value}`);
      if (/state$/.test(word) && !value.includes('NEW')) match.never = true;
    } else throw misused(word.startsWith('-') ? `unknown option "${word}"` : `Bad argument \`${word}'`);
    not = '';
  }
  if (extra.length > 0) match.extra = extra.join(' ');
  return { match, target: targetOf(target, destination, isChain) };
}

function targetOf(name: string, destination: string | undefined, isChain: (name: string) => boolean): Rule['target'] {
  const verdict = verdicts.find((each) => each === name);
  if (verdict) return { verdict };
  if (name === 'DNAT') {
    const [, address, port] = /^([\d.]+)(?::(\d+))?$/.exec(destination ?? '') ?? [];
    if (address === undefined) throw misused('DNAT: option "--to-destination" must be specified');
    return { dnat: { address, port: Number(port ?? 0) } };
  }
  if (name === '' || name === 'LOG') return { other: name };
  if (!isChain(name)) throw misused(`Couldn't load target \`${name}':No such file or directory\n`);
  return { jump: name };
}

function protocol(name: string, match: { protocol?: RuleMatch['protocol']; never?: boolean }, extra: string[]): void {
  if (name === 'tcp' || name === 'udp') match.protocol = name;
  else if (name === 'icmp') {
    extra.push('-p icmp');
    match.never = true;
  } else if (name !== 'all') throw misused(`unknown protocol "${name}" specified`);
}

function networkOf(text: string): string {
  if (!/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text)) throw misused(`host/network \`${text}' not found`);
  return text.includes('/') ? text : `${text}/32`;
}

function portOf(text: string): number {
  const port = services.get(text) ?? Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw misused(`invalid port/service \`${text}' specified`);
  return port;
}
