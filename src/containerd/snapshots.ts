/** Snapshotters: layers of files, each on its parent (plugins/snapshots/overlay). */

import { layerDirectory, mergeLayer, unpackedSize } from '../cri/layers.ts';
import { type ContainerdApi, ContainerdError, type ContainerdLabels, type SnapshotInfo } from '../interfaces/containerd.ts';
import type { Blob, LayerEntry } from '../interfaces/distribution.ts';
import { type ProxySnapshotter, type RemoteLayer, snapshotterProtocol } from '../interfaces/snapshotter.ts';
import { Errno } from '../linux/errno.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { dialUnix } from '../linux/network.ts';
import { OverlayDirectory, writtenFiles } from '../linux/overlay.ts';
import type { Routine } from '../sim/routine.ts';
import { merged } from './content.ts';
import type { Context } from './context.ts';
import { alreadyExists, failedPrecondition, invalidArgument, notFound } from './errors.ts';
import type { Snapshot } from './state.ts';

/** Where the overlayfs snapshotter keeps its directories. */
export const overlayRoot = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs';

/** erofs and blockfile need what the lab's kernel has not; native copies, which shows no difference here. */
const snapshotters = ['overlayfs', 'native'];

/** Snapshots: layers stacked into roots of containers. */
export class SnapshotService {
  readonly #context: Context;

  readonly #proxies: ReadonlyMap<string, string>;

  constructor(context: Context, proxies: ReadonlyMap<string, string> = new Map()) {
    this.#context = context;
    this.#proxies = proxies;
  }

  /** A layer that its snapshotter can mount from the registry: its files, without the blob. */
  *prepareRemote(snapshotter: string, layer: RemoteLayer): Routine<Blob | undefined> {
    const proxy = this.#proxy(snapshotter);
    return proxy && (yield* proxy.prepareRemote(layer));
  }

