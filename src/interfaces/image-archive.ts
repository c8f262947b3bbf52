/** Images as an OCI layout in a tar (image-spec, containerd core/images/archive): what ctr, nerdctl and docker hand to each other in files. */

import { JsonError, parseJson } from '../apimachinery/json.ts';
import { readTar, type TarEntry, TarError, writeTar } from '../apimachinery/tar.ts';
import type { Blob, Descriptor, ImageIndex, ImageManifest } from './distribution.ts';
import { isIndex, sha256 } from './image-content.ts';

/** `name` is undefined where the archive names none. */
type ArchivedImage = { readonly name: string | undefined; readonly target: Descriptor };
/** What `docker save`, `ctr images export` and buildctl's `type=oci` write and their counterparts read. `target` of each image is among `blobs`. */
export type ImageArchive = {
  readonly images: readonly ArchivedImage[];
  readonly blobs: readonly Blob[];
  /** The archive's own index.json, as a blob. */
  readonly index?: Blob;
};

/** Why an archive cannot be read. `kind` format: it is no image archive; broken: it says that it is one and lies. */
export class ImageArchiveError extends Error {
  readonly kind: 'format' | 'broken';
  constructor(kind: 'format' | 'broken', message: string) {
    super(message);
    this.kind = kind;
  }
}

const nameLabel = 'io.containerd.image.name';
const referenceLabel = 'org.opencontainers.image.ref.name';
const path = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;

/** The file that `save` and `export` write. `short` is how manifest.json names an image. */
export function writeImageArchive({ images, blobs }: ImageArchive, now: number, short: (name: string) => string): string {
  const byDigest = new Map(blobs.map((blob) => [blob.digest, blob]));
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(({ name, target }) => ({
      ...target,
      ...(name === undefined ? {} : { annotations: { [nameLabel]: name, [referenceLabel]: name.replace(/^.*:/, '') } }),
    })),
  };
  const docker = images.map(({ name, target }) => {
    const manifest = manifestBelow(byDigest, target.digest);
    return {
      Config: path(manifest?.config.digest ?? ''),
      RepoTags: name === undefined ? null : [short(name)],
      Layers: (manifest?.layers ?? []).map(({ digest }) => path(digest)),
    };
  });
  const file = (name: string, content: string): TarEntry => ({ path: name, content });
  return writeTar(
    [
      { path: 'blobs/' },
      { path: 'blobs/sha256/' },
      ...[...byDigest.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)).map(({ digest, text }) => file(path(digest), text)),
      file('index.json', JSON.stringify(index)),
      file('manifest.json', JSON.stringify(docker)),
      file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    ],
    now,
  );
}

/**
 * What an archive holds, every blob checked against its digest before anything is taken. Throws ImageArchiveError, or TarError for what is no
 * tar at all.
 */
export function readImageArchive(text: string): ImageArchive {
  const files = readTar(text);
  const source = files.get('index.json');
  if (source === undefined) throw new ImageArchiveError('format', 'unrecognized image format');
  const index = parsed<{ readonly manifests?: readonly (Descriptor & { readonly annotations?: Readonly<Record<string, string>> })[] }>(source, 'index.json');
  const blobs = new Map<string, Blob>();
  for (const target of index.manifests ?? []) take(target, files, blobs);
  const images = (index.manifests ?? []).map(({ annotations, ...target }) => ({ name: annotations?.[nameLabel], target }));
  const own = { digest: sha256(source), mediaType: 'application/vnd.oci.image.index.v1+json', size: source.length, text: source };
  return { images, blobs: [...blobs.values()], index: own };
}

export { TarError };

/** A blob and what it refers to. The tar has only what stands for a layer, whose weight its descriptor tells. */
function take({ digest, mediaType, size }: Descriptor, files: ReadonlyMap<string, string>, blobs: Map<string, Blob>, depth = 0): void {
  const text = files.get(path(digest));
  if (blobs.has(digest) || depth > 8) return;
  if (text === undefined) {
    // An index may name platforms that were not exported.
    if (depth === 1 && !/layer|config/.test(mediaType)) return;
    throw new ImageArchiveError('broken', `content digest ${digest}: not found`);
  }
  const real = sha256(text);
  if (real !== digest) throw new ImageArchiveError('broken', `unexpected commit digest ${real}, expected ${digest}: failed precondition`);
  blobs.set(digest, { digest, mediaType, size, text });
  for (const each of referredBy(text, mediaType, digest)) take(each, files, blobs, isIndex({ mediaType }) ? 1 : 2);
}

function referredBy(text: string, mediaType: string, digest: string): readonly Descriptor[] {
  if (isIndex({ mediaType })) return parsed<ImageIndex>(text, digest).manifests ?? [];
  if (!/manifest/.test(mediaType)) return [];
  const manifest = parsed<ImageManifest>(text, digest);
  return [manifest.config, ...(manifest.layers ?? [])];
}

function parsed<T>(text: string, what: string): T {
  try {
    return parseJson(text) as T;
  } catch (error) {
    if (error instanceof JsonError) throw new ImageArchiveError('broken', `failed to unmarshal ${what}: ${error.message}`);
    throw error;
  }
}

function manifestBelow(blobs: ReadonlyMap<string, Blob>, digest: string): ImageManifest | undefined {
  const top = blobs.get(digest);
  if (!top) return undefined;
  if (!isIndex(top)) return JSON.parse(top.text) as ImageManifest;
  const below = (JSON.parse(top.text) as ImageIndex).manifests.map((each) => blobs.get(each.digest)).find((each) => each !== undefined);
  return below && (JSON.parse(below.text) as ImageManifest);
}
