/** ip link, address and route with add, set, delete: what they do to the namespace (iproute2 ip/iplink.c, ipaddress.c, iproute.c). */
import { assign, enslave, moveLink, removeLink, renameLink, rewired, setUp, unassign } from '../../linux/links.ts';
import { contains, type Interface, type NetworkNamespace, type Route } from '../../linux/network.ts';
import { networkOf } from '../../linux/routes.ts';
import { namedNetwork } from '../system/namespaces.ts';
import { type Call, Failure } from '../tool.ts';
import { answers, device, Refusal, saysKernel } from './ip-common.ts';
import { isAddress } from './resolver.ts';

const isNetwork = (text: string): boolean => isAddress(text.split('/')[0] ?? '') && Number(text.split('/')[1] ?? 32) <= 32;

/** Words one after another; `value` is what must follow a word. */
class Words {
  readonly #words: string[];
  constructor(words: readonly string[]) {
    this.#words = [...words];
  }
  next(): string | undefined {
    return this.#words.shift();
  }
  get peek(): string | undefined {
    return this.#words[0];
  }
  value(): string {
    const word = this.#words.shift();
    if (word === undefined) throw new Refusal('Command line is not complete. Try option "help"', 255);
    return word;
  }
}

const missing = (word: string): Refusal => new Refusal(`Not enough information: "${word}" argument is required${word === 'type' ? '' : '.'}`, 1);

export function changeLink(call: Call, network: NetworkNamespace, verb: string, given: readonly string[]): void {
  if (verb === 'add') addLink(call, network, new Words(given));
  else if (verb === 'set') setLink(call, network, new Words(given));
  else {
    const name = given[0] === 'dev' ? given[1] : given[0];
    const found = device(network, name);
    if (found.kind === 'loopback') throw answers('Operation not supported');
    if (found.kind === 'ethernet') throw new Failure('k8s-lab: deleting a network card is not simulated', 70, true);
    removeLink(network, found);
  }
}

const simulated = ['veth', 'bridge', 'dummy'] as const;
const others = /^(vlan|vxlan|macvlan|macvtap|ipvlan|bond|ifb|ipip|gre|gretap|sit|tun|wireguard|geneve|vrf|team|vcan|nlmon|ip6tnl|netdevsim|can|xfrm|batadv)$/;

type Draft = { name: string; mac: string | undefined; mtu: number; network: NetworkNamespace };

function addLink(call: Call, network: NetworkNamespace, words: Words): void {
  const { kernel, sim } = call.process;
  const own: Draft = { name: '', mac: undefined, mtu: 1500, network };
  const peer: Draft = { ...own };
  let type = '';
  let draft = own;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'type') type = words.value();
    else if (word === 'peer' && type === 'veth') draft = peer;
    else if (word === 'name' || word === 'dev') draft.name = words.value();
    else if (word === 'mtu') draft.mtu = Number(words.value());
    else if (word === 'address') draft.mac = words.value();
    else if (word === 'netns') draft.network = target(call, words.value());
    else if (['txqueuelen', 'txqlen', 'qlen', 'numtxqueues', 'numrxqueues'].includes(word)) words.value();
    else if (word === 'link' || (type !== '' && draft.name !== '')) {
      if (others.test(type) || word === 'link') throw new Failure(`k8s-lab: ip link add type ${type || 'with link'} is not simulated`, 70, true);
      throw new Failure(`k8s-lab: ip link add with ${word} is not simulated`, 70, true);
    } else draft.name = word;
  }
  if (type === '') throw missing('type');
  if (others.test(type)) throw new Failure(`k8s-lab: ip link add type ${type} is not simulated`, 70, true);
  const kind = simulated.find((each) => each === type);
  if (!kind) throw saysKernel('Unknown device type.');
  if (own.name.length > 15 || peer.name.length > 15) throw saysKernel('Attribute failed policy validation.');
  const drafts = kind === 'veth' ? [own, peer] : [own];
  for (const each of drafts) {
    if (each.name === '')
      for (let i = 0; each.name === ''; i++) if (!each.network.interfaces.has(`${type}${i}`) && own.name !== `${type}${i}`) each.name = `${type}${i}`;
    if (each.network.interfaces.has(each.name)) throw answers('File exists');
  }
  kernel.modules.load(kind);
  // A local address of one card: the second digit says so.
  const random = (): string =>
    [`${sim.random.hex(1)}${sim.random.pick(['2', '6', 'a', 'e'])}`, ...Array.from({ length: 5 }, () => sim.random.hex(2))].join(':');
  const make = ({ name, mac = random(), mtu }: Draft, other?: Draft): Interface => ({
    name,
    mac,
    mtu,
    up: false,
    addresses: [],
    kind,
    ...(other ? { peer: { namespace: other.network, name: other.name } } : {}),
    ...(kind === 'bridge' ? { fresh: true } : {}),
  });
  // The kernel makes the far end of a cable first.
  if (kind === 'veth') peer.network.interfaces.set(peer.name, make(peer, own));
  own.network.interfaces.set(own.name, make(own, kind === 'veth' ? peer : undefined));
}

