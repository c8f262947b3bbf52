/** Names to addresses as the C library does it: /etc/hosts, then DNS with search domains and ndots (nsswitch: files dns). */
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type DnsAnswer, type DnsRecord, dnsProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';

type ResolvConf = {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
};

/** What /etc/resolv.conf says; without one, a server on this machine is asked, as libc does. */
export function resolvConf(process: Process): ResolvConf {
  const text = process.fs.find('/etc/resolv.conf')?.type === 'file' ? process.fs.read('/etc/resolv.conf') : '';
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  let timeoutSeconds = 5;
  let attempts = 2;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0]) servers.push(values[0]);
    if (keyword === 'search' || keyword === 'domain') search = values;
    if (keyword !== 'options') continue;
    for (const option of values) {
      const [name, value] = option.split(':');
      if (name === 'ndots') ndots = Number(value);
      if (name === 'timeout') timeoutSeconds = Number(value);
      if (name === 'attempts') attempts = Number(value);
    }
  }
  return { servers: servers.length > 0 ? servers.slice(0, 3) : ['127.0.0.1'], search, ndots, timeoutSeconds, attempts };
}

/** IPv4 alone. */
export const isAddress = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);

/** Names of a line of /etc/hosts, by address. */
export function hosts(process: Process): { readonly address: string; readonly names: readonly string[] }[] {
  const text = process.fs.find('/etc/hosts')?.type === 'file' ? process.fs.read('/etc/hosts') : '';
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [address = '', ...names] = line.split(/\s+/);
      return { address, names };
    });
}

/** The names that are tried, in order: with fewer dots than ndots the search domains come first. */
export function candidates(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  const searched = conf.search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  return dots >= conf.ndots ? [name, ...searched] : [...searched, name];
}

/** What a server said, or why none did. */
export type Asked =
  | { readonly server: string; readonly answer: DnsAnswer }
  | { readonly server: string; readonly failed: 'timeout' | 'refused' | 'unreachable' };

/** Asks one server one question. */
export function* ask(process: Process, server: string, name: string, type: DnsRecord['type'], timeoutMilliseconds: number, port = 53): Routine<Asked> {
  const began = process.now;
  try {
    const dns = dial(dnsProtocol, process.namespaces.network, server, port, process.sim.random, 'udp');
    // dig offers EDNS, the others do not.
    const asker = { address: process.namespaces.network.sourceAddress(), ...(process.comm === 'dig' ? { bufferSize: 1232 } : {}) };
    yield* sleep(0.3);
    return { server, answer: yield* dns.query(name, type, asker) };
  } catch (error) {
    if (error instanceof NetworkError) {
      const refused = error.code === 'ECONNREFUSED' || error.code === 'EPROTO';
      if (error.code === 'ENETUNREACH') return { server, failed: 'unreachable' };
      // A UDP question that nobody answers is waited for; only a refusal comes back at once.
      yield* sleep(refused ? error.afterMilliseconds : Math.max(0, timeoutMilliseconds - (process.now - began)));
      return { server, failed: refused ? 'refused' : 'timeout' };
    }
    throw error;
  }
}

/** Asks the servers of resolv.conf in turn until one answers. */
export function* query(process: Process, name: string, type: DnsRecord['type']): Routine<Asked> {
  const conf = resolvConf(process);
  let last: Asked = { server: conf.servers[0] ?? '', failed: 'timeout' };
  for (let attempt = 0; attempt < conf.attempts; attempt++)
    for (const server of conf.servers) {
      last = yield* ask(process, server, name, type, conf.timeoutSeconds * 1000);
      if ('answer' in last && last.answer.code !== 'SERVFAIL' && last.answer.code !== 'REFUSED') return last;
    }
  return last;
}

type Resolution = { readonly addresses: readonly string[]; readonly name: string } | { readonly failed: 'not-found' | 'try-again' };

/** getaddrinfo: IPv4 addresses of a name. */
export function* resolve(process: Process, name: string): Routine<Resolution> {
  if (isAddress(name)) return { addresses: [name], name };
  const local = hosts(process).filter((entry) => isAddress(entry.address) && entry.names.some((each) => each.toLowerCase() === name.toLowerCase()));
  if (local.length > 0) return { addresses: local.map((entry) => entry.address), name };
  if (name === 'localhost') return { addresses: ['127.0.0.1'], name };
  let failed: 'not-found' | 'try-again' = 'not-found';
  for (const candidate of candidates(name, resolvConf(process))) {
    const asked = yield* query(process, candidate, 'A');
    if (!('answer' in asked) || asked.answer.code === 'SERVFAIL' || asked.answer.code === 'REFUSED') {
      failed = 'try-again';
      // A server that does not answer will not answer the next name either.
      if (!('answer' in asked)) break;
      continue;
    }
    const addresses = asked.answer.records.filter((record) => record.type === 'A').map((record) => record.data);
    if (addresses.length > 0) return { addresses, name: candidate };
  }
  return { failed };
}
