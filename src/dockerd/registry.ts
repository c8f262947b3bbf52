/** dockerd's own dealings with registries: who may be asked how, login, search (moby daemon/pkg/registry). */
import { type Client, GoHttpError, goRequest, header } from '../client/go-http.ts';
import type { RegistryAccess } from '../interfaces/distribution.ts';
import { DockerError, type RegistryAuthConfig, type SearchResult } from '../interfaces/docker.ts';
import type { HttpResponse } from '../linux/protocols.ts';
import type { Routine } from '../sim/routine.ts';
import type { Engine } from './engine.ts';

const certificates = '/etc/docker/certs.d';

/** How containerd is to reach a registry for dockerd. */
export function accessTo(engine: Engine, host: string, auth: RegistryAuthConfig | undefined): RegistryAccess {
  return {
    hostsDir: certificates,
    mirrors: engine.config.mirrors,
    insecure: isInsecure(engine, host),
    ...(auth ? { user: `${auth.username}:${auth.password}` } : {}),
  };
}

/** By name, by name and port, or by an address's network. */
function isInsecure({ config }: Engine, host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return config.insecureRegistries.some((each) => each === host || each === name || (each.includes('/') && within(name, each)));
}

function within(address: string, cidr: string): boolean {
  if (!/^\d+(\.\d+){3}$/.test(address)) return false;
  const [base = '', length = '32'] = cidr.split('/');
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

const clientOf = ({ sim, kernel, files }: Engine): Client => ({ sim, network: kernel.host.network, files });

/** POST /auth: asks the registry's /v2/ with the password, at its token server where it names one. */
export function* login(engine: Engine, server: string, { username, password }: RegistryAuthConfig): Routine {
  const hub = /(^|\/\/)index\.docker\.io(\/|$)|^(registry-1\.)?docker\.io$/.test(server);
  const host = hub ? 'registry-1.docker.io' : server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const basic = { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const open = isInsecure(engine, host) || /^(localhost|127\.)/.test(host);
  const first = yield* ask(engine, host, '/v2/', {}, open);
  const challenge = header(first, 'www-authenticate') ?? '';
  const realm = /^bearer.*realm="([^"]*)"/i.exec(challenge)?.[1];
  if (realm !== undefined) {
    const [, authority = '', path = '/'] = /^https?:\/\/([^/]+)(.*)$/.exec(realm) ?? [];
    const service = /service="([^"]*)"/.exec(challenge)?.[1] ?? '';
    const answer = yield* ask(
      engine,
      authority,
      `${path}?account=${encodeURIComponent(username)}&client_id=docker&offline_token=true&service=${encodeURIComponent(service)}`,
      basic,
      open,
    );
    if (answer.status === 401) throw new DockerError(401, `Get "https://${host}/v2/": unauthorized: ${detailOf(answer)}`);
    if (answer.status >= 400) throw new DockerError(500, `Get "https://${host}/v2/": ${answer.status}`);
    return;
  }
  const answer = yield* ask(engine, host, '/v2/', basic, open);
  if (answer.status === 200) return;
  throw new DockerError(
    answer.status === 401 ? 401 : 500,
    `login attempt to ${answer.scheme}://${host}/v2/ failed with status: ${answer.status} ${answer.status === 401 ? 'Unauthorized' : ''}`.trim(),
  );
}

function detailOf({ body }: HttpResponse): string {
  try {
    const { details, errors } = JSON.parse(body) as { readonly details?: string; readonly errors?: readonly { readonly message?: string }[] };
    return details ?? errors?.[0]?.message ?? 'authentication required';
  } catch {
    return 'authentication required';
  }
}

function* ask(engine: Engine, authority: string, path: string, headers: Readonly<Record<string, string>>, open: boolean): ReturnType<typeof goRequest> {
  const directory = `${certificates}/${authority}`;
  const ca = engine.files.isDirectory(directory)
    ? engine.files
        .list(directory)
        .filter(([name]) => name.endsWith('.crt'))
        .map(([name]) => engine.files.read(`${directory}/${name}`))
        .join('\n')
    : '';
  try {
    const target = { scheme: 'https' as const, authority, path, fallback: open, skipVerify: open, ...(ca === '' ? {} : { ca }) };
    return yield* goRequest(clientOf(engine), target, { method: 'GET', headers });
  } catch (error) {
    if (!(error instanceof GoHttpError)) throw error;
    // An insecure registry was tried by TLS first, and told of as it was last asked.
    throw new DockerError(500, `Get "${open ? 'http' : 'https'}://${authority}${path.split('?')[0]}": ${error.message}`);
  }
}

/** GET /images/search: Docker Hub's index. */
export function* search(engine: Engine, term: string, limit: number): Routine<readonly SearchResult[]> {
  const answer = yield* ask(engine, 'index.docker.io', `/v1/search?q=${encodeURIComponent(term)}&n=${limit}`, {}, false);
  if (answer.status !== 200) throw new DockerError(500, `Unexpected status code ${answer.status}`);
  return (JSON.parse(answer.body) as { readonly results: readonly SearchResult[] }).results;
}