/** The namespace that a name of /run/netns or a process number stands for. */
function target(call: Call, word: string): NetworkNamespace {
  const process = /^\d+$/.test(word) ? call.process.namespaces.pid.processes.get(Number(word)) : undefined;
  if (process) return process.namespaces.network;
  const path = word.startsWith('/') ? word : `/run/netns/${word}`;
  if (/^\d+$/.test(word) || !call.process.fs.exists(path)) throw saysKernel(`argument "${word}" is wrong: Invalid "netns" value\n`, 255);
  return namedNetwork(call, path);
}

function setLink(call: Call, network: NetworkNamespace, words: Words): void {
  if (words.peek === 'dev') words.next();
  if (words.peek === 'group') throw new Failure('k8s-lab: groups of links are not simulated', 70, true);
  const found = device(network, words.value());
  const changes: (() => void)[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'up' || word === 'down') changes.push(() => setUp(network, found, word === 'up'));
    else if (word === 'nomaster') changes.push(() => enslave(network, found, undefined));
    else if (word === 'master') {
      const name = words.value();
      const bridge = network.interfaces.get(name);
      if (!bridge) throw saysKernel(`argument "${name}" is wrong: Device does not exist\n`, 255);
      if (bridge.kind !== 'bridge') throw answers('Operation not supported');
      changes.push(() => enslave(network, found, bridge));
    } else if (word === 'netns') {
      const to = target(call, words.value());
      if (found.kind === 'loopback' || found.kind === 'bridge') throw saysKernel('The interface netns is immutable.');
      if (found.kind === 'ethernet') throw new Failure('k8s-lab: moving a network card is not simulated', 70, true);
      changes.push(() => moveLink(network, found, to));
    } else if (word === 'name') {
      const name = words.value();
      changes.push(() => renameLink(network, found, name));
    } else if (word === 'mtu') {
      const mtu = Number(words.value());
      if (mtu > 65_535 && found.kind !== 'loopback') throw saysKernel('mtu greater than device maximum.');
      changes.push(() => Object.assign(found, { mtu }));
    } else if (word === 'address') {
      const mac = words.value();
      changes.push(() => Object.assign(found, { mac }));
    } else if (['type', 'alias', 'txqueuelen', 'qlen', 'promisc', 'arp', 'multicast', 'xdp', 'vf', 'group', 'link-netnsid', 'addrgenmode'].includes(word))
      throw new Failure(`k8s-lab: ip link set ${word} is not simulated`, 70, true);
    else throw saysKernel(`either "dev" is duplicate, or "${word}" is a garbage.`, 255);
  }
  for (const change of changes) change();
}

export function changeAddress(network: NetworkNamespace, verb: string, given: readonly string[]): void {
  const words = new Words(given);
  let address = '';
  let name: string | undefined;
  let broadcast = false;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') name = words.value();
    else if (word === 'brd' || word === 'broadcast') {
      broadcast = true;
      words.value();
    } else if (['label', 'scope', 'valid_lft', 'preferred_lft', 'metric', 'proto'].includes(word)) words.value();
    else if (word === 'peer') throw new Failure('k8s-lab: addresses with a peer are not simulated', 70, true);
    else if (word !== 'local') {
      if (verb === 'flush') name = word;
      else if (!isNetwork(word)) throw saysKernel(`any valid prefix is expected rather than "${word}".`, 1);
      else address = word.includes('/') ? word : `${word}/32`;
    }
  }
  if (name === undefined) throw verb === 'flush' ? new Refusal('Flush requires arguments.', 255) : missing('dev');
  const found = device(network, name);
  if (verb === 'flush') for (const each of [...found.addresses]) unassign(network, found, each);
  else if (verb === 'delete') {
    if (!unassign(network, found, address)) throw saysKernel('ipv4: Address not found.');
  } else if (found.addresses.includes(address)) throw saysKernel('ipv4: Address already assigned.');
  else assign(network, found, address, broadcast);
}

