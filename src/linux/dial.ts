/** How one gets to who listens at an address; what is said on the way is heard by those who listen to packets (capture.ts). */
import type { Random } from '../sim/random.ts';
import { overheard, type Wire } from './capture.ts';
import type { Destination, Listener, NetworkNamespace, SpokenProtocol, Transport } from './network.ts';
import { NetworkError, refusedAfter } from './network-error.ts';
import { route } from './route.ts';

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
  /** What its client keeps and uses again; what is said over it is not heard. */
  kept = false,
): Server {
  const { listener, wire: open } = reach(from, address, port, random, transport, kept);
  const wire = kept ? undefined : open;
  const server = listener.servers.get(protocol.name);
  wire?.open();
  if (server !== undefined) look?.(listener);
  listener.accepted?.();
  if (server === undefined) throw new NetworkError('EPROTO', refusedAfter);
  return (wire ? overheard(server, protocol.name, wire, listener) : server) as Server;
}

/** The listener behind an address, whatever it speaks (nc, curl, probes of TCP). Throws NetworkError. */
export function connect(from: NetworkNamespace, address: string, port: number, random: Random, transport: Transport = 'tcp'): Listener {
  const { listener, wire } = reach(from, address, port, random, transport);
  if (!wire) return listener;
  wire.open();
  const { servers } = listener;
  const told = new Map([...servers].map(([name, server]) => [name, name === 'bytes' ? overheard(server, name, wire, listener) : server]));
  return { ...listener, servers: told, hangUp: () => wire.close() };
}

function reach(from: NetworkNamespace, address: string, port: number, random: Random, transport: Transport, kept = false): { listener: Listener; wire?: Wire } {
  let destination: Destination;
  try {
    destination = route(from, transport, address, port, random, kept);
  } catch (error) {
    if (kept) throw error;
    if (error instanceof NetworkError && error.code === 'ECONNREFUSED') error.wire?.rejected();
    else if (error instanceof NetworkError) error.wire?.attempt();
    throw error;
  }
  const { wire } = destination;
  const listener = destination.namespace.listenerAt(transport, destination.address, destination.port);
  if (listener) return wire ? { listener, wire } : { listener };
  if (!kept) wire?.refused();
  throw new NetworkError('ECONNREFUSED', refusedAfter);
}

/** A server as an entry of Listener.servers. */
export const serve = <Server>(protocol: SpokenProtocol<Server>, server: Server): [string, unknown] => [protocol.name, server];
