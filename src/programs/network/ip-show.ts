/** ip address, link, route and neighbour, listed: each row an object as -j prints it, and from that its text. */
import { hasCarrier, indexOf } from '../../linux/links.ts';
import { neighboursOf } from '../../linux/neighbours.ts';
import type { Interface, NetworkNamespace, Route } from '../../linux/network.ts';
import { contains, ipToNumber, numberToIp } from '../../linux/network.ts';
import { byDestination, routeTo } from '../../linux/routes.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import { answers, Refusal, saysKernel, shown } from './ip-common.ts';
import { hardwareDetails, kindDetails } from './ip-details.ts';

type Shown = readonly [objects: readonly object[], text: string];

/** How a link stands, by its own switch and by what is at its other end. */
function stateOf(network: NetworkNamespace, each: Interface): string {
  if (!each.up) return 'DOWN';
  if (!hasCarrier(network, each)) return each.kind === 'veth' ? 'LOWERLAYERDOWN' : 'DOWN';
  return each.kind === 'loopback' || each.kind === 'dummy' || each.fresh ? 'UNKNOWN' : 'UP';
}

export function linkFlags(network: NetworkNamespace, each: Interface): string[] {
  const carrier = hasCarrier(network, each);
  const { peer } = each;
  return [
    ...(each.up && !carrier ? ['NO-CARRIER'] : []),
    ...(each.kind === 'loopback' ? ['LOOPBACK'] : each.kind === 'dummy' ? ['BROADCAST', 'NOARP'] : ['BROADCAST', 'MULTICAST']),
    ...(each.up ? ['UP'] : []),
    ...(carrier ? ['LOWER_UP'] : []),
    ...(peer?.namespace === network && !network.interfaces.get(peer.name)?.up ? ['M-DOWN'] : []),
  ];
}

/** `eth0@if5`: the other end of a veth, by its name, or its number in another namespace. */
export function fullName(network: NetworkNamespace, each: Interface): string {
  const { peer } = each;
  if (!peer) return each.name;
  if (peer.namespace === network) return `${each.name}@${peer.name}`;
  const end = peer.namespace.interfaces.get(peer.name);
  return `${each.name}@if${end ? indexOf(peer.namespace, end) : 2}`;
}

function linkObject(call: Call, network: NetworkNamespace, each: Interface, addresses: boolean): object {
  const { peer } = each;
  const end = peer?.namespace.interfaces.get(peer.name);
  const away = peer !== undefined && peer.namespace !== network;
  const qdisc = each.kind === 'ethernet' ? 'fq_codel' : each.up ? 'noqueue' : 'noop';
  return {
    ifindex: indexOf(network, each),
    ...(away && end ? { link_index: indexOf(peer.namespace, end) } : peer ? { link: peer.name } : {}),
    ifname: each.name,
    flags: linkFlags(network, each),
    mtu: each.mtu,
    qdisc,
    ...(each.master === undefined ? {} : { master: each.master }),
    operstate: stateOf(network, each),
    ...(addresses ? {} : { linkmode: 'DEFAULT' }),
    group: 'default',
    txqlen: 1000,
    link_type: each.kind === 'loopback' ? 'loopback' : 'ether',
    address: each.mac,
    broadcast: each.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
    ...(away ? { link_netnsid: netnsId(call, peer.namespace) } : {}),
    ...(addresses ? { addr_info: call.has('6') ? [] : each.addresses.map((address) => addressObject(each, address)) } : {}),
  };
}

function addressObject(each: Interface, address: string): object {
  const [local = '', prefix = '32'] = address.split('/');
  const brd = broadcast(each, address);
  return {
    family: 'inet',
    local,
    prefixlen: Number(prefix),
    ...(brd === '' ? {} : { broadcast: brd }),
    scope: each.kind === 'loopback' ? 'host' : 'global',
    label: each.name,
    valid_life_time: 4_294_967_295,
    preferred_life_time: 4_294_967_295,
  };
}

function broadcast(each: Interface, address: string): string {
  const [base = '', length = '32'] = address.split('/');
  if (each.kind === 'loopback' || Number(length) >= 31 || each.silent?.has(address)) return '';
  return numberToIp((ipToNumber(base) | (0xffffffff >>> Number(length))) >>> 0);
}

/** The number that a namespace's links know another by: that of its name, if it has one. */
const netnsId = ({ process: { kernel } }: Call, network: NetworkNamespace): number => Math.max(0, [...kernel.networkNamespaces.values()].indexOf(network));

/** Of a named namespace its name, else its number. */
function linkNamespace(call: Call, network: NetworkNamespace): string {
  const { fs, kernel } = call.process;
  for (const [path, held] of kernel.networkNamespaces)
    if (held === network && path.startsWith('/run/netns/') && fs.exists(path)) return ` link-netns ${path.slice('/run/netns/'.length)}`;
  return ` link-netnsid ${netnsId(call, network)}`;
}

