/** A registry as HTTP shows it (OCI distribution spec; Docker Hub's token server): for curl. Pulls of runtimes cross the wall of interfaces/distribution.ts. */
import { RegistryFailure, type RegistryServer } from '../../interfaces/distribution.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';

export type RegistryHost = {
  readonly server: RegistryServer;
  /** Who gives tokens, and for which service: Docker Hub serves nobody without one. */
  readonly tokens?: { readonly realm: string; readonly service: string };
};

const api = { 'docker-distribution-api-version': 'registry/2.0' };

const fail = (status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers: { ...api, 'content-type': 'application/json', ...headers },
  body: `${JSON.stringify({ errors: [{ code, message }] })}\n`,
});

/** Answers a request for `/v2/…`. */
export function* answerRegistry({ server, tokens }: RegistryHost, { method, path, headers }: HttpRequest): Routine<HttpResponse> {
  if (method !== 'GET' && method !== 'HEAD') return fail(405, 'UNSUPPORTED', 'k8s-lab: only reading a registry is simulated here');
  const [, repository, kind, reference = ''] = /^\/v2\/(?:(.+)\/(manifests|blobs|tags)\/([^/]+))?$/.exec(path.split('?')[0] ?? '') ?? [];
  if (tokens && !mayPull(authorizationOf(headers), repository))
    return fail(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': `Bearer realm="${tokens.realm}",service="${tokens.service}"${repository ? `,scope="repository:${repository}:pull"` : ''}`,
    });
  if (path === '/v2/' || path === '/v2') return { status: 200, headers: { ...api, 'content-type': 'application/json' }, body: '{}' };
  if (repository === undefined) return fail(404, 'NOT_FOUND', 'page not found');
  try {
    if (kind === 'tags') {
      const body = JSON.stringify({ name: repository, tags: yield* server.tags(repository) });
      return { status: 200, headers: { ...api, 'content-type': 'application/json' }, body: `${body}\n` };
    }
    const blob = kind === 'manifests' ? yield* server.manifest(repository, reference) : yield* server.blob(repository, reference);
    const found = { ...api, 'content-type': blob.mediaType, 'docker-content-digest': blob.digest, 'content-length': String(blob.size) };
    return { status: 200, headers: found, body: method === 'HEAD' ? '' : blob.text };
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error;
    return fail(error.status, error.code, error.message);
  }
}

/** Docker Hub's `/token`: whoever asks may pull what is public. */
export function answerToken(path: string): HttpResponse {
  const scopes = new URLSearchParams(path.split('?')[1] ?? '').getAll('scope');
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part({ access: scopes })}.`;
  const body = JSON.stringify({ token, access_token: token, expires_in: 300 });
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const authorizationOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';

/** A token for one repository opens no other. */
function mayPull(authorization: string, repository: string | undefined): boolean {
  const claims = /^Bearer [\w-]+\.([\w-]+)\./.exec(authorization)?.[1];
  if (claims === undefined) return false;
  try {
    const { access } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly access?: readonly string[] };
    return repository === undefined || (access ?? []).some((scope) => scope.startsWith(`repository:${repository}:`) && scope.includes('pull'));
  } catch {
    return false;
  }
}
