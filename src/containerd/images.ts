/** Images: names for content. Pulling resolves, fetches, unpacks and names (core/transfer). */

import { moment, nanos } from '../apimachinery/go-units.ts';
import { chainIds } from '../interfaces/chain-id.ts';
import { type ContainerdApi, ContainerdError, type ContainerdImage, type ContainerdLabels, type PullProgress } from '../interfaces/containerd.ts';
import {
  type Blob,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type RegistryAuth,
  RegistryFailure,
  type RegistryServer,
  RegistryUnreachable,
} from '../interfaces/distribution.ts';
import { indexLabels, isIndex, manifestLabels, ownManifest, sha256 } from '../interfaces/image-content.ts';
import { registryAddress } from '../interfaces/image-name.ts';
import { Errno } from '../linux/errno.ts';
import { statusLine } from '../linux/protocols.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { type ContentService, merged } from './content.ts';
import type { Context } from './context.ts';
import { alreadyExists, notFound, unknown } from './errors.ts';
import type { GarbageCollector } from './gc.ts';
import { parseReference, type Reference } from './reference.ts';
import { authOf, type RegistryClient } from './registries.ts';
import type { SnapshotService } from './snapshots.ts';
import type { Lease } from './state.ts';
import { plainLayer } from './stream-processors.ts';

/** `remote`: mounted from the registry, not stored here. */
type Layer = { readonly blob: Blob; readonly descriptor: Descriptor; readonly remote: boolean };

type PullOptions = Parameters<ContainerdApi['images']['pull']>[2] & { readonly auth?: RegistryAuth };

type Destination = { readonly namespace: string; readonly lease: Lease };

/** Names of content: pull, create, update, delete. */
export class ImageService {
  readonly #context: Context;
  readonly #content: ContentService;
  readonly #snapshots: SnapshotService;
  readonly #gc: GarbageCollector;
  readonly #registries: RegistryClient;
  /** The CRI plugin keeps its own view of the images. */
  onChange: (namespace: string) => void = () => {};

  constructor(parts: {
    readonly context: Context;
    readonly content: ContentService;
    readonly snapshots: SnapshotService;
    readonly gc: GarbageCollector;
    readonly registries: RegistryClient;
  }) {
    this.#context = parts.context;
    this.#content = parts.content;
    this.#snapshots = parts.snapshots;
    this.#gc = parts.gc;
    this.#registries = parts.registries;
  }

