/** Turns a definition into the blobs that a registry serves: index, manifest, config, layers, with real digests. */

import type { Blob, Descriptor, ImageConfig, ImageIndex, ImageManifest } from '../interfaces/distribution.ts';
import { sha256, textBlob } from '../interfaces/image-content.ts';
import { estargzLayer } from '../interfaces/lazy-layers.ts';
import type { ImageDefinition, LayerDefinition } from './definition.ts';

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** `blobs` has everything below the index. */
export type BuiltImage = { readonly index: Blob; readonly blobs: readonly Blob[] };

/** Layers are shared between images that name the same definition: `layerCache` keeps them. */
export function buildImage(definition: ImageDefinition, layerCache: Map<LayerDefinition, Blob>): BuiltImage {
  const plain = definition.layers.map((layer) => layerBlob(layer, layerCache));
  const lazy = definition.estargz ? plain.map(estargzLayer) : undefined;
  const layers = lazy?.map(({ blob }) => blob) ?? plain;
  const config = jsonBlob(mediaTypes.config, imageConfig(definition, layers));
  const manifest = jsonBlob(mediaTypes.manifest, manifestOf(config, lazy?.map((each) => each.descriptor) ?? layers.map(descriptor)));
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: manifestsOf(definition, manifest) };
  return { index: jsonBlob(mediaTypes.index, index), blobs: [manifest, config, ...layers] };
}

function layerBlob(layer: LayerDefinition, cache: Map<LayerDefinition, Blob>): Blob {
  let blob = cache.get(layer);
  if (!blob) {
    const text = JSON.stringify(layer.entries());
    blob = { digest: sha256(text), mediaType: mediaTypes.layer, size: layer.size, text };
    cache.set(layer, blob);
  }
  return blob;
}

function imageConfig(definition: ImageDefinition, layers: readonly Blob[]): ImageConfig {
  return {
    created: definition.created,
    architecture: 'amd64',
    os: 'linux',
    config: definition.config,
    rootfs: { type: 'layers', diff_ids: layers.map(diffId) },
    history: [
      ...definition.layers.map((layer) => ({ created: definition.created, created_by: layer.createdBy })),
      ...(definition.config.Cmd && definition.layers.length > 1
        ? [{ created: definition.created, created_by: `CMD ${JSON.stringify(definition.config.Cmd)}`, empty_layer: true, comment: 'buildkit.dockerfile.v0' }]
        : []),
    ],
  };
}

/** A layer's digest uncompressed: the same entries, hashed as the "tar" itself. */
const diffId = (layer: { readonly text: string }): string => sha256(`tar:${layer.text}`);

const descriptor = ({ mediaType, digest, size }: Blob): Descriptor => ({ mediaType, digest, size });

const manifestOf = (config: Blob, layers: readonly Descriptor[]): ImageManifest => ({
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  config: descriptor(config),
  layers,
});

function manifestsOf(definition: ImageDefinition, manifest: Blob): Descriptor[] {
  return ['linux/amd64', ...(definition.platforms ?? []).filter((platform) => platform !== 'linux/amd64')].map((platform) => {
    const [os = 'linux', architecture = 'amd64', variant] = platform.split('/');
    const described = { architecture, os, ...(variant === undefined ? {} : { variant }) };
    if (platform === 'linux/amd64') return { ...descriptor(manifest), platform: described };
    return { mediaType: mediaTypes.manifest, digest: sha256(`${definition.name}:${definition.tags[0]}:${platform}`), size: manifest.size, platform: described };
  });
}

const jsonBlob = (mediaType: string, value: object): Blob => textBlob(mediaType, JSON.stringify(value));
