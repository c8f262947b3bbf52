/** CRI's ImageService on containerd's images (internal/cri/server/images). */

import type { ContainerdImage } from '../../interfaces/containerd.ts';
import { type AuthConfig, CriError, type CriImage, type ImageService, type ImageSpec } from '../../interfaces/cri.ts';
import type { RegistryAccess } from '../../interfaces/distribution.ts';
import { registryAddress } from '../../interfaces/image-name.ts';
import type { Routine } from '../../sim/routine.ts';
import type { ImageService as Images } from '../images.ts';
import { parseDockerReference } from '../reference.ts';
import { overlayRoot } from '../snapshots.ts';
import { textOf, toRpc } from './errors.ts';
import { criNamespace, type ImageStore, type StoredImage } from './image-store.ts';
import type { Plugin } from './plugin.ts';

const managed = { 'io.cri-containerd.image': 'managed' };

/** CRI's ImageService. */
export class CriImageService implements ImageService {
  readonly #plugin: Plugin;
  readonly #images: Images;
  readonly #store: ImageStore;

  constructor(plugin: Plugin) {
    this.#plugin = plugin;
    this.#images = plugin.images;
    this.#store = plugin.imageStore;
  }

  listImages(): readonly CriImage[] {
    return [...this.#store.list()].map(toCri);
  }

  imageStatus(image: ImageSpec, verbose: boolean): ReturnType<ImageService['imageStatus']> {
    const found = this.#store.find(image.image);
    if (!found) return { info: {} };
    return { image: toCri(found), info: verbose ? { chainID: found.chainId, imageSpec: found.config } : {} };
  }

  *pullImage(image: ImageSpec, auth?: AuthConfig): Routine<string> {
    const reference = this.#parse(image.image);
    try {
      const pulled = yield* this.#images.pull(criNamespace, reference, {
        snapshotter: 'overlayfs',
        labels: managed,
        hostsDir: this.#plugin.config.registryConfigPath,
        ...this.#legacy(reference),
        ...(auth?.username === undefined ? {} : { auth: { username: auth.username, ...(auth.password === undefined ? {} : { password: auth.password }) } }),
      });
      return this.#name(reference, pulled);
    } catch (error) {
      throw toRpc(error, `failed to pull and unpack image ${JSON.stringify(reference)}: `);
    }
  }

  #legacy(reference: string): Pick<RegistryAccess, 'legacy' | 'user'> {
    const legacy = this.#plugin.config.legacyRegistries;
    const host = registryAddress(reference.split('/')[0] ?? '');
    const user = legacy?.configs[host]?.user;
    return { ...(legacy ? { legacy } : {}), ...(user === undefined ? {} : { user }) };
  }

  removeImage(image: ImageSpec): void {
    const found = this.#store.find(image.image);
    if (!found) return;
    for (const name of found.names) this.#images.delete(criNamespace, name);
  }

  imageFsInfo(): ReturnType<ImageService['imageFsInfo']> {
    const usage = { timestamp: this.#plugin.now(), fsId: { mountpoint: overlayRoot }, ...this.#plugin.imageUsage() };
    return { imageFilesystems: [usage], containerFilesystems: [usage] };
  }

  /** The three records of an image that CRI pulled: tag, digest, id. */
  #name(reference: string, pulled: ContainerdImage): string {
    const resolved = this.#plugin.content.resolve(pulled.target.digest);
    if (!resolved) throw new CriError('Unknown', `failed to resolve image ${JSON.stringify(reference)}`);
    const labels = { ...managed, ...(this.#plugin.pinned(reference) ? { 'io.cri-containerd.pinned': 'pinned' } : {}) };
    const repository = reference.replace(/@.*$/, '').replace(/:[^:/]+$/, '');
    this.#images.put(criNamespace, pulled.name, pulled.target, labels);
    this.#images.put(criNamespace, `${repository}@${pulled.target.digest}`, pulled.target, labels);
    this.#images.put(criNamespace, resolved.configDigest, pulled.target, labels);
    return resolved.configDigest;
  }

  #parse(image: string): string {
    try {
      return parseDockerReference(image).full;
    } catch (error) {
      const text = textOf(error);
      if (text === undefined) throw error;
      throw new CriError('Unknown', text.startsWith('failed to parse') ? text : `failed to parse image reference ${JSON.stringify(image)}: ${text}`);
    }
  }
}

function toCri(image: StoredImage): CriImage {
  const user = image.config.config.User?.split(':')[0] ?? '';
  const numeric = /^\d+$/.test(user);
  return {
    id: image.id,
    repoTags: image.tags,
    repoDigests: image.digests,
    size: image.size,
    ...(numeric ? { uid: Number(user) } : {}),
    username: numeric ? '' : user,
    pinned: image.pinned,
  };
}