  list(namespace: string): ContainerdImage[] {
    return [...(this.#context.find(namespace)?.images.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(namespace: string, name: string): ContainerdImage {
    const image = this.#context.find(namespace)?.images.get(name);
    if (!image) throw notFound(`image ${JSON.stringify(name)}`);
    return image;
  }

  create(namespace: string, image: { readonly name: string; readonly target: Descriptor; readonly labels?: ContainerdLabels }): ContainerdImage {
    const { images } = this.#context.namespace(namespace);
    if (images.has(image.name)) throw alreadyExists(`image ${JSON.stringify(image.name)}`);
    return this.#store(namespace, image.name, image.target, image.labels ?? {});
  }

  update(namespace: string, name: string, change: { readonly target?: Descriptor; readonly labels?: ContainerdLabels }): ContainerdImage {
    const old = this.get(namespace, name);
    return this.#store(namespace, name, change.target ?? old.target, merged(old.labels, change.labels ?? {}));
  }

  /** Creates the name or points it at the new target. */
  put(namespace: string, name: string, target: Descriptor, labels: ContainerdLabels): ContainerdImage {
    const old = this.#context.find(namespace)?.images.get(name);
    return this.#store(namespace, name, target, merged(old?.labels ?? {}, labels));
  }

  delete(namespace: string, name: string, options: { readonly sync?: boolean } = {}): void {
    this.get(namespace, name);
    this.#context.namespace(namespace).images.delete(name);
    this.#context.publish(namespace, '/images/delete', () => ({ name }));
    this.onChange(namespace);
    if (options.sync) this.#gc.collect();
    else this.#gc.schedule();
  }

  *pull(namespace: string, ref: string, options: PullOptions): Routine<ContainerdImage> {
    const reference = parsed(ref);
    if (reference.tag === undefined && reference.digest === undefined) throw unknown('failed to resolve image: object required');
    const say = options.progress ?? (() => {});
    say({ ref, status: 'resolving' });
    const { registry, top } = yield* this.#registries.resolve(reference, options);
    say({ ref, digest: top.digest, mediaType: top.mediaType, status: 'resolved', size: top.size });
    const lease = this.#lease(namespace, ref);
    try {
      const parts = yield* this.#fetch({ namespace, lease }, registry, reference, top, options, say);
      if (options.unpack !== false) {
        say({ ref, status: 'unpacking' });
        for (const id of chainIds(parts.manifest)) lease.resources.add(id);
        yield* this.#unpack(namespace, options.snapshotter, parts.manifest, parts.layers);
      }
      const { mediaType, digest, size } = top;
      return this.put(namespace, reference.full, { mediaType, digest, size }, options.labels ?? {});
    } finally {
      this.#context.find(namespace)?.leases.delete(lease.id);
    }
  }

  /** Until an image leads to it, a collection must not take what a pull brings (client.WithLease). */
  #lease(namespace: string, ref: string): Lease {
    const { now } = this.#context;
    const createdAt = now();
    const { leases } = this.#context.namespace(namespace);
    const id = `${nanos(createdAt)}-${Buffer.from(sha256(`${ref} ${leases.size}`).slice(7, 13), 'hex').toString('base64url')}`;
    const lease = { id, createdAt, labels: { 'containerd.io/gc.expire': moment(createdAt + 86_400_000) }, resources: new Set<string>() };
    leases.set(id, lease);
    return lease;
  }

  /** The snapshot of an image's whole root filesystem, made if need be. */
  *unpackImage(namespace: string, snapshotter: string, name: string): Routine<string> {
    const image = this.get(namespace, name);
    const resolved = this.#content.resolve(image.target.digest);
    if (!resolved) throw notFound(`content digest ${image.target.digest}`);
    const diffIds = resolved.config.rootfs.diff_ids;
    const chain = chainIds(diffIds);
    // A layer that is unpacked, or was mounted from its registry, is not asked for.
    const layers = resolved.manifest.layers.map((descriptor, i) => {
      const here = this.#snapshots.find(namespace, snapshotter, chain[i] ?? '') !== undefined;
      return here ? undefined : { blob: this.#content.get(namespace, descriptor.digest), descriptor, remote: false };
    });
    return yield* this.#unpack(namespace, snapshotter, diffIds, layers);
  }

  /** No faster than the node's network card. */
  *#download(get: () => Routine<Blob>): Routine<Blob> {
    const { now, kernel } = this.#context;
    const begun = now();
    const blob = yield* get();
    const speed = kernel.host.network.interfaces.get('eth0')?.speed ?? 1000;
    const left = begun + blob.size / (speed * 125) - now();
    if (left > 0) yield* sleep(left);
    return blob;
  }

  *#fetch(
    to: Destination,
    registry: RegistryServer,
    reference: Reference,
    top: Blob,
    options: PullOptions,
    say: (progress: PullProgress) => void,
  ): Routine<{ readonly manifest: readonly string[]; readonly layers: readonly Layer[] }> {
    const source = { [`containerd.io/distribution.source.${reference.host}`]: reference.repository };
    const auth = authOf(options);
    const get = function* (this: ImageService, { digest, mediaType, size }: Descriptor, labels: ContainerdLabels = {}): Routine<Blob> {
      const ref = digest;
      const held = this.#context.meta.blobs.get(digest);
      if (!held) say({ ref, digest, mediaType, status: 'downloading', size });
      const blob = held ?? { ...(yield* this.#download(() => this.#get(registry, reference, { digest, mediaType }, auth))), mediaType, size };
      this.#write(to, reference, blob, { ...source, ...labels });
      say({ ref, digest, mediaType, status: 'done', size });
      return blob;
    }.bind(this);
    let manifestBlob = top;
    if (isIndex(top)) {
      const index = JSON.parse(top.text) as ImageIndex;
      this.#write(to, reference, top, { ...source, ...indexLabels(index) });
      const descriptor = ownManifest(index);
      if (!descriptor) throw notFound(`failed to pull: no match for platform in manifest ${top.digest}`);
      manifestBlob = yield* get(descriptor);
    }
    const manifest = JSON.parse(manifestBlob.text) as ImageManifest;
    this.#write(to, reference, manifestBlob, { ...source, ...manifestLabels(manifest) });
    const config = yield* get(manifest.config);
    const layers: Layer[] = [];
    for (const layer of manifest.layers) {
      const held = this.#context.meta.blobs.has(layer.digest);
      const annotations = manifest.annotations ?? {};
      const remote = held ? undefined : yield* this.#snapshots.prepareRemote(options.snapshotter, { ref: reference.full, layer, annotations });
      layers.push({ blob: remote ?? (yield* get(layer)), descriptor: layer, remote: remote !== undefined });
    }
    const { rootfs } = JSON.parse(config.text) as { rootfs: { diff_ids: string[] } };
    const chain = chainIds(rootfs.diff_ids);
    this.#write(to, reference, config, { [`containerd.io/gc.ref.snapshot.${options.snapshotter}`]: chain[chain.length - 1] ?? '' });
    return { manifest: rootfs.diff_ids, layers };
  }

  *#get(
    registry: RegistryServer,
    reference: Reference,
    { digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>,
    auth: RegistryAuth | undefined,
  ): Routine<Blob> {
    try {
      if (/manifest/.test(mediaType)) return yield* registry.manifest(reference.repository, digest, auth);
      return yield* registry.blob(reference.repository, digest, auth);
    } catch (error) {
      if (!(error instanceof RegistryFailure || error instanceof RegistryUnreachable)) throw error;
      const request = `https://${registryAddress(reference.host)}/v2/${reference.repository}/blobs/${digest}`;
      if (error instanceof RegistryUnreachable) throw unknown(`failed to copy: httpReadSeeker: failed open: failed to do request: ${error.message}`);
      if (error.status === 404) throw notFound(`failed to copy: httpReadSeeker: failed open: content at ${request} not found`);
      throw unknown(
        `failed to copy: httpReadSeeker: failed open: unexpected status from ${error.request ?? `GET request to ${request}`}: ${statusLine(error.status)}`,
      );
    }
  }

  #write({ namespace, lease }: Destination, reference: Reference, blob: Blob, labels: ContainerdLabels): void {
    lease.resources.add(blob.digest);
    try {
      this.#content.write(namespace, blob, labels);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw unknown(
        `failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/${reference.repository.length}/data: ${error.message.toLowerCase()}`,
      );
    }
  }

