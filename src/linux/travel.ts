/**
 * A packet followed hop by hop, as the kernels on its way treat it: rules, routes, links, and the answer's way back. What nobody has changed by
 * hand takes the short way in network.ts, which gives the same for less.
 */
import type { Random } from '../sim/random.ts';
import { heard, type Place } from './links.ts';
import type { Packet } from './netfilter.ts';
import type { Destination, Interface, NetworkNamespace } from './network.ts';
import { NetworkError, timeoutAfter, unreachableAfter } from './network-error.ts';
import { routeTo } from './routes.ts';

const maxHops = 64;

/** Where a sender was hidden: the namespace that remembers it, and its address until then. */
type Leg = { readonly at: NetworkNamespace; readonly source: string };
type Journey = { readonly at: NetworkNamespace; readonly packet: Packet; readonly legs: readonly Leg[]; readonly left: Leg | undefined };

const lost = (): NetworkError => new NetworkError('ETIMEDOUT', timeoutAfter);

/** Throws NetworkError; an answer that does not come back is one that never was. */
export function travel(from: NetworkNamespace, asked: Packet, random: Random): Destination {
  const { at, packet, legs, left } = go(from, { ...asked, source: '' }, random, 0);
  // From the machines' own network answers find back to the node that sent the packet out.
  let here = left ?? { at, source: packet.source };
  try {
    for (const leg of [...legs].reverse()) here = { ...leg, at: answered(here, leg.at, packet, random) };
    answered(here, from, packet, random);
  } catch (error) {
    throw error instanceof NetworkError ? lost() : error;
  }
  const destination = { namespace: at, address: packet.address, port: packet.port };
  return (from.uplink ?? from).fabric?.pass(from, destination, packet.transport) ?? destination;
}

function answered(here: Leg, to: NetworkNamespace, { transport, address, port }: Packet, random: Random): NetworkNamespace {
  if (here.at === to) return to;
  const back = go(here.at, { transport, source: address, address: here.source, port, reply: true }, random, here.at.has(address) ? 0 : 1);
  if (back.at !== to) throw lost();
  return to;
}

/** `hops` is 0 for what the namespace sends itself. */
function go(start: NetworkNamespace, sent: Packet, random: Random, hops: number): Journey {
  let [at, packet] = [start, sent];
  let entered: Interface | undefined;
  let left: Leg | undefined;
  const legs: Leg[] = [];
  for (; hops < maxHops; hops++) {
    const { netfilter } = at;
    if (hops === 0 && packet.source === '') packet = { ...packet, source: at.addressTowards(packet.address) ?? '127.0.0.1' };
    if (netfilter && !packet.reply) packet = netfilter.translate(hops === 0 ? 'OUTPUT' : 'PREROUTING', packet, random);
    const inward = entered === undefined ? {} : { in: entered.name };
    if (at.has(packet.address)) {
      if (hops > 0) netfilter?.filter('INPUT', { ...packet, ...inward }, random);
      return { at, packet, legs, left };
    }
    const way = routeTo(at, packet.address);
    const device = way && at.interfaces.get(way.device);
    if (!device?.up) throw hops === 0 ? new NetworkError('ENETUNREACH', 0) : new NetworkError('EHOSTUNREACH', 1);
    if (hops > 0 && !at.forwarding) throw lost();
    netfilter?.filter(hops === 0 ? 'OUTPUT' : 'FORWARD', { ...packet, ...inward, out: device.name }, random);
    if (hops > 0 && netfilter?.queueing && !netfilter.forwards(packet)) throw lost();
    const hidden = packet.reply ? undefined : netfilter?.hidden({ ...packet, out: device.name }, at.addressTowards(packet.address) ?? packet.source, random);
    if (hidden !== undefined && hidden !== packet.source) {
      legs.push({ at, source: packet.source });
      packet = { ...packet, source: hidden };
    }
    const next = way?.via ?? packet.address;
    let place: Place | undefined;
    if (device.kind === 'ethernet' && at.fabric) {
      place = across(at, packet, next);
      left ??= { at, source: packet.source };
    } else {
      for (const each of heard(at, device)) if (each.namespace.has(next)) place ??= each;
      at.neighbours.set(next, { device: device.name, mac: place?.device.mac });
    }
    if (!place) throw new NetworkError('EHOSTUNREACH', unreachableAfter);
    ({ namespace: at, device: entered } = place);
  }
  throw lost();
}

/** The network between the machines: it carries what comes from an address that it knows. */
function across(at: NetworkNamespace, { source, address }: Packet, next: string): Place | undefined {
  const { fabric } = at;
  const owner = fabric?.owner(address);
  const namespace = owner && !owner.uplink ? owner : fabric?.owner(next);
  const device = namespace?.interfaces.get('eth0');
  // The gateway of the machines' own network knows no pods, and nothing that was made by hand.
  if (next !== address && namespace && !namespace.has(address) && !namespace.netfilter) throw lost();
  if (!namespace || !device) return undefined;
  if (fabric?.cut.has(at) || fabric?.cut.has(namespace) || fabric?.owner(source) === undefined) throw lost();
  return device.up ? { namespace, device } : undefined;
}
