/** Rules of iptables as text: read from a command line, written by -S and iptables-save, shown by -L (iptables 1.8.11 iptables/xshared.c). */
import type { Rule, RuleMatch, TableName } from '../../linux/netfilter.ts';
import { networkOf } from '../../linux/routes.ts';
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

export const services: ReadonlyMap<string, number> = new Map(Object.entries({ ssh: 22, domain: 53, http: 80, ntp: 123, https: 443, 'http-alt': 8080 }));
export const serviceName = (port: number): string => [...services].find(([, number]) => number === port)?.[0] ?? String(port);

const interfaces = /(?:! )?-[io] \S+ ?/g;
/** Of the further matches: those that stand before the protocol, and the rest. */
const split = (extra = ''): readonly [interfaces: string, rest: string] => [
  [...(extra.match(interfaces) ?? [])]
    .map((each) => each.trim())
    .sort((a, b) => Number(a.includes('-o')) - Number(b.includes('-o')))
    .join(' '),
  extra.replace(interfaces, '').trim(),
];

/** A rule as iptables-save writes it. */
export function ruleText(chain: string, { match, target }: Rule): string {
  const network = (text: string): string => (text.includes('/') ? text : `${text}/32`);
  const [through, rest] = split(match.extra);
  const out = [`-A ${chain}`];
  if (match.notSource) out.push(`! -s ${network(match.notSource)}`);
  if (match.source) out.push(`-s ${network(match.source)}`);
  if (match.notDestination) out.push(`! -d ${network(match.notDestination)}`);
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
  else if ('redirect' in target) out.push(`-j REDIRECT${target.redirect ? ` --to-ports ${target.redirect}` : ''}`);
  else if ('snat' in target) out.push(`-j SNAT --to-source ${target.snat}`);
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
  [/-m (tcp|udp) (!?) ?--([sd])ports? (\S+:\S+)/, '$1 $3pts:$2$4'],
  [/-m (tcp|udp) (!?) ?--([sd])port (\S+)/, '$1 $3pt:$2$4'],
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
  const shown =
    'jump' in target
      ? target.jump
      : 'dnat' in target
        ? 'DNAT'
        : 'snat' in target
          ? 'SNAT'
          : 'redirect' in target
            ? 'REDIRECT'
            : 'verdict' in target
              ? target.verdict
              : (other.split(' ')[0] ?? '');
  const port = match.destinationPort;
  const details = [
    match.comment === undefined ? '' : `/* ${match.comment} */`,
    worded(rest),
    port === undefined ? '' : `${match.protocol ?? 'tcp'} dpt:${numeric ? port : serviceName(port)}`,
    match.localDestination ? 'ADDRTYPE match dst-type LOCAL' : '',
    match.probability === undefined ? '' : `statistic mode random probability ${match.probability.toFixed(11)}`,
    'dnat' in target ? `to:${target.dnat.address}${target.dnat.port ? `:${target.dnat.port}` : ''}` : '',
    'snat' in target ? `to:${target.snat}` : '',
    'redirect' in target && target.redirect ? `redir ports ${target.redirect}` : '',
    shown === 'REJECT' ? 'reject-with icmp-port-unreachable' : '',
    other === ''
      ? ''
      : shown === 'LOG'
        ? `LOG flags 0 level 4${other.slice(3).replace(' --log-', ' ')}`
        : shown === 'MARK'
          ? worded(other)
          : worded(other.slice(shown.length)),
  ].filter((part) => part !== '');
  const protocol = match.protocol ?? 'all';
  const source = match.notSource ? `!${place(match.notSource).padEnd(20)}` : ` ${place(match.source).padEnd(20)}`;
  const destination = match.notDestination ? `!${place(match.notDestination)}`.padEnd(20) : place(match.destination).padEnd(20);
  return `${shown.padEnd(9)}  ${protocol.padEnd(4)} -- ${verbose ? `${side('i')}${side('o').slice(1)}` : ''}${source} ${destination}${details.map((part) => ` ${part}`).join('')}\n`;
}

/** Options of matches that -S writes as they were given, and the match that brings each. */
const matchOptions: Readonly<Record<string, string>> = {
  '--sport': '',
  '--dport': '',
  '--dports': 'multiport',
  '--sports': 'multiport',
  '--ctstate': 'conntrack',
  '--state': 'state',
  '--mark': 'mark',
  '--icmp-type': 'icmp',
};
const icmpTypes: Readonly<Record<string, string>> = { 'echo-reply': '0', 'destination-unreachable': '3', 'echo-request': '8', 'time-exceeded': '11' };
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

type Draft = { -readonly [Key in keyof RuleMatch]: RuleMatch[Key] };
type Given = { -readonly [Key in 'to' | 'ports' | 'log']?: string };

