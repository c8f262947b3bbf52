/** A registry: what an OCI distribution server answers for the images it holds. */
import { type Blob, type RegistryAuth, type RegistryError, RegistryFailure, type RegistryServer } from '../interfaces/distribution.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { type BuiltImage, buildImage } from './build.ts';
import type { ImageDefinition, LayerDefinition } from './definition.ts';

export type RegistryOptions = {
  /** Answers for a repository that does not exist: Docker Hub does not tell it from a private one. */
  readonly missingRepository: 'unauthorized' | 'not found';
  readonly bytesPerSecond?: number;
  /** A round trip, with its token. */
  readonly latency?: number;
  /** A registry of the world: who has logged in pushes to repositories of their own, nobody to those of others. */
  readonly owned?: boolean;
  /** Asked before each request; what it returns is the answer (a rate limit, an outage). */
  readonly refuse?: (repository: string, reference: string, auth: RegistryAuth | undefined) => RegistryError | undefined;
};

type Repository = { readonly tags: Map<string, string>; readonly manifests: Map<string, Blob>; readonly blobs: Map<string, Blob> };

/** The host's images by repository path (`library/nginx`); `definitions` are built when first asked for. */
export class Registry implements RegistryServer {
  readonly #options: RegistryOptions;
  readonly #definitions: ReadonlyMap<string, readonly ImageDefinition[]>;
  readonly #layers: Map<LayerDefinition, Blob>;
  readonly #repositories = new Map<string, Repository>();
  readonly #built = new Set<ImageDefinition>();
  refuse: RegistryOptions['refuse'];

  constructor(definitions: ReadonlyMap<string, readonly ImageDefinition[]>, layers: Map<LayerDefinition, Blob>, options: RegistryOptions) {
    this.#definitions = definitions;
    this.#layers = layers;
    this.#options = options;
    this.refuse = options.refuse;
  }

  *manifest(repository: string, reference: string, auth?: RegistryAuth): Routine<Blob> {
    yield* sleep(this.#options.latency ?? 60);
    this.#check(repository, reference, auth);
    const held = this.#repository(repository);
    this.#build(repository, reference, held);
    const blob = held.manifests.get(held.tags.get(reference) ?? reference);
    if (!blob) throw new RegistryFailure({ status: 404, code: 'MANIFEST_UNKNOWN', message: `manifest unknown: ${reference}` });
    return blob;
  }

  *blob(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob> {
    this.#check(repository, digest, auth);
    const blob = this.#repository(repository).blobs.get(digest);
    if (!blob) throw new RegistryFailure({ status: 404, code: 'BLOB_UNKNOWN', message: `blob unknown to registry: ${digest}` });
    yield* sleep(10 + (blob.size / (this.#options.bytesPerSecond ?? 40_000_000)) * 1000);
    return blob;
  }

  *tags(repository: string, auth?: RegistryAuth): Routine<readonly string[]> {
    yield* sleep(this.#options.latency ?? 60);
    this.#check(repository, 'tags/list', auth);
    const held = this.#repository(repository);
    const defined = (this.#definitions.get(repository) ?? []).flatMap((each) => each.tags);
    return [...new Set([...defined, ...held.tags.keys()])].sort();
  }

  *push(repository: string, reference: string, manifest: Blob, blobs: readonly Blob[], auth?: RegistryAuth): Routine {
    yield* sleep(this.#options.latency ?? 60);
    this.#check(repository, reference, auth);
    if (this.#options.owned && (auth?.username === undefined || auth.username !== repository.split('/')[0])) throw denied();
    let held = this.#repositories.get(repository);
    if (!held) {
      if (this.#options.missingRepository === 'unauthorized' && !auth?.username) throw denied();
      held = { tags: new Map(), manifests: new Map(), blobs: new Map() };
      this.#repositories.set(repository, held);
    }
    for (const blob of blobs) {
      held.blobs.set(blob.digest, blob);
      if (/manifest|index/.test(blob.mediaType)) held.manifests.set(blob.digest, blob);
    }
    held.manifests.set(manifest.digest, manifest);
    if (!reference.startsWith('sha256:')) held.tags.set(reference, manifest.digest);
  }

  #check(repository: string, reference: string, auth: RegistryAuth | undefined): void {
    const error = this.refuse?.(repository, reference, auth);
    if (error) throw new RegistryFailure(error);
  }

  #repository(repository: string): Repository {
    let held = this.#repositories.get(repository);
    if (!held) {
      if (!this.#definitions.has(repository)) throw this.#options.missingRepository === 'unauthorized' ? denied() : unknownName(repository);
      held = { tags: new Map(), manifests: new Map(), blobs: new Map() };
      this.#repositories.set(repository, held);
    }
    return held;
  }

  /** Builds the image that a tag names; for a digest, all of the repository. */
  #build(repository: string, reference: string, held: Repository): void {
    const byDigest = reference.startsWith('sha256:');
    if (byDigest && held.manifests.has(reference)) return;
    for (const definition of this.#definitions.get(repository) ?? []) {
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

const denied = (): RegistryFailure =>
  new RegistryFailure({
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  });

const unknownName = (repository: string): RegistryFailure =>
  new RegistryFailure({ status: 404, code: 'NAME_UNKNOWN', message: `repository name not known to registry: ${repository}` });
