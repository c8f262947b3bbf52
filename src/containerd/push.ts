/** Pushing: an image's blobs to the registry of its name (core/remotes/handlers.go PushContent, docker/pusher.go). */
import type { ContainerdApi } from '../interfaces/containerd.ts';
import { type Blob, type Descriptor, type ImageIndex, type ImageManifest, RegistryFailure } from '../interfaces/distribution.ts';
import { NetworkError } from '../linux/network.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { type ContentService, isIndex } from './content.ts';
import type { Context } from './context.ts';
import { notFound, unknown } from './errors.ts';
import { parseReference, type Reference } from './reference.ts';
import { basicAuth, type Remote } from './remote.ts';

type PushOptions = Parameters<ContainerdApi['images']['push']>[2];

/** Bytes a millisecond on the way out. */
const uploadRate = 40_000;

export class Pusher {
  readonly #context: Context;
  readonly #content: ContentService;
  readonly #remote: Remote;

  constructor(context: Context, content: ContentService, remote: Remote) {
    this.#context = context;
    this.#content = content;
    this.#remote = remote;
  }

  *push(namespace: string, ref: string, options: PushOptions): Routine {
    const reference = parseReference(ref);
    const target = options.target ?? this.#image(namespace, ref);
    const parts = this.#below(namespace, target, true);
    const say = options.progress ?? (() => {});
    for (const { descriptor } of parts) say({ descriptor, status: 'waiting' });
    const last = parts.at(-1)?.descriptor ?? target;
    const registry = yield* this.#remote.connect(reference, options.hostsDir ?? '', { path: `blobs/${last.digest}`, prefix: '' });
    const [top, ...others] = parts.map(({ blob }) => blob);
    if (!top) throw notFound(`content digest ${target.digest}`);
    for (const { descriptor } of parts.slice(1).reverse()) {
      say({ descriptor, status: 'uploading' });
      yield* sleep(2 + descriptor.size / uploadRate);
      say({ descriptor, status: 'done' });
    }
    try {
      yield* registry.push(reference.repository, reference.object, top, others, basicAuth(options.user));
    } catch (error) {
      throw pushError(error, reference, last);
    }
    say({ descriptor: target, status: 'done' });
    for (const { descriptor } of parts)
      this.#content.api.label(namespace, descriptor.digest, { [`containerd.io/distribution.source.${reference.host}`]: reference.repository });
  }

  #image(namespace: string, ref: string): Descriptor {
    const image = this.#context.find(namespace)?.images.get(ref);
    if (!image) throw notFound(`image ${JSON.stringify(ref)}`);
    return image.target;
  }

  /** A descriptor and all below it, parents first. Other platforms' manifests may be missing, what a manifest names may not. */
  #below(namespace: string, descriptor: Descriptor, needed: boolean): { readonly descriptor: Descriptor; readonly blob: Blob }[] {
    if (!this.#content.has(namespace, descriptor.digest)) {
      if (needed) throw notFound(`content digest ${descriptor.digest}`);
      return [];
    }
    const blob = this.#content.get(namespace, descriptor.digest);
    const own = { descriptor, blob };
    if (isIndex(blob)) return [own, ...(JSON.parse(blob.text) as ImageIndex).manifests.flatMap((each) => this.#below(namespace, each, false))];
    if (!/manifest/.test(blob.mediaType)) return [own];
    const { config, layers } = JSON.parse(blob.text) as ImageManifest;
    return [own, ...[config, ...layers].flatMap((each) => this.#below(namespace, each, true))];
  }
}

function pushError(error: unknown, { host, repository }: Reference, { digest }: Descriptor): unknown {
  if (error instanceof NetworkError)
    return unknown(`failed to do request: Head "https://${host}/v2/${repository}/blobs/${digest}": dial tcp ${host}: ${error.message.toLowerCase()}`);
  if (!(error instanceof RegistryFailure)) return error;
  const address = host === 'docker.io' ? 'registry-1.docker.io' : host;
  if (error.status === 401 || error.status === 403) return unknown(error.message.replace(/^pull access denied/, 'push access denied'));
  return unknown(`unexpected status from POST request to https://${address}/v2/${repository}/blobs/uploads/: ${error.status} ${error.code}`);
}
