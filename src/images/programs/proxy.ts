/** A client inside an image: resolves a name as the container's resolver does, and asks an HTTP server. */
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { dnsProtocol, type HttpRequest, type HttpResponse, httpProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';

/** Passes a request on to `http://host[:port][/path]`; undefined when nobody answers. */
export function* forward(process: Process, target: string, prefix: string, request: HttpRequest): Routine<HttpResponse | undefined> {
  const match = /^https?:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(target);
  if (!match) return undefined;
  const [, host = '', port = '80', path] = match;
  const address = yield* resolveName(process, host);
  if (address === undefined) return undefined;
  const asked = path === undefined ? request.path : `${path}${request.path.slice(prefix.length)}`;
  return yield* ask(process, address, Number(port), {
    ...request,
    path: asked,
    host: path === undefined ? host : request.host,
    remoteAddress: process.namespaces.network.sourceAddress(),
  });
}

/** undefined when nobody answers there. */
function* ask(process: Process, address: string, port: number, request: HttpRequest): Routine<HttpResponse | undefined> {
  try {
    const server = dial(httpProtocol, process.namespaces.network, address, port, process.sim.random);
    return yield* server.handle(request);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* sleep(error.afterMilliseconds);
    return undefined;
  }
}

/** /etc/hosts, then the name servers of /etc/resolv.conf with its search list. */
export function* resolveName(process: Process, name: string): Routine<string | undefined> {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return name;
  for (const line of read(process, '/etc/hosts').split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.includes(name) && !address.includes(':')) return address;
  }
  const conf = read(process, '/etc/resolv.conf');
  const server = /^nameserver\s+(\S+)/m.exec(conf)?.[1];
  if (server === undefined) return undefined;
  const searches = (/^search\s+(.*)$/m.exec(conf)?.[1] ?? '').split(/\s+/).filter(Boolean);
  const dots = Number(/ndots:(\d+)/.exec(conf)?.[1] ?? 1);
  const whole = name.endsWith('.');
  const absolute = name.replace(/\.$/, '');
  const qualified = whole ? [] : searches.map((domain) => `${absolute}.${domain}`);
  const candidates = absolute.split('.').length - 1 >= dots ? [absolute, ...qualified] : [...qualified, absolute];
  for (const candidate of candidates) {
    try {
      const dns = dial(dnsProtocol, process.namespaces.network, server, 53, process.sim.random, 'udp');
      const answer = yield* dns.query(candidate, 'A', { address: process.namespaces.network.sourceAddress() });
      const record = answer.records.find(({ type }) => type === 'A');
      if (record) return record.data;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(Math.min(error.afterMilliseconds, 5000));
      return undefined;
    }
  }
  return undefined;
}

function read(process: Process, path: string): string {
  const inode = process.fs.find(path);
  return inode?.type === 'file' ? inode.read() : '';
}
