/** CRI's ImageService on containers/storage (CRI-O server/image_*.go). */
import { type AuthConfig, CriError, type CriImage, type ImageService, type ImageSpec } from '../interfaces/cri.ts';
import type { Routine } from '../sim/routine.ts';
import type { Call, Context } from './context.ts';
import { pullImage } from './pull.ts';
import { candidates, type Reference, unknown } from './references.ts';
import { graphRoot, type StoredImage } from './storage.ts';

/** CRI's ImageService. */
export class CrioImageService implements ImageService {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  listImages(filter?: { readonly image?: ImageSpec }): readonly CriImage[] {
    const name = filter?.image?.image ?? '';
    const found = name === '' ? [...this.#context.storage.state.images.values()] : [this.find(name)].filter((each) => each !== undefined);
    return found.map((image) => this.#toCri(image));
  }

  imageStatus(image: ImageSpec, verbose: boolean): ReturnType<ImageService['imageStatus']> {
    const found = this.find(image.image);
    if (!found) return { info: {} };
    return { image: this.#toCri(found), info: verbose ? { labels: found.config.config.Labels ?? {}, imageSpec: found.config } : {} };
  }

  /** By id or any form of its name; throws CriError when a short name means nothing. */
  find(name: string): StoredImage | undefined {
    const { storage, files, config } = this.#context;
    const held = storage.findImage(name);
    if (held) return held;
    if (/^(sha256:)?[0-9a-f]{64}$/.test(name)) return undefined;
    try {
      for (const { full } of candidates(files, name, config.shortNameMode)) {
        const found = storage.findImage(full);
        if (found) return found;
      }
    } catch (error) {
      // What looks like the beginning of an id is none that is known.
      if (!(error instanceof CriError) || !/^[0-9a-f]{3,}$/.test(name)) throw error;
    }
    return undefined;
  }

  *pullImage(image: ImageSpec, auth?: AuthConfig): Routine<string> {
    const call = this.#context.call('ImageService/PullImage');
    call.info(`Pulling image: ${image.image}`);
    const pulled = yield* this.#pull(candidates(this.#context.files, image.image, this.#context.config.shortNameMode, call.info), call, auth);
    call.info(`Pulled image: ${pulled.digests[0]}`);
    return pulled.id;
  }

  /** The pause image comes before the first pod. */
  *pause(): Routine<StoredImage> {
    const { files, config } = this.#context;
    const held = this.find(config.pauseImage);
    if (held) return held;
    return yield* this.#pull(candidates(files, config.pauseImage, config.shortNameMode), this.#context.call('RuntimeService/RunPodSandbox'));
  }

  *#pull(references: readonly Reference[], call: Call, auth?: AuthConfig): Routine<StoredImage> {
    let last: CriError = unknown('internal error: pullImage failed but reported no error reason');
    for (const reference of references) {
      call.info(`Trying to access "${reference.full}"`);
      try {
        return yield* pullImage(this.#context, reference, auth);
      } catch (error) {
        if (!(error instanceof CriError)) throw error;
        last = error;
      }
    }
    throw last;
  }

  removeImage(image: ImageSpec): void {
    const found = this.find(image.image);
    const call = this.#context.call('ImageService/RemoveImage');
    if (!found) return;
    const byName = !found.id.startsWith(image.image.replace(/^sha256:/, ''));
    const rest = byName ? found.names.filter((name) => name !== this.#nameOf(image.image, found)) : [];
    call.info(`Removing image: ${image.image}`);
    if (rest.length > 0) return this.#context.storage.setNames(found, rest);
    const user = [...this.#context.storage.state.containers.values()].find((container) => container.image === found.id);
    if (user) throw unknown(`delete image: image used by ${user.id}: image is in use by a container`);
    this.#context.storage.removeImage(found);
  }

  #nameOf(asked: string, found: StoredImage): string {
    const { files, config } = this.#context;
    return candidates(files, asked, config.shortNameMode).find(({ full }) => found.names.includes(full))?.full ?? asked;
  }

  imageFsInfo(): ReturnType<ImageService['imageFsInfo']> {
    const { images, containers } = this.#context.storage.usage();
    const usage = { timestamp: this.#context.now, fsId: { mountpoint: `${graphRoot}/overlay-images` } };
    return {
      imageFilesystems: [{ ...usage, ...images }],
      containerFilesystems: [{ ...usage, fsId: { mountpoint: `${graphRoot}/overlay-containers` }, ...containers }],
    };
  }

  #toCri(image: StoredImage): CriImage {
    const user = image.config.config.User?.split(':')[0] ?? '';
    const numeric = /^\d+$/.test(user);
    const { pauseImage, pinnedImages } = this.#context.config;
    const pinned = (name: string): boolean =>
      [pauseImage, ...pinnedImages].some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
    return {
      id: image.id,
      repoTags: image.names,
      repoDigests: image.digests,
      size: image.size,
      ...(numeric ? { uid: Number(user) } : {}),
      username: numeric ? '' : user,
      pinned: image.names.some(pinned),
    };
  }
}
