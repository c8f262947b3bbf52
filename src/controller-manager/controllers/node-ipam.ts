import type { Node } from '../../api/types.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';

/** Gives each node the next range of the cluster's network that is free: pkg/controller/nodeipam/ipam/range_allocator.go. */
export function nodeIpamController(clusterCidr: string = constants.clusterCidr.value): Controller {
  const allocator = new Allocator(clusterCidr);
  return {
    name: 'node-ipam-controller',
    watches: [watch('nodes', enqueueSelf)],
    reconcile: (key, context) => reconcile(key, context, allocator),
  };
}

function reconcile(key: ObjectKey, { client, informers, recorder }: Context, allocator: Allocator): Result {
  const node = informers.of('nodes').get(key);
  if (node === undefined) {
    allocator.release(key.name);
    return {};
  }
  if (node.spec.podCIDR !== undefined) {
    allocator.occupy(key.name, node.spec.podCIDR);
    return {};
  }
  // Ranges of nodes that came before us must be known before any is given away.
  allocator.learn(informers.of('nodes').list());
  const podCIDR = allocator.allocate(key.name);
  if (podCIDR === undefined) {
    recorder.normal(node, 'CIDRNotAvailable', `Node ${key.name} status is now: CIDRNotAvailable`);
    return { rateLimited: true };
  }
  client.patch('nodes', key, { spec: { podCIDR, podCIDRs: [podCIDR] } });
  return {};
}

/** Which node has which range: cidrset. */
class Allocator {
  readonly #byNode = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #start: number;
  readonly #count: number;
  #next = 0;
  #learned = false;

  constructor(clusterCidr: string) {
    const [address = '', bits = '16'] = clusterCidr.split('/');
    this.#start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#count = 2 ** (mask - Number(bits));
  }

  /** Done once: later nodes come by themselves. */
  learn(nodes: readonly Node[]): void {
    if (this.#learned) return;
    this.#learned = true;
    for (const { metadata, spec } of nodes) if (spec.podCIDR !== undefined) this.occupy(metadata.name ?? '', spec.podCIDR);
  }

  occupy(node: string, range: string): void {
    this.#byNode.set(node, range);
    this.#taken.add(range);
  }

  release(node: string): void {
    this.#taken.delete(this.#byNode.get(node) ?? '');
    this.#byNode.delete(node);
  }

  /** The range that the node has been given already, or the next free one. */
  allocate(node: string): string | undefined {
    const given = this.#byNode.get(node);
    if (given !== undefined) return given;
    for (let tries = 0; tries < this.#count; tries++) {
      const range = `${dotted(this.#start + this.#next * 2 ** (32 - mask))}/${mask}`;
      this.#next = (this.#next + 1) % this.#count;
      if (this.#taken.has(range)) continue;
      this.occupy(node, range);
      return range;
    }
    return undefined;
  }
}

const mask = constants.nodeCidrMaskSize.value;
const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) & 255).join('.');
