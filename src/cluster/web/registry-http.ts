/** A registry as HTTP shows it (OCI distribution spec; Docker Hub's token server): for curl. Pulls of runtimes cross the wall of interfaces/distribution.ts. */
import { type Registry, tooManyRequests } from '../../images/registry.ts';
import { type Blob, RegistryFailure } from '../../interfaces/distribution.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';

type Headers = Readonly<Record<string, string>>;

const api = { 'docker-distribution-api-version': 'registry/2.0' };

const fail = (status: number, code: string, message: string, headers: Headers = {}): HttpResponse => ({
  status,
  headers: { ...api, 'content-type': 'application/json', ...headers },
  body: `${JSON.stringify({ errors: [{ code, message }] })}\n`,
});

/** Answers a request for `/v2/…`. */
export function* answerRegistry(registry: Registry, { method, path, headers, remoteAddress }: HttpRequest): Routine<HttpResponse> {
  const [, repository, kind, reference = ''] = /^\/v2\/(?:(.+)\/(manifests|blobs|tags)\/(.+))?$/.exec(path.split('?')[0] ?? '') ?? [];
  const { tokens } = registry.options;
  const action = method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push';
  if (tokens && !mayPull(authorizationOf(headers), repository, action))
    return fail(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': `Bearer realm="${tokens.realm}",service="${tokens.service}"${repository ? `,scope="repository:${repository}:${action}"` : ''}`,
    });
  if (action !== 'pull') return fail(405, 'UNSUPPORTED', 'The operation is unsupported.');
  if (path === '/v2/' || path === '/v2') return { status: 200, headers: { ...api, 'content-type': 'application/json' }, body: '{}' };
  if (repository === undefined) return fail(404, 'NOT_FOUND', 'page not found');
  try {
    if (kind === 'tags') {
      const body = JSON.stringify({ name: repository, tags: yield* registry.tags(repository) });
      return { status: 200, headers: { ...api, 'content-type': 'application/json' }, body: `${body}\n` };
    }
    if (kind === 'manifests') return answerManifest(registry, { method, repository, reference, remoteAddress });
    return found(method, yield* registry.blob(repository, reference));
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error;
    return fail(error.status, error.code, error.message);
  }
}

type Asked = { readonly method: string; readonly repository: string; readonly reference: string; readonly remoteAddress: string };

/** Whoever gets a manifest pulls; who only looks at its head does not. An index counts when it was asked for by tag. */
function answerManifest(registry: Registry, { method, repository, reference }: Asked): HttpResponse {
  const blob = registry.find(repository, reference);
  if (registry.remaining === 0) return fail(429, tooManyRequests.code, tooManyRequests.message, limits(registry));
  if (method === 'GET' && !(reference.startsWith('sha256:') && /index|list/.test(blob.mediaType))) registry.count();
  return found(method, blob, limits(registry));
}

function limits({ options: { limit }, remaining }: Registry): Headers {
  if (!limit) return {};
  const window = `;w=${limit.window}`;
  return { 'ratelimit-limit': `${limit.pulls}${window}`, 'ratelimit-remaining': `${remaining}${window}`, 'docker-ratelimit-source': '203.0.113.7' };
}

const found = (method: string, blob: Blob, more: Headers = {}): HttpResponse => ({
  status: 200,
  headers: { ...api, 'content-type': blob.mediaType, 'docker-content-digest': blob.digest, 'content-length': String(blob.size), ...more },
  body: method === 'HEAD' ? '' : blob.text,
});

/** A token server: whoever asks may pull what is public; nobody has an account. */
export function answerToken({ path, headers }: HttpRequest): HttpResponse {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  if (authorizationOf(headers) !== '') return { status: 401, headers: json, body: '{"details":"incorrect username or password"}\n' };
  const scopes = new URLSearchParams(path.split('?')[1] ?? '').getAll('scope').map((scope) => scope.replace(/:[^:]*$/, ':pull'));
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part({ access: scopes })}.`;
  return { status: 200, headers: json, body: JSON.stringify({ token, access_token: token, expires_in: 300 }) };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const authorizationOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';

/** A token for one repository opens no other. */
function mayPull(authorization: string, repository: string | undefined, action: string): boolean {
  const claims = /^Bearer [\w-]+\.([\w-]+)\./.exec(authorization)?.[1];
  if (claims === undefined) return false;
  try {
    const { access } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly access?: readonly string[] };
    return repository === undefined || (access ?? []).some((scope) => scope === `repository:${repository}:${action}`);
  } catch {
    return false;
  }
}
