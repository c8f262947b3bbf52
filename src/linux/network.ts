/**
 * The network of the simulated machines: namespaces with addresses, routes and listeners, joined by a Fabric.
 * A connection is made at the level of the walls: who dials an address gets the server object that listens there, if the packets would arrive.
 */

import type { Random } from '../sim/random.ts';
import { Errno } from './errno.ts';
import type { Fabric } from './fabric.ts';
import type { SpecialNode } from './inode.ts';
import type { Netfilter } from './netfilter.ts';
import { contains, hasRoute, type Route, routeTo } from './routes.ts';

export { contains, ipToNumber, numberToIp, type Route } from './routes.ts';

/** Structurally the Protocol of interfaces/protocol.ts, which this folder may not import. */
export type SpokenProtocol<Server> = { readonly name: string; readonly server?: Server };

/** What a listener and a rule tell apart; ICMP is `ping`'s own. */
export type Transport = 'tcp' | 'udp';

/** Something that listens: one server a protocol spoken there (an apiserver speaks `kubernetes` and `http` on one port). */
export type Listener = {
  readonly transport: Transport;
  /** 0.0.0.0 for all. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly servers: ReadonlyMap<string, unknown>;
  /** Told of each connection. */
  readonly accepted?: () => void;
  /** Speaks TLS: what it shows to those who dial, and whom it lets in. */
  readonly tls?: () => ListenerTls;
};

/** Structurally the TlsServer of apimachinery/tls.ts: PEM. */
export type ListenerTls = { readonly certificate: string; readonly clientCa?: string };

/** One line of `ip addr`; a veth's two ends are two of these. */
export type Interface = {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  /** Megabits a second that a card has agreed upon with its switch; 1000 where nothing is said. */
  speed?: number;
  up: boolean;
  /** With prefix length: `10.244.1.5/24`. */
  readonly addresses: string[];
  /** The other end of a veth, by name and namespace. */
  readonly peer?: { readonly namespace: NetworkNamespace; readonly name: string };
  /** The bridge it is a port of. */
  readonly master?: string;
  readonly kind: 'loopback' | 'ethernet' | 'veth' | 'bridge' | 'other';
};

/** Where a packet ends up. */
export type Destination = { readonly namespace: NetworkNamespace; readonly address: string; readonly port: number };

/** Where a connection comes from, for filters of the fabric. */
export type Peer = { readonly address: string; readonly namespace: NetworkNamespace };

/** A dial that failed, and how long a real client would have waited to learn it. */
export class NetworkError extends Errno {
  readonly afterMilliseconds: number;
  constructor(code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'EPROTO', afterMilliseconds: number) {
    super(code);
    this.afterMilliseconds = afterMilliseconds;
  }
}

/** A node's network, or a pod's or a container's; `name` is for people, `inode` is what `readlink /proc/PID/ns/net` shows. */
export class NetworkNamespace {
  readonly inode: number;
  /** For people: the node's or the pod's name. */
  readonly name: string;
  readonly interfaces = new Map<string, Interface>();
  readonly routes: Route[] = [];
  readonly listeners = new Set<Listener>();
  /** The rules that packets of this namespace meet; set on a node's own namespace. */
  netfilter: Netfilter | undefined;
  /** The node's namespace that carries this one's packets (a pod's veth ends there); undefined for a node's own. */
  uplink: NetworkNamespace | undefined;
  fabric: Fabric | undefined;

  constructor(inode: number, name: string) {
    this.inode = inode;
    this.name = name;
    this.interfaces.set('lo', { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, up: true, addresses: ['127.0.0.1/8'], kind: 'loopback' });
  }

  /** All addresses without their prefix lengths; loopback's left out. */
  addresses(): string[] {
    return [...this.interfaces.values()]
      .filter((each) => each.kind !== 'loopback' && each.up)
      .flatMap((each) => each.addresses.map((address) => address.split('/')[0] as string));
  }

  /** Has an address beside loopback's. */
  get connected(): boolean {
    for (const each of this.interfaces.values()) if (each.kind !== 'loopback' && each.up && each.addresses.length > 0) return true;
    return false;
  }

