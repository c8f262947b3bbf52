/** Images as dockerd finds them in containerd's namespace `moby` (moby daemon/containerd). */

import { chainIds } from '../interfaces/chain-id.ts';
import { ContainerdError, type ContainerdImage, type Descriptor, type ImageConfig, type ImageIndex, type ImageManifest } from '../interfaces/containerd.ts';
import { DockerError } from '../interfaces/docker.ts';
import { isIndex, ownManifest } from '../interfaces/image-content.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import { familiar, parseReference, type Reference } from './reference.ts';

/** Begins the names, in containerd, of images that have none for people. */
export const danglingPrefix = 'moby-dangling@';
/** Of which image a step of a build made this one. */
export const parentLabel = 'org.mobyproject.image.parent';

/** An image read through to its config; sizes are bytes. */
export type StoredImage = {
  /** The digest of what the name stands for: an index or a manifest. */
  readonly id: string;
  /** What people see as its id: before 29 the digest of its config. */
  readonly shownId: string;
  readonly target: Descriptor;
  readonly names: readonly string[];
  readonly parent: string;
  readonly manifestDigest: string;
  readonly manifestSize: number;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly contentSize: number;
  readonly unpackedSize: number;
  /** Key of the snapshot of all layers. */
  readonly chain: string;
};

/** What content says of an image, whatever its names. */
type ReadImage = { readonly facts: Omit<StoredImage, 'names' | 'parent' | 'unpackedSize'>; readonly chains: readonly string[] };

/** Such a name is never shown. */
export const isDangling = (name: string): boolean => name.startsWith(danglingPrefix);

/** Reads containerd's images again at each question; what was parsed is kept by digest. */
export class ImageStore {
  readonly #engine: Engine;
  readonly #known = new Map<string, ReadImage>();
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** All images, each once, whatever names it has. */
  all(): StoredImage[] {
    const byDigest = new Map<string, ContainerdImage[]>();
    for (const image of this.#engine.containerd.images.list(moby)) byDigest.set(image.target.digest, [...(byDigest.get(image.target.digest) ?? []), image]);
    return [...byDigest.values()].flatMap((images) => this.#stored(images) ?? []);
  }

  /** By name, `name:tag`, id or the beginning of an id. */
  find(text: string): StoredImage | undefined {
    const all = this.all();
    const hex = text.replace(/^sha256:/, '');
    const byId = /^[0-9a-f]{4,64}$/.test(hex)
      ? all.filter((each) => [each.id, each.manifestDigest, each.shownId].some((digest) => digest.startsWith(`sha256:${hex}`)))
      : [];
    const reference = reading(text);
    const named =
      reference &&
      all.find(({ names, id }) => names.includes(reference.full) || (reference.digest === id && names.some((name) => name.startsWith(`${reference.name}:`))));
    return named ?? byId[0];
  }

  get(text: string): StoredImage {
    const found = this.find(text);
    if (found) return found;
    const reference = /^sha256:|^[0-9a-f]{64}$/.test(text) ? undefined : parseReference(text);
    throw new DockerError(404, `No such image: ${reference ? familiar(reference.full) : text}`);
  }

  /** Points a name at an image; what has lost its last name stays as a dangling one. */
  name(full: string, target: Descriptor, labels: Readonly<Record<string, string>> = {}): void {
    const { images } = this.#engine.containerd;
    const old = images.list(moby).find(({ name }) => name === full);
    if (old) {
      images.update(moby, full, { target, labels });
      if (old.target.digest !== target.digest && !images.list(moby).some((each) => each.target.digest === old.target.digest))
        this.#create(`${danglingPrefix}${old.target.digest}`, old.target, old.labels);
    } else this.#create(full, target, labels);
    const dangling = `${danglingPrefix}${target.digest}`;
    if (full !== dangling && images.list(moby).some(({ name }) => name === dangling)) images.delete(moby, dangling);
  }

  #create(name: string, target: Descriptor, labels: Readonly<Record<string, string>>): void {
    try {
      this.#engine.containerd.images.create(moby, { name, target, labels });
    } catch (error) {
      if (!(error instanceof ContainerdError && error.code === 'already exists')) throw error;
    }
  }

  #stored(images: readonly ContainerdImage[]): StoredImage | undefined {
    const target = images[0]?.target;
    const read = target && this.#read(target);
    if (!read) return undefined;
    const layerSize = (chain: string): number => this.layerSize(chain);
    return {
      ...read.facts,
      names: images.map(({ name }) => name),
      parent: images.map(({ labels }) => labels[parentLabel] ?? '').find((each) => each !== '') ?? '',
      get unpackedSize() {
        return read.chains.reduce((sum, chain) => sum + layerSize(chain), 0);
      },
    };
  }

  /** Content never changes: what a digest stands for is read once. */
  #read(target: Descriptor): ReadImage | undefined {
    const known = this.#known.get(target.digest);
    const { content } = this.#engine.containerd;
    try {
      const top = content.get(moby, target.digest);
      if (known) return known;
      const manifestDigest = isIndex(top) ? (ownManifest(JSON.parse(top.text) as ImageIndex)?.digest ?? '') : target.digest;
      const manifestBlob = content.get(moby, manifestDigest);
      const manifest = JSON.parse(manifestBlob.text) as ImageManifest;
      const config = JSON.parse(content.get(moby, manifest.config.digest).text) as ImageConfig;
      const chains = chainIds(config.rootfs.diff_ids);
      const contentSize = [manifest.config, ...manifest.layers].reduce(
        (sum, { size }) => sum + size,
        manifestBlob.size + (manifestDigest === target.digest ? 0 : top.size),
      );
      const shownId = this.#engine.old ? manifest.config.digest : target.digest;
      const facts = {
        id: target.digest,
        shownId,
        target,
        manifestDigest,
        manifestSize: manifestBlob.size,
        manifest,
        config,
        contentSize,
        chain: chains.at(-1) ?? '',
      };
      this.#known.set(target.digest, { facts, chains });
      return { facts, chains };
    } catch (error) {
      if (error instanceof ContainerdError) return undefined;
      throw error;
    }
  }

  /** Bytes of one unpacked layer; 0 where it is not unpacked. */
  layerSize(chain: string): number {
    try {
      return this.#engine.containerd.snapshots.usage(moby, snapshotter, chain).size;
    } catch (error) {
      if (error instanceof ContainerdError) return 0;
      throw error;
    }
  }
}

function reading(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof DockerError) return undefined;
    throw error;
  }
}
