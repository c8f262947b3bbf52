/** A worker of buildkitd on containerd's stores: those of a containerd that runs, or the ones that buildkitd has linked in (buildkit worker/containerd, worker/runc). */

import { createHash } from 'node:crypto';
import { BuildError, type BuildImage, type BuildStep, type BuildWorker, type CachedStep } from '../interfaces/buildkit.ts';
import { chainIds } from '../interfaces/chain-id.ts';
import { type ContainerdApi, ContainerdError } from '../interfaces/containerd.ts';
import { partsOf } from '../interfaces/image-content.ts';
import { wholeImageName } from '../interfaces/image-name.ts';
import { newImage } from '../interfaces/new-image.ts';
import type { Sim } from '../sim/sim.ts';
import { accessOf, type RegistriesConfig } from './registry-config.ts';
import { runStepIn } from './run.ts';

/** What a worker has of containerd. */
export type WorkerParts = {
  readonly sim: Sim;
  readonly containerd: () => ContainerdApi;
  readonly namespace: string;
  readonly snapshotter: string;
  readonly state: WorkerState;
  readonly machine: BuildWorker['machine'];
  readonly entitlements: readonly string[];
  readonly registries: RegistriesConfig;
};

/** What a worker keeps on disk. */
export type WorkerState = {
  readonly cache: Map<string, CachedStep>;
  /** Base images by name: they have no name in containerd's store. */
  readonly sources: Map<string, string>;
};

const held = 'containerd.io/gc.root';

/** The containerd worker: images and steps are containerd's. */
export function containerdWorker(parts: WorkerParts): BuildWorker {
  const { sim, namespace, snapshotter, state } = parts;
  const api = (): ContainerdApi => parts.containerd();
  const chain = (image: BuildImage): string => chainIds(image.config.rootfs.diff_ids).at(-1) ?? '';
  const descriptor = (image: BuildImage) => {
    const { mediaType, digest, size } = api().content.get(namespace, image.id);
    return { mediaType, digest, size };
  };
  return {
    cache: state.cache,
    machine: parts.machine,
    entitlements: parts.entitlements,
    now: () => sim.now,
    random: (least, most) => sim.random.between(least, most),
    wholeName: (text) => {
      const name = wholeImageName(text);
      if (name === undefined) throw new BuildError(`failed to parse stage name ${JSON.stringify(text)}: invalid reference format`);
      return name;
    },
    find: (name) => readImage(parts, state.sources.get(name) ?? name),
    *pull(name) {
      try {
        const { target } = yield* api().images.pull(namespace, `${name}`, { snapshotter, ...accessOf(parts.registries, name, 'pull') });
        hold(parts, target.digest);
        state.sources.set(name, target.digest);
        api().images.delete(namespace, name);
      } catch (error) {
        throw translated(error);
      }
    },
    root: (image) => (chain(image) === '' ? undefined : api().snapshots.directory(namespace, snapshotter, chain(image))),
    blobs: (image) => {
      const digests = [image.id, image.manifestDigest, image.manifest.config.digest, ...image.manifest.layers.map(({ digest }) => digest)];
      return [...new Set(digests)].map((digest) => api().content.get(namespace, digest));
    },
    *commit(layer) {
      const { blobs, target } = newImage(layer, sim.now);
      for (const { blob, labels } of blobs) api().content.write(namespace, blob, labels);
      hold(parts, target.digest);
      // Unpacking goes by name: for as long as it takes.
      const name = `buildkit/${target.digest.slice(7)}`;
      api().images.create(namespace, { name, target });
      try {
        yield* api().snapshots.unpack(namespace, snapshotter, name);
      } finally {
        api().images.delete(namespace, name);
      }
      const image = readImage(parts, target.digest);
      if (!image) throw new BuildError(`content digest ${target.digest}: not found`);
      return image;
    },
    run: (step: BuildStep) => runStepIn(parts, step, chain(step.image)),
    name(image, name) {
      const { images } = api();
      const target = descriptor(image);
      if (images.list(namespace).some((each) => each.name === name)) images.update(namespace, name, { target });
      else images.create(namespace, { name, target });
    },
    *push(image, name, auth) {
      try {
        yield* api().images.push(namespace, name, {
          target: descriptor(image),
          ...accessOf(parts.registries, name, 'push'),
          ...(auth ? { user: `${auth.username}:${auth.password}` } : {}),
        });
      } catch (error) {
        throw translated(error);
      }
    },
    release(made) {
      for (const digest of made) if (readImage(parts, digest)) api().content.label(namespace, digest, { [held]: '' });
    },
  };
}

const hold = ({ containerd, namespace, sim }: WorkerParts, digest: string): void =>
  void containerd().content.label(namespace, digest, { [held]: new Date(sim.now).toISOString() });

const translated = (error: unknown): unknown => (error instanceof ContainerdError ? new BuildError(error.message) : error);

function readImage({ containerd, namespace }: WorkerParts, digest: string): BuildImage | undefined {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  const { content } = containerd();
  const { manifest, manifestDigest, config } = partsOf(content, namespace, digest);
  return manifest && config && { id: digest, manifestDigest, manifest, config };
}

/** As buildkitd makes ids of workers and of records: 25 small letters and digits. */
export const identity = (...seed: readonly string[]): string =>
  BigInt(`0x${createHash('sha256').update(seed.join('\0')).digest('hex').slice(0, 34)}`)
    .toString(36)
    .padStart(25, '0')
    .slice(-25);
