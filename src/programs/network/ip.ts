/** ip: interfaces, addresses, routes, neighbours and network namespaces. */
import type { Interface, NetworkNamespace, Route } from '../../linux/network.ts';
import { contains, ipToNumber, numberToIp } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import { start } from '../execute.ts';
import { namedNetwork } from '../system/namespaces.ts';
import { type Call, Failure, tool } from '../tool.ts';

/** iproute2 does not say its name. */
class Refusal extends Failure {
  constructor(message: string, status: number) {
    super(message, status, true);
  }
}

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
    if (object === undefined) throw new Refusal(`Object "${word ?? ''}" is unknown, try "ip help".`, 1);
    if (call.has('json')) throw new Refusal('k8s-lab: ip -json is not simulated', 70);
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
  const after = (word: string): string | undefined => (names.includes(word) ? names[names.indexOf(word) + 1] : undefined);
  const [type, master, place] = [after('type'), after('master'), after('scope')];
  const name = names.find((word, i) => word !== 'up' && !['type', 'master', 'scope'].some((each) => each === word || each === names[i - 1]));
  for (const device of [name, master]) if (device !== undefined && !network.interfaces.has(device)) throw new Refusal(`Device "${device}" does not exist.`, 1);
  for (const each of network.interfaces.values()) {
    if ((name !== undefined && name !== each.name) || (names.includes('up') && !each.up)) continue;
    if ((type !== undefined && type !== each.kind) || (master !== undefined && master !== each.master)) continue;
    if (place !== undefined && (place === 'host') !== (each.kind === 'loopback')) continue;
    if (call.has('brief')) {
      const last = object === 'address' ? each.addresses.join(' ') : `${each.mac} <${flagsOf(each)}>`;
      yield* call.print(`${fullName(each).padEnd(16)} ${stateOf(each).padEnd(14)} ${last} \n`);
      continue;
    }
    if (call.has('oneline') && object === 'address') {
      for (const address of each.addresses)
        yield* call.print(
          `${numbers.get(each.name)}: ${each.name}    inet ${address}${scope(each, address)}\\       valid_lft forever preferred_lft forever\n`,
        );
      continue;
    }
    const above = each.master ? ` master ${each.master}` : '';
    const mode = object === 'link' ? 'mode DEFAULT group default' : 'group default';
    if (object === 'link' || !call.has('4') || each.addresses.length > 0)
      yield* call.print(
        `${numbers.get(each.name)}: ${fullName(each)}: <${flagsOf(each)}> mtu ${each.mtu} qdisc ${each.kind === 'loopback' || each.kind === 'veth' || each.kind === 'bridge' ? 'noqueue' : 'fq_codel'}${above} state ${stateOf(each)} ${mode} qlen 1000${call.has('oneline') ? '\\' : '\n'}`,
      );
    if (!call.has('4'))
      yield* call.print(
        `    link/${each.kind === 'loopback' ? 'loopback' : 'ether'} ${each.mac} brd ${each.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}${each.peer ? linkNamespace(call, each.peer.namespace) : ''}\n`,
      );
    if (object !== 'address') continue;
    for (const address of each.addresses) yield* call.print(`    inet ${address}${scope(each, address)}\n       valid_lft forever preferred_lft forever\n`);
  }
}

const scope = (each: Interface, address: string): string => `${each.kind === 'loopback' ? ' scope host' : `${broadcast(address)} scope global`} ${each.name}`;

/** Of a named namespace its name, else its number. */
function linkNamespace(call: Call, network: NetworkNamespace): string {
  const { fs, kernel } = call.process;
  for (const [path, held] of kernel.networkNamespaces) if (held === network && fs.exists(path)) return ` link-netns ${path.slice('/run/netns/'.length)}`;
  return ' link-netnsid 0';
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
  if (!best) throw new Refusal('RTNETLINK answers: Network is unreachable', 2);
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
  if (call.process.uid !== 0) throw new Refusal('RTNETLINK answers: Operation not permitted', 2);
  const after = (word: string): string | undefined => words[words.indexOf(word) + 1 || words.length];
  if (object === 'link' && verb === 'set') {
    const device = network.interfaces.get(after('dev') ?? words[0] ?? '');
    if (!device) throw new Refusal(`Cannot find device "${after('dev') ?? words[0]}"`, 1);
    if (words.includes('up')) device.up = true;
    if (words.includes('down')) device.up = false;
    network.fabric?.refresh(network);
    return 0;
  }
  if (object === 'address') {
    const device = network.interfaces.get(after('dev') ?? '');
    if (!device) throw new Refusal(`Cannot find device "${after('dev') ?? ''}"`, 1);
    const address = (words[0] ?? '').includes('/') ? (words[0] ?? '') : `${words[0]}/32`;
    const at = device.addresses.indexOf(address);
    if (verb === 'add' && at >= 0) throw new Refusal('RTNETLINK answers: File exists', 2);
    if (verb === 'delete' && at < 0) throw new Refusal('RTNETLINK answers: Cannot assign requested address', 2);
    if (verb === 'add') device.addresses.push(address);
    else device.addresses.splice(at, 1);
    network.fabric?.refresh(network);
    return 0;
  }
  if (object === 'route') {
    const destination = words[0] ?? '';
    const at = network.routes.findIndex((each) => each.destination === destination && (!words.includes('via') || each.via === after('via')));
    if (verb === 'delete' && at < 0) throw new Refusal('RTNETLINK answers: No such process', 2);
    if (verb === 'delete') network.routes.splice(at, 1);
    else {
      const via = after('via');
      const device =
        after('dev') ?? [...network.interfaces.values()].find((each) => via !== undefined && each.addresses.some((own) => contains(own, via)))?.name;
      if (device === undefined) throw new Refusal('RTNETLINK answers: Network is unreachable', 2);
      if (at >= 0) throw new Refusal('RTNETLINK answers: File exists', 2);
      network.routes.push({ destination, device, ...(via === undefined ? {} : { via }) });
    }
    return 0;
  }
  yield* call.out.flush();
  throw new Refusal(`k8s-lab: ip ${object} ${verb} is not simulated`, 70);
}

function* netns(call: Call, words: readonly string[]): Routine<number> {
  const verb = pick(words[0] ?? 'list', ['list', 'ls', 'exec', 'identify', 'pids', 'add', 'delete']) ?? '';
  const { fs } = call.process;
  if (verb === 'list' || verb === 'ls') {
    const ids = [...call.process.kernel.networkNamespaces.keys()];
    for (const [name] of fs.isDirectory('/run/netns') ? fs.list('/run/netns') : []) {
      const id = ids.indexOf(`/run/netns/${name}`);
      yield* call.print(`${name}${id < 0 ? '' : ` (id: ${id})`}\n`);
    }
    return 0;
  }
  if (verb === 'exec') {
    const [, name = '', ...argv] = words;
    if (!fs.exists(`/run/netns/${name}`)) throw new Refusal(`Cannot open network namespace "${name}": No such file or directory`, 1);
    const network = namedNetwork(call, `/run/netns/${name}`);
    return yield* call.process.wait(start(call, argv, { namespaces: { network } }));
  }
  throw new Refusal(`k8s-lab: ip netns ${verb} is not simulated`, 70);
}

export const ipPrograms = { ip };
