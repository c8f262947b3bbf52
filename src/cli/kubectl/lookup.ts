/** Names of machines, as Go's resolver finds them. */
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { dnsProtocol } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';

/** The address of a name; otherwise the server that was asked in vain. */
export function* lookup(process: Process, host: string): Routine<string | { readonly server: string | undefined }> {
  if (/^\d+(\.\d+){3}$/.test(host)) return host;
  const known = fromHosts(process, host);
  if (known !== undefined) return known;
  if (host === 'localhost') return '127.0.0.1';
  const server = nameserverOf(process);
  const found = server === undefined ? undefined : yield* query(process, server, host);
  return found ?? { server };
}

function fromHosts(process: Process, host: string): string | undefined {
  if (!process.fs.exists('/etc/hosts')) return undefined;
  for (const line of process.fs.read('/etc/hosts').split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address?.includes('.') && names.includes(host)) return address;
  }
  return undefined;
}

const nameserverOf = (process: Process): string | undefined =>
  process.fs.exists('/etc/resolv.conf') ? /^nameserver\s+(\S+)/m.exec(process.fs.read('/etc/resolv.conf'))?.[1] : undefined;

function* query(process: Process, nameserver: string, host: string): Routine<string | undefined> {
  const search = (/^search\s+(.*)$/m.exec(process.fs.read('/etc/resolv.conf'))?.[1] ?? '').split(/\s+/).filter((domain) => domain !== '');
  for (const name of [...search.map((domain) => `${host}.${domain}`), host]) {
    try {
      const answer = yield* dial(dnsProtocol, process.namespaces.network, nameserver, 53, process.sim.random, 'udp').query(name, 'A', {
        address: process.namespaces.network.sourceAddress(),
      });
      const record = answer.records.find((each) => each.type === 'A');
      if (record) return record.data;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return undefined;
    }
  }
  return undefined;
}
