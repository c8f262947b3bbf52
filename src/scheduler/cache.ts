import type { Node, Pod } from '../api/types.ts';
import { isResizing } from '../client/component-helpers/resources.ts';
import { textOf } from '../client/keys.ts';
import { NodeInfo } from './node-info.ts';
import { newPodInfo, type PodInfo } from './pod-info.ts';

/** The scheduler's picture of the cluster: nodes with the pods on them, those included that it has just placed (backend/cache). */
export class Cache {
  readonly nodes = new Map<string, NodeInfo>();
  /** The same in an array, for walks. */
  list: readonly NodeInfo[] = [];
  /** Changes with each change: what is worked out over all nodes can be kept while it stands. */
  version = 0;
  /** Pods on nodes that we have not heard of yet. */
  readonly #homeless = new Map<string, Map<string, PodInfo>>();
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Set<string>();
  /** How many pods somewhere have affinity terms: zero lets InterPodAffinity be skipped. */
  affinityPods = 0;
  /** Pods nominated to a node after a preemption, by node. */
  readonly nominated = new Map<string, Map<string, PodInfo>>();

  setNode(node: Node): void {
    this.version++;
    const name = node.metadata.name ?? '';
    const known = this.nodes.get(name);
    if (known !== undefined) {
      known.setNode(node);
      return;
    }
    const info = new NodeInfo(node);
    for (const [key, pod] of this.#homeless.get(name) ?? []) info.add(key, pod);
    this.#homeless.delete(name);
    this.nodes.set(name, info);
    this.list = [...this.nodes.values()];
  }

  removeNode(name: string): void {
    this.version++;
    const info = this.nodes.get(name);
    if (info === undefined) return;
    this.nodes.delete(name);
    this.list = [...this.nodes.values()];
    if (info.pods.size > 0) this.#homeless.set(name, new Map(info.pods));
  }

  /** A pod that has a node, as the informer tells it. True when it takes less than before. */
  setPod(pod: Pod): boolean {
    const key = textOf(pod);
    this.#assumed.delete(key);
    const at = this.#placed.get(key);
    const nodeName = pod.spec.nodeName ?? '';
    // Most updates are of the status: nothing that counts here has changed.
    const before = at === nodeName ? this.#pods(nodeName)?.get(key) : undefined;
    const known = before?.pod;
    if (
      known !== undefined &&
      !isResizing(pod) &&
      !isResizing(known) &&
      known.spec === pod.spec &&
      known.metadata.labels === pod.metadata.labels &&
      known.metadata.deletionTimestamp === pod.metadata.deletionTimestamp
    )
      return false;
    this.#take(key);
    const info = newPodInfo(pod);
    this.#place(key, nodeName, info);
    return before !== undefined && (info.requests.milliCpu < before.requests.milliCpu || info.requests.memory < before.requests.memory);
  }

  /** A pod that we have decided about, before the apiserver tells us so. */
  assume(info: PodInfo, nodeName: string): void {
    const key = textOf(info.pod);
    this.#assumed.add(key);
    this.#place(key, nodeName, info);
  }

  /** The binding failed. */
  forget(pod: Pod): void {
    const key = textOf(pod);
    if (this.#assumed.delete(key)) this.#take(key);
  }

  removePod(pod: Pod): void {
    const key = textOf(pod);
    this.#assumed.delete(key);
    this.#take(key);
  }

  isAssumed(key: string): boolean {
    return this.#assumed.has(key);
  }

  nominate(info: PodInfo, nodeName: string): void {
    const key = textOf(info.pod);
    this.unnominate(key);
    const pods = this.nominated.get(nodeName) ?? new Map<string, PodInfo>();
    this.nominated.set(nodeName, pods.set(key, info));
  }

  unnominate(key: string): void {
    for (const [node, pods] of this.nominated) if (pods.delete(key) && pods.size === 0) this.nominated.delete(node);
  }

  #pods(nodeName: string): ReadonlyMap<string, PodInfo> | undefined {
    return this.nodes.get(nodeName)?.pods ?? this.#homeless.get(nodeName);
  }

  #place(key: string, nodeName: string, info: PodInfo): void {
    this.version++;
    this.#placed.set(key, nodeName);
    if (info.hasAffinity) this.affinityPods++;
    const node = this.nodes.get(nodeName);
    if (node !== undefined) {
      node.add(key, info);
      return;
    }
    const homeless = this.#homeless.get(nodeName) ?? new Map<string, PodInfo>();
    this.#homeless.set(nodeName, homeless.set(key, info));
  }

  #take(key: string): void {
    const nodeName = this.#placed.get(key);
    if (nodeName === undefined) return;
    this.version++;
    this.#placed.delete(key);
    if (this.#pods(nodeName)?.get(key)?.hasAffinity) this.affinityPods--;
    this.nodes.get(nodeName)?.remove(key);
    this.#homeless.get(nodeName)?.delete(key);
  }
}
