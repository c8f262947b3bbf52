import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import { controllerRef } from '../../client/keys.ts';
import { revisionHashLabel } from '../history.ts';

/** Names and identities of a StatefulSet's pods: pkg/controller/statefulset/stateful_set_utils.go. */

/** `spec.ordinals.start`. */
export const firstOrdinal = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
/** `<set>-<ordinal>`, which is the pod's identity. */
const podName = ({ metadata }: StatefulSet, ordinal: number): string => `${metadata.name}-${ordinal}`;

/** -1 for a name that is not one of the set's. */
export function ordinalOf({ metadata }: Pod): number {
  const match = /-(\d+)$/.exec(metadata.name ?? '');
  return match ? Number(match[1]) : -1;
}

/** `<template>-<set>-<ordinal>`: a pod that comes back finds its volume by it. */
const claimName = (template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string => `${template.metadata.name}-${podName(set, ordinal)}`;

const claimTemplates = ({ spec }: StatefulSet): readonly PersistentVolumeClaim[] => (spec.volumeClaimTemplates ?? []) as readonly PersistentVolumeClaim[];

/** The pod of an ordinal, of the template of a revision. */
export function newPod(set: StatefulSet, template: StatefulSet['spec']['template'], ordinal: number, revision: string): Pod {
  const name = podName(set, ordinal);
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const claims = claimTemplates(set).map((claim) => ({
    name: claim.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(claim, set, ordinal) },
  }));
  const names = new Set(claims.map((claim) => claim.name));
  const volumes = [...claims, ...(template.spec?.volumes ?? []).filter((volume) => !names.has(volume.name))];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, 'apps.kubernetes.io/pod-index': String(ordinal), [revisionHashLabel]: revision, 'statefulset.kubernetes.io/pod-name': name },
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerRef('apps/v1', 'StatefulSet', set)],
    },
    spec: {
      ...(template.spec ?? { containers: [] }),
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** The claims of an ordinal. */
export const newClaims = (set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] =>
  claimTemplates(set).map((template) => ({
    ...template,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(template, set, ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
  }));
