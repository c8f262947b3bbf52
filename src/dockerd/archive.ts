/** docker save and load: images as an OCI layout in a tar (moby daemon/containerd/image_exporter.go). */
import type { Blob, Descriptor, ImageIndex, ImageManifest } from '../interfaces/containerd.ts';
import { type ArchiveEntry, DockerError } from '../interfaces/docker.ts';
import type { Routine } from '../sim/routine.ts';
import { sleep } from '../sim/routine.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { isDangling } from './image-store.ts';
import { familiar, parseReference } from './reference.ts';
import { readTar, writeTar } from './tar.ts';

const nameLabel = 'io.containerd.image.name';
const path = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;

export function saveImages(engine: Engine, store: ImageStore, references: readonly string[]): string {
  const images = references.map((reference) => ({ stored: store.get(reference), name: nameOf(reference, store.get(reference)) }));
  const blobs = new Map<string, Blob>();
  for (const { stored } of images)
    for (const digest of [stored.id, stored.manifestDigest, stored.manifest.config.digest, ...stored.manifest.layers.map((layer) => layer.digest)])
      blobs.set(digest, engine.containerd.content.get(moby, digest));
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(({ stored, name }) => ({
      ...stored.target,
      ...(name === '' ? {} : { annotations: { [nameLabel]: name, 'org.opencontainers.image.ref.name': name.replace(/^.*:/, '') } }),
    })),
  };
  const docker = images.map(({ stored, name }) => ({
    Config: path(stored.manifest.config.digest),
    RepoTags: name === '' ? null : [familiar(name)],
    Layers: stored.manifest.layers.map(({ digest }) => path(digest)),
  }));
  const file = (name: string, content: string): ArchiveEntry => ({ path: name, type: 'file', content });
  return writeTar(
    [
      { path: 'blobs/', type: 'directory' },
      { path: 'blobs/sha256/', type: 'directory' },
      ...[...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)).map(({ digest, text }) => file(path(digest), text)),
      file('index.json', JSON.stringify(index)),
      file('manifest.json', JSON.stringify(docker)),
      file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    ],
    engine.now,
  );
}

function nameOf(reference: string, { names, id }: StoredImage): string {
  if (id.startsWith(`sha256:${reference.replace(/^sha256:/, '')}`)) return '';
  const { full } = parseReference(reference);
  return names.includes(full) ? full : (names.find((name) => !isDangling(name)) ?? '');
}

export function* loadImages(engine: Engine, store: ImageStore, text: string): Routine<string[]> {
  const files = readTar(text);
  const source = files?.get('index.json');
  if (!files || source === undefined)
    throw new DockerError(500, files ? 'invalid archive: does not contain a manifest.json' : 'archive/tar: invalid tar header');
  const index = JSON.parse(source) as { readonly manifests: readonly (Descriptor & { readonly annotations?: Readonly<Record<string, string>> })[] };
  const { containerd } = engine;
  const loaded: string[] = [];
  for (const { annotations, ...target } of index.manifests) {
    take(target);
    const name = annotations?.[nameLabel];
    const full = name ?? `moby-dangling@${target.digest}`;
    store.name(full, target);
    yield* sleep(engine.sim.random.between(20, 40));
    yield* containerd.snapshots.unpack(moby, snapshotter, full);
    loaded.push(name === undefined ? `ID: ${target.digest}` : `: ${familiar(name)}`);
    engine.emit('image', 'load', target.digest, { name: name === undefined ? target.digest : familiar(name) });
  }
  return loaded;

  /** A blob and what it refers to; the tar has only what stands for a layer, whose weight its descriptor tells. */
  function take({ digest, mediaType, size }: Descriptor): void {
    const content = files?.get(path(digest));
    if (content === undefined) return;
    const below = /index|manifest\.list/.test(mediaType)
      ? (JSON.parse(content) as ImageIndex).manifests
      : /manifest/.test(mediaType)
        ? [(JSON.parse(content) as ImageManifest).config, ...(JSON.parse(content) as ImageManifest).layers]
        : [];
    const refs = Object.fromEntries(below.map((each, i) => [`containerd.io/gc.ref.content.${i}`, each.digest]));
    containerd.content.write(moby, { digest, mediaType, size, text: content }, refs);
    below.forEach(take);
  }
}
