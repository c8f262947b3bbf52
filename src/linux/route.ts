/** Where a packet gets to: loopback, the node's rules, its routes and the fabric; and what the tables of connections remember of it. */
import type { Random } from '../sim/random.ts';
import type { Fabric } from './fabric.ts';
import type { Packet, Protocol } from './netfilter.ts';
import type { Destination, NetworkNamespace } from './network.ts';
import { NetworkError, timeoutAfter, unreachableAfter } from './network-error.ts';
import { contains, hasRoute, routeTo } from './routes.ts';
import { passesUnseen, travel } from './travel.ts';

/** Even ones of net.ipv4.ip_local_port_range, as connect() takes them. */
const sourcePort = (from: NetworkNamespace): number => 32_768 + 2 * ((from.inode * 1009 + 7 * from.calls++) % 14_116);

/** Follows a packet: loopback, the node's NAT rules, routes, the fabric. `kept`: a connection that lasts. Throws NetworkError. */
export function route(from: NetworkNamespace, transport: Protocol, address: string, port: number, random: Random, kept = false): Destination {
  if (from.taps.size === 0 && from.has(address) && !from.netfilter?.matches(transport, address, port)) return { namespace: from, address, port };
  const asked: Packet = { transport, source: from.sourceAddress(), address, port, sourcePort: sourcePort(from) };
  const source = from.sourceTowards(address);
  if ((from.uplink ?? from).conntrack.full({ ...asked, source })) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  try {
    const found = follow(from, asked, random);
    track(from, { ...asked, source }, found, kept);
    return found;
  } catch (error) {
    if (error instanceof NetworkError) (from.uplink ?? from).conntrack.track({ ...asked, source }, asked, false, error.code);
    throw error;
  }
}

/** On the way there are tables of the sender's node and of the other's. */
function track(from: NetworkNamespace, asked: Packet, { namespace, address, port }: Destination, kept: boolean): void {
  const [node, last] = [from.uplink ?? from, namespace.uplink ?? namespace];
  const sent = { ...asked, address, port };
  // A port of the other node is translated there.
  const there = last !== node && !asked.address.startsWith('127.') && last.has(asked.address);
  node.conntrack.track(asked, there ? asked : sent, kept);
  if (last === node || !last.conntrack.clock) return;
  const source = asked.marked && from.uplink ? node.sourceAddress() : asked.source;
  last.conntrack.track({ ...(there ? asked : sent), source }, { ...sent, source }, kept);
}

function follow(from: NetworkNamespace, asked: Packet, random: Random): Destination {
  const node = from.uplink ?? from;
  if (from.rewired || node.rewired || !node.fabric || node.fabric.listening > 0) return travel(from, asked, random);
  if (!from.connected || (from.uplink && !routeTo(from, asked.address))) throw new NetworkError('ENETUNREACH', 0);
  const sent = node.netfilter?.translate(from.uplink ? 'PREROUTING' : 'OUTPUT', asked, random) ?? asked;
  if (from.has(sent.address)) return { namespace: from, address: sent.address, port: sent.port };
  const own = node.has(sent.address);
  const owner = own ? node : node.fabric.owner(sent.address);
  // From port to port of one bridge is no routing: iptables sees it where br_netfilter shows it.
  const unseen = from.uplink !== undefined && owner?.uplink === node && !node.bridgeCalls();
  if (unseen && sent !== asked && owner && passesUnseen(owner, from, asked.source)) throw new NetworkError('ETIMEDOUT', timeoutAfter);
  if (!unseen || sent !== asked) node.netfilter?.filter(!from.uplink ? 'OUTPUT' : own ? 'INPUT' : 'FORWARD', sent, random);
  if (!owner || owner.rewired || owner.uplink?.rewired) return travel(from, asked, random);
  return deliver(from, node, owner, sent, random);
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