  *#unpack(namespace: string, snapshotter: string, diffIds: readonly string[], layers: readonly (Layer | undefined)[]): Routine<string> {
    const chain = chainIds(diffIds);
    let parent = '';
    for (const [index, layer] of layers.entries()) {
      const id = chain[index] as string;
      if (layer && !this.#snapshots.find(namespace, snapshotter, id)) {
        yield* sleep(2 + (layer.remote ? 0 : layer.blob.size / 150_000));
        try {
          const plain = plainLayer(this.#context.files, layer.blob, layer.descriptor, diffIds[index] ?? '');
          this.#snapshots.unpackLayer(namespace, snapshotter, plain, id, parent, layer.remote);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          throw unknown(`failed to extract layer ${diffIds[index]}: write: ${error.message.toLowerCase()}`);
        }
      }
      parent = id;
    }
    return parent;
  }

  #store(namespace: string, name: string, target: Descriptor, labels: ContainerdLabels): ContainerdImage {
    const { images } = this.#context.namespace(namespace);
    const old = images.get(name);
    const now = this.#context.now();
    const image = { name, target, labels, createdAt: old?.createdAt ?? now, updatedAt: now };
    images.set(name, image);
    this.#context.publish(namespace, old ? '/images/update' : '/images/create', () => ({ name, ...(Object.keys(labels).length > 0 ? { labels } : {}) }));
    this.onChange(namespace);
    return image;
  }
}

function parsed(ref: string): Reference {
  try {
    return parseReference(ref);
  } catch (error) {
    if (error instanceof ContainerdError) throw unknown(`failed to resolve image: ${error.message}`);
    throw error;
  }
}
