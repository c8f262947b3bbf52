/**
 * A packet followed hop by hop, as the kernels on its way treat it: rules, routes, links, and the answer's way back. What nobody has changed by
 * hand or listens to takes the short way in network.ts, which gives the same for less.
 */
import type { Random } from '../sim/random.ts';
import { type Crossing, Wire } from './capture.ts';
import { maskedPort } from './conntrack.ts';
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
  const crossings: Crossing[] = [];
  try {
    const journey = go(from, { ...asked, source: '', marked: false }, random, 0, crossings);
    comeBack(from, asked, journey, random);
    const { address, port } = journey.packet;
    const destination = { namespace: journey.at, address, port };
    const passed = (from.uplink ?? from).fabric?.pass(from, destination, asked.transport) ?? destination;
    const wire = Wire.along(crossings);
    return wire ? { ...passed, wire } : passed;
  } catch (error) {
    if (error instanceof NetworkError) error.wire = Wire.along(crossings);
    throw error;
  }
}

function comeBack(from: NetworkNamespace, asked: Packet, { at, packet, legs, left }: Journey, random: Random): void {
  // From the machines' own network answers find back to the node that sent the packet out.
  let here = left ?? { at, source: packet.source };
  try {
    for (const leg of [...legs].reverse()) here = { ...leg, at: answered(here, leg.at, packet, random) };
    if (packet.address !== asked.address && passesUnseen(at, from, here.source)) throw lost();
    answered(here, from, packet, random);
  } catch (error) {
    throw error instanceof NetworkError ? lost() : error;
  }
}

/**
 * Whether an answer goes from port to port of a bridge whose frames the rules do not see (net.bridge.bridge-nf-call-iptables is 0): nobody puts
 * the address back that was asked for, and who gets it does not know whose it is.
 */
export function passesUnseen(from: NetworkNamespace, to: NetworkNamespace, address: string): boolean {
  const way = from === to || !to.has(address) ? undefined : routeTo(from, address);
  const device = way && way.via === undefined ? from.interfaces.get(way.device) : undefined;
  if (!device || device.kind === 'ethernet') return false;
  for (const { namespace, passed } of heard(from, device))
    if (namespace === to) return passed.some((step) => step.device.kind === 'bridge' && !step.namespace.bridgeCalls());
  return false;
}

function answered(here: Leg, to: NetworkNamespace, { transport, address, port }: Packet, random: Random): NetworkNamespace {
  if (here.at === to) return to;
  const back = go(here.at, { transport, source: address, address: here.source, port, reply: true }, random, here.at.has(address) ? 0 : 1);
  if (back.at !== to) throw lost();
  return to;
}

/** `hops` is 0 for what the namespace sends itself. */
function go(start: NetworkNamespace, sent: Packet, random: Random, hops: number, crossings: Crossing[] = []): Journey {
  let [at, packet] = [start, sent];
  let entered: Interface | undefined;
  let left: Leg | undefined;
  const legs: Leg[] = [];
  for (; hops < maxHops; hops++) {
    const { netfilter } = at;
    if (hops === 0 && packet.source === '')
      packet = { ...packet, source: at.has(packet.address) ? packet.address : (at.addressTowards(packet.address) ?? '127.0.0.1') };
    if (netfilter && !packet.reply) packet = netfilter.translate(hops === 0 ? 'OUTPUT' : 'PREROUTING', packet, random);
    const inward = entered === undefined ? {} : { in: entered.name };
    if (at.has(packet.address)) {
      if (hops === 0) crossings.push(...loop(at, packet));
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
      packet = { ...packet, source: hidden, ...(packet.sourcePort ? { sourcePort: maskedPort(packet.sourcePort) } : {}) };
    }
    packet = { ...packet, marked: false };
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
    cross(crossings, { namespace: at, device }, place, packet, random);
    ({ namespace: at, device: entered } = place);
  }
  throw lost();
}

/** From one interface to another, through the bridges between them; those that hand their frames to iptables (br_netfilter) ask FORWARD. */
function cross(crossings: Crossing[], from: { namespace: NetworkNamespace; device: Interface }, to: Place, packet: Packet, random: Random): void {
  const macs = [from.device.mac, to.device.mac] as const;
  crossings.push({ ...from, out: true, macs, packet });
  for (const step of to.passed) {
    crossings.push({ ...step, macs, packet });
    const { namespace, device } = step;
    if (device.kind === 'bridge' && namespace.bridgeCalls()) namespace.netfilter?.filter('FORWARD', { ...packet, in: device.name, out: device.name }, random);
  }
  crossings.push({ namespace: to.namespace, device: to.device, out: false, macs, packet });
}

function loop(namespace: NetworkNamespace, packet: Packet): Crossing[] {
  const device = namespace.interfaces.get('lo');
  return device ? [{ namespace, device, out: false, macs: [device.mac, device.mac], packet }] : [];
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
  return device.up ? { namespace, device, passed: [] } : undefined;
}
