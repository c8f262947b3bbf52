import type { KubeObject, OwnerReference } from '../../api/types.ts';
import type { DiscoveredResource } from '../../client/discovery.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';

/** An object as the garbage collector sees it. */
export type GraphNode = {
  readonly uid: string;
  readonly resource: DiscoveredResource;
  readonly key: ObjectKey;
  object: KubeObject;
  readonly dependents: Set<string>;
};

/** Who owns whom: pkg/controller/garbagecollector/graph.go. */
export class Graph {
  readonly #nodes = new Map<string, GraphNode>();
  /** Dependents of owners that are not there (yet). */
  readonly #waiting = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  nodes(): IterableIterator<GraphNode> {
    return this.#nodes.values();
  }

  set(resource: DiscoveredResource, object: KubeObject): GraphNode {
    const uid = object.metadata.uid ?? '';
    const known = this.#nodes.get(uid);
    if (known !== undefined) {
      if (known.object.metadata.ownerReferences !== object.metadata.ownerReferences) {
        for (const owner of ownersOf(known.object)) this.#dependentsOf(owner.uid).delete(uid);
      }
      known.object = object;
    }
    const node = known ?? { uid, resource, key: keyOf(object), object, dependents: this.#waiting.get(uid) ?? new Set<string>() };
    if (known === undefined) {
      this.#nodes.set(uid, node);
      this.#waiting.delete(uid);
    }
    for (const owner of ownersOf(object)) this.#dependentsOf(owner.uid).add(uid);
    return node;
  }

  delete(uid: string): GraphNode | undefined {
    const node = this.#nodes.get(uid);
    if (node === undefined) return undefined;
    this.#nodes.delete(uid);
    for (const owner of ownersOf(node.object)) {
      const dependents = this.#dependentsOf(owner.uid);
      dependents.delete(uid);
      if (dependents.size === 0) this.#waiting.delete(owner.uid);
    }
    if (node.dependents.size > 0) this.#waiting.set(uid, node.dependents);
    return node;
  }

  #dependentsOf(uid: string): Set<string> {
    const known = this.#nodes.get(uid)?.dependents ?? this.#waiting.get(uid);
    if (known !== undefined) return known;
    const dependents = new Set<string>();
    this.#waiting.set(uid, dependents);
    return dependents;
  }
}

const none: readonly OwnerReference[] = [];
/** Empty for most objects; never undefined. */
export const ownersOf = ({ metadata }: KubeObject): readonly OwnerReference[] => metadata.ownerReferences ?? none;

/** On an owner whose dependents are to lose their ownerReference first. */
export const orphanFinalizer = 'orphan';
/** On an owner that stays until its blocking dependents have gone. */
export const foregroundFinalizer = 'foregroundDeletion';

const isDeletingWith = ({ metadata }: KubeObject, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(finalizer) ?? false);

/** Deleted in the foreground: it waits for its dependents. */
export const isDeletingDependents = (object: KubeObject): boolean => isDeletingWith(object, foregroundFinalizer);
/** Deleted, and its dependents shall stay. */
export const isOrphaning = (object: KubeObject): boolean => isDeletingWith(object, orphanFinalizer);
