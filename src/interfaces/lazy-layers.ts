/** Layers in forms that can be read in parts: eStargz, whose table of contents is the last file of its tar (stargz-snapshotter estargz/build.go). */
import { createHash } from 'node:crypto';
import type { Blob, Descriptor, LayerEntry } from './distribution.ts';
import { lazyMarks } from './snapshotter.ts';

export type ConvertedLayer = { readonly blob: Blob; readonly descriptor: Descriptor /** Digest of the tar itself. */; readonly diffId: string };

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

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
export type LayerForm = keyof typeof layerForms;

export function recompressed(layer: Blob, form: LayerForm): ConvertedLayer {
  const { mediaType, factor, mark } = layerForms[form];
  const text = layer.text.trimEnd() + mark;
  const blob: Blob = { digest: sha256(text), mediaType, size: Math.round(layer.size * factor), text };
  const annotations = form === 'nydus' ? { 'containerd.io/snapshot/nydus-blob': 'true' } : undefined;
  const descriptor = { mediaType, digest: blob.digest, size: blob.size, ...(annotations ? { annotations } : {}) };
  return { blob, descriptor, diffId: sha256(`tar:${layer.text}`) };
}
