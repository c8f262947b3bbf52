/** Pushing: an image's blobs to the registry of its name (core/remotes/handlers.go PushContent, docker/pusher.go). */

import type { ContainerdApi } from '../interfaces/containerd.ts';
import type { Blob, Descriptor, ImageIndex, ImageManifest } from '../interfaces/distribution.ts';
import { isIndex } from '../interfaces/image-content.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { ContentService } from './content.ts';
import type { Context } from './context.ts';
import { notFound } from './errors.ts';
import { parseReference, type Reference } from './reference.ts';
import { authOf, pushError, type RegistryClient } from './registries.ts';

type PushOptions = Parameters<ContainerdApi['images']['push']>[2];
type Part = { readonly descriptor: Descriptor; readonly blob: Blob };

const isManifest = ({ mediaType }: { readonly mediaType: string }): boolean => /manifest|index/.test(mediaType);

/** Sends an image's blobs to its registry, the lowest first. */
export class Pusher {
  readonly #context: Context;
  readonly #content: ContentService;
  readonly #registries: RegistryClient;

  constructor(context: Context, content: ContentService, registries: RegistryClient) {
    this.#context = context;
    this.#content = content;
    this.#registries = registries;
  }

  /** Children before parents, as a registry wants them. */
  *push(namespace: string, ref: string, options: PushOptions): Routine {
    const reference = parseReference(ref);
    const target = options.target ?? this.#image(namespace, ref);
    const parts = this.#below(namespace, target);
    const say = options.progress ?? (() => {});
    for (const { descriptor } of parts) say({ descriptor, status: 'waiting' });
    const blobs = parts.filter(({ descriptor }) => !isManifest(descriptor)).reverse();
    const registry = yield* this.#registries.pusher(reference, options, blobs[0]?.descriptor.digest ?? target.digest);
    const auth = authOf(options);
    try {
      for (const { descriptor, blob } of blobs) {
        say({ descriptor, status: 'uploading' });
        const from = this.#source(namespace, descriptor.digest, reference);
        const outcome = yield* registry.upload(reference.repository, blob, { auth, from });
        say({ descriptor, status: 'done', outcome, from });
        this.#remember(namespace, descriptor, reference);
      }
      for (const { descriptor, blob } of parts.filter((each) => isManifest(each.descriptor)).reverse()) {
        yield* registry.putManifest(reference.repository, descriptor === target ? reference.object : descriptor.digest, blob, auth);
        yield* sleep(1);
        say({ descriptor, status: 'done', outcome: 'pushed' });
        this.#remember(namespace, descriptor, reference);
      }
    } catch (error) {
      throw pushError(error, reference);
    }
  }

  #remember(namespace: string, { digest }: Descriptor, { host, repository }: Reference): void {
    this.#content.label(namespace, digest, { [`containerd.io/distribution.source.${host}`]: repository });
  }

  /** Another repository of the same registry that has the blob. */
  #source(namespace: string, digest: string, { host, repository }: Reference): string | undefined {
    const known = this.#content.labels(namespace, digest)[`containerd.io/distribution.source.${host}`];
    return known?.split(',').find((each) => each !== repository);
  }

  #image(namespace: string, ref: string): Descriptor {
    const image = this.#context.find(namespace)?.images.get(ref);
    if (!image) throw notFound(`image ${JSON.stringify(ref)}`);
    return image.target;
  }

  /** A descriptor and all below it, parents first: everything has to be there, manifests of other platforms too. */
  #below(namespace: string, descriptor: Descriptor): Part[] {
    const blob = this.#content.get(namespace, descriptor.digest);
    const own = { descriptor, blob };
    if (isIndex(blob)) return [own, ...(JSON.parse(blob.text) as ImageIndex).manifests.flatMap((each) => this.#below(namespace, each))];
    if (!isManifest(blob)) return [own];
    const { config, layers } = JSON.parse(blob.text) as ImageManifest;
    return [own, ...[config, ...layers].flatMap((each) => this.#below(namespace, each))];
  }
}