/** `up`, `type T`, `master M`, `scope S`, `to NETWORK`, `[dev] NAME`. */
function chosen(network: NetworkNamespace, words: readonly string[]): Interface[] {
  let all = [...network.interfaces.values()];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === 'up') all = all.filter(({ up }) => up);
    else if (['dev', 'type', 'master', 'scope', 'to'].includes(word)) {
      const value = words[++i];
      if (value === undefined) throw new Refusal('Command line is not complete. Try option "help"', 255);
      if ((word === 'dev' || word === 'master') && !network.interfaces.has(value)) throw new Refusal(`Device "${value}" does not exist.`, 1);
      all = all.filter((each) =>
        word === 'dev'
          ? each.name === value
          : word === 'type'
            ? each.kind === value
            : word === 'master'
              ? each.master === value
              : word === 'scope'
                ? (value === 'host') === (each.kind === 'loopback')
                : each.addresses.some((address) => contains(value, address.split('/')[0] ?? '')),
      );
    } else if (network.interfaces.has(word)) all = all.filter(({ name }) => name === word);
    else throw new Refusal(`Device "${word}" does not exist.`, 1);
  }
  return all;
}

export function* interfaces(call: Call, network: NetworkNamespace, object: string, words: readonly string[]): Routine {
  const addresses = object === 'address';
  const found = chosen(network, words).filter((each) => !addresses || (!call.has('6') && !(call.has('4') && each.addresses.length === 0)));
  yield* shown(
    call,
    found.map((each) => linkObject(call, network, each, addresses)),
    found.map((each) => (call.has('brief') ? briefText(network, each, addresses) : longText(call, network, each, addresses))).join(''),
  );
}

function briefText(network: NetworkNamespace, each: Interface, addresses: boolean): string {
  const rest = addresses ? each.addresses.map((address) => `${address} `).join('') : `${each.mac} <${linkFlags(network, each).join()}> `;
  return `${fullName(network, each).padEnd(16)} ${stateOf(network, each).padEnd(14)} ${rest}\n`;
}

function longText(call: Call, network: NetworkNamespace, each: Interface, addresses: boolean): string {
  const link = linkObject(call, network, each, addresses) as Readonly<Record<string, string | number>>;
  const end = call.has('oneline') ? '\\' : '\n';
  const inet = (call.has('6') ? [] : each.addresses).map((address) => {
    const brd = broadcast(each, address);
    return `inet ${address}${brd === '' ? '' : ` brd ${brd}`} scope ${each.kind === 'loopback' ? 'host' : 'global'} ${each.name}${end}       valid_lft forever preferred_lft forever\n`;
  });
  if (addresses && call.has('oneline')) return inet.map((line) => `${link['ifindex']}: ${each.name}    ${line}`).join('');
  const master = each.master === undefined ? '' : ` master ${each.master}`;
  const head = `${link['ifindex']}: ${fullName(network, each)}: <${linkFlags(network, each).join()}> mtu ${each.mtu} qdisc ${link['qdisc']}${master} state ${link['operstate']} ${addresses ? '' : 'mode DEFAULT '}group default qlen 1000${end}`;
  const away = each.peer && each.peer.namespace !== network ? linkNamespace(call, each.peer.namespace) : '';
  const details = call.has('details') ? [hardwareDetails(each), kindDetails(call, network, each).replace(addresses ? 'addrgenmode eui64 ' : '', '')] : ['', ''];
  const hardware = `    link/${link['link_type']} ${each.mac} brd ${link['broadcast']}${away}${details.join('')}\n`;
  return `${head}${addresses && call.has('4') ? '' : hardware}${addresses ? inet.map((line) => `    ${line}`).join('') : ''}`;
}

/** The main table, or with `uid` the one way to an address (`ip route get`). */
export function routes(network: NetworkNamespace, words: readonly string[], uid?: number): Shown {
  if (uid !== undefined) return wayTo(network, words.filter((word) => word !== 'to')[0] ?? '', uid);
  const after = (word: string): string | undefined => words[words.indexOf(word) + 1 || words.length];
  const only = words.find((word, i) => /^(default|\d+\.[\d./]+)$/.test(word) && !['via', 'src', 'table'].includes(words[i - 1] ?? ''));
  const table = after('table');
  if (table !== undefined && table !== 'main' && table !== '254') throw new Refusal(`k8s-lab: ip route show table ${table} is not simulated`, 70);
  const found = network.routes
    .filter((each) => (only === undefined || each.destination === only) && (!words.includes('dev') || each.device === after('dev')))
    .sort(byDestination);
  return [found.map((each) => routeObject(network, each)), found.map((each) => routeText(network, each)).join('')];
}