  has(address: string): boolean {
    if (address.startsWith('127.')) return this.interfaces.get('lo')?.up ?? false;
    for (const each of this.interfaces.values())
      if (each.up) for (const own of each.addresses) if (own.startsWith(address) && own[address.length] === '/') return true;
    return false;
  }

  /** Throws EADDRINUSE. The listener goes with `close`, or when its process ends if the caller sees to it. */
  listen(listener: Listener): { close(): void } {
    for (const other of this.listeners)
      if (
        other.transport === listener.transport &&
        other.port === listener.port &&
        (other.address === listener.address || other.address === '0.0.0.0' || listener.address === '0.0.0.0')
      )
        throw new Errno('EADDRINUSE');
    this.listeners.add(listener);
    return { close: () => void this.listeners.delete(listener) };
  }

  listenerAt(transport: Transport, address: string, port: number): Listener | undefined {
    for (const listener of this.listeners)
      if (listener.port === port && listener.transport === transport && (listener.address === '0.0.0.0' || listener.address === address)) return listener;
    return undefined;
  }

  /** The address that others see when this namespace talks to them. */
  sourceAddress(): string {
    return this.addresses()[0] ?? '127.0.0.1';
  }
}

const refusedAfter = 1;
const timeoutAfter = 130_000;
const unreachableAfter = 3_000;

/** Follows a packet: loopback, the node's NAT rules, routes, the fabric. Throws NetworkError. */
export function route(from: NetworkNamespace, transport: Transport, address: string, port: number, random: Random): Destination {
  if (from.has(address) && !from.netfilter?.matches(transport, address, port)) return { namespace: from, address, port };
  const node = from.uplink ?? from;
  const translated = refuse(node.netfilter?.translate(transport, address, port, random) ?? { address, port });
  if (from.has(translated.address)) return { namespace: from, ...translated };
  if (!from.connected) throw new NetworkError('ENETUNREACH', 0);
  const { fabric } = node;
  const target = node.has(translated.address) ? node : fabric?.owner(translated.address);
  if (!fabric || !target) throw unreachable(node, translated.address);
  const targetNode = target.uplink ?? target;
  if (targetNode !== node && (fabric.cut.has(node) || fabric.cut.has(targetNode))) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  if (targetNode !== node) crossable(node, targetNode, target, translated.address);
  const arrived = target !== node && target === targetNode ? prerouting(target, transport, translated, random) : translated;
  const final = arrived === translated || target.has(arrived.address) ? target : fabric.owner(arrived.address);
  if (!final) throw unreachable(targetNode, arrived.address);
  if (final === targetNode && final !== node) refuse(final.netfilter?.input({ transport, source: node.sourceAddress(), ...arrived }, random));
  postrouting(from, arrived === translated ? undefined : targetNode, final, transport, arrived);
  const destination = { namespace: final, ...arrived };
  if (fabric.filters.length === 0) return destination;
  const peer = { address: from.sourceAddress(), namespace: from };
  for (const filter of fabric.filters) if (!filter(peer, destination, transport)) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  return destination;
}

/** A verdict of netfilter, unless it is to let nothing through. */
function refuse<Let>(verdict: Let | 'reject' | 'drop'): Let {
  if (verdict === 'reject') throw new NetworkError('ECONNREFUSED', refusedAfter);
  if (verdict === 'drop') throw new NetworkError('ETIMEDOUT', timeoutAfter);
  return verdict as Let;
}

/** From one node to another: both cards are up, and a pod's address has a route that leads to its node. */
function crossable(node: NetworkNamespace, targetNode: NetworkNamespace, target: NetworkNamespace, address: string): void {
  if (node.interfaces.get('eth0')?.up === false) throw new NetworkError('ENETUNREACH', 0);
  if (targetNode.interfaces.get('eth0')?.up === false) throw new NetworkError('EHOSTUNREACH', unreachableAfter);
  if (!target.uplink) return;
  const way = routeTo(node, address);
  if (!way) throw unreachable(node, address);
  // The gateway of the machines' own network knows no pods.
  if (way.via !== undefined && !targetNode.has(way.via)) throw new NetworkError('ETIMEDOUT', timeoutAfter);
}

