/** The addresses behind the Service `kubernetes`: every apiserver's own (kubernetes pkg/controlplane/reconcilers). */
import type { core as api, discovery, KubeObject } from '../../api/types.ts';
import { EtcdError } from '../../interfaces/etcd.ts';
import type { Core } from '../context.ts';

const endpointsKey = '/registry/services/endpoints/default/kubernetes';
const sliceKey = '/registry/endpointslices/default/kubernetes';

/**
 * Adds this apiserver's address, and takes away that of one that no longer answers. Upstream each renews a lease in etcd for that; here the
 * others are asked, and in a cluster with one apiserver nothing is written at all.
 */
export function reconcileMasters(core: Core, answers: (ip: string) => boolean): void {
  try {
    reconcile(core, answers);
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
  }
}

function reconcile({ storage, options }: Core, answers: (ip: string) => boolean): void {
  const own = options.advertiseAddress;
  const endpoints = storage.get<KubeObject & api.Endpoints>(endpointsKey);
  if (own === undefined || !endpoints) return;
  const before = endpoints.object.subsets?.[0]?.addresses?.map(({ ip }) => ip) ?? [];
  const after = [...new Set([...before, own])].filter((ip) => ip === own || answers(ip)).sort();
  if (after.join() === before.join()) return;
  const [subset] = endpoints.object.subsets ?? [];
  storage.update(endpointsKey, { ...endpoints.object, subsets: [{ ...subset, addresses: after.map((ip) => ({ ip })) }] }, endpoints.revision);
  const slice = storage.get<KubeObject & discovery.EndpointSlice>(sliceKey);
  if (slice) storage.update(sliceKey, { ...slice.object, endpoints: after.map((ip) => ({ addresses: [ip], conditions: { ready: true } })) }, slice.revision);
}
