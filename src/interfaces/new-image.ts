/** A new image on top of another: its layer, configuration and manifest as blobs. */

import type { ArchiveEntry } from './buildkit.ts';
import type { Blob, Descriptor, ImageConfig, ImageManifest } from './distribution.ts';
import { descriptorOf, manifestLabels, sha256, textBlob } from './image-content.ts';

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/** What is new in it. */
export type NewImage = {
  readonly parent: { readonly manifest: ImageManifest; readonly config: ImageConfig } | undefined;
  /** undefined: the image differs in its configuration only. */
  readonly entries: readonly ArchiveEntry[] | undefined;
  readonly config: ImageConfig['config'];
  readonly createdBy: string;
  readonly comment?: string;
  readonly author?: string;
  /** Milliseconds; now unless told: a step out of a cache is as old as it was. */
  readonly created?: number;
  /** Steps before this one that changed the configuration only. */
  readonly before?: readonly string[];
};

/** A blob to be stored, with the labels that hold what it leads to. */
type StoredBlob = { readonly blob: Blob; readonly labels: Readonly<Record<string, string>> };

/** What has to be written so that `target` is the image. */
export function newImage(image: NewImage, now: number): { readonly blobs: readonly StoredBlob[]; readonly target: Descriptor } {
  const created = new Date(image.created ?? now).toISOString();
  const { parent, entries } = image;
  const layer = entries === undefined ? undefined : layerBlob(entries);
  const comment = image.comment ? { comment: image.comment } : {};
  const quiet = (image.before ?? []).map((createdBy) => ({ created, created_by: createdBy, ...comment, empty_layer: true }));
  const history = { created, created_by: image.createdBy, ...comment, ...(layer ? {} : { empty_layer: true }) };
  const config = jsonBlob(types.config, {
    ...(image.author ? { author: image.author } : {}),
    architecture: 'amd64',
    config: image.config,
    created,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [...(parent?.config.rootfs.diff_ids ?? []), ...(layer ? [sha256(`tar:${layer.text}`)] : [])] },
    history: [...(parent?.config.history ?? []), ...quiet, history],
  });
  const layers = [...(parent?.manifest.layers ?? []), ...(layer ? [descriptorOf(layer)] : [])];
  const manifest = jsonBlob(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config: descriptorOf(config), layers });
  const plain = [...(layer ? [layer] : []), config].map((blob) => ({ blob, labels: {} }));
  return { blobs: [...plain, { blob: manifest, labels: manifestLabels({ config, layers }) }], target: descriptorOf(manifest) };
}

/** What the packed layer would weigh. */
const weight = (entries: readonly ArchiveEntry[]): number =>
  entries.reduce((sum, { content, size }) => sum + 180 + Math.round((size ?? content?.length ?? 0) * (size === undefined ? 0.5 : 0.42)), 110);

function layerBlob(entries: readonly ArchiveEntry[]): Blob {
  const text = JSON.stringify(entries);
  return { digest: sha256(text), mediaType: types.layer, size: weight(entries), text };
}

const jsonBlob = (mediaType: string, value: object): Blob => textBlob(mediaType, JSON.stringify(value));
