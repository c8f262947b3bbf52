/** A registry of the outside world: what an OCI distribution server answers for the images it holds. Nobody has an account there. */
import { type Blob, type RegistryAuth, type RegistryError, RegistryFailure, type RegistryServer, type Uploaded } from '../interfaces/distribution.ts';
import { own } from '../sim/own.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { type BuiltImage, buildImage } from './build.ts';
import type { ImageDefinition, LayerDefinition, Repositories } from './definition.ts';

/** How one registry differs from the others: what it says of what it has not, and how fast it is. */
export type RegistryOptions = {
  /** Answers for a repository that does not exist: Docker Hub does not tell it from a private one. */
  readonly missingRepository: 'unauthorized' | 'not found' | 'no token' | '401';
  readonly bytesPerSecond?: number;
  /** A round trip, with its token. */
  readonly latency?: number;
  /** Who gives tokens, and for which service; absent: nobody is asked who he is. */
  readonly tokens?: { readonly realm: string; readonly service: string };
  /** Pulls of one address, anonymously, in `window` seconds. */
  readonly limit?: { readonly pulls: number; readonly window: number };
};

type Repository = { readonly tags: Map<string, string>; readonly manifests: Map<string, Blob>; readonly blobs: Map<string, Blob> };

/** The host's images by repository path (`library/nginx`), made and built when first asked for. */
export class Registry implements RegistryServer {
  readonly options: RegistryOptions;
  readonly #makers: Repositories;
  readonly #definitions = new Map<string, readonly ImageDefinition[]>();
  readonly #layers: Map<LayerDefinition, Blob>;
  readonly #now: () => number;
  readonly #repositories = new Map<string, Repository>();
  readonly #built = new Set<ImageDefinition>();
  /** When the pulls were that still count. All machines stand behind one address. */
  #pulls: number[] = [];

  constructor(makers: Repositories, layers: Map<LayerDefinition, Blob>, options: RegistryOptions, now: () => number = () => 0) {
    this.#makers = makers;
    this.#layers = layers;
    this.options = options;
    this.#now = now;
  }

  /** Asked for by digest, an image's manifest counts as a pull; a tag is only looked up. */
  *manifest(repository: string, reference: string, auth?: RegistryAuth): Routine<Blob> {
    yield* sleep(this.options.latency ?? 60);
    this.#login(repository, auth);
    if (this.remaining === 0) throw tooMany();
    const blob = this.find(repository, reference);
    if (reference.startsWith('sha256:') && !/index|list/.test(blob.mediaType)) this.count();
    return blob;
  }

  /** A manifest without the way there. */
  find(repository: string, reference: string): Blob {
    const held = this.#repository(repository);
    this.#build(repository, reference, held);
    const blob = held.manifests.get(held.tags.get(reference) ?? reference);
    if (!blob) throw new RegistryFailure({ status: 404, code: 'MANIFEST_UNKNOWN', message: `manifest unknown: ${reference}` });
    return blob;
  }

