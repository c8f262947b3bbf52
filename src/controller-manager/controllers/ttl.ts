import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';

const annotation = 'node.alpha.kubernetes.io/ttl';

/** How long kubelets of so many nodes may keep secrets and configmaps, in seconds. */
const boundaries: readonly (readonly [nodes: number, seconds: number])[] = [
  [100, 0],
  [500, 15],
  [1000, 30],
  [2000, 60],
];

/** Tells kubelets how long to cache, by the size of the cluster: pkg/controller/ttl/ttl_controller.go. */
export const ttlController = (): Controller => ({
  name: 'ttl-controller',
  watches: [watch('nodes', (node, context, before) => (before ? [] : enqueueSelf(node, context)))],
  reconcile,
});

function reconcile(key: ObjectKey, { client, informers }: Context): Result {
  const nodes = informers.of('nodes');
  const node = nodes.get(key);
  if (node === undefined) return {};
  const seconds = boundaries.find(([most]) => nodes.size <= most)?.[1] ?? 300;
  if (node.metadata.annotations?.[annotation] !== String(seconds)) client.patch('nodes', key, { metadata: { annotations: { [annotation]: String(seconds) } } });
  return {};
}
