/** The CRI plugin's view of the images in the namespace k8s.io: one per config digest (internal/cri/store/image). */

import { byId } from '../../cri/store.ts';
import { chainIds } from '../../interfaces/chain-id.ts';
import type { ImageConfig } from '../../interfaces/distribution.ts';
import type { ContentService } from '../content.ts';
import type { ImageService } from '../images.ts';
import { parseDockerReference } from '../reference.ts';
import { textOf } from './errors.ts';

/** An image under all its names. */
export type StoredImage = {
  /** `sha256:…` of the config. */
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  /** All names that point to it. */
  readonly names: readonly string[];
  readonly size: number;
  readonly pinned: boolean;
  readonly config: ImageConfig;
  readonly chainId: string;
  readonly target: string;
};

/** Where all that belongs to Kubernetes stands. */
export const criNamespace = 'k8s.io';

/** By id and by name, read anew when names change. */
export class ImageStore {
  readonly #images: ImageService;
  readonly #content: ContentService;
  #view: ReadonlyMap<string, StoredImage> | undefined;
  readonly #byName = new Map<string, StoredImage>();

  constructor(images: ImageService, content: ContentService) {
    this.#images = images;
    this.#content = content;
  }

  /** The names have changed: look anew at the next question. */
  invalidate(): void {
    this.#view = undefined;
  }

  list(): Iterable<StoredImage> {
    return this.#build().values();
  }

  /** By id (with or without `sha256:`, or a prefix), or by any form of its name. */
  find(reference: string): StoredImage | undefined {
    const view = this.#build();
    const exact = this.#byName.get(reference) ?? view.get(reference);
    if (exact || reference === '') return exact;
    const whole = normalized(reference);
    const named = whole === undefined ? undefined : this.#byName.get(whole);
    if (named) return named;
    const hex = reference.replace(/^sha256:/, '');
    return /^[0-9a-f]{2,64}$/.test(hex) ? byId(view, `sha256:${hex}`) : undefined;
  }

  #build(): ReadonlyMap<string, StoredImage> {
    if (this.#view) return this.#view;
    const found = new Map<string, StoredImage & { readonly names: string[] }>();
    this.#byName.clear();
    for (const { name, target, labels } of this.#images.list(criNamespace)) {
      const resolved = this.#content.resolve(target.digest);
      if (!resolved) continue;
      const old = found.get(resolved.configDigest);
      const pinned = labels['io.cri-containerd.pinned'] === 'pinned' || (old?.pinned ?? false);
      const names = [...(old?.names ?? []), name];
      const chain = chainIds(resolved.config.rootfs.diff_ids);
      found.set(resolved.configDigest, {
        id: resolved.configDigest,
        names,
        tags: names.filter((each) => !each.includes('@') && !each.startsWith('sha256:')),
        digests: names.filter((each) => each.includes('@')),
        size: resolved.size,
        pinned,
        config: resolved.config,
        chainId: chain[chain.length - 1] ?? '',
        target: target.digest,
      });
    }
    for (const image of found.values()) for (const name of image.names) this.#byName.set(name, image);
    this.#view = found;
    return found;
  }
}

function normalized(reference: string): string | undefined {
  try {
    return parseDockerReference(reference).full;
  } catch (error) {
    if (textOf(error) === undefined) throw error;
    return undefined;
  }
}
