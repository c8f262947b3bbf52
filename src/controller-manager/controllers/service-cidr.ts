import type { KubeObject, ServiceCidr } from '../../api/types.ts';
import { type Range, rangeOf } from '../../apimachinery/ranges.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import type { SharedInformers } from '../../client/shared-informers.ts';

const resource = 'servicecidrs.networking.k8s.io';
const addresses = 'ipaddresses.networking.k8s.io';
const finalizer = 'networking.k8s.io/service-cidr-finalizer';
/** What a range that goes is left to itself before, so that every allocator has heard of it. */
const deletionGrace = 10_000;
/** Addresses are followed, and looked at so often, only while a range is going. */
const look = 1_000;

/** Ranges of Services' addresses become Ready, and stay while an address would be orphaned: pkg/controller/servicecidrs. */
export const serviceCidrController = (): Controller => ({
  name: 'service-cidr-controller',
  // Another range may hold what this one alone held.
  watches: [watch(resource, (_cidr, { informers }) => all(informers).map(keyOf))],
  reconcile,
});

function reconcile(key: ObjectKey, { client, informers, sim }: Context): Result {
  const cidr = informers.of(resource).get(key);
  if (cidr === undefined) return {};
  const { finalizers = [], deletionTimestamp } = cidr.metadata;
  const told = (status: 'True' | 'False', reason: string, message: string): void => {
    const known = cidr.status?.conditions?.[0];
    if (known?.status === status && known.reason === reason) return;
    const conditions = [{ lastTransitionTime: rfc3339(sim.now), message, reason, status, type: 'Ready' }];
    client.patch(resource, { ...key, type: 'merge', subresource: 'status' }, { status: { conditions } });
  };
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(finalizer)) client.patch(resource, { ...key, type: 'merge' }, { metadata: { finalizers: [...finalizers, finalizer] } });
    told('True', '', 'Kubernetes Service CIDR is ready');
    return {};
  }
  if (!informers.of(addresses).synced) return { requeueAfter: look };
  if (!canGo(cidr, informers)) {
    told('False', 'Terminating', 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR');
    return { requeueAfter: look };
  }
  const left = parseTime(deletionTimestamp) + deletionGrace - sim.now;
  if (left > 0) return { requeueAfter: left };
  if (finalizers.includes(finalizer))
    client.patch(resource, { ...key, type: 'merge' }, { metadata: { finalizers: finalizers.filter((each) => each !== finalizer) } });
  return {};
}

/** canDeleteCIDR: other ranges hold all of it, or all of the addresses in it. */
function canGo(cidr: ServiceCidr, informers: SharedInformers): boolean {
  const others = all(informers).filter(({ metadata }) => metadata.name !== cidr.metadata.name);
  const held = (within: Range): boolean => others.some((other) => rangesOf(other).some(({ first, last }) => first <= within.first && within.last <= last));
  if (rangesOf(cidr).every(held)) return true;
  const orphaned = (address: KubeObject): boolean => {
    const holders = containing(informers, address);
    return holders.length === 1 && holders[0]?.metadata.name === cidr.metadata.name;
  };
  return !informers.of(addresses).list().some(orphaned);
}

const all = (informers: SharedInformers): readonly ServiceCidr[] => informers.of(resource).list();
const rangesOf = ({ spec }: ServiceCidr): readonly Range[] => (spec?.cidrs ?? []).flatMap((cidr) => rangeOf(cidr) ?? []);

function containing(informers: SharedInformers, { metadata: { name = '' } }: KubeObject): readonly ServiceCidr[] {
  const address = rangeOf(`${name}/32`)?.first;
  if (address === undefined) return [];
  return all(informers).filter((cidr) => rangesOf(cidr).some(({ first, last }) => first < address && address < last));
}
