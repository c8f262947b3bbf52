/** ip (iproute2 6.15), iptables, iptables-save. */

import { Netfilter, type Rule, type TableName } from '../../linux/netfilter.ts';
import type { Interface, NetworkNamespace, Route } from '../../linux/network.ts';
import { contains, ipToNumber, numberToIp } from '../../linux/network.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { start } from '../execute.ts';
import { namedNetwork } from '../system/namespaces.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';

const objects = ['address', 'link', 'route', 'neighbour', 'netns', 'rule'];
const pick = (word: string | undefined, words: readonly string[]): string | undefined =>
  words.find((each) => word !== undefined && word !== '' && each.startsWith(word));

const ip = tool({
  usage: '[ OPTIONS ] OBJECT { COMMAND | help }',
  summary: 'Show / manipulate routing, network devices, interfaces and tunnels.',
  inOrder: true,
  trouble: 255,
  normalize: (args) =>
    args.map(
      (arg) =>
        ({
          '-br': '--brief',
          '-brief': '--brief',
          '-4': '-4',
          '-c': '--color',
          '-color': '--color',
          '-netns': '-n',
          '-d': '--details',
          '-details': '--details',
          '-j': '--json',
          '-json': '--json',
          '-o': '--oneline',
          '-s': '--stats',
          '-all': '-a',
        })[arg] ?? arg,
    ),
  options: [
    ['brief', ''],
    ['4', ''],
    ['6', ''],
    ['color[=WHEN]', ''],
    ['details', ''],
    ['json', ''],
    ['oneline', ''],
    ['stats', ''],
    ['n=NAME', ''],
    ['a', ''],
  ],
  *run(call) {
    const [word, ...rest] = call.operands;
    const object = pick(word, objects);
    if (object === undefined) throw new Failure(`Object "${word ?? ''}" is unknown, try "ip help".`.replace(/^/, ''), 1);
    if (call.has('json')) throw new Failure('k8s-lab: ip -json is not simulated', 70);
    const network = call.has('n') ? namedNetwork(call, `/run/netns/${call.value('n')}`) : call.process.namespaces.network;
    if (object === 'netns') return yield* netns(call, rest);
    const verb = pick(rest[0] ?? 'show', ['show', 'list', 'add', 'delete', 'get', 'set']) ?? 'show';
    if (verb === 'add' || verb === 'delete' || verb === 'set') return yield* change(call, network, object, verb, rest.slice(1));
    if (object === 'route') yield* routes(call, network, verb, rest.slice(1));
    else if (object === 'rule') yield* call.print('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n');
    else if (object === 'neighbour') yield* neighbours(call, network);
    else
      yield* interfaces(
        call,
        network,
        object,
        rest.slice(1).filter((each) => each !== 'dev' && each !== 'show'),
      );
    return 0;
  },
});

const indexes = (network: NetworkNamespace): Map<string, number> => new Map([...network.interfaces.keys()].map((name, i) => [name, i + 1]));
const stateOf = (each: Interface): string => (each.kind === 'loopback' ? 'UNKNOWN' : each.up ? 'UP' : 'DOWN');
const flagsOf = (each: Interface): string =>
  [...(each.kind === 'loopback' ? ['LOOPBACK'] : ['BROADCAST', 'MULTICAST']), ...(each.up ? ['UP', 'LOWER_UP'] : [])].join(',');

/** `eth0@if5`: the other end of a veth, by its number in its own namespace. */
function fullName(each: Interface): string {
  const { peer } = each;
  return peer ? `${each.name}@if${indexes(peer.namespace).get(peer.name) ?? 2}` : each.name;
}