/** A network as the kernel keeps it: `0.0.0.0/0` is the default, a host stands without its length. */
function destinationOf(text: string): string {
  if (text === 'default' || text === '0.0.0.0/0' || text === '0/0') return 'default';
  if (!isNetwork(text)) throw saysKernel(`any valid prefix is expected rather than "${text}".`, 1);
  const [base = '', bits = '32'] = text.split('/');
  const inside = Number(bits) === 32 ? base : networkOf(text);
  if (!inside.startsWith(base)) throw saysKernel('Invalid prefix for given prefix length.');
  return inside;
}

export function changeRoute(network: NetworkNamespace, verb: string, given: readonly string[]): void {
  const words = new Words(given);
  const asked: { -readonly [Key in keyof Route]?: Route[Key] } = {};
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'via') {
      asked.via = words.value();
      if (!isAddress(asked.via)) throw saysKernel(`inet address is expected rather than "${asked.via}".`, 1);
    } else if (word === 'dev') asked.device = device(network, words.value()).name;
    else if (word === 'src') asked.source = words.value();
    else if (word === 'metric' || word === 'preference') asked.metric = Number(words.value());
    else if (word === 'proto' || word === 'scope') words.value();
    else if (/^(blackhole|unreachable|prohibit|throw|nat|multicast|broadcast|local|table|nexthop|mtu|onlink|encap|nhid|advmss)$/.test(word))
      throw new Failure(`k8s-lab: ip route ${verb} with ${word} is not simulated`, 70, true);
    else if (word !== 'to' && word !== 'unicast') asked.destination = destinationOf(word);
  }
  const fits = (each: Route): boolean => (Object.entries(asked) as [keyof Route, unknown][]).every(([key, value]) => each[key] === value);
  if (verb === 'flush' || verb === 'delete') {
    if (verb === 'flush' && given.length === 0) throw new Refusal('"ip route flush" requires arguments.', 255);
    const at = network.routes.filter(fits);
    if (at.length === 0 && verb === 'delete') throw answers('No such process');
    const gone = new Set(verb === 'delete' ? at.slice(0, 1) : at);
    network.routes.splice(0, network.routes.length, ...network.routes.filter((each) => !gone.has(each)));
    return rewired(network);
  }
  const route = routeOf(network, asked);
  const same = network.routes.findIndex((each) => each.destination === route.destination && (each.metric ?? 0) === (route.metric ?? 0));
  if (same >= 0 && verb === 'add') throw answers('File exists');
  if (same < 0 && verb === 'change') throw answers('No such file or directory');
  if (same >= 0 && verb !== 'append') network.routes.splice(same, 1, route);
  else network.routes.push(route);
  if (same >= 0) rewired(network);
}

/** A gateway must be on a link that is up; that link is the route's, where none is named. */
function routeOf(network: NetworkNamespace, asked: Partial<Route>): Route {
  const { via, destination = 'default' } = asked;
  const near = [...network.interfaces.values()].filter(({ up, addresses }) => up && addresses.some((own) => via !== undefined && contains(own, via)));
  const link = near.find(({ name }) => asked.device === undefined || name === asked.device);
  const reached =
    via !== undefined && network.routes.some((each) => each.via === undefined && each.destination !== 'default' && contains(each.destination, via));
  if (via !== undefined && !link && !reached) throw saysKernel('Nexthop has invalid gateway.');
  const name = asked.device ?? link?.name ?? (via === undefined ? undefined : network.deviceTowards(via));
  if (name === undefined) throw answers('No such device');
  if (!network.interfaces.get(name)?.up) throw saysKernel('Device for nexthop is not up.');
  return { ...asked, destination, device: name, manual: true };
}
