/** Links made by hand: cables, bridges and addresses as rtnetlink changes them, with the routes that the kernel keeps beside them. */
import { Errno } from './errno.ts';
import type { Interface, NetworkNamespace } from './network.ts';
import { networkOf } from './routes.ts';

/** Where a frame passes; `out` where it leaves. */
export type Step = { readonly namespace: NetworkNamespace; readonly device: Interface; readonly out: boolean };

/** Where a frame is heard: the interface, or the bridge whose port it came in by, with the ports and bridges before it. */
export type Place = { readonly namespace: NetworkNamespace; readonly device: Interface; readonly passed: readonly Step[] };

const otherEnd = ({ peer }: Interface): Interface | undefined => peer?.namespace.interfaces.get(peer.name);

/** Of a bridge its ports. */
export const portsOf = (namespace: NetworkNamespace, bridge: Interface): Interface[] =>
  [...namespace.interfaces.values()].filter(({ master }) => master === bridge.name);

/** Whether there is somebody at the other end (IFF_LOWER_UP): a bridge has a carrier once a port has, or before it had one. */
export function hasCarrier(namespace: NetworkNamespace, device: Interface): boolean {
  if (!device.up) return false;
  if (device.kind === 'veth') return otherEnd(device)?.up ?? false;
  return device.kind !== 'bridge' || device.fresh === true || portsOf(namespace, device).some((port) => hasCarrier(namespace, port));
}

/** All that hears what an interface sends: through cables, and through the bridges that they are ports of. */
export function* heard(namespace: NetworkNamespace, device: Interface, passed: readonly Step[] = [], seen = new Set<Interface>()): Iterable<Place> {
  if (!device.up || seen.has(device)) return;
  seen.add(device);
  if (device.kind === 'bridge')
    for (const port of portsOf(namespace, device)) yield* heard(namespace, port, [...passed, { namespace, device: port, out: true }], seen);
  const end = otherEnd(device);
  if (!device.peer || !end?.up) return;
  const place = device.peer.namespace;
  const bridge = end.master === undefined ? undefined : place.interfaces.get(end.master);
  seen.add(end);
  if (!bridge) yield { namespace: place, device: end, passed };
  else if (bridge.up) {
    const port = { namespace: place, device: end, out: false };
    yield { namespace: place, device: bridge, passed: [...passed, port] };
    yield* heard(place, bridge, [...passed, port, { namespace: place, device: bridge, out: false }], seen);
  }
}

/** Ends a change of what was in use: packets are followed hop by hop from now on, and the fabric knows the addresses anew. */
export function rewired(namespace: NetworkNamespace, used = true): void {
  namespace.rewired ||= used;
  namespace.fabric?.refresh(namespace);
}

/** The route that comes with an address, unless it stands alone in its network. */
function connect(namespace: NetworkNamespace, { name }: Interface, address: string): void {
  const destination = networkOf(address);
  if (address.endsWith('/32') || namespace.routes.some((each) => each.destination === destination && each.device === name)) return;
  namespace.routes.push({ destination, device: name, source: address.split('/')[0] as string });
}

const dropRoutes = (namespace: NetworkNamespace, gone: (route: NetworkNamespace['routes'][number]) => boolean): void =>
  void namespace.routes.splice(0, namespace.routes.length, ...namespace.routes.filter((each) => !gone(each)));

/** `ip link set DEV up|down`. The routes through a cable go with it; only those of its addresses come back. A card's are its network manager's. */
export function setUp(namespace: NetworkNamespace, device: Interface, up: boolean): void {
  const before = device.up;
  device.up = up;
  if (device.kind === 'ethernet') return namespace.fabric?.refresh(namespace);
  if (up && device.kind === 'loopback' && device.addresses.length === 0) device.addresses.push('127.0.0.1/8');
  if (up && device.kind !== 'loopback') for (const address of device.addresses) connect(namespace, device, address);
  if (!up) dropRoutes(namespace, (route) => route.device === device.name);
  rewired(namespace, before);
}

/** Throws EEXIST. */
export function assign(namespace: NetworkNamespace, device: Interface, address: string, broadcast: boolean): void {
  if (device.addresses.includes(address)) throw new Errno('EEXIST');
  device.addresses.push(address);
  if (!broadcast) device.silent = (device.silent ?? new Set()).add(address);
  if (device.up && device.kind !== 'loopback') connect(namespace, device, address);
  namespace.fabric?.refresh(namespace);
}

/** False when it is not there. */
export function unassign(namespace: NetworkNamespace, device: Interface, address: string): boolean {
  const at = device.addresses.indexOf(address);
  if (at < 0) return false;
  device.addresses.splice(at, 1);
  const destination = networkOf(address);
  const source = address.split('/')[0];
  dropRoutes(namespace, (each) => each.device === device.name && each.destination === destination && each.source === source);
  rewired(namespace);
  return true;
}

/** `ip link set DEV master BRIDGE`, or none. */
export function enslave(namespace: NetworkNamespace, device: Interface, bridge: Interface | undefined): void {
  const before = device.master;
  device.master = bridge?.name;
  if (bridge) bridge.fresh = false;
  rewired(namespace, before !== undefined && device.up);
}

/** Takes a link away, with the other end of its cable and all that it was a bridge for. */
export function removeLink(namespace: NetworkNamespace, device: Interface): void {
  for (const port of portsOf(namespace, device)) port.master = undefined;
  detach(namespace, device);
  const end = otherEnd(device);
  if (end && device.peer) detach(device.peer.namespace, end);
}

function detach(namespace: NetworkNamespace, device: Interface): void {
  namespace.interfaces.delete(device.name);
  dropRoutes(namespace, (route) => route.device === device.name);
  rewired(namespace, device.up);
}

/** Into another namespace: down, without addresses and without a bridge, as the kernel does it. Throws EEXIST. */
export function moveLink(from: NetworkNamespace, device: Interface, to: NetworkNamespace): void {
  if (from === to) return;
  if (to.interfaces.has(device.name)) throw new Errno('EEXIST');
  detach(from, device);
  Object.assign(device, { up: false, master: undefined });
  device.addresses.length = 0;
  to.interfaces.set(device.name, device);
  const end = otherEnd(device);
  if (end?.peer) end.peer.namespace = to;
}

/** Throws EEXIST. */
export function renameLink(namespace: NetworkNamespace, device: Interface, name: string): void {
  if (namespace.interfaces.has(name)) throw new Errno('EEXIST');
  for (const port of portsOf(namespace, device)) port.master = name;
  const renamed = [...namespace.interfaces.values()];
  const routes = namespace.routes.map((each) => (each.device === device.name ? { ...each, device: name } : each));
  namespace.routes.splice(0, routes.length, ...routes);
  const end = otherEnd(device);
  if (end?.peer) end.peer.name = name;
  device.name = name;
  namespace.interfaces.clear();
  for (const each of renamed) namespace.interfaces.set(each.name, each);
}

/** The numbers of a namespace's interfaces: a link keeps its own, whatever goes before it. */
export function indexOf(namespace: NetworkNamespace, device: Interface): number {
  for (const each of namespace.interfaces.values()) if (!namespace.indexes.has(each)) namespace.indexes.set(each, ++namespace.lastIndex);
  return namespace.indexes.get(device) ?? 0;
}
