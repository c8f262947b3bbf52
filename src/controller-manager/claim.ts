import type { KubeObject, LabelSelector, OwnerReference, ResourceName, ResourceTypes } from '../api/types.ts';
import { matchesLabelSelector } from '../apimachinery/labels.ts';
import { isReason } from '../apimachinery/status.ts';
import { byControllerUid, type Context, type Controller, type Enqueue } from '../client/controller.ts';
import { controllerOf, keyOf, type ObjectKey } from '../client/keys.ts';
import type { IndexFunction } from '../client/store.ts';

/** Adoption and release by label: pkg/controller/controller_ref_manager.go. */

/** Namespace of objects that nobody controls: those that may be adopted. */
const byOrphanNamespace: IndexFunction = (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []);

/** The indexes that `claim` asks for. */
export const claimIndexes = (resource: ResourceName): NonNullable<Controller['indexes']> => [
  { resource, name: 'controller', of: byControllerUid },
  { resource, name: 'orphans', of: byOrphanNamespace },
];

/** The objects that the owner controls: its own are kept or released, orphans that match are adopted. */
export function claim<R extends ResourceName>(
  { client, informers }: Context,
  resource: R,
  owner: KubeObject,
  how: { readonly selector: LabelSelector | undefined; readonly reference: OwnerReference; readonly mayAdopt?: (object: ResourceTypes[R]) => boolean },
): ResourceTypes[R][] {
  const informer = informers.of(resource);
  const claimed: ResourceTypes[R][] = [];
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  for (const object of informer.byIndex('controller', owner.metadata.uid ?? '')) {
    if (matchesLabelSelector(how.selector, object.metadata.labels)) claimed.push(object);
    else if (!deleting)
      patchOwners(
        client,
        resource,
        object,
        (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid),
      );
  }
  const namespace = owner.metadata.namespace ?? '';
  if (deleting || informer.countIndex('orphans', namespace) === 0) return claimed;
  for (const object of informer.byIndex('orphans', namespace)) {
    if (object.metadata.deletionTimestamp !== undefined || !matchesLabelSelector(how.selector, object.metadata.labels)) continue;
    if (how.mayAdopt && !how.mayAdopt(object)) continue;
    const adopted = patchOwners(client, resource, object, [...(object.metadata.ownerReferences ?? []), how.reference]);
    if (adopted !== undefined) claimed.push(adopted);
  }
  return claimed;
}

/** Undefined when the object has gone or changed meanwhile. */
function patchOwners<R extends ResourceName>(
  client: Context['client'],
  resource: R,
  object: KubeObject,
  ownerReferences: readonly OwnerReference[],
): ResourceTypes[R] | undefined {
  try {
    const metadata = { uid: object.metadata.uid, ownerReferences: ownerReferences.length === 0 ? null : ownerReferences };
    return client.patch(resource, { ...keyOf(object), type: 'merge' }, { metadata });
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict') || isReason(error, 'Invalid')) return undefined;
    throw error;
  }
}

type Selecting = KubeObject & { readonly spec: { readonly selector?: LabelSelector } };

/** The controlling owner of the kind; for an orphan, every object that might adopt it. */
export const enqueueClaimant =
  (kind: string, resource: ResourceName): Enqueue =>
  (object, { informers }, before) => {
    const keys: ObjectKey[] = [];
    for (const each of before === undefined ? [object] : [object, before]) {
      const owner = controllerOf(each);
      const namespace = each.metadata.namespace ?? '';
      if (owner !== undefined) {
        if (owner.kind === kind) keys.push({ namespace, name: owner.name });
      } else if (each === object) {
        for (const candidate of informers.of(resource).list(namespace) as unknown as readonly Selecting[]) {
          if (matchesLabelSelector(candidate.spec.selector, each.metadata.labels)) keys.push(keyOf(candidate));
        }
      }
    }
    return keys;
  };