function* interfaces(call: Call, network: NetworkNamespace, object: string, names: readonly string[]): Routine {
  const numbers = indexes(network);
  for (const name of names)
    if (!network.interfaces.has(name) && !['up', 'type', 'master', 'scope', 'global'].includes(name)) throw new Failure(`Device "${name}" does not exist.`, 1);
  const wanted = names.filter((name) => network.interfaces.has(name));
  for (const each of network.interfaces.values()) {
    if ((wanted.length > 0 && !wanted.includes(each.name)) || (names.includes('up') && !each.up)) continue;
    if (call.has('brief')) {
      const last = object === 'address' ? each.addresses.join(' ') : `${each.mac} <${flagsOf(each)}>`;
      yield* call.print(`${fullName(each).padEnd(16)} ${stateOf(each).padEnd(14)} ${last} \n`);
      continue;
    }
    const master = each.master ? ` master ${each.master}` : '';
    yield* call.print(
      `${numbers.get(each.name)}: ${fullName(each)}: <${flagsOf(each)}> mtu ${each.mtu} qdisc ${each.kind === 'loopback' || each.kind === 'veth' || each.kind === 'bridge' ? 'noqueue' : 'fq_codel'}${master} state ${stateOf(each)} group default qlen 1000\n`,
    );
    yield* call.print(
      `    link/${each.kind === 'loopback' ? 'loopback' : 'ether'} ${each.mac} brd ${each.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}${each.peer ? ` link-netns ${each.peer.namespace.name}` : ''}\n`,
    );
    if (object !== 'address') continue;
    for (const address of each.addresses)
      yield* call.print(
        `    inet ${address}${each.kind === 'loopback' ? ' scope host' : `${broadcast(address)} scope global`} ${each.name}\n       valid_lft forever preferred_lft forever\n`,
      );
  }
}

function broadcast(address: string): string {
  const [base = '', length = '32'] = address.split('/');
  if (Number(length) >= 31) return '';
  return ` brd ${numberToIp((ipToNumber(base) | (0xffffffff >>> Number(length))) >>> 0)}`;
}

const routeText = (each: Route, network: NetworkNamespace): string => {
  const source = each.source ?? (each.via ? undefined : network.interfaces.get(each.device)?.addresses[0]?.split('/')[0]);
  return `${each.destination}${each.via ? ` via ${each.via}` : ''} dev ${each.device}${each.via ? '' : ' proto kernel scope link'}${source ? ` src ${source}` : ''} \n`;
};

function* routes(call: Call, network: NetworkNamespace, verb: string, words: readonly string[]): Routine {
  if (verb !== 'get') {
    for (const each of network.routes) yield* call.print(routeText(each, network));
    return;
  }
  const address = words[0] ?? '';
  if (network.has(address)) return yield* call.print(`local ${address} dev lo src ${address} uid ${call.process.uid} \n    cache <local> \n`);
  const width = (each: Route): number => (each.destination === 'default' ? -1 : Number(each.destination.split('/')[1] ?? 32));
  const best = network.routes.filter((each) => contains(each.destination, address)).sort((a, b) => width(b) - width(a))[0];
  if (!best) throw new Failure('RTNETLINK answers: Network is unreachable', 2);
  yield* call.print(
    `${address}${best.via ? ` via ${best.via}` : ''} dev ${best.device} src ${network.interfaces.get(best.device)?.addresses[0]?.split('/')[0] ?? network.sourceAddress()} uid ${call.process.uid} \n    cache \n`,
  );
}

function* neighbours(call: Call, network: NetworkNamespace): Routine {
  for (const each of network.interfaces.values())
    for (const other of network.fabric?.namespaces() ?? [])
      for (const address of other === network || other.uplink ? [] : other.addresses())
        if (each.kind === 'ethernet' && each.addresses.some((own) => contains(own, address)))
          yield* call.print(
            `${address} dev ${each.name} lladdr ${[...other.interfaces.values()].find((found) => found.addresses.some((mine) => mine.startsWith(`${address}/`)))?.mac ?? ''} REACHABLE \n`,
          );
}

