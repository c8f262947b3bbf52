/** The name server at 127.0.0.11 of containers in networks that a user made (moby daemon/libnetwork/resolver.go). */
import { dial, NetworkError, type NetworkNamespace } from '../linux/network.ts';
import { type DnsAnswer, type DnsServer, dnsProtocol } from '../linux/protocols.ts';
import type { Engine } from './engine.ts';
import type { Container } from './state.ts';

/** In resolv.conf of containers on networks that a user made, not on the default bridge. */
export const resolverAddress = '127.0.0.11';

/** Listens in the container's own namespace; other names go to the node's servers. */
export function serveNames(engine: Engine, container: Container, namespace: NetworkNamespace): void {
  if (namespace.listenerAt('udp', resolverAddress, 53)) return;
  const server: DnsServer = {
    *query(name, type) {
      const wanted = name.replace(/\.$/, '').toLowerCase();
      const found = addresses(engine, container, wanted);
      if (found.length > 0) {
        const records = type === 'A' ? found.map((data) => ({ name, type, ttl: 600, data })) : [];
        return { code: 'NOERROR', records, authoritative: false };
      }
      return yield* forward(engine, name, type);
    },
  };
  namespace.listen({ transport: 'udp', address: resolverAddress, port: 53, pid: 0, servers: new Map([[dnsProtocol.name, server]]) });
}

function addresses(engine: Engine, container: Container, wanted: string): string[] {
  const found: string[] = [];
  for (const [network, own] of container.endpoints) {
    if (network === 'bridge' || own.ip === '') continue;
    for (const other of engine.state.containers.values()) {
      const endpoint = other.endpoints.get(network);
      if (!endpoint || endpoint.ip === '') continue;
      const names = [other.name, other.id.slice(0, 12), ...endpoint.aliases];
      if (names.some((each) => each.toLowerCase() === wanted || `${each.toLowerCase()}.${network}` === wanted)) found.push(endpoint.ip);
    }
  }
  return found;
}

function* forward(engine: Engine, name: string, type: Parameters<DnsServer['query']>[1]): Generator<never, DnsAnswer, void> | ReturnType<DnsServer['query']> {
  const failed: DnsAnswer = { code: name.includes('.') ? 'SERVFAIL' : 'NXDOMAIN', records: [], authoritative: false };
  const file = engine.files.find('/etc/resolv.conf');
  const address = file?.type === 'file' ? /^nameserver\s+(\S+)/m.exec(file.read())?.[1] : undefined;
  if (address === undefined) return failed;
  try {
    const server = dial(dnsProtocol, engine.kernel.host.network, address, 53, engine.sim.random, 'udp');
    return yield* server.query(name, type);
  } catch (error) {
    if (error instanceof NetworkError) return failed;
    throw error;
  }
}
