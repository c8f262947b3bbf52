/** dockerd's image service: list, pull, tag, remove, history (moby daemon/containerd). */

import { chainIds } from '../interfaces/chain-id.ts';
import { ContainerdError } from '../interfaces/containerd.ts';
import {
  type DeletedImage,
  type DockerApi,
  DockerError,
  type Filters,
  type HistoryLine,
  type ImageInspected,
  type ImageSummary,
  type PushReport,
  type RegistryAuthConfig,
} from '../interfaces/docker.ts';
import { applyChanges, type Config } from '../interfaces/dockerfile.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { loadImages, saveImages } from './archive.ts';
import { asDockerErrors } from './build-errors.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import { danglingPrefix, type ImageStore, isDangling, type StoredImage } from './image-store.ts';
import { writeImage } from './layers.ts';
import { pruneFilter } from './prune-filter.ts';
import { pullError, pushOne, tagsOfRemote } from './push.ts';
import { familiar, parseReference } from './reference.ts';
import { accessTo } from './registry.ts';

type ImagesApi = Omit<DockerApi['images'], 'build' | 'solve' | 'buildCache' | 'pruneBuildCache'>;

const fields = 'User ExposedPorts Env Entrypoint Cmd Volumes WorkingDir Labels StopSignal ArgsEscaped Healthcheck OnBuild Shell'.split(' ') as (string &
  keyof Config)[];
const maps: ReadonlySet<string> = new Set(['ExposedPorts', 'Volumes', 'Labels']);

/** Fields as Go's struct has them (docker-image-spec), maps by their keys. */
const inOrder = (config: Config): Config =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = config[field];
      if (value === undefined) return [];
      return [[field, maps.has(field) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value]];
    }),
  );

export class Images implements ImagesApi {
  readonly #engine: Engine;
  readonly #store: ImageStore;

  constructor(engine: Engine, store: ImageStore) {
    this.#engine = engine;
    this.#store = store;
  }

