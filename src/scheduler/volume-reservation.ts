/** What VolumeBinding does once a node is chosen (Reserve and PreBind): kubernetes pkg/scheduler/framework/plugins/volumebinding/binder.go. */
import type { PersistentVolumeClaim, Pod } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { matchesNodeSelector } from '../client/component-helpers/node-selection.ts';
import { findMatchingVolume, smallestFirst } from '../client/component-helpers/volumes.ts';
import type { SharedInformers } from '../client/shared-informers.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { NodeInfo } from './node-info.ts';

type VolumeContext = { readonly sim: Sim; readonly client: Client; readonly informers: SharedInformers };

/** `bindTimeoutSeconds`. */
const bindTimeout: Milliseconds = 600_000;
const selectedNode = 'volume.kubernetes.io/selected-node';

/** The claims of a pod that are not bound yet. */
export function unboundClaims({ metadata, spec }: Pod, informers: SharedInformers): PersistentVolumeClaim[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claimName = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata.name}-${name}` : undefined);
    const claim = claimName === undefined ? undefined : informers.of('persistentvolumeclaims').get({ namespace: metadata.namespace ?? '', name: claimName });
    return claim === undefined || isBound(claim) ? [] : [claim];
  });
}

const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;

/** Takes a volume that the node reaches for each claim, or tells its provisioner which node it is to be for. */
export function reserveVolumes(context: VolumeContext, claims: readonly PersistentVolumeClaim[], node: NodeInfo): void {
  const { client, informers } = context;
  const reachable = informers
    .of('persistentvolumes')
    .list()
    .filter(({ spec }) => spec.nodeAffinity?.required === undefined || matchesNodeSelector(spec.nodeAffinity.required, node.node));
  const taken = new Set<string>();
  for (const claim of smallestFirst(claims)) {
    const { namespace = '', name = '', uid } = claim.metadata;
    const volume = findMatchingVolume(claim, reachable, taken);
    if (volume !== undefined) {
      taken.add(volume.metadata.name ?? '');
      if (volume.spec.claimRef?.uid === uid) continue;
      const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion: claim.metadata.resourceVersion };
      const metadata = { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } };
      client.patch('persistentvolumes', { namespace: '', name: volume.metadata.name ?? '', type: 'merge' }, { metadata, spec: { claimRef } });
    } else if (claim.metadata.annotations?.[selectedNode] !== node.name)
      client.patch('persistentvolumeclaims', { namespace, name }, { metadata: { annotations: { [selectedNode]: node.name } } });
  }
}

/** Waits until all are bound; otherwise says why not, in the words of the framework. */
export function* waitForVolumes(
  { sim, informers }: VolumeContext,
  pod: Pod,
  claims: readonly PersistentVolumeClaim[],
  node: string,
): Routine<string | undefined> {
  const until = sim.now + bindTimeout;
  const lister = informers.of('persistentvolumeclaims');
  const pods = informers.of('pods');
  const failed = (why: string): string => `running PreBind plugin "VolumeBinding": ${why}`;
  for (;;) {
    const now = claims.map(({ metadata }) => lister.get({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' }));
    if (now.every((claim) => claim !== undefined && isBound(claim))) return undefined;
    const current = pods.get({ namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' });
    if (current === undefined || current.metadata.uid !== pod.metadata.uid || current.metadata.deletionTimestamp !== undefined)
      return failed('binding volumes: pod does not exist any more');
    for (const [i, claim] of now.entries()) {
      const name = `${claims[i]?.metadata.namespace}/${claims[i]?.metadata.name}`;
      if (claim === undefined) return failed(`binding volumes: failed to check provisioning pvc: could not find v1.PersistentVolumeClaim "${name}"`);
      const selected = claim.metadata.annotations?.[selectedNode];
      const wasSelected = claims[i]?.metadata.annotations?.[selectedNode] !== undefined;
      if (wasSelected && selected !== node && !claim.spec.volumeName) return failed('binding volumes: selectedNode annotation reset for PVC');
    }
    if (sim.now >= until) return failed('binding volumes: context deadline exceeded');
    yield { on: [lister.changed, pods.changed], timeout: until - sim.now };
  }
}
