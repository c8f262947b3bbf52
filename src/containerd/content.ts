/** The content store: blobs by digest, seen through namespaces (metadata/content.go). */

import type { ContainerdApi, ContainerdLabels, ContentInfo } from '../interfaces/containerd.ts';
import type { Blob, ImageConfig, ImageIndex, ImageManifest } from '../interfaces/distribution.ts';
import { isIndex, ownManifest } from '../interfaces/image-content.ts';
import type { Context } from './context.ts';
import { invalidArgument, notFound, unknown } from './errors.ts';

/** An image's parts, read through its index and manifest. */
type ResolvedImage = {
  readonly manifestDigest: string;
  readonly manifest: ImageManifest;
  readonly configDigest: string;
  readonly config: ImageConfig;
  /** Of all that is stored for it: manifests, config and layers. */
  readonly size: number;
};

/** The content store: blobs by digest, which each namespace sees as its own. */
export class ContentService {
  readonly #context: Context;
  readonly #resolved = new Map<string, ResolvedImage>();

  constructor(context: Context) {
    this.#context = context;
  }

  readonly api: ContainerdApi['content'] = {
    list: (namespace) => {
      const held = this.#context.find(namespace)?.content ?? new Map();
      return [...held.keys()].sort().map((digest) => this.#info(namespace, digest));
    },
    get: (namespace, digest) => this.get(namespace, digest),
    write: (namespace, blob, labels) => this.write(namespace, blob, labels),
    label: (namespace, digest, labels) => this.label(namespace, digest, labels),
    delete: (namespace, digest) => {
      this.#entry(namespace, digest);
      this.#context.find(namespace)?.content.delete(digest);
      this.dropUnused(digest);
    },
  };

  label(namespace: string, digest: string, labels: ContainerdLabels): ContentInfo {
    const entry = this.#entry(namespace, digest);
    entry.labels = merged(entry.labels, labels);
    return this.#info(namespace, digest);
  }

  labels(namespace: string, digest: string): ContainerdLabels {
    return this.#entry(namespace, digest).labels;
  }

  get(namespace: string, digest: string): Blob {
    this.#entry(namespace, digest);
    const blob = this.#context.meta.blobs.get(digest);
    if (!blob) throw notFound(`content digest ${digest}`);
    return blob;
  }

  has(namespace: string, digest: string): boolean {
    return this.#context.find(namespace)?.content.has(digest) ?? false;
  }

  /** Throws Errno ENOSPC when the disk is full. */
  write(namespace: string, blob: Blob, labels: ContainerdLabels = {}): void {
    const { meta, kernel, now } = this.#context;
    if (!meta.blobs.has(blob.digest)) {
      kernel.disk.charge(blob.size);
      meta.blobs.set(blob.digest, blob);
    }
    const held = this.#context.namespace(namespace).content;
    const entry = held.get(blob.digest);
    if (entry) entry.labels = merged(entry.labels, labels);
    else held.set(blob.digest, { createdAt: now(), labels });
  }

  /** Forgets a blob that no namespace holds any more. */
  dropUnused(digest: string): void {
    const { meta, kernel } = this.#context;
    for (const namespace of meta.namespaces.values()) if (namespace.content.has(digest)) return;
    const blob = meta.blobs.get(digest);
    if (blob && meta.blobs.delete(digest)) kernel.disk.charge(-blob.size);
  }

  /** The linux/amd64 image behind an index or a manifest; undefined while parts of it are missing. */
  resolve(digest: string): ResolvedImage | undefined {
    const known = this.#resolved.get(digest);
    if (known) return known;
    const { blobs } = this.#context.meta;
    const top = blobs.get(digest);
    if (!top) return undefined;
    const manifestBlob = isIndex(top) ? blobs.get(ownManifest(JSON.parse(top.text) as ImageIndex)?.digest ?? '') : top;
    if (!manifestBlob) return undefined;
    const manifest = JSON.parse(manifestBlob.text) as ImageManifest;
    const config = blobs.get(manifest.config.digest);
    if (!config) return undefined;
    const size = manifest.layers.reduce((sum, layer) => sum + layer.size, (top === manifestBlob ? 0 : top.size) + manifestBlob.size + config.size);
    const resolved = {
      manifestDigest: manifestBlob.digest,
      manifest,
      configDigest: manifest.config.digest,
      config: JSON.parse(config.text) as ImageConfig,
      size,
    };
    this.#resolved.set(digest, resolved);
    return resolved;
  }

  #info(namespace: string, digest: string): ContentInfo {
    const { createdAt, labels } = this.#entry(namespace, digest);
    return { digest, size: this.#context.meta.blobs.get(digest)?.size ?? 0, createdAt, labels };
  }

  #entry(namespace: string, digest: string): { readonly createdAt: number; labels: ContainerdLabels } {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest))
      throw /^[a-z0-9]+:/.test(digest) ? invalidArgument(`invalid checksum digest length`) : unknown('invalid checksum digest format');
    const entry = this.#context.find(namespace)?.content.get(digest);
    if (!entry) throw notFound(`content digest ${digest}`);
    return entry;
  }
}

/** Labels with an empty value are taken away. */
export function merged(old: ContainerdLabels, change: ContainerdLabels): ContainerdLabels {
  const result: Record<string, string> = { ...old, ...change };
  for (const [key, value] of Object.entries(result)) if (value === '') delete result[key];
  return result;
}