  *blob(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob> {
    this.#login(repository, auth);
    const blob = this.#repository(repository).blobs.get(digest);
    if (!blob) throw new RegistryFailure({ status: 404, code: 'BLOB_UNKNOWN', message: `blob unknown to registry: ${digest}` });
    yield* sleep(10 + (blob.size / (this.options.bytesPerSecond ?? 40_000_000)) * 1000);
    return blob;
  }

  *part(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob> {
    this.#login(repository, auth);
    const blob = this.#repository(repository).blobs.get(digest);
    if (!blob) throw new RegistryFailure({ status: 404, code: 'BLOB_UNKNOWN', message: `blob unknown to registry: ${digest}` });
    yield* sleep(15);
    return blob;
  }

  *tags(repository: string, auth?: RegistryAuth): Routine<readonly string[]> {
    yield* sleep(this.options.latency ?? 60);
    this.#login(repository, auth);
    this.#repository(repository);
    return [...new Set(this.#definitionsOf(repository).flatMap((each) => each.tags))].sort();
  }

  *upload(repository: string, _blob: Blob, { auth }: { readonly auth?: RegistryAuth | undefined } = {}): Routine<Uploaded> {
    yield* sleep(this.options.latency ?? 60);
    throw this.#notYours(repository, auth);
  }

  *putManifest(repository: string, _reference: string, _manifest: Blob, auth?: RegistryAuth): Routine {
    yield* sleep(this.options.latency ?? 60);
    throw this.#notYours(repository, auth);
  }

  /** All repositories, for a search. */
  repositories(): Iterable<string> {
    return Object.keys(this.#makers);
  }

  /** Pulls that are left; undefined where nobody counts. */
  get remaining(): number | undefined {
    const { limit } = this.options;
    if (!limit) return undefined;
    const since = this.#now() - limit.window * 1000;
    this.#pulls = this.#pulls.filter((at) => at > since);
    return Math.max(0, limit.pulls - this.#pulls.length);
  }

  count(): void {
    if (this.options.limit) this.#pulls.push(this.#now());
  }

  /** Who says a name is asked for its password, and nobody's is right. */
  #login(repository: string, auth: RegistryAuth | undefined): void {
    const { tokens } = this.options;
    if (!tokens || (auth?.username ?? '') === '') return;
    throw this.#noToken(repository, 'pull', 'oauth', '401 Unauthorized');
  }

  #noToken(repository: string, action: string, kind: string, status: string): RegistryFailure {
    const { realm, service } = this.options.tokens ?? { realm: '', service: '' };
    const url = `${realm}?scope=${encodeURIComponent(`repository:${repository}:${action}`)}&service=${encodeURIComponent(service)}`;
    return new RegistryFailure({
      status: Number.parseInt(status, 10),
      code: 'UNAUTHORIZED',
      message: `failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to ${url}: ${status}`,
    });
  }

  #notYours(repository: string, auth: RegistryAuth | undefined): RegistryFailure {
    if (!this.options.tokens) return new RegistryFailure({ status: 405, code: 'UNSUPPORTED', message: 'The operation is unsupported.' });
    if ((auth?.username ?? '') !== '') return this.#noToken(repository, 'pull,push', 'oauth', '401 Unauthorized');
    return denied('push');
  }

  #repository(repository: string): Repository {
    let held = this.#repositories.get(repository);
    if (!held) {
      if (!own(this.#makers, repository)) throw this.#missing(repository);
      held = { tags: new Map(), manifests: new Map(), blobs: new Map() };
      this.#repositories.set(repository, held);
    }
    return held;
  }

  #definitionsOf(repository: string): readonly ImageDefinition[] {
    const made = this.#definitions.get(repository) ?? own(this.#makers, repository)?.() ?? [];
    this.#definitions.set(repository, made);
    return made;
  }

  #missing(repository: string): RegistryFailure {
    const { missingRepository } = this.options;
    if (missingRepository === 'unauthorized') return denied('pull');
    if (missingRepository === 'no token') return this.#noToken(repository, 'pull', 'anonymous', '403 Forbidden');
    if (missingRepository === '401')
      return new RegistryFailure({ status: 401, code: 'UNAUTHORIZED', message: 'access to the requested resource is not authorized' });
    return new RegistryFailure({ status: 404, code: 'NAME_UNKNOWN', message: `repository name not known to registry: ${repository}` });
  }

  /** Builds the image that a tag names; for a digest, all of the repository. */
  #build(repository: string, reference: string, held: Repository): void {
    const byDigest = reference.startsWith('sha256:');
    if (byDigest && held.manifests.has(reference)) return;
    for (const definition of this.#definitionsOf(repository)) {
      if (this.#built.has(definition) || !(byDigest || definition.tags.includes(reference))) continue;
      this.#built.add(definition);
      this.#hold(held, definition, buildImage(definition, this.#layers));
    }
  }

  #hold(held: Repository, definition: ImageDefinition, { index, blobs }: BuiltImage): void {
    for (const tag of definition.tags) if (!held.tags.has(tag)) held.tags.set(tag, index.digest);
    held.manifests.set(index.digest, index);
    for (const blob of blobs) held.blobs.set(blob.digest, blob);
    const [manifest] = blobs;
    if (manifest) held.manifests.set(manifest.digest, manifest);
  }
}

const denied = (action: 'pull' | 'push'): RegistryFailure =>
  new RegistryFailure({
    status: 401,
    code: 'UNAUTHORIZED',
    message: `${action} access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  });

/** Docker Hub's words. */
export const tooManyRequests: RegistryError = {
  status: 429,
  code: 'TOOMANYREQUESTS',
  message: 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
};
const tooMany = (): RegistryFailure => new RegistryFailure(tooManyRequests);
