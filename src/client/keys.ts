import type { KubeObject, OwnerReference } from '../api/types.ts';

/** Which object of a resource: `namespace` is empty for those of the cluster. */
export type ObjectKey = { readonly namespace: string; readonly name: string };

/** `namespace/name`, or `name` alone: cache.MetaNamespaceKeyFunc. */
export const keyText = (key: ObjectKey): string => (key.namespace === '' ? key.name : `${key.namespace}/${key.name}`);

/** The key of an object. */
export const keyOf = (object: KubeObject): ObjectKey => ({ namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' });

/** The key of an object as text. */
export const textOf = (object: KubeObject): string => {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
};

/** cache.SplitMetaNamespaceKey. */
export function splitKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { namespace: '', name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The one owner that controls the object: metav1.GetControllerOf. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined => object.metadata.ownerReferences?.find((owner) => owner.controller === true);

/** Whether `owner` controls the object: metav1.IsControlledBy. */
export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean => controllerOf(object)?.uid === owner.metadata.uid;

/** A controlling owner reference: metav1.NewControllerRef. */
export const controllerRef = (apiVersion: string, kind: string, owner: KubeObject): OwnerReference => ({
  apiVersion,
  kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});