const sourceOf = (network: NetworkNamespace, { source, via, manual, device }: Route): string | undefined =>
  source ?? (via || manual ? undefined : network.interfaces.get(device)?.addresses[0]?.split('/')[0]);

const isDown = (network: NetworkNamespace, { device }: Route): boolean => {
  const found = network.interfaces.get(device);
  return found !== undefined && found.kind !== 'ethernet' && !hasCarrier(network, found);
};

function routeObject(network: NetworkNamespace, each: Route): object {
  const source = sourceOf(network, each);
  return {
    dst: each.destination,
    ...(each.via ? { gateway: each.via } : {}),
    dev: each.device,
    ...(each.via || each.manual ? {} : { protocol: 'kernel' }),
    ...(each.via ? {} : { scope: 'link' }),
    ...(source === undefined ? {} : { prefsrc: source }),
    ...(each.metric === undefined ? {} : { metric: each.metric }),
    flags: isDown(network, each) ? ['linkdown'] : [],
  };
}

function routeText(network: NetworkNamespace, each: Route): string {
  const source = sourceOf(network, each);
  const kernel = each.via ? '' : `${each.manual ? '' : ' proto kernel'} scope link`;
  const metric = each.metric === undefined ? '' : ` metric ${each.metric}`;
  return `${each.destination}${each.via ? ` via ${each.via}` : ''} dev ${each.device}${kernel}${source ? ` src ${source}` : ''}${metric} ${isDown(network, each) ? 'linkdown ' : ''}\n`;
}

function wayTo(network: NetworkNamespace, address: string, uid: number): Shown {
  if (!/^\d+(\.\d+){3}$/.test(address)) throw saysKernel(`any valid prefix is expected rather than "${address}".`, 1);
  if (network.has(address))
    return [
      [{ type: 'local', dst: address, dev: 'lo', prefsrc: address, flags: [], uid, cache: ['local'] }],
      `local ${address} dev lo src ${address} uid ${uid} \n    cache <local> \n`,
    ];
  const best = routeTo(network, address);
  if (!best) throw answers('Network is unreachable');
  const prefsrc = network.addressTowards(address) ?? network.sourceAddress();
  return [
    [{ dst: address, ...(best.via ? { gateway: best.via } : {}), dev: best.device, prefsrc, flags: [], uid, cache: [] }],
    `${address}${best.via ? ` via ${best.via}` : ''} dev ${best.device} src ${prefsrc} uid ${uid} \n    cache \n`,
  ];
}

/** The other machines, and on links made by hand what was asked for. */
export function neighbours(network: NetworkNamespace, words: readonly string[]): Shown {
  const rows = neighboursOf(network).map(({ address, device, mac }) => ({
    dst: address,
    dev: device,
    ...(mac === undefined ? {} : { lladdr: mac }),
    state: [mac === undefined ? 'FAILED' : 'REACHABLE'],
  }));
  const dev = words.includes('dev') ? words[words.indexOf('dev') + 1] : undefined;
  const found = rows.filter((row) => dev === undefined || row.dev === dev);
  return [found, found.map(({ dst, dev: name, lladdr, state }) => `${dst} dev ${name} ${lladdr === undefined ? '' : `lladdr ${lladdr} `}${state} \n`).join('')];
}

/** What `bridge link` tells of each port. */
export function bridgePorts(network: NetworkNamespace, name: string | undefined): Shown {
  const ports = [...network.interfaces.values()].filter((each) => each.master !== undefined && (name === undefined || each.name === name));
  const state = (each: Interface): string => (hasCarrier(network, each) ? 'forwarding' : 'disabled');
  return [
    ports.map((each) => ({
      ifindex: indexOf(network, each),
      ...(each.peer ? { link: fullName(network, each).split('@')[1] } : {}),
      ifname: each.name,
      flags: linkFlags(network, each),
      mtu: each.mtu,
      master: each.master,
      state: state(each),
      priority: 32,
      cost: 2,
    })),
    ports
      .map((each) => {
        const flags = linkFlags(network, each).join();
        return `${indexOf(network, each)}: ${fullName(network, each)}: <${flags}> mtu ${each.mtu} master ${each.master} state ${state(each)} priority 32 cost 2 \n`;
      })
      .join(''),
  ];
}

const tables = [
  [0, 'local'],
  [32_766, 'main'],
  [32_767, 'default'],
] as const;
export const rules: Shown = [
  tables.map(([priority, table]) => ({ priority, src: 'all', table })),
  tables.map(([priority, table]) => `${priority}:\tfrom all lookup ${table}\n`).join(''),
];
