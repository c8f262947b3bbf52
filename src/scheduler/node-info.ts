import type { LabelSelector, Node } from '../api/types.ts';
import { matchesLabelSelector } from '../apimachinery/labels.ts';
import { wholeValue } from '../apimachinery/quantity.ts';
import { type Resources, resourcesOf } from '../client/component-helpers/resources.ts';
import type { PodInfo } from './pod-info.ts';

type Counted = { readonly namespace: string | undefined; readonly selector: LabelSelector | undefined; count: number };

/** More selectors than this at once are forgotten and counted anew. */
const maxCounted = 64;

const isCounted = ({ namespace, selector }: Counted, { pod }: PodInfo): boolean =>
  pod.metadata.namespace === namespace && pod.metadata.deletionTimestamp === undefined && matchesLabelSelector(selector, pod.metadata.labels);

/** A node with the sums of what its pods ask for, kept up to date pod by pod: framework.NodeInfo. */
export class NodeInfo {
  readonly name: string;
  node: Node;
  allocatable: Resources;
  allowedPods: number;
  milliCpu = 0;
  memory = 0;
  ephemeralStorage = 0;
  nonZeroMilliCpu = 0;
  nonZeroMemory = 0;
  readonly scalars = new Map<string, number>();
  readonly pods = new Map<string, PodInfo>();
  readonly podsWithAffinity = new Map<string, PodInfo>();
  readonly #counted = new Map<string, Counted>();
  /** Size in bytes by image name. */
  images: ReadonlyMap<string, number> = new Map();

  constructor(node: Node) {
    this.name = node.metadata.name ?? '';
    this.node = node;
    this.allocatable = resourcesOf(node.status?.allocatable);
    this.allowedPods = podLimit(node);
    this.setNode(node);
  }

  setNode(node: Node): void {
    const before = this.node;
    this.node = node;
    if (before.status?.allocatable !== node.status?.allocatable) {
      this.allocatable = resourcesOf(node.status?.allocatable);
      this.allowedPods = podLimit(node);
    }
    if (this.images.size === 0 || before.status?.images !== node.status?.images) {
      this.images = new Map((node.status?.images ?? []).flatMap((image) => (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const)));
    }
  }

  add(key: string, pod: PodInfo): void {
    if (this.pods.has(key)) this.remove(key);
    this.pods.set(key, pod);
    if (pod.hasAffinity) this.podsWithAffinity.set(key, pod);
    this.#count(pod, 1);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    this.pods.delete(key);
    this.podsWithAffinity.delete(key);
    this.#count(pod, -1);
  }

  /** How many pods of a namespace that are not on their way out match a selector; `key` stands for both. Counted once, then kept up to date. */
  countMatching(key: string, namespace: string | undefined, selector: LabelSelector | undefined): number {
    const known = this.#counted.get(key);
    if (known !== undefined) return known.count;
    if (this.#counted.size >= maxCounted) this.#counted.clear();
    const counted = { namespace, selector, count: 0 };
    for (const pod of this.pods.values()) if (isCounted(counted, pod)) counted.count++;
    this.#counted.set(key, counted);
    return counted.count;
  }

  /** A copy to try things on: for preemption. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.node);
    for (const [key, pod] of this.pods) copy.add(key, pod);
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    const { requests, nonZero } = pod;
    this.milliCpu += sign * requests.milliCpu;
    this.memory += sign * requests.memory;
    this.ephemeralStorage += sign * requests.ephemeralStorage;
    this.nonZeroMilliCpu += sign * nonZero.milliCpu;
    this.nonZeroMemory += sign * nonZero.memory;
    for (const counted of this.#counted.values()) if (isCounted(counted, pod)) counted.count += sign;
    for (const [name, amount] of requests.scalars) this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * amount);
  }
}

function podLimit(node: Node): number {
  const pods = node.status?.allocatable?.['pods'];
  return wholeValue(pods);
}