function* change(call: Call, network: NetworkNamespace, object: string, verb: string, words: readonly string[]): Routine<number> {
  if (call.process.uid !== 0) throw new Failure('RTNETLINK answers: Operation not permitted', 2);
  const after = (word: string): string | undefined => words[words.indexOf(word) + 1 || words.length];
  if (object === 'link' && verb === 'set') {
    const device = network.interfaces.get(after('dev') ?? words[0] ?? '');
    if (!device) throw new Failure(`Cannot find device "${after('dev') ?? words[0]}"`, 1);
    if (words.includes('up')) device.up = true;
    if (words.includes('down')) device.up = false;
    network.fabric?.refresh(network);
    return 0;
  }
  if (object === 'address') {
    const device = network.interfaces.get(after('dev') ?? '');
    if (!device) throw new Failure(`Cannot find device "${after('dev') ?? ''}"`, 1);
    const address = (words[0] ?? '').includes('/') ? (words[0] ?? '') : `${words[0]}/32`;
    const at = device.addresses.indexOf(address);
    if (verb === 'add' && at >= 0) throw new Failure('RTNETLINK answers: File exists', 2);
    if (verb === 'delete' && at < 0) throw new Failure('RTNETLINK answers: Cannot assign requested address', 2);
    if (verb === 'add') device.addresses.push(address);
    else device.addresses.splice(at, 1);
    network.fabric?.refresh(network);
    return 0;
  }
  if (object === 'route') {
    const destination = words[0] ?? '';
    const at = network.routes.findIndex((each) => each.destination === destination && (!words.includes('via') || each.via === after('via')));
    if (verb === 'delete' && at < 0) throw new Failure('RTNETLINK answers: No such process', 2);
    if (verb === 'delete') network.routes.splice(at, 1);
    else {
      const via = after('via');
      const device =
        after('dev') ?? [...network.interfaces.values()].find((each) => via !== undefined && each.addresses.some((own) => contains(own, via)))?.name;
      if (device === undefined) throw new Failure('RTNETLINK answers: Network is unreachable', 2);
      if (at >= 0) throw new Failure('RTNETLINK answers: File exists', 2);
      network.routes.push({ destination, device, ...(via === undefined ? {} : { via }) });
    }
    return 0;
  }
  yield* call.out.flush();
  throw new Failure(`k8s-lab: ip ${object} ${verb} is not simulated`, 70);
}

function* netns(call: Call, words: readonly string[]): Routine<number> {
  const verb = pick(words[0] ?? 'list', ['list', 'ls', 'exec', 'identify', 'pids', 'add', 'delete']) ?? '';
  const { fs } = call.process;
  if (verb === 'list' || verb === 'ls') {
    for (const [name] of fs.isDirectory('/run/netns') ? fs.list('/run/netns') : []) yield* call.print(`${name}\n`);
    return 0;
  }
  if (verb === 'exec') {
    const [, name = '', ...argv] = words;
    if (!fs.exists(`/run/netns/${name}`)) throw new Failure(`Cannot open network namespace "${name}": No such file or directory`, 1);
    const network = namedNetwork(call, `/run/netns/${name}`);
    return yield* call.process.wait(start(call, argv, { namespaces: { network } }));
  }
  throw new Failure(`k8s-lab: ip netns ${verb} is not simulated`, 70);
}

// ── iptables ──

const chainTitles: Readonly<Record<TableName, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
};

const filterOf = (call: Call): Netfilter => {
  if (call.process.uid !== 0) throw new Failure('Could not fetch rule set generation id: Permission denied (you must be root)', 4);
  return call.process.namespaces.network.netfilter ?? new Netfilter(() => false);
};

/** A rule as iptables-save writes it. */
function ruleText(chain: string, { match, target }: Rule): string {
  const out = [`-A ${chain}`];
  const network = (text: string): string => (text.includes('/') ? text : `${text}/32`);
  if (match.notSource) out.push(`! -s ${network(match.notSource)}`);
  if (match.source) out.push(`-s ${network(match.source)}`);
  if (match.destination) out.push(`-d ${network(match.destination)}`);
  if (match.protocol) out.push(`-p ${match.protocol}`);
  if (match.comment !== undefined)
    out.push(`-m comment --comment ${/\s|"/.test(match.comment) || match.comment.includes('/') ? `"${match.comment}"` : match.comment}`);
  if (match.extra) out.push(match.extra);
  if (match.destinationPort !== undefined) out.push(`-m ${match.protocol ?? 'tcp'} --dport ${match.destinationPort}`);
  if (match.localDestination) out.push('-m addrtype --dst-type LOCAL');
  if (match.probability !== undefined) out.push(`-m statistic --mode random --probability ${match.probability.toFixed(11)}`);
  if ('jump' in target) out.push(`-j ${target.jump}`);
  else if ('dnat' in target) out.push(`-j DNAT --to-destination ${target.dnat.address}:${target.dnat.port}`);
  else if ('verdict' in target) out.push(`-j ${target.verdict}`);
  else out.push(target.other.startsWith('-j') ? target.other : `-j ${target.other}`);
  return out.join(' ');
}

