import type { LabelSelector, Pod } from '../../api/types.ts';
import { matchesMap } from '../../apimachinery/labels.ts';
import { controllerOf } from '../../client/keys.ts';
import type { SharedInformers } from '../../client/shared-informers.ts';

/** The selector of the Services and the workload that a pod belongs to; none: undefined. pkg/scheduler/framework/plugins/helper/spread.go. */
export function defaultSelector(pod: Pod, informers: SharedInformers): LabelSelector | undefined {
  const { namespace = '', labels } = pod.metadata;
  let matchLabels: Record<string, string> | undefined;
  if (labels === undefined) return undefined;
  for (const { spec } of informers.of('services').list(namespace)) {
    if (spec.selector && Object.keys(spec.selector).length > 0 && matchesMap(spec.selector, labels)) matchLabels = { ...matchLabels, ...spec.selector };
  }
  const owner = ownerSelector(pod, informers);
  if (owner === undefined) return matchLabels && { matchLabels };
  return { ...owner, matchLabels: { ...matchLabels, ...owner.matchLabels } };
}

function ownerSelector(pod: Pod, informers: SharedInformers): LabelSelector | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const key = { namespace: pod.metadata.namespace ?? '', name: owner.name };
  if (owner.kind === 'ReplicaSet') return informers.of('replicasets.apps').get(key)?.spec.selector;
  if (owner.kind === 'StatefulSet') return informers.of('statefulsets.apps').get(key)?.spec.selector;
  if (owner.kind !== 'ReplicationController') return undefined;
  const matchLabels = informers.of('replicationcontrollers').get(key)?.spec.selector;
  return matchLabels && { matchLabels };
}
