/** The garbage collector: content and snapshots that no image, container or lease leads to (plugins/gc). */

import { chainIds } from '../interfaces/chain-id.ts';
import type { ImageIndex } from '../interfaces/distribution.ts';
import { isIndex, ownManifest } from '../interfaces/image-content.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { ContentService } from './content.ts';
import type { Context } from './context.ts';
import type { NamespaceState, Snapshot } from './state.ts';

/** Runs a little after a deletion, as containerd's scheduler does. */
const delay = 120;

/** Takes away content and snapshots that no image, lease or label holds. */
export class GarbageCollector {
  readonly #context: Context;
  readonly #content: ContentService;
  #scheduled = false;

  constructor(context: Context, content: ContentService) {
    this.#context = context;
    this.#content = content;
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#context.sim.go(this.#later(), 'gc');
  }

  collect(): void {
    for (const namespace of this.#context.meta.namespaces.values()) {
      const { digests, chains } = this.#reachable(namespace);
      for (const digest of [...namespace.content.keys()])
        if (!digests.has(digest)) {
          namespace.content.delete(digest);
          this.#content.dropUnused(digest);
        }
      for (const snapshots of namespace.snapshots.values()) this.#sweep(snapshots, chains);
    }
  }

  *#later(): Routine {
    yield* sleep(delay);
    this.#scheduled = false;
    this.collect();
  }

  #reachable(namespace: NamespaceState): { readonly digests: Set<string>; readonly chains: Set<string> } {
    const digests = new Set<string>();
    const chains = new Set<string>();
    for (const { target } of namespace.images.values()) this.#follow(target.digest, digests, chains);
    for (const [digest, { labels }] of namespace.content) if (labels['containerd.io/gc.root'] !== undefined) this.#follow(digest, digests, chains);
    this.#leased(namespace, digests, chains);
    return { digests, chains };
  }

  /** What a lease names stays; a pull names every part by itself. One that has expired goes. */
  #leased({ leases }: NamespaceState, digests: Set<string>, chains: Set<string>): void {
    for (const { id, labels, resources } of [...leases.values()]) {
      if (Date.parse(labels['containerd.io/gc.expire'] ?? '') < this.#context.now()) leases.delete(id);
      else
        for (const each of resources) {
          digests.add(each);
          chains.add(each);
        }
    }
  }

  #follow(digest: string, digests: Set<string>, chains: Set<string>): void {
    digests.add(digest);
    const blob = this.#context.meta.blobs.get(digest);
    if (blob && isIndex(blob)) {
      const manifest = ownManifest(JSON.parse(blob.text) as ImageIndex);
      if (manifest) digests.add(manifest.digest);
    }
    const resolved = this.#content.resolve(digest);
    if (!resolved) return;
    digests.add(resolved.configDigest);
    for (const layer of resolved.manifest.layers) digests.add(layer.digest);
    for (const chain of chainIds(resolved.config.rootfs.diff_ids)) chains.add(chain);
  }

  /** Active snapshots and views stay, with what they lie on. */
  #sweep(snapshots: Map<string, Snapshot>, chains: ReadonlySet<string>): void {
    const kept = new Set(chains);
    for (const snapshot of snapshots.values()) {
      if (snapshot.kind === 'Committed' && !kept.has(snapshot.key) && snapshot.labels['containerd.io/gc.root'] === undefined) continue;
      for (let key = snapshot.key; key !== ''; key = snapshots.get(key)?.parent ?? '') kept.add(key);
    }
    for (const [key, snapshot] of [...snapshots]) {
      if (kept.has(key)) continue;
      snapshots.delete(key);
      this.#context.kernel.disk.charge(-snapshot.usage.size);
    }
  }
}
