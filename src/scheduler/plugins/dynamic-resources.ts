import type { Pod, ResourceClaim } from '../../api/types.ts';
import { claimStatuses, podClaims } from '../../client/component-helpers/resource-claims.ts';
import { type ClusterView, type Plugin, type Rejection, unresolvable } from '../framework.ts';

const noDevices = unresolvable('cannot allocate all claims');
/** With devices in ResourceSlices, or claims that ask for none, it would be upon the allocator. */
const notSimulated = unresolvable('k8s-lab: the allocation of devices is not simulated');

/** Pods with claims wait for these; a claim is allocated where a driver offers devices. pkg/scheduler/framework/plugins/dynamicresources. */
export const dynamicResources: Plugin = {
  name: 'DynamicResources',
  helpedBy: ['Devices', 'NodeAdd', 'NodeLabel', 'NodeTaint'],
  admits: (pod, cluster) => Array.isArray(claimsOf(pod, cluster)),
  preFilter({ pod }, cluster) {
    const claims = claimsOf(pod, cluster);
    if (typeof claims === 'string') return { rejected: unresolvable(claims) };
    if (claims.length === 0) return undefined;
    for (const claim of claims) {
      const rejected = classesMissing(claim, cluster);
      if (rejected) return { rejected };
    }
    const offered = cluster.informers.of('resourceslices.resource.k8s.io').list().length > 0;
    const asked = claims.some(({ spec }) => spec.devices?.requests?.length);
    const answer = offered || !asked || claims.some(({ status }) => status?.allocation) ? notSimulated : noDevices;
    return { filter: () => answer };
  },
};

/** The pod's claims, or what is wrong with one of them (foreachPodResourceClaim). */
function claimsOf(pod: Pod, { informers }: ClusterView): readonly ResourceClaim[] | string {
  const { namespace = '', name: podName, uid } = pod.metadata;
  const found: ResourceClaim[] = [];
  for (const { name, resourceClaimName } of podClaims(pod)) {
    const made = claimStatuses(pod).find((each) => each.name === name);
    if (resourceClaimName === undefined && made === undefined) return `pod "${namespace}/${podName}": ResourceClaim not created yet`;
    const claimName = resourceClaimName ?? made?.resourceClaimName;
    // Its template asked for nothing.
    if (claimName === undefined) continue;
    const claim = informers.of('resourceclaims.resource.k8s.io').get({ namespace, name: claimName });
    if (claim === undefined) return `resourceclaim.resource.k8s.io "${claimName}" not found`;
    if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim "${claimName}" is being deleted`;
    const owned = resourceClaimName !== undefined || claim.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid);
    if (!owned) return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${podName} (pod is not owner)`;
    found.push(claim);
  }
  return found;
}

function classesMissing({ metadata, spec, status }: ResourceClaim, { informers }: ClusterView): Rejection | undefined {
  if (status?.allocation) return undefined;
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const wanted = exactly ? [[name, exactly.deviceClassName]] : firstAvailable.map((sub) => [`${name}/${sub.name}`, sub.deviceClassName]);
    if (wanted.length === 0) return unresolvable(`resource claim ${metadata.namespace}/${metadata.name}, request ${name}: unknown request type`);
    for (const [request, deviceClass = ''] of wanted) {
      if (informers.of('deviceclasses.resource.k8s.io').get({ namespace: '', name: deviceClass }) === undefined)
        return unresolvable(`request ${request}: device class ${deviceClass} does not exist`);
    }
  }
  return undefined;
}
