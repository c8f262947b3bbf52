import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';

/** Gives each node the first /24 of the cluster's network that is free: pkg/controller/nodeipam/ipam/range_allocator.go. */
export const nodeIpamController = (clusterCidr: string = constants.clusterCidr.value): Controller => ({
  name: 'node-ipam-controller',
  watches: [watch('nodes', enqueueSelf)],
  reconcile: (key, context) => reconcile(key, context, clusterCidr),
});

function reconcile(key: ObjectKey, { client, recorder }: Context, clusterCidr: string): Result {
  const node = client.get('nodes', key);
  if (node === undefined || node.spec.podCIDR !== undefined) return {};
  // Asked of the apiserver, not of the informer: two nodes that come together must not get the same range.
  const taken = new Set(client.list('nodes').items.map(({ spec }) => spec.podCIDR));
  const podCIDR = ranges(clusterCidr).find((range) => !taken.has(range));
  if (podCIDR === undefined) {
    recorder.normal(node, 'CIDRNotAvailable', `Node ${key.name} status is now: CIDRNotAvailable`);
    return { rateLimited: true };
  }
  client.patch('nodes', keyOf(node), { spec: { podCIDR, podCIDRs: [podCIDR] } });
  return {};
}

/** All ranges of the node mask size in the cluster's network. */
function ranges(clusterCidr: string): readonly string[] {
  const [address = '', bits = '16'] = clusterCidr.split('/');
  const mask = constants.nodeCidrMaskSize.value;
  const start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - mask);
  return Array.from({ length: 2 ** (mask - Number(bits)) }, (_, i) => `${dotted(start + i * size)}/${mask}`);
}

const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => (address / 2 ** shift) & 255).join('.');
