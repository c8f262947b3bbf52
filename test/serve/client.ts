import { type RequestOptions, request } from 'node:https';
import { newCluster } from '../../src/cluster/cluster.ts';
import { type Served, serve } from '../../src/serve/server.ts';

export type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: Buffer };

/** A served world at the present moment. */
export async function newServed() {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3', epoch: Date.now() - 60_000 });
  cluster.sim.advanceTo(Date.now());
  const problems: unknown[] = [];
  const served = await serve(cluster, { port: 0, failed: (error) => problems.push(error) });
  return { cluster, served, problems };
}

export type CallOptions = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly token?: string | null;
  readonly tls?: Pick<RequestOptions, 'cert' | 'key'>;
};

export const optionsOf = (served: Served, method: string, path: string, { headers, token, tls }: CallOptions = {}): RequestOptions => ({
  method,
  host: '127.0.0.1',
  port: new URL(served.url).port,
  path,
  ca: served.ca,
  agent: false,
  ...tls,
  headers: { ...(token === null ? {} : { authorization: `Bearer ${token ?? served.token}` }), ...headers },
});

/** One whole exchange over real TLS. */
export function call(served: Served, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(optionsOf(served, method, path, options), (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as they come
export const json = ({ body }: Answer): any => JSON.parse(body.toString());
