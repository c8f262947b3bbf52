/** A registry over HTTP: the OCI distribution spec as containerd's resolver and pusher speak it (containerd core/remotes/docker). */
import {
  type Blob,
  type RegistryAuth,
  type RegistryEndpoint,
  RegistryFailure,
  type RegistryServer,
  RegistryUnreachable,
  type Uploaded,
} from '../interfaces/distribution.ts';
import { type HttpResponse, statusLine } from '../linux/protocols.ts';
import type { Routine } from '../sim/routine.ts';
import { type Asked, type Client, GoHttpError, type GoResponse, goRequest, header } from './go-http.ts';

const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ');

export class HttpRegistry implements RegistryServer {
  readonly #client: Client;
  readonly #endpoint: RegistryEndpoint;
  readonly #userAgent: string;
  /** By scope; a token is good until its server says otherwise. */
  readonly #tokens = new Map<string, string>();
  /** What the server turned out to speak. */
  #scheme: string;

  constructor(client: Client, endpoint: RegistryEndpoint, userAgent: string) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#userAgent = userAgent;
    this.#scheme = endpoint.scheme;
  }

  /** HEAD first, as the resolver does; what it names is then fetched by digest. */
  *manifest(repository: string, reference: string, auth?: RegistryAuth): Routine<Blob> {
    const accept = { Accept: manifestTypes };
    const found = yield* this.ask(repository, `manifests/${reference}`, { method: 'HEAD', headers: accept }, { auth });
    const digest = header(found, 'docker-content-digest') ?? reference;
    const { body, ...answer } = yield* this.ask(repository, `manifests/${digest}`, { method: 'GET', headers: accept }, { auth });
    return { digest, mediaType: header(answer, 'content-type') ?? '', size: Number(header(answer, 'content-length') ?? body.length), text: body };
  }

  *blob(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob> {
    const answer = yield* this.ask(repository, `blobs/${digest}`, { method: 'GET' }, { auth });
    const size = Number(header(answer, 'content-length') ?? answer.body.length);
    return { digest, mediaType: header(answer, 'content-type') ?? '', size, text: answer.body };
  }

  *tags(repository: string, auth?: RegistryAuth): Routine<readonly string[]> {
    const { body } = yield* this.ask(repository, 'tags/list', { method: 'GET' }, { auth });
    return (JSON.parse(body) as { readonly tags: readonly string[] | null }).tags ?? [];
  }

  *putManifest(repository: string, reference: string, manifest: Blob, auth?: RegistryAuth): Routine {
    const headers = { 'Content-Type': manifest.mediaType };
    yield* this.ask(repository, `manifests/${reference}`, { method: 'PUT', headers, body: manifest.text }, { auth, push: true });
  }

  /** A blob, unless the registry has it; `from` is another of its repositories that has. */
  *upload(
    repository: string,
    blob: Blob,
    { auth, from }: { readonly auth?: RegistryAuth | undefined; readonly from?: string | undefined } = {},
  ): Routine<Uploaded> {
    const how = { auth, push: true };
    const there = yield* this.ask(repository, `blobs/${blob.digest}`, { method: 'HEAD' }, { ...how, may: [404] });
    if (there.status < 300) return 'exists';
    const mount = from === undefined || from === repository ? '' : `?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`;
    const begun = yield* this.ask(repository, `blobs/uploads/${mount}`, { method: 'POST' }, how);
    if (begun.status === 201) return 'mounted';
    const location = (header(begun, 'location') ?? '').replace(/^https?:\/\/[^/]+/, '');
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(blob.size) };
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`;
    yield* this.ask(repository, path, { method: 'PUT', headers, body: blob.text }, how);
    return 'pushed';
  }

  /** One request with what it takes to be let in; throws what is no success. */
  *ask(
    repository: string,
    path: string,
    asked: Asked,
    { auth, push = false, may = [] }: { readonly auth?: RegistryAuth | undefined; readonly push?: boolean; readonly may?: readonly number[] },
  ): Routine<HttpResponse> {
    const { prefix, mirrorOf } = this.#endpoint;
    const whole = path.startsWith('/') ? path : `${prefix}/${repository}/${path}`;
    const target = mirrorOf === undefined ? whole : `${whole}${whole.includes('?') ? '&' : '?'}ns=${mirrorOf}`;
    const scope = `repository:${repository}:${push ? 'pull,push' : 'pull'}`;
    const answer = yield* this.#authorized(target, asked, scope, auth, push);
    if (answer.status < 400 || may.includes(answer.status)) return answer;
    throw this.#failure(answer, asked, target);
  }

  *#authorized(path: string, asked: Asked, scope: string, auth: RegistryAuth | undefined, push: boolean): Routine<HttpResponse> {
    const token = this.#tokens.get(scope);
    const first = yield* this.#send(path, asked, token === undefined ? undefined : `Bearer ${token}`);
    if (first.status !== 401) return first;
    const challenge = header(first, 'www-authenticate') ?? '';
    const refused = (why: string): RegistryFailure =>
      new RegistryFailure({
        status: 401,
        code: 'UNAUTHORIZED',
        message: `${push ? 'push' : 'pull'} access denied, repository does not exist or may require authorization: ${why}`,
      });
    const known = auth?.username !== undefined && auth.username !== '' && (auth.password ?? '') !== '' ? auth : undefined;
    if (/^basic/i.test(challenge)) {
      if (!known) throw refused('authorization failed: no basic auth credentials');
      return yield* this.#send(path, asked, `Basic ${basic(known)}`);
    }
    if (!/^bearer/i.test(challenge)) return first;
    const given = yield* this.#token(challenge, scope, known);
    this.#tokens.set(scope, given);
    const second = yield* this.#send(path, asked, `Bearer ${given}`);
    if (second.status === 401) throw refused('server message: insufficient_scope: authorization failed');
    return second;
  }

  *#token(challenge: string, scope: string, auth: RegistryAuth | undefined): Routine<string> {
    const of = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const [, scheme = 'https', authority = '', path = '/'] = /^(https?):\/\/([^/]+)(.*)$/.exec(of('realm')) ?? [];
    const query = `?scope=${encodeURIComponent(of('scope') || scope)}&service=${encodeURIComponent(of('service'))}`;
    const headers: Record<string, string> = auth ? { Authorization: `Basic ${basic(auth)}` } : {};
    const target = { scheme: scheme === 'http' ? ('http' as const) : ('https' as const), authority, path: `${path}${query}` };
    const answer = yield* this.#go(target, { method: 'GET', headers });
    if (answer.status >= 400)
      throw new RegistryFailure({
        status: answer.status,
        code: 'UNAUTHORIZED',
        message: `failed to authorize: failed to fetch ${auth ? 'oauth' : 'anonymous'} token: unexpected status from GET request to ${of('realm')}${query}: ${statusLine(answer.status)}`,
      });
    return (JSON.parse(answer.body) as { readonly token?: string }).token ?? '';
  }

  *#send(path: string, asked: Asked, authorization: string | undefined): Routine<HttpResponse> {
    const { headers } = this.#endpoint;
    const own = { 'User-Agent': this.#userAgent, ...headers, ...asked.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) };
    const answer = yield* this.#go({ ...this.#endpoint, path }, { ...asked, headers: own });
    this.#scheme = answer.scheme;
    return answer;
  }

  *#go(target: Parameters<typeof goRequest>[1], asked: Asked): Routine<GoResponse> {
    try {
      return yield* goRequest(this.#client, target, asked);
    } catch (error) {
      if (!(error instanceof GoHttpError)) throw error;
      const verb = `${asked.method[0]}${asked.method.slice(1).toLowerCase()}`;
      throw new RegistryUnreachable(`${verb} "${target.scheme}://${target.authority}${target.path}": ${error.message}`);
    }
  }

  #failure(answer: HttpResponse, { method }: Asked, path: string): RegistryFailure {
    const { authority } = this.#endpoint;
    const { code, message } = firstError(answer.body);
    return new RegistryFailure({ status: answer.status, code, message, request: `${method} request to ${this.#scheme}://${authority}${path}` });
  }
}

const basic = ({ username = '', password = '' }: RegistryAuth): string => Buffer.from(`${username}:${password}`).toString('base64');

function firstError(body: string): { readonly code: string; readonly message: string } {
  try {
    const { errors = [] } = JSON.parse(body) as { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] };
    return { code: errors[0]?.code ?? '', message: errors[0]?.message ?? '' };
  } catch {
    return { code: '', message: '' };
  }
}
