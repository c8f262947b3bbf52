/** Whose the claims of a StatefulSet's pods are, by `persistentVolumeClaimRetentionPolicy`: the garbage collector does the rest (stateful_set_utils.go). */
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import type { Context } from '../../client/controller.ts';
import { controllerRef, keyOf } from '../../client/keys.ts';
import { equal } from '../equal.ts';
import { firstOrdinal, newClaims, ordinalOf } from './pods.ts';

const claimsOf = ({ informers }: Context, set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] =>
  newClaims(set, ordinal).flatMap((claim) => informers.of('persistentvolumeclaims').get(keyOf(claim)) ?? []);

/** Scaled down: outside of the ordinals that the set asks for. */
function isSurplus(pod: Pod, set: StatefulSet): boolean {
  const first = firstOrdinal(set);
  const ordinal = ordinalOf(pod);
  return ordinal < first || ordinal >= first + (set.spec.replicas ?? 1);
}

/** Claims that still belong to an earlier pod of this name go first, before another pod may use them: PodClaimIsStale. */
export const hasStaleClaim = (context: Context, set: StatefulSet, ordinal: number): boolean =>
  set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete' &&
  claimsOf(context, set, ordinal).some(({ metadata }) =>
    metadata.ownerReferences?.some(({ kind, name }) => kind === 'Pod' && name === `${set.metadata.name}-${ordinal}`),
  );

/** Writes the owners of a pod's claims where they are not as the policy asks: UpdatePodClaimForRetentionPolicy. */
export function ownClaims(context: Context, set: StatefulSet, pod: Pod): void {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const us = [controllerRef('apps/v1', 'StatefulSet', set), controllerRef('v1', 'Pod', pod)];
  const surplus = isSurplus(pod, set);
  const wanted = whenScaled === 'Delete' && surplus ? us.slice(1) : whenDeleted === 'Delete' ? us.slice(0, 1) : [];
  for (const claim of claimsOf(context, set, ordinalOf(pod))) {
    const owners = claim.metadata.ownerReferences ?? [];
    // Of an earlier set or pod of the same name: the garbage collector's.
    if (owners.some((owner) => us.some((own) => isNamed(owner, own) && owner.uid !== own.uid))) continue;
    const others = owners.filter((owner) => !us.some((own) => isNamed(owner, own)));
    const conflict = (whenDeleted === 'Delete' || whenScaled === 'Delete') && others.some(({ controller }) => controller);
    const ownerReferences = conflict ? others : [...others, ...wanted];
    if (equal(ownerReferences, owners)) continue;
    if (conflict) {
      const what = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a manging controller`;
      context.recorder.warning(set, 'ConflictingController', `${what}, the retention policy is ignored for this claim`);
    }
    context.client.update('persistentvolumeclaims', { ...claim, metadata: { ...claim.metadata, ownerReferences } });
  }
}

const isNamed = (a: OwnerReference, b: OwnerReference): boolean => a.apiVersion === b.apiVersion && a.kind === b.kind && a.name === b.name;