  list({ all }: { readonly all: boolean }): ImageSummary[] {
    const images = this.#store.all();
    const parents = new Set(images.map(({ parent }) => parent));
    return images.filter(({ names, id }) => all || !names.every(isDangling) || !parents.has(id)).map((image) => this.#summary(image));
  }

  inspect(reference: string): ImageInspected {
    const image = this.#store.get(reference);
    const tags = tagsOf(image);
    const { config } = image.config;
    return {
      Id: image.shownId,
      RepoTags: tags,
      RepoDigests: digestsOf(image),
      Comment: image.config.history?.at(-1)?.comment ?? '',
      Created: image.config.created,
      ...(image.config.author === undefined ? {} : { Author: image.config.author }),
      Config: inOrder(config),
      Architecture: image.config.architecture,
      Os: image.config.os,
      Size: image.contentSize,
      RootFS: { Type: 'layers', Layers: image.config.rootfs.diff_ids },
      Metadata: { LastTagTime: new Date(this.#engine.now).toISOString() },
      Descriptor: { mediaType: image.target.mediaType, digest: image.id, size: image.target.size },
    };
  }

  *pull(
    text: string,
    progress: (layer: string, status: string) => void,
    auth?: RegistryAuthConfig,
  ): Routine<{ readonly digest: string; readonly fresh: boolean }> {
    const reference = parseReference(text);
    const before = this.#store.find(reference.full)?.id;
    yield* sleep(this.#engine.sim.random.between(120, 220));
    try {
      const image = yield* this.#engine.containerd.images.pull(moby, reference.full, {
        snapshotter,
        ...accessTo(this.#engine, reference.host, auth),
        progress: ({ digest, mediaType, status }) => {
          if (!digest || !/layer|diff/.test(mediaType ?? '')) return;
          if (status === 'downloading') progress(digest.slice(7, 19), 'Pulling fs layer');
          if (status === 'done' && before === undefined) progress(digest.slice(7, 19), 'Download complete');
        },
      });
      this.#engine.emit('image', 'pull', familiar(reference.full), { name: familiar(reference.name) });
      return { digest: image.target.digest, fresh: before !== image.target.digest };
    } catch (error) {
      if (error instanceof ContainerdError) throw pullError(error, reference, this.#engine.old);
      throw error;
    }
  }

  *push(text: string, report: PushReport, { all = false, auth }: { readonly all?: boolean; readonly auth?: RegistryAuthConfig | undefined } = {}): Routine {
    const reference = parseReference(text);
    yield* sleep(30);
    const names = all
      ? this.#store
          .all()
          .flatMap(({ names }) => names)
          .filter((name) => name.startsWith(`${reference.name}:`))
          .sort()
      : [reference.full];
    if (names.length === 0) throw new DockerError(404, `no local images found for repository: ${familiar(`${reference.name}:x`).slice(0, -2)}`);
    for (const name of names) yield* pushOne(this.#engine, this.#store, name, report, auth);
  }

  *remoteTags(repository: string, auth?: RegistryAuthConfig): Routine<readonly string[]> {
    const { host, path, name } = parseReference(repository);
    return yield* tagsOfRemote(this.#engine, host, path, familiar(`${name}:x`).slice(0, -2), auth);
  }

  tag(source: string, target: string): void {
    const reference = parseReference(target);
    if (reference.name === 'docker.io/library/sha256') throw new DockerError(400, 'refusing to create an ambiguous tag using digest algorithm as name');
    const image = this.#store.get(source);
    if (reference.digest !== '') throw new DockerError(400, 'refusing to create a tag with a digest reference');
    this.#store.name(reference.full, image.target);
    this.#engine.emit('image', 'tag', image.id, { name: familiar(reference.full) });
  }

  *remove(text: string, { force }: { readonly force: boolean }): Routine<DeletedImage[]> {
    const image = this.#store.get(text);
    const named = image.names.find((name) => !isId(text, image) && name === parseReference(text).full);
    const tags = image.names.filter((name) => !isDangling(name));
    yield* sleep(this.#engine.sim.random.between(8, 20));
    if (named === undefined && tags.length > 1 && !force)
      throw new DockerError(409, `conflict: unable to delete ${image.shownId.slice(7, 19)} (must be forced) - image is referenced in multiple repositories`);
    const last = named === undefined || image.names.length === 1;
    if (last) this.#refuseUsed(image, named === undefined ? image.shownId.slice(7, 19) : familiar(named), force);
    const deleted: DeletedImage[] = [];
    for (const name of named === undefined ? image.names : [named]) {
      this.#engine.containerd.images.delete(moby, name, { sync: true });
      if (!isDangling(name)) deleted.push({ Untagged: familiar(name) });
      this.#engine.emit('image', 'untag', image.id, { name: familiar(name) });
    }
    if (last) deleted.push(...this.#deleted(image));
    return deleted;
  }

  history(reference: string): HistoryLine[] {
    const image = this.#store.get(reference);
    const chains = chainIds(image.config.rootfs.diff_ids);
    let layer = 0;
    const lines = (image.config.history ?? []).map((each, i, all): HistoryLine => {
      const size = each.empty_layer ? 0 : this.#store.layerSize(chains[layer++] ?? '');
      const Id = i === all.length - 1 ? image.shownId : '<missing>';
      return { Id, Created: Date.parse(each.created), CreatedBy: each.created_by ?? '', Size: size, Comment: each.comment ?? '' };
    });
    return lines.reverse();
  }

  save(references: readonly string[]): string {
    return saveImages(this.#engine, this.#store, references);
  }

  *load(archive: string): Routine<string[]> {
    return yield* loadImages(this.#engine, this.#store, archive);
  }

  *prune({
    all: given,
    filters,
  }: {
    readonly all: boolean;
    readonly filters?: Filters;
  }): Routine<{ readonly deleted: readonly DeletedImage[]; readonly space: number }> {
    const used = new Set([...this.#engine.state.containers.values()].map(({ imageId }) => imageId));
    const stored = this.#store.all();
    const parents = new Set(stored.map(({ parent }) => parent));
    const dangling = filters?.find(([key]) => key === 'dangling')?.[1];
    const all = dangling === undefined ? given : /^(false|0)$/.test(dangling);
    const wanted = pruneFilter(filters, this.#engine.now, ['dangling']);
    const matches = ({ config }: StoredImage): boolean => wanted({ labels: config.config.Labels ?? {}, created: Date.parse(config.created ?? '') || 0 });
    const victims = stored.filter((image) => !used.has(image.id) && !parents.has(image.id) && (all || image.names.every(isDangling)) && matches(image));
    const deleted: DeletedImage[] = [];
    for (const image of victims) deleted.push(...(yield* this.remove(image.id, { force: true })));
    return { deleted, space: victims.reduce((sum, { contentSize }) => sum + contentSize, 0) };
  }

  *import(...[text, entries, { changes, message }]: Parameters<ImagesApi['import']>): Routine<string> {
    const config = asDockerErrors(() => applyChanges({}, changes));
    const target = writeImage(this.#engine, { parent: undefined, entries, config, createdBy: '', comment: message || 'Imported from -' });
    const full = text === '' ? `${danglingPrefix}${target.digest}` : parseReference(text).full;
    this.#store.name(full, target);
    yield* this.#engine.containerd.snapshots.unpack(moby, snapshotter, full);
    return target.digest;
  }

  /** The image's own line, then those of steps of a build that led to it alone. */
  #deleted(image: StoredImage): DeletedImage[] {
    const deleted: DeletedImage[] = [{ Deleted: image.shownId }];
    this.#engine.emit('image', 'delete', image.id, { name: image.id });
    for (let parent = image.parent; parent !== ''; ) {
      const stored = this.#store.all();
      const above = stored.find(({ id }) => id === parent);
      if (!above?.names.every(isDangling) || stored.some((each) => each.parent === parent)) break;
      for (const name of above.names) this.#engine.containerd.images.delete(moby, name, { sync: true });
      deleted.push({ Deleted: above.id });
      parent = above.parent;
    }
    return deleted;
  }

  #refuseUsed(image: StoredImage, shown: string, force: boolean): void {
    const users = [...this.#engine.state.containers.values()].filter(({ imageId }) => imageId === image.id);
    const running = users.find((container) => container.running);
    const user = running ?? users[0];
    if (!user || (force && !running)) return;
    const using = `container ${user.id.slice(0, 12)} is using its referenced image ${image.shownId.slice(7, 19)}`;
    if (force && running)
      throw new DockerError(
        409,
        `conflict: unable to delete ${shown} (cannot be forced) - container ${user.id.slice(0, 12)} is using its referenced image ${image.shownId.slice(7, 19)}`,
      );
    const what = this.#engine.old && shown.includes(':') ? `remove repository reference "${shown}" (must force)` : `delete ${shown} (must be forced)`;
    throw new DockerError(409, `conflict: unable to ${what} - ${using}`);
  }

  #summary(image: StoredImage): ImageSummary {
    return {
      Id: image.shownId,
      RepoTags: tagsOf(image),
      RepoDigests: digestsOf(image),
      Created: Math.floor(Date.parse(image.config.created) / 1000),
      Size: image.unpackedSize + (this.#engine.old ? 0 : image.contentSize),
      ContentSize: image.contentSize,
      Labels: image.config.config.Labels ?? {},
      Containers: [...this.#engine.state.containers.values()].filter(({ imageId }) => imageId === image.id).length,
      ParentId: image.parent,
    };
  }
}

const tagsOf = ({ names }: StoredImage): string[] => names.filter((name) => !isDangling(name) && !name.includes('@')).map(familiar);
const digestsOf = ({ names, id }: StoredImage): string[] => [
  ...new Set(
    names
      .filter((name) => !isDangling(name))
      .map(
        (name) =>
          `${familiar(
            name
              .replace(/@.*$/, '')
              .replace(/:[^:/]+$/, '')
              .concat(':x'),
          ).slice(0, -2)}@${id}`,
      ),
  ),
];
const isId = (text: string, { id, manifestDigest, shownId }: StoredImage): boolean =>
  [id, manifestDigest, shownId].some((digest) => digest.startsWith(`sha256:${text.replace(/^sha256:/, '')}`)) && /^(sha256:)?[0-9a-f]{4,}$/.test(text);