const tables: readonly TableName[] = ['mangle', 'filter', 'nat'];

const save: Program = tool({
  usage: '[-t table]',
  summary: 'Dump iptables rules.',
  options: [
    ['t,table=TABLE', ''],
    ['c,counters', ''],
  ],
  *run(call) {
    const netfilter = filterOf(call);
    for (const table of tables) {
      if (call.has('t') && call.value('t') !== table) continue;
      const chains = netfilter.tables[table];
      const stamp = strftime('%a %b %e %H:%M:%S %Y', call.process.now);
      yield* call.print(`# Generated by iptables-save v1.8.11 (nf_tables) on ${stamp}\n*${table}\n`);
      for (const name of chains.keys()) yield* call.print(`:${name} ${chainTitles[table].includes(name) ? 'ACCEPT' : '-'} [0:0]\n`);
      for (const [name, rules] of chains) for (const rule of rules) yield* call.print(`${ruleText(name, rule)}\n`);
      yield* call.print(`COMMIT\n# Completed on ${stamp}\n`);
    }
    return 0;
  },
});

const iptables: Program = tool({
  usage: '-[t table] -L|-S|-A|-I|-D|-F [chain] …',
  summary: 'Administration tool for IPv4 packet filtering and NAT.',
  trouble: 2,
  options: [
    ['t,table=TABLE', ''],
    ['L,list', 'List the rules in a chain or all chains'],
    ['S,list-rules', 'Print the rules in a chain or all chains'],
    ['F,flush', 'Delete all rules in chain or all chains'],
    ['A,append=CHAIN', 'Append to chain'],
    ['I,insert=CHAIN', 'Insert in chain'],
    ['D,delete=CHAIN', 'Delete matching rule from chain'],
    ['n,numeric', ''],
    ['v,verbose', ''],
    ['w,wait', ''],
    ['line-numbers', ''],
    ['p,protocol=PROTO', ''],
    ['s,source=ADDRESS', ''],
    ['d,destination=ADDRESS', ''],
    ['dport,destination-port=PORT', ''],
    ['j,jump=TARGET', ''],
    ['m,match=NAME', ''],
    ['comment=TEXT', ''],
  ],
  *run(call) {
    const netfilter = filterOf(call);
    const name = call.value('t') ?? 'filter';
    const chains = netfilter.tables[name as TableName];
    if (!chains)
      throw new Failure(
        `can't initialize iptables table \`${name}': Table does not exist (do you need to insmod?)\nPerhaps iptables or your kernel needs to be upgraded.`,
        3,
      );
    const [chain] = call.operands;
    if (chain !== undefined && !chains.has(chain) && (call.has('L') || call.has('S') || call.has('F')))
      throw new Failure('No chain/target/match by that name.', 1);
    const chosen = [...chains].filter(([each]) => chain === undefined || each === chain);
    if (call.has('S')) {
      for (const [each] of chosen) yield* call.print(chainTitles[name as TableName].includes(each) ? `-P ${each} ACCEPT\n` : `-N ${each}\n`);
      for (const [each, rules] of chosen) for (const rule of rules) yield* call.print(`${ruleText(each, rule)}\n`);
    } else if (call.has('F')) for (const [, rules] of chosen) rules.length = 0;
    else if (call.has('A') || call.has('I') || call.has('D')) alter(call, chains);
    else if (call.has('L')) yield* list(call, netfilter, name as TableName, chosen);
    else throw new Failure("no command specified\nTry `iptables -h' or 'iptables --help' for more information.", 2);
    return 0;
  },
});

