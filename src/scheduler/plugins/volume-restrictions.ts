import { claimNames } from '../../client/component-helpers/volumes.ts';
import type { ClusterView, Plugin } from '../framework.ts';
import { unschedulable } from '../framework.ts';

const inUse = unschedulable('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod');

/** A claim with ReadWriteOncePod serves one pod of the whole cluster: pkg/scheduler/framework/plugins/volumerestrictions. */
export const volumeRestrictions: Plugin = {
  name: 'VolumeRestrictions',
  helpedBy: ['AssignedPodDelete', 'NodeAdd', 'Storage'],
  preFilter({ pod }, { informers, nodes }: ClusterView) {
    const namespace = pod.metadata.namespace ?? '';
    const single = claimNames(pod).filter((name) =>
      informers.of('persistentvolumeclaims').get({ namespace, name })?.spec.accessModes?.includes('ReadWriteOncePod'),
    );
    if (single.length === 0) return undefined;
    const taken = nodes.some(({ pods }) =>
      [...pods.values()].some(
        ({ pod: other }) =>
          other.metadata.namespace === namespace && other.metadata.uid !== pod.metadata.uid && claimNames(other).some((name) => single.includes(name)),
      ),
    );
    return taken ? { filter: () => inUse } : undefined;
  },
};
