/** Images as an OCI layout in a tar file (core/images/archive). */
import type { Blob, Descriptor, ImageIndex, ImageManifest } from '../../interfaces/containerd.ts';
import { readTar, type TarEntry, writeTar } from '../tar.ts';

export type Archive = { readonly images: readonly { readonly name: string; readonly target: Descriptor }[]; readonly blobs: readonly Blob[] };

const nameLabel = 'io.containerd.image.name';

/** The file that `export` writes; `docker save` writes the same. */
export function writeArchive({ images, blobs }: Archive, now: number): string {
  const index = {
    schemaVersion: 2,
    manifests: images.map(({ name, target }) => ({
      ...target,
      annotations: { [nameLabel]: name, 'org.opencontainers.image.ref.name': name.replace(/^.*:/, '') },
    })),
  };
  const docker = images.map(({ name, target }) => {
    const manifest = manifestOf(blobs, target.digest);
    return {
      Config: path(manifest?.config.digest ?? ''),
      RepoTags: [name.replace(/^docker\.io\/library\//, '')],
      Layers: (manifest?.layers ?? []).map(({ digest }) => path(digest)),
    };
  });
  const entries: TarEntry[] = [
    { path: 'blobs/', content: '' },
    { path: 'blobs/sha256/', content: '' },
    ...[...blobs].sort((a, b) => (a.digest < b.digest ? -1 : 1)).map(({ digest, text }) => ({ path: path(digest), content: text })),
    { path: 'index.json', content: JSON.stringify(index) },
    { path: 'manifest.json', content: JSON.stringify(docker) },
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
  ];
  return writeTar(entries, now);
}

/** What an archive holds; undefined when it is no OCI layout. */
export function readArchive(text: string): Archive | undefined {
  const files = new Map((readTar(text) ?? []).map(({ path: name, content }) => [name.replace(/^\.\//, ''), content]));
  const source = files.get('index.json');
  if (source === undefined) return undefined;
  const index = JSON.parse(source) as { readonly manifests: readonly (Descriptor & { readonly annotations?: Readonly<Record<string, string>> })[] };
  const blobs = new Map<string, Blob>();
  // The tar has only what stands for the layers; what they really weigh is told by who refers to them.
  const take = (descriptor: Descriptor): Blob | undefined => {
    const content = files.get(path(descriptor.digest));
    if (content === undefined) return undefined;
    const blob = { digest: descriptor.digest, mediaType: descriptor.mediaType, size: descriptor.size, text: content };
    blobs.set(descriptor.digest, blob);
    return blob;
  };
  for (const target of index.manifests) {
    const top = take(target);
    if (!top) continue;
    const manifests = isIndex(top) ? (JSON.parse(top.text) as ImageIndex).manifests.map(take) : [top];
    for (const each of manifests) {
      if (!each) continue;
      const manifest = JSON.parse(each.text) as ImageManifest;
      for (const descriptor of [manifest.config, ...manifest.layers]) take(descriptor);
    }
  }
  const images = index.manifests.map(({ annotations, ...target }) => ({ name: annotations?.[nameLabel] ?? target.digest, target }));
  return { images, blobs: [...blobs.values()] };
}

const path = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;
const isIndex = ({ mediaType }: Blob): boolean => /index|manifest\.list/.test(mediaType);

function manifestOf(blobs: readonly Blob[], digest: string): ImageManifest | undefined {
  const top = blobs.find((blob) => blob.digest === digest);
  if (!top) return undefined;
  const text = isIndex(top) ? blobs.find((blob) => (JSON.parse(top.text) as ImageIndex).manifests.some((each) => each.digest === blob.digest))?.text : top.text;
  return text === undefined ? undefined : (JSON.parse(text) as ImageManifest);
}