function alter(call: Call, chains: ReadonlyMap<string, Rule[]>): void {
  const key = call.last('A', 'I', 'D') ?? 'A';
  const rules = chains.get(call.value(key) ?? '');
  if (!rules) throw new Failure('No chain/target/match by that name.', 1);
  if (key === 'D' && /^\d+$/.test(call.operands[0] ?? '')) {
    rules.splice(Number(call.operands[0]) - 1, 1);
    return;
  }
  const target = call.value('j') ?? 'ACCEPT';
  const verdicts = ['ACCEPT', 'DROP', 'REJECT', 'RETURN', 'MASQUERADE'] as const;
  const verdict = verdicts.find((each) => each === target);
  if (!verdict && !chains.has(target)) throw new Failure(`Couldn't load target \`${target}':No such file or directory`, 2);
  const protocol = call.value('p');
  const rule: Rule = {
    match: {
      ...(protocol === 'tcp' || protocol === 'udp' ? { protocol } : {}),
      ...(call.has('s') ? { source: call.value('s') ?? '' } : {}),
      ...(call.has('d') ? { destination: call.value('d') ?? '' } : {}),
      ...(call.has('dport') ? { destinationPort: Number(call.value('dport')) } : {}),
      ...(call.has('comment') ? { comment: call.value('comment') ?? '' } : {}),
    },
    target: verdict ? { verdict } : { jump: target },
  };
  if (key === 'A') rules.push(rule);
  else if (key === 'I') rules.unshift(rule);
  else {
    const at = rules.findIndex((each) => ruleText('', each) === ruleText('', rule));
    if (at < 0) throw new Failure('Bad rule (does a matching rule exist in that chain?).', 1);
    rules.splice(at, 1);
  }
}

function* list(call: Call, netfilter: Netfilter, table: TableName, chains: readonly [string, Rule[]][]): Routine {
  const references = (name: string): number =>
    [...netfilter.tables[table].values()].flat().filter(({ target }) => 'jump' in target && target.jump === name).length;
  const anywhere = call.has('n') ? '0.0.0.0/0' : 'anywhere';
  let first = true;
  for (const [name, rules] of chains) {
    yield* call.print(
      `${first ? '' : '\n'}Chain ${name} (${chainTitles[table].includes(name) ? 'policy ACCEPT' : `${references(name)} references`})\n${call.has('line-numbers') ? 'num  ' : ''}target     prot opt source               destination         \n`,
    );
    first = false;
    for (const [i, { match, target }] of rules.entries()) {
      const shown =
        'jump' in target
          ? target.jump
          : 'dnat' in target
            ? 'DNAT'
            : 'verdict' in target
              ? target.verdict
              : (target.other.split(' ').find((word) => /^[A-Z]/.test(word)) ?? target.other);
      const extra = [
        match.comment === undefined ? '' : `/* ${match.comment} */`,
        match.extra ?? '',
        match.destinationPort === undefined ? '' : `${match.protocol ?? 'tcp'} dpt:${match.destinationPort}`,
        match.localDestination ? 'ADDRTYPE match dst-type LOCAL' : '',
        match.probability === undefined ? '' : `statistic mode random probability ${match.probability.toFixed(11)}`,
        'dnat' in target ? `to:${target.dnat.address}:${target.dnat.port}` : '',
      ].filter((part) => part !== '');
      const source = match.notSource ? `!${match.notSource}` : (match.source ?? anywhere);
      yield* call.print(
        `${call.has('line-numbers') ? String(i + 1).padEnd(5) : ''}${shown.padEnd(9)}  ${(match.protocol ?? (call.has('n') ? 'all' : 'all')).padEnd(4)} --  ${source.padEnd(20)} ${(match.destination ?? anywhere).padEnd(20)} ${extra.join(' ')}\n`,
      );
    }
  }
}

export const ipPrograms = { ip, iptables, 'iptables-save': save };