/** Reads what stands behind the chain of -A, -I, -C, -D and -R; `isChain` knows the chains to jump to. */
export function readRule(words: readonly string[], chain: string, isChain: (name: string) => boolean): Rule {
  const match: Draft = {};
  const extra: string[] = [];
  const given: Given = {};
  let target = '';
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
    if (word === '-s') match[not === '' ? 'source' : 'notSource'] = hostOrNetwork(value);
    else if (word === '-d') match[not === '' ? 'destination' : 'notDestination'] = hostOrNetwork(value);
    else if (word === '-i' || word === '-o') {
      if ((word === '-i' ? /^(OUTPUT|POSTROUTING)$/ : /^(INPUT|PREROUTING)$/).test(chain)) throw misused(`Can't use ${word} with ${chain}\n`);
      match[word === '-i' ? 'in' : 'out'] = `${not.trim()}${value}`;
      extra.unshift(`${not}${word} ${value}`);
    } else if (word === '-p') match.protocol = protocolOf(value.toLowerCase());
    else if (word === '-j') target = value;
    else if (word === '-m') {
      if (!matches.includes(value)) throw new Refused(`k8s-lab: iptables -m ${value} is not simulated`, 70, true);
    } else if (word === '--dport' && match.protocol && not === '' && !value.includes(':')) match.destinationPort = portOf(value);
    else if (word === '--comment') match.comment = value;
    else if (word === '--dst-type' && value === 'LOCAL') match.localDestination = true;
    else if (word === '--probability') match.probability = Number(value);
    else if (word === '--to-destination' || word === '--to-source') given.to = value;
    else if (word === '--to-ports' || word === '--to-port') given.ports = value;
    else if (word === '--log-prefix') given.log = value;
    else if (word === '--mode' || (word === '--reject-with' && value.startsWith('icmp-port'))) continue;
    else if (word === '--reject-with') throw new Refused(`k8s-lab: iptables --reject-with ${value} is not simulated`, 70, true);
    else if (Object.hasOwn(matchOptions, word) && (match.protocol !== undefined || !/port/.test(word))) further(match, extra, word, value, not);
    else throw misused(word.startsWith('-') ? `unknown option "${word}"` : `Bad argument \`${word}'`);
    not = '';
  }
  if (match.protocol === undefined) delete match.protocol;
  if (extra.length > 0) match.extra = extra.join(' ');
  return { match, target: targetOf(target, chain, given, isChain) };
}

const matches = ['tcp', 'udp', 'icmp', 'comment', 'conntrack', 'state', 'mark', 'addrtype', 'statistic', 'multiport'];

/** Ports other than one alone, states of connections, kinds of ICMP, marks. */
function further(match: Draft, extra: string[], word: string, value: string, not: string): void {
  const shown = word === '--icmp-type' ? (own(icmpTypes, value) ?? value) : value;
  extra.push(`-m ${matchOptions[word] || match.protocol} ${not}${word} ${shown}`);
  if (/state$/.test(word)) match.states = not === '' ? value : ['NEW', 'ESTABLISHED'].filter((state) => !value.includes(state)).join();
  else if (word === '--icmp-type') match.states = shown === '8' ? 'NEW' : shown === '0' ? 'ESTABLISHED' : '';
  else if (word === '--mark' && value === '0x4000/0x4000') match.marked = not === '';
  else if (word === '--mark') match.never = not === '';
  else
    match[word.startsWith('--d') ? 'ports' : 'sourcePorts'] = {
      not: not !== '',
      ranges: value.split(',').map((part) => part.split(':').map(portOf) as [number, number?]),
    };
}

/** Chains of the kernel that a target of the nat table may stand in; those that a user made are asked when a packet passes. */
const places: Readonly<Record<string, RegExp>> = {
  DNAT: /^(PREROUTING|OUTPUT)$/,
  REDIRECT: /^(PREROUTING|OUTPUT)$/,
  SNAT: /^(INPUT|POSTROUTING)$/,
  MASQUERADE: /^POSTROUTING$/,
};

function targetOf(name: string, chain: string, given: Given, isChain: (name: string) => boolean): Rule['target'] {
  const builtin = Object.values(builtinChains).some((names) => names.includes(chain));
  if (builtin && own(places, name)?.test(chain) === false) throw new Refused(` RULE_APPEND failed (Invalid argument): rule in chain ${chain}`, 4);
  const verdict = verdicts.find((each) => each === name);
  if (verdict) return { verdict };
  const [, address, port] = /^([\d.]+)(?::(\d+))?$/.exec(given.to ?? '') ?? [];
  if (name === 'DNAT' || name === 'SNAT') {
    if (address === undefined) throw misused(`${name}: option "--to-${name === 'DNAT' ? 'destination' : 'source'}" must be specified`);
    return name === 'SNAT' ? { snat: address } : { dnat: { address, port: Number(port ?? 0) } };
  }
  if (name === 'REDIRECT') return { redirect: given.ports === undefined ? 0 : portOf(given.ports) };
  if (name === 'LOG') return { other: given.log === undefined ? name : `LOG --log-prefix "${given.log}"` };
  if (name === '') return { other: name };
  if (/^(MARK|CONNMARK|NFQUEUE|NOTRACK|TPROXY|TCPMSS|CT|NFLOG)$/.test(name)) throw new Refused(`k8s-lab: iptables -j ${name} is not simulated`, 70, true);
  if (!isChain(name)) throw misused(`Chain '${name}' does not exist`);
  return { jump: name };
}

function protocolOf(name: string): RuleMatch['protocol'] {
  if (name === 'tcp' || name === 'udp' || name === 'icmp') return name;
  if (name !== 'all') throw misused(`unknown protocol "${name}" specified`);
  return undefined;
}

function hostOrNetwork(text: string): string {
  if (!/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text)) throw misused(`host/network \`${text}' not found`);
  return networkOf(text);
}

function portOf(text: string): number {
  const port = services.get(text) ?? Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw misused(`invalid port/service \`${text}' specified`);
  return port;
}
