/** containers/storage: layers, images and containers below /var/lib/containers/storage (go.podman.io/storage store.go, drivers/overlay). */
import { layerDirectory, mergeLayer, unpackedSize } from '../cri/layers.ts';
import { CriStore } from '../cri/store.ts';
import type { Blob, ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { FileNode } from '../linux/file-node.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import { OverlayDirectory, writtenFiles } from '../linux/overlay.ts';

/** What stays over a reboot. */
export const graphRoot = '/var/lib/containers/storage';
/** What does not. */
export const runRoot = '/run/containers/storage';
const overlay = `${graphRoot}/overlay`;
/** Where a container's root is mounted. */
export const mountPoint = ({ layer }: { readonly layer: string }): string => `${overlay}/${layer}/merged`;
/** A container's own directory on disk. */
export const userdata = (id: string): string => `${graphRoot}/overlay-containers/${id}/userdata`;
/** The same below /run: the bundle. */
export const runDirectory = (id: string): string => `${runRoot}/overlay-containers/${id}/userdata`;

/** One layer, and all below it. */
type Layer = {
  readonly id: string;
  readonly parent: string;
  readonly created: number;
  /** Its own files, and those with all that lies below. */
  readonly own: DirectoryNode;
  readonly root: DirectoryNode;
  readonly size: number;
  readonly inodes: number;
};

/** An image of containers/storage. */
export type StoredImage = {
  readonly id: string;
  readonly names: readonly string[];
  readonly digests: readonly string[];
  /** The topmost layer. */
  readonly layer: string;
  readonly config: ImageConfig;
  readonly manifest: string;
  readonly size: number;
  readonly created: number;
};

/** A container of containers/storage: a layer of its own over an image. */
export type StoredContainer = {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly layer: string;
  readonly root: OverlayDirectory;
  readonly created: number;
};

/** What lies on the disk; the inode that carries it is `storage.lock`. */
export class StorageState {
  readonly layers = new Map<string, Layer>();
  readonly images = new Map<string, StoredImage>();
  readonly containers = new Map<string, StoredContainer>();
  /** What CRI-O reads back from the containers' metadata when it starts. */
  readonly cri = new CriStore();
  /** Under which name each sandbox's namespaces are pinned. */
  readonly pins = new Map<string, string>();
}

/** `storage.lock`, the inode that carries it all. */
export class StorageFile extends FileNode {
  readonly state = new StorageState();
  constructor(now: number) {
    super({ mode: 0o644, uid: 0, gid: 0, mtime: now });
  }
}

/** containers/storage with the overlay driver. */
export class Storage {
  readonly state: StorageState;
  readonly #kernel: Kernel;

  constructor(state: StorageState, kernel: Kernel) {
    this.state = state;
    this.#kernel = kernel;
  }

  /** Unpacks what is missing of a chain of layers; their ids are chain ids without `sha256:`. */
  putLayer(id: string, parent: string, blob: Blob): void {
    const { layers } = this.state;
    if (layers.has(id)) return;
    const { now } = this.#kernel.sim;
    const entries = JSON.parse(blob.text) as readonly LayerEntry[];
    const size = unpackedSize(blob);
    this.#kernel.disk.charge(size);
    const own = layerDirectory(entries, now);
    const below = layers.get(parent);
    layers.set(id, { id, parent, created: now, own, root: below ? mergeLayer(below.root, own, entries, now) : own, size, inodes: entries.length });
  }

  /** By id or its beginning, by a name, or by a name with a digest. */
  findImage(name: string): StoredImage | undefined {
    const { images } = this.state;
    const hex = name.replace(/^sha256:/, '');
    const exact = images.get(hex);
    if (exact) return exact;
    for (const image of images.values()) {
      if (image.names.includes(name) || image.digests.includes(name)) return image;
      if (hex.length >= 3 && /^[0-9a-f]+$/.test(hex) && image.id.startsWith(hex)) return image;
    }
    return undefined;
  }

  /** A name belongs to one image: it leaves the one that had it. */
  putImage(image: StoredImage): void {
    const { images } = this.state;
    for (const [id, other] of images)
      if (id !== image.id && other.names.some((name) => image.names.includes(name)))
        images.set(id, { ...other, names: other.names.filter((name) => !image.names.includes(name)) });
    const old = images.get(image.id);
    const both = (a: readonly string[] = [], b: readonly string[]): string[] => [...new Set([...a, ...b])];
    images.set(image.id, old ? { ...old, names: both(old.names, image.names), digests: both(old.digests, image.digests) } : image);
  }

  setNames(image: StoredImage, names: readonly string[]): void {
    this.state.images.set(image.id, { ...image, names });
  }

  /** Its layers go with it, as far as nobody else lies on them. */
  removeImage({ id, layer }: StoredImage): void {
    const { images, layers } = this.state;
    images.delete(id);
    const needed = new Set<string>();
    for (const image of images.values())
      for (let at: Layer | undefined = layers.get(image.layer); at && !needed.has(at.id); at = layers.get(at.parent)) needed.add(at.id);
    for (let at = layers.get(layer); at && !needed.has(at.id); at = layers.get(at.parent)) {
      layers.delete(at.id);
      this.#kernel.disk.charge(-at.size);
    }
  }

  /** A writable layer over an image, mounted. */
  createContainer(id: string, name: string, image: StoredImage): StoredContainer {
    const { now, random } = this.#kernel.sim;
    const below = this.state.layers.get(image.layer)?.root;
    const root = new OverlayDirectory(below ? [below] : [], { mode: 0o755, uid: 0, gid: 0, mtime: now });
    const container = { id, name, image: image.id, layer: random.hex(64), root, created: now };
    this.state.containers.set(id, container);
    this.#kernel.host.mount.mount({ path: mountPoint(container), root, source: 'overlay', type: 'overlay', options: ['rw', 'nodev', 'relatime'] });
    return container;
  }

  removeContainer(id: string): void {
    const container = this.state.containers.get(id);
    if (!container) return;
    this.#kernel.host.mount.unmount(mountPoint(container));
    for (const file of writtenFiles(container.root)) this.#kernel.disk.release(file);
    this.state.containers.delete(id);
  }

  /** What a container wrote. */
  written(id: string): { readonly size: number; readonly inodes: number } {
    const container = this.state.containers.get(id);
    if (!container) return { size: 0, inodes: 0 };
    const { bytes, inodes } = container.root.upperUsage();
    return { size: bytes + 4096, inodes: inodes + 1 };
  }

  usage(): {
    readonly images: { readonly usedBytes: number; readonly inodesUsed: number };
    readonly containers: { readonly usedBytes: number; readonly inodesUsed: number };
  } {
    const sum = (each: Iterable<{ readonly size: number; readonly inodes: number }>): { usedBytes: number; inodesUsed: number } => {
      const total = { usedBytes: 0, inodesUsed: 0 };
      for (const { size, inodes } of each) {
        total.usedBytes += size;
        total.inodesUsed += inodes;
      }
      return total;
    };
    return { images: sum(this.state.layers.values()), containers: sum([...this.state.containers.keys()].map((id) => this.written(id))) };
  }
}
