/** `-f https://…`: a file from the web, as cli-runtime's URLVisitor reads it. */
import { dial, NetworkError } from '../../linux/network.ts';
import { type HttpResponse, httpProtocol, statusText } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { ConnectionError, KubectlError } from './errors.ts';
import type { Kubectl } from './kubectl.ts';
import { lookup } from './lookup.ts';

const maxRedirects = 10;

/** The text behind a URL. Throws KubectlError or ConnectionError. */
export function* readUrl(k: Kubectl, url: string): Routine<string> {
  let at = url;
  for (let i = 0; i < maxRedirects; i++) {
    const { status, headers, body, notSimulated } = yield* get(k, at);
    if (notSimulated) throw new KubectlError(body, { exitCode: 70, bare: true });
    const location = headers['location'];
    if (status >= 300 && status < 400 && location !== undefined) {
      at = location;
      continue;
    }
    if (status === 200) return body;
    throw new KubectlError(`unable to read URL "${url}", server reported ${status} ${statusText(status)}, status code=${status}`);
  }
  throw new ConnectionError('GET', at, `stopped after ${maxRedirects} redirects`, false);
}

function* get({ process }: Kubectl, url: string): Routine<HttpResponse> {
  const [, scheme = '', host = '', port, path = '/'] = /^(https?):\/\/([^/:?]+)(?::(\d+))?([/?].*)?$/.exec(url) ?? [];
  const address = yield* lookup(process, host);
  const failed = (cause: string, refused = false): ConnectionError => new ConnectionError('GET', url, cause, refused);
  if (typeof address !== 'string') throw failed(`dial tcp: lookup ${host}${address.server === undefined ? '' : ` on ${address.server}:53`}: no such host`);
  const number = Number(port ?? (scheme === 'https' ? 443 : 80));
  try {
    const server = dial(httpProtocol, process.namespaces.network, address, number, process.sim.random);
    if (scheme === 'https' && !server.tls) throw failed('http: server gave HTTP response to HTTPS client');
    if (scheme === 'https' && !server.publiclyTrusted) throw failed('tls: failed to verify certificate: x509: certificate signed by unknown authority');
    const headers = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' };
    return yield* server.handle({ method: 'GET', path, host, headers, body: '', remoteAddress: process.namespaces.network.sourceAddress() });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* sleep(Math.min(error.afterMilliseconds, 30_000));
    throw failed(
      `dial tcp ${address}:${number}: ${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`}`,
      error.code === 'ECONNREFUSED',
    );
  }
}
