/**
 * The network of the simulated machines: namespaces with addresses, routes and listeners, joined by a Fabric.
 * A connection is made at the level of the walls: who dials an address gets the server object that listens there, if the packets would arrive.
 */

import type { Tap, Wire } from './capture.ts';
import { Conntrack } from './conntrack.ts';
import { Errno } from './errno.ts';
import type { Fabric } from './fabric.ts';
import type { Netfilter } from './netfilter.ts';
import { type Route, routeTo } from './routes.ts';

export { connect, dial, serve } from './dial.ts';
export { NetworkError } from './network-error.ts';
export { route, unreachable } from './route.ts';
export { contains, ipToNumber, numberToIp, type Route } from './routes.ts';
export { dialUnix, listenUnix } from './unix-socket.ts';

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
  /** Ends a connection that was only tried. */
  readonly hangUp?: () => void;
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
export type Destination = {
  readonly namespace: NetworkNamespace;
  readonly address: string;
  readonly port: number;
  /** Where somebody listens on the way. */
  readonly wire?: Wire;
};

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
  /** Who listens to the packets of its interfaces. */
  readonly taps = new Set<Tap>();
  readonly conntrack = new Conntrack();
  /** How many connections it has begun: each has a port of its own. */
  calls = 0;
  /** Whether iptables sees what goes from port to port of its bridges: the module br_netfilter and net.bridge.bridge-nf-call-iptables. */
  bridgeCalls = (): boolean => false;
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

  /** What a packet to an address that it sends has as its source. */
  sourceTowards(address: string): string {
    return this.has(address) ? address : (this.addressTowards(address) ?? this.sourceAddress());
  }

  /** Its own address on that interface. */
  addressTowards(address: string): string | undefined {
    const way = routeTo(this, address);
    return way?.source ?? this.interfaces.get(way?.device ?? '')?.addresses[0]?.split('/')[0];
  }
}