/** What the rules of another node make of a packet that arrives at its own address: a NodePort, a hostPort. */
function prerouting(node: NetworkNamespace, transport: Transport, to: { readonly address: string; readonly port: number }, random: Random): typeof to {
  if (!node.netfilter?.matches(transport, to.address, to.port)) return to;
  return refuse(node.netfilter.translate(transport, to.address, to.port, random));
}

/**
 * The hook `postrouting` of the nodes that forward the packet: the sender's own and that of a pod it goes to. What a process of root on a node
 * sends to that node's pods passes by; what came in through another node's port (`entry`) carries that node's address from there on.
 */
function postrouting(
  from: NetworkNamespace,
  entry: NetworkNamespace | undefined,
  final: NetworkNamespace,
  transport: Transport,
  to: { readonly address: string; readonly port: number },
): void {
  const node = from.uplink ?? from;
  const last = final.uplink;
  if (from.uplink && final !== node) forward(node, from, transport, to);
  if (last && last !== node) forward(last, entry === undefined ? from : entry === last ? node : entry, transport, to);
}

function forward(at: NetworkNamespace, source: NetworkNamespace, transport: Transport, to: { readonly address: string; readonly port: number }): void {
  if (!at.netfilter?.queueing) return;
  if (!at.netfilter.forwards({ transport, source: source.sourceAddress(), ...to })) throw new NetworkError('ETIMEDOUT', timeoutAfter);
}

/** An address on a link where nobody answers ARP is "no route to host"; one beyond the default route is a time-out. */
function unreachable(node: NetworkNamespace, address: string): NetworkError {
  if (!hasRoute(node, address)) return new NetworkError('ENETUNREACH', 0);
  const onLink = node.routes.some((each) => each.via === undefined && contains(each.destination, address));
  return onLink ? new NetworkError('EHOSTUNREACH', unreachableAfter) : new NetworkError('ETIMEDOUT', timeoutAfter);
}

/** The server of a protocol behind an address. Throws NetworkError; `EPROTO` when what listens there speaks something else. */
export function dial<Server>(
  protocol: SpokenProtocol<Server>,
  from: NetworkNamespace,
  address: string,
  port: number,
  random: Random,
  transport: Transport = 'tcp',
  /** Looks at who listens before anything is said; throws what it does not like. */
  look?: (listener: Listener) => void,
): Server {
  const destination = route(from, transport, address, port, random);
  const listener = destination.namespace.listenerAt(transport, destination.address, destination.port);
  if (!listener) throw new NetworkError('ECONNREFUSED', refusedAfter);
  const server = listener.servers.get(protocol.name);
  if (server === undefined) throw new NetworkError('EPROTO', refusedAfter);
  look?.(listener);
  listener.accepted?.();
  return server as Server;
}

/** The listener behind an address, whatever it speaks (nc, curl, probes of TCP). Throws NetworkError. */
export function connect(from: NetworkNamespace, address: string, port: number, random: Random, transport: Transport = 'tcp'): Listener {
  const destination = route(from, transport, address, port, random);
  const listener = destination.namespace.listenerAt(transport, destination.address, destination.port);
  if (!listener) throw new NetworkError('ECONNREFUSED', refusedAfter);
  return listener;
}

/** A server as an entry of Listener.servers. */
export const serve = <Server>(protocol: SpokenProtocol<Server>, server: Server): [string, unknown] => [protocol.name, server];

/** Puts a server behind a unix socket's inode. */
export function listenUnix<Server>(socket: SpecialNode, protocols: ReadonlyMap<string, unknown>): void {
  socket.listener = protocols as ReadonlyMap<string, Server>;
}

/** The server behind a unix socket; ECONNREFUSED when nobody listens, ENOTSOCK for another kind of file, EPROTO when it speaks something else. */
export function dialUnix<Server>(protocol: SpokenProtocol<Server>, inode: { readonly type: string; readonly listener?: object | undefined }): Server {
  if (inode.type !== 'socket') throw new Errno('ENOTSOCK');
  if (!inode.listener) throw new Errno('ECONNREFUSED');
  const server = (inode.listener as ReadonlyMap<string, unknown>).get(protocol.name);
  if (server === undefined) throw new Errno('EPROTO');
  return server as Server;
}