  list(namespace: string, snapshotter: string): readonly SnapshotInfo[] {
    this.#check(snapshotter);
    return [...(this.#context.find(namespace)?.snapshots.get(snapshotter)?.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get(namespace: string, snapshotter: string, key: string): Snapshot {
    this.#check(snapshotter);
    const snapshot = this.find(namespace, snapshotter, key);
    if (!snapshot) throw notFound(`snapshot ${key} does not exist`);
    return snapshot;
  }

  find(namespace: string, snapshotter: string, key: string): Snapshot | undefined {
    return this.#context.find(namespace)?.snapshots.get(snapshotter)?.get(key);
  }

  usage(namespace: string, snapshotter: string, key: string): { readonly size: number; readonly inodes: number } {
    const { layer, kind, usage } = this.get(namespace, snapshotter, key);
    if (kind === 'Committed' || !(layer instanceof OverlayDirectory)) return usage;
    const { bytes, inodes } = layer.upperUsage();
    return { size: bytes + 4096, inodes: inodes + 1 };
  }

  prepare(
    namespace: string,
    snapshotter: string,
    key: string,
    parent: string,
    options: { readonly labels?: ContainerdLabels; readonly view?: boolean } = {},
  ): Snapshot {
    const keys = this.#keys(namespace, snapshotter);
    if (keys.has(key)) throw alreadyExists(`snapshot ${JSON.stringify(key)}`);
    const below = parent === '' ? undefined : this.find(namespace, snapshotter, parent);
    if (parent !== '' && !below) throw notFound(`parent snapshot ${parent} does not exist`);
    if (below && below.kind !== 'Committed')
      throw invalidArgument(`failed to create snapshot: parent ${JSON.stringify(nameBelow(namespace, below))} is not committed snapshot`);
    const { now, meta } = this.#context;
    const attributes = { mode: 0o755, uid: 0, gid: 0, mtime: now() };
    const root = options.view ? (below?.root ?? new DirectoryNode(attributes)) : new OverlayDirectory(below ? [below.root] : [], attributes);
    const snapshot: Snapshot = {
      key,
      parent,
      kind: options.view ? 'View' : 'Active',
      labels: options.labels ?? {},
      createdAt: now(),
      number: ++meta.snapshotNumber,
      root,
      layer: root,
      usage: { size: 4096, inodes: 1 },
    };
    keys.set(key, snapshot);
    this.#context.publish(namespace, '/snapshot/prepare', () => ({ key, parent, snapshotter }));
    return snapshot;
  }

  commit(namespace: string, snapshotter: string, name: string, key: string): void {
    const keys = this.#keys(namespace, snapshotter);
    if (keys.has(name)) throw alreadyExists(`snapshot ${JSON.stringify(name)}`);
    const active = this.get(namespace, snapshotter, key);
    if (active.kind !== 'Active') {
      const below = nameBelow(namespace, active);
      throw failedPrecondition(`failed to commit snapshot ${below}: snapshot ${JSON.stringify(below)} is not active`);
    }
    const usage = this.usage(namespace, snapshotter, key);
    keys.delete(key);
    keys.set(name, { ...active, key: name, kind: 'Committed', usage });
    this.#context.publish(namespace, '/snapshot/commit', () => ({ key, name, snapshotter }));
  }

  label(namespace: string, snapshotter: string, key: string, labels: ContainerdLabels): SnapshotInfo {
    const snapshot = this.get(namespace, snapshotter, key);
    snapshot.labels = merged(snapshot.labels, labels);
    return snapshot;
  }

  remove(namespace: string, snapshotter: string, key: string): void {
    const snapshot = this.get(namespace, snapshotter, key);
    const keys = this.#keys(namespace, snapshotter);
    for (const other of keys.values()) if (other.parent === key) throw failedPrecondition('cannot remove snapshot with child');
    keys.delete(key);
    const { disk } = this.#context.kernel;
    if (snapshot.kind === 'Committed') disk.charge(-snapshot.usage.size);
    else if (snapshot.layer instanceof OverlayDirectory) for (const file of writtenFiles(snapshot.layer)) disk.release(file);
    this.#context.publish(namespace, '/snapshot/remove', () => ({ key, snapshotter }));
  }

  /** Makes a layer's entries a committed snapshot on `parent`; nothing to do when it is there. */
  unpackLayer(namespace: string, snapshotter: string, layer: Blob, chainId: string, parent: string, remote = false): void {
    const keys = this.#keys(namespace, snapshotter);
    if (keys.has(chainId)) return;
    const { now, meta, kernel } = this.#context;
    const entries = JSON.parse(layer.text) as readonly LayerEntry[];
    const below = parent === '' ? undefined : this.get(namespace, snapshotter, parent);
    // Of a remote snapshot nothing is here until somebody reads it.
    const size = remote ? 4096 : unpackedSize(layer);
    kernel.disk.charge(size);
    const directory = layerDirectory(entries, now());
    // The whole chain is merged once here, so that each container lies on one lower directory only.
    const root = below ? mergeLayer(below.root, directory, entries, now()) : directory;
    keys.set(chainId, {
      key: chainId,
      parent,
      kind: 'Committed',
      labels: { 'containerd.io/snapshot.ref': chainId, ...(remote ? { 'containerd.io/snapshot/remote': 'remote snapshot' } : {}) },
      createdAt: now(),
      number: ++meta.snapshotNumber,
      root,
      layer: directory,
      usage: { size, inodes: entries.length },
    });
  }

  mounts(namespace: string, snapshotter: string, key: string): ReturnType<ContainerdApi['snapshots']['mounts']> {
    const snapshot = this.get(namespace, snapshotter, key);
    const directory = (each: Snapshot, name: string): string => `${this.#rootOf(snapshotter)}/snapshots/${each.number}/${name}`;
    const lowers: string[] = [];
    for (let parent = snapshot.parent; parent !== ''; ) {
      const below = this.get(namespace, snapshotter, parent);
      lowers.push(directory(below, 'fs'));
      parent = below.parent;
    }
    if (snapshot.kind === 'View' && lowers.length <= 1) return [{ type: 'bind', source: lowers[0] ?? directory(snapshot, 'fs'), options: ['ro', 'rbind'] }];
    if (lowers.length === 0) return [{ type: 'bind', source: directory(snapshot, 'fs'), options: ['rw', 'rbind'] }];
    const upper = snapshot.kind === 'View' ? [] : [`workdir=${directory(snapshot, 'work')}`, `upperdir=${directory(snapshot, 'fs')}`];
    return [{ type: 'overlay', source: 'overlay', options: ['index=off', ...upper, `lowerdir=${lowers.join(':')}`] }];
  }

  #keys(namespace: string, snapshotter: string): Map<string, Snapshot> {
    this.#check(snapshotter);
    const { snapshots } = this.#context.namespace(namespace);
    let keys = snapshots.get(snapshotter);
    if (!keys) {
      keys = new Map();
      snapshots.set(snapshotter, keys);
    }
    return keys;
  }

  #check(snapshotter: string): void {
    if (!snapshotters.includes(snapshotter) && !this.#proxy(snapshotter)) throw invalidArgument(`snapshotter not loaded: ${snapshotter}`);
  }

  /** A snapshotter of [proxy_plugins], dialed anew for each call. */
  #proxy(snapshotter: string): ProxySnapshotter | undefined {
    const address = this.#proxies.get(snapshotter)?.replace(/^unix:\/\//, '');
    if (address === undefined) return undefined;
    try {
      return dialUnix(snapshotterProtocol, this.#context.files.stat(address));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new ContainerdError(
        'unavailable',
        `connection error: desc = "transport: Error while dialing: dial unix ${address}: connect: ${error.message.toLowerCase()}": unavailable`,
      );
    }
  }

  #rootOf(snapshotter: string): string {
    if (this.#proxies.has(snapshotter)) return `/var/lib/${this.#proxies.get(snapshotter)?.split('/').at(-2) ?? ''}/snapshotter`;
    return overlayRoot.replace('overlayfs', snapshotter);
  }
}

/** The name under which the snapshotter itself knows it: metadata puts namespace and number before the key (core/metadata createKey). */
const nameBelow = (namespace: string, { number, key }: Snapshot): string => `${namespace}/${number}/${key}`;
