/** Layers in forms that can be read in parts, and images made of them: eStargz, whose table of contents is the last file of its tar (stargz-snapshotter estargz/build.go). */

import type { ContainerdApi } from './containerd.ts';
import type { Blob, Descriptor, ImageConfig, ImageManifest, LayerEntry } from './distribution.ts';
import { descriptorOf, manifestLabels, sha256, textBlob } from './image-content.ts';
import { lazyMarks } from './snapshotter.ts';

/** A layer in another form with the descriptor that a manifest needs; its annotations say what a lazy snapshotter looks for. */
export type ConvertedLayer = { readonly blob: Blob; readonly descriptor: Descriptor /** Digest of the tar itself. */; readonly diffId: string };

/** Adds the table of contents and the landmark file. Digest and DiffID change; the size grows by 3 %. */
export function estargzLayer(layer: Blob): ConvertedLayer {
  const entries = JSON.parse(layer.text) as LayerEntry[];
  const toc = JSON.stringify({
    version: 1,
    entries: entries.map(({ path, type }) => ({ name: path.replace(/^\//, ''), type: type === 'file' ? 'reg' : type })),
  });
  const added: LayerEntry[] = [
    { path: '/.no.prefetch.landmark', type: 'file', mode: 0o644, content: '\x0f' },
    { path: '/stargz.index.json', type: 'file', mode: 0o644, content: toc },
  ];
  const plain = entries.filter(({ path }) => !added.some((each) => each.path === path));
  const text = JSON.stringify([...plain, ...added]);
  // Each file is a gzip member of its own, which costs a little.
  const blob: Blob = { digest: sha256(text), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: Math.round(layer.size * 1.03) + 2048, text };
  const annotations = { [lazyMarks.tocDigest]: sha256(toc), 'io.containers.estargz.uncompressed-size': String(Math.round(layer.size * 2.4)) };
  return { blob, descriptor: { mediaType: blob.mediaType, digest: blob.digest, size: blob.size, annotations }, diffId: sha256(`tar:${text}`) };
}

/** Other forms differ in their compression alone: the same files under another media type and digest. */
export const layerForms = {
  zstd: { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', factor: 0.92, mark: ' ' },
  zstdchunked: { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', factor: 0.95, mark: '  ' },
  uncompress: { mediaType: 'application/vnd.oci.image.layer.v1.tar', factor: 2.4, mark: '\n' },
  nydus: { mediaType: lazyMarks.nydusBlob, factor: 0.97, mark: '\n ' },
} as const;
/** Flags of `nerdctl image convert` and `ctr images convert`, without the dashes. */
export type LayerForm = keyof typeof layerForms;

/** The same files: the diffId is the plain layer's, as if only the compression had changed. */
export function recompressed(layer: Blob, form: LayerForm): ConvertedLayer {
  const { mediaType, factor, mark } = layerForms[form];
  const text = layer.text.trimEnd() + mark;
  const blob: Blob = { digest: sha256(text), mediaType, size: Math.round(layer.size * factor), text };
  const annotations = form === 'nydus' ? { 'containerd.io/snapshot/nydus-blob': 'true' } : undefined;
  const descriptor = { mediaType, digest: blob.digest, size: blob.size, ...(annotations ? { annotations } : {}) };
  return { blob, descriptor, diffId: sha256(`tar:${layer.text}`) };
}

/** A layer in the form that it is to have; without a `diffId` its files are as they were. */
export type ChangedLayer = { readonly blob: Blob; readonly descriptor: Descriptor; readonly diffId?: string };

type Rewritten = {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly change: (layer: Blob, descriptor: Descriptor) => ChangedLayer;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Media types, where they are to be others. */
  readonly types?: { readonly manifest: string; readonly config: string };
};

/** Writes an image's manifest anew with other layers (containerd core/images/converter). */
export function rewriteManifest(
  content: Pick<ContainerdApi['content'], 'get' | 'write'>,
  namespace: string,
  { manifest, config, change, annotations = {}, types = { manifest: manifest.mediaType, config: manifest.config.mediaType } }: Rewritten,
): Descriptor {
  const layers = manifest.layers.map((each) => change(content.get(namespace, each.digest), each));
  for (const { blob } of layers) content.write(namespace, blob);
  const diffIds = layers.map(({ diffId }, i) => diffId ?? config.rootfs.diff_ids[i] ?? '');
  const same = diffIds.every((each, i) => each === config.rootfs.diff_ids[i]);
  const newConfig = textBlob(types.config, JSON.stringify({ ...config, rootfs: { ...config.rootfs, diff_ids: diffIds } }));
  if (!same) content.write(namespace, newConfig);
  const changed: ImageManifest = {
    ...manifest,
    mediaType: types.manifest,
    config: same ? manifest.config : descriptorOf(newConfig),
    layers: layers.map(({ descriptor }) => descriptor),
    ...(Object.keys(annotations).length > 0 ? { annotations: { ...manifest.annotations, ...annotations } } : {}),
  };
  const blob = textBlob(types.manifest, JSON.stringify(changed));
  content.write(namespace, blob, manifestLabels(changed));
  return descriptorOf(blob);
}
