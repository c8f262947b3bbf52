/**
 * The network of the simulated machines: namespaces with addresses, routes and listeners, joined by a Fabric.
 * A connection is made at the level of the walls: who dials an address gets the server object that listens there, if the packets would arrive.
 */

import type { Random } from '../sim/random.ts';
import { Errno } from './errno.ts';
import type { Fabric } from './fabric.ts';
import type { SpecialNode } from './inode.ts';
import type { Netfilter, Packet, Protocol } from './netfilter.ts';
import { NetworkError, refusedAfter, timeoutAfter, unreachableAfter } from './network-error.ts';
import { contains, hasRoute, type Route, routeTo } from './routes.ts';
import { travel } from './travel.ts';

export { NetworkError } from './network-error.ts';
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
  name: string;
  mac: string;
  mtu: number;
  /** Megabits a second that a card has agreed upon with its switch; 1000 where nothing is said. */
  speed?: number;
  up: boolean;
  /** With prefix length: `10.244.1.5/24`. */
  readonly addresses: string[];
  /** Of these, what was given without `brd +`. */
  silent?: Set<string>;
  /** The other end of a veth, by name and namespace. */
  peer?: { namespace: NetworkNamespace; name: string };
  /** The bridge it is a port of. */
  master?: string | undefined;
  /** A bridge that never had a port. */
  fresh?: boolean;
  readonly kind: 'loopback' | 'ethernet' | 'veth' | 'bridge' | 'dummy' | 'other';
};

/** Where a packet ends up. */
export type Destination = { readonly namespace: NetworkNamespace; readonly address: string; readonly port: number };

/** Where a connection comes from, for filters of the fabric. */
export type Peer = { readonly address: string; readonly namespace: NetworkNamespace };

/** A node's network, or a pod's or a container's; `name` is for people, `inode` is what `readlink /proc/PID/ns/net` shows. */
export class NetworkNamespace {
  readonly inode: number;
  /** For people: the node's or the pod's name. */
  readonly name: string;
  readonly interfaces = new Map<string, Interface>();
  readonly routes: Route[] = [];
  /** Numbers of interfaces, given when somebody asks first (links.ts). */
  readonly indexes = new WeakMap<Interface, number>();
  lastIndex = 0;
  /** The table of ARP for links made by hand: address → interface and what answered there. */
  readonly neighbours = new Map<string, { readonly device: string; readonly mac: string | undefined }>();
  readonly listeners = new Set<Listener>();
  /** What was set below /proc/sys/net, by path. */
  readonly sysctls = new Map<string, string>();
  /** The rules that packets of this namespace meet; a node's own has them from the start, others once somebody writes one. */
  netfilter: Netfilter | undefined;
  /** net.ipv4.ip_forward: what is not for itself goes on. */
  forwarding = true;
  /** Its links, routes or rules were changed by hand: its packets are followed hop by hop. */
  rewired = false;
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
    for (const { kind, up, addresses } of this.interfaces.values())
      if (kind !== 'loopback' && up && addresses.length > 0) return (addresses[0] as string).split('/')[0] as string;
    return '127.0.0.1';
  }

  /** The interface that its routes lead through to an address. */
  deviceTowards(address: string): string | undefined {
    return this.has(address) ? 'lo' : routeTo(this, address)?.device;
  }

  /** Its own address on that interface. */
  addressTowards(address: string): string | undefined {
    const way = routeTo(this, address);
    return way?.source ?? this.interfaces.get(way?.device ?? '')?.addresses[0]?.split('/')[0];
  }
}

/** Follows a packet: loopback, the node's NAT rules, routes, the fabric. Throws NetworkError. */
export function route(from: NetworkNamespace, transport: Protocol, address: string, port: number, random: Random): Destination {
  if (from.has(address) && !from.netfilter?.matches(transport, address, port)) return { namespace: from, address, port };
  const node = from.uplink ?? from;
  const asked: Packet = { transport, source: from.sourceAddress(), address, port };
  if (from.rewired || node.rewired || !node.fabric) return travel(from, asked, random);
  const sent = node.netfilter?.translate(from.uplink ? 'PREROUTING' : 'OUTPUT', asked, random) ?? asked;
  if (from.has(sent.address)) return { namespace: from, address: sent.address, port: sent.port };
  const own = node.has(sent.address);
  node.netfilter?.filter(!from.uplink ? 'OUTPUT' : own ? 'INPUT' : 'FORWARD', sent, random);
  if (!from.connected) throw new NetworkError('ENETUNREACH', 0);
  const target = own ? node : node.fabric.owner(sent.address);
  if (!target || target.rewired || target.uplink?.rewired) return travel(from, asked, random);
  return deliver(from, node, target, sent, random);
}

/** What a packet meets between its own node and the namespace that has its address. */
function deliver(from: NetworkNamespace, node: NetworkNamespace, target: NetworkNamespace, sent: Packet, random: Random): Destination {
  const fabric = node.fabric as Fabric;
  const targetNode = target.uplink ?? target;
  if (targetNode !== node && (fabric.cut.has(node) || fabric.cut.has(targetNode))) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  if (targetNode !== node) crossable(node, targetNode, target, sent.address);
  const arrived = target !== node && target === targetNode ? prerouting(target, sent, random) : sent;
  const final = arrived === sent || target.has(arrived.address) ? target : fabric.owner(arrived.address);
  if (!final) throw unreachable(targetNode, arrived.address);
  // A pod's packet to its own node met that chain above.
  if (final === targetNode && final !== node) final.netfilter?.filter('INPUT', { ...arrived, source: node.sourceAddress() }, random);
  postrouting(from, arrived === sent ? undefined : targetNode, final, arrived, random);
  return fabric.pass(from, { namespace: final, address: arrived.address, port: arrived.port }, sent.transport);
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
function prerouting(node: NetworkNamespace, packet: Packet, random: Random): Packet {
  return node.netfilter?.matches(packet.transport, packet.address, packet.port) ? node.netfilter.translate('PREROUTING', packet, random) : packet;
}

/**
 * The nodes that forward the packet: the sender's own and that of a pod it goes to. What a process of root on a node sends to that node's pods
 * passes by; what came in through another node's port (`entry`) carries that node's address from there on.
 */
function postrouting(from: NetworkNamespace, entry: NetworkNamespace | undefined, final: NetworkNamespace, packet: Packet, random: Random): void {
  const node = from.uplink ?? from;
  const last = final.uplink;
  if (from.uplink && final !== node) forward(node, from, packet, last === node);
  if (!last || last === node) return;
  const source = entry === undefined ? from : entry === last ? node : entry;
  last.netfilter?.filter('FORWARD', { ...packet, source: source.sourceAddress() }, random);
  forward(last, source, packet, false);
}

/** `bridged`: from port to port of one bridge, which is no routing. */
function forward(at: NetworkNamespace, source: NetworkNamespace, packet: Packet, bridged: boolean): void {
  if (!at.forwarding && !bridged) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  if (!at.netfilter?.queueing) return;
  if (!at.netfilter.forwards({ ...packet, source: source.sourceAddress() })) throw new NetworkError('ETIMEDOUT', timeoutAfter);
}

/** An address on a link where nobody answers ARP is "no route to host"; one beyond the default route is a time-out. */
export function unreachable(node: NetworkNamespace, address: string): NetworkError {
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
