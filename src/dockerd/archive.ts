/** docker save and load: images as an OCI layout in a tar (moby daemon/containerd/image_exporter.go). */
import type { Blob, ImageIndex, ImageManifest } from '../interfaces/containerd.ts';
import { DockerError } from '../interfaces/docker.ts';
import { type ImageArchive, ImageArchiveError, readImageArchive, TarError, writeImageArchive } from '../interfaces/image-archive.ts';
import type { Routine } from '../sim/routine.ts';
import { sleep } from '../sim/routine.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { isDangling } from './image-store.ts';
import { familiar, parseReference } from './reference.ts';

/** The tar as a text. Throws DockerError 404 for a reference that is not there. */
export function saveImages(engine: Engine, store: ImageStore, references: readonly string[]): string {
  const images = references.map((reference) => ({ stored: store.get(reference), name: nameOf(reference, store.get(reference)) }));
  const digests = images.flatMap(({ stored }) => [
    stored.id,
    stored.manifestDigest,
    stored.manifest.config.digest,
    ...stored.manifest.layers.map((layer) => layer.digest),
  ]);
  const archive = {
    images: images.map(({ stored, name }) => ({ name, target: stored.target })),
    blobs: digests.map((digest) => engine.containerd.content.get(moby, digest)),
  };
  return writeImageArchive(archive, engine.now, familiar);
}

/** The name to write; undefined for an image that was asked for by its id. */
function nameOf(reference: string, { names, id }: StoredImage): string | undefined {
  if (id.startsWith(`sha256:${reference.replace(/^sha256:/, '')}`)) return undefined;
  const { full } = parseReference(reference);
  return names.includes(full) ? full : names.find((name) => !isDangling(name));
}

/** Gives what was loaded, by name or id. Throws DockerError for what is no image archive. */
export function* loadImages(engine: Engine, store: ImageStore, text: string): Routine<string[]> {
  const archive = open(text);
  const { containerd } = engine;
  for (const blob of archive.blobs) containerd.content.write(moby, blob, labelsOf(blob));
  const loaded: string[] = [];
  for (const { name, target } of archive.images) {
    const full = name ?? `moby-dangling@${target.digest}`;
    store.name(full, target);
    yield* sleep(engine.sim.random.between(20, 40));
    yield* containerd.snapshots.unpack(moby, snapshotter, full);
    loaded.push(name === undefined ? `ID: ${target.digest}` : `: ${familiar(name)}`);
    engine.emit('image', 'load', target.digest, { name: name === undefined ? target.digest : familiar(name) });
  }
  return loaded;
}

function open(text: string): ImageArchive {
  try {
    return readImageArchive(text);
  } catch (error) {
    if (error instanceof TarError) throw new DockerError(500, error.message);
    if (!(error instanceof ImageArchiveError)) throw error;
    throw new DockerError(500, error.kind === 'format' ? 'invalid archive: does not contain a manifest.json' : error.message);
  }
}

/** What keeps a blob's parts alive: the references for the garbage collector. */
function labelsOf({ mediaType, text }: Blob): Record<string, string> {
  if (/layer|config/.test(mediaType)) return {};
  const { config, layers = [], manifests = [] } = JSON.parse(text) as Partial<ImageManifest & ImageIndex>;
  const below = config ? [config, ...layers] : manifests;
  return Object.fromEntries(below.map((each, i) => [`containerd.io/gc.ref.content.${i}`, each.digest]));
}
