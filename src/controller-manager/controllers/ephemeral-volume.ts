import type { PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { claimNames } from '../../client/component-helpers/volumes.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, controllerRef, type ObjectKey } from '../../client/keys.ts';
import { isTerminal } from '../pods.ts';

/** A claim for each ephemeral volume of a pod, which goes with the pod: pkg/controller/volume/ephemeral. */
export const ephemeralVolumeController = (): Controller => ({
  name: 'ephemeral-volume-controller',
  watches: [
    watch('pods', (pod, context, before) => (before === undefined && hasEphemeral(pod) ? enqueueSelf(pod, context, before) : [])),
    watch('persistentvolumeclaims', (claim) => ownersOf(claim)),
  ],
  reconcile,
});

const hasEphemeral = ({ spec }: Pod): boolean => spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false;

/** A claim that was deleted may have to be made anew. */
function ownersOf(claim: PersistentVolumeClaim): ObjectKey[] {
  const owner = controllerOf(claim);
  return owner?.kind === 'Pod' ? [{ namespace: claim.metadata.namespace ?? '', name: owner.name }] : [];
}

function reconcile(key: ObjectKey, context: Context): Result {
  const pod = context.informers.of('pods').get(key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isTerminal(pod) || !hasEphemeral(pod)) return {};
  const names = claimNames({ ...pod, spec: { ...pod.spec, volumes: pod.spec.volumes?.filter(({ ephemeral }) => ephemeral !== undefined) ?? [] } });
  const templates = (pod.spec.volumes ?? []).flatMap(({ ephemeral }) => (ephemeral?.volumeClaimTemplate ? [ephemeral.volumeClaimTemplate] : []));
  for (const [i, name] of names.entries()) {
    const template = templates[i];
    if (template) ensureClaim(context, pod, { name, template });
  }
  return {};
}

type Wanted = { readonly name: string; readonly template: { readonly metadata?: object; readonly spec: PersistentVolumeClaim['spec'] } };

function ensureClaim({ client, informers, recorder }: Context, pod: Pod, { name, template }: Wanted): void {
  const namespace = pod.metadata.namespace ?? '';
  const known = informers.of('persistentvolumeclaims').get({ namespace, name });
  if (known !== undefined) {
    if (controllerOf(known)?.uid !== pod.metadata.uid)
      recorder.warning(
        pod,
        'EphemeralVolumeCreationFailed',
        `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
      );
    return;
  }
  const metadata = { ...template.metadata, name, namespace, ownerReferences: [controllerRef('v1', 'Pod', pod)] };
  try {
    client.create('persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: template.spec } as PersistentVolumeClaim);
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}
