/** CRI's ImageService on Docker's images (kubernetes pkg/kubelet/dockershim/docker_image.go). */
import { type AuthConfig, CriError, type CriImage, type ImageService, type ImageSpec } from '../interfaces/cri.ts';
import { DockerError, type ImageInspected, type ImageSummary } from '../interfaces/docker.ts';
import type { Routine } from '../sim/routine.ts';
import { type Shim, textOf } from './shim.ts';

/** The shim's images. */
export class Images implements ImageService {
  readonly #shim: Shim;

  constructor(shim: Shim) {
    this.#shim = shim;
  }

  listImages(filter: { readonly image?: ImageSpec } = {}): readonly CriImage[] {
    const wanted = filter.image?.image ?? '';
    return this.#shim
      .call((docker) => docker.images.list({ all: false }))
      .filter(({ RepoTags }) => wanted === '' || RepoTags.includes(wanted))
      .map((summary) => this.#toCri(summary));
  }

  imageStatus(image: ImageSpec): ReturnType<ImageService['imageStatus']> {
    const inspected = this.#inspect(image.image);
    if (!inspected) return { info: {} };
    const summary = this.#shim.call((docker) => docker.images.list({ all: true })).find(({ Id }) => Id === inspected.Id);
    return summary ? { image: this.#toCri(summary, inspected), info: {} } : { info: {} };
  }

  *pullImage(image: ImageSpec, _auth?: AuthConfig): Routine<string> {
    const name = image.image;
    yield* this.#shim.run((docker) => docker.images.pull(name, () => {}));
    const id = this.#inspect(name)?.Id;
    if (id === undefined) throw new CriError('Unknown', `unable to inspect image ${JSON.stringify(name)}`);
    return id;
  }

  /** By name only that name goes, by id all of them. */
  removeImage(image: ImageSpec): void {
    const inspected = this.#inspect(image.image);
    if (!inspected) return;
    this.#shim.sim.go(this.#remove(inspected.RepoTags.length > 0 ? inspected.RepoTags : [inspected.Id]), 'dockershim remove image');
  }

  imageFsInfo(): ReturnType<ImageService['imageFsInfo']> {
    const usage = {
      timestamp: this.#shim.sim.now,
      fsId: { mountpoint: '/var/lib/docker' },
      usedBytes: this.#shim.call((docker) => docker.images.list({ all: true })).reduce((sum, { Size }) => sum + Size, 0),
      inodesUsed: 0,
    };
    return { imageFilesystems: [usage], containerFilesystems: [usage] };
  }

  *#remove(names: readonly string[]): Routine {
    for (const name of names) {
      try {
        yield* this.#shim.options.docker().images.remove(name, { force: false });
      } catch (error) {
        if (!(error instanceof DockerError)) throw error; // In use: it stays.
      }
    }
  }

  #inspect(name: string): ImageInspected | undefined {
    try {
      return this.#shim.options.docker().images.inspect(name);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.status === 404) return undefined;
      throw new CriError('Unknown', textOf(error));
    }
  }

  #toCri(summary: ImageSummary, inspected?: ImageInspected): CriImage {
    const user = ((inspected ?? this.#inspect(summary.Id))?.Config as { readonly User?: string } | undefined)?.User?.split(':')[0] ?? '';
    const numeric = /^\d+$/.test(user);
    return {
      id: summary.Id,
      repoTags: summary.RepoTags,
      repoDigests: summary.RepoDigests,
      size: summary.Size,
      ...(numeric ? { uid: Number(user) } : {}),
      username: numeric ? '' : user,
      pinned: false,
    };
  }
}
