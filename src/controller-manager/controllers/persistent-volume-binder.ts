import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { wholeValue } from '../../apimachinery/quantity.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { claimNames, findMatchingVolume } from '../../client/component-helpers/volumes.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';

const bound = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' };
const selectedNode = 'volume.kubernetes.io/selected-node';
const again: Result = { requeueAfter: constants.volumeResyncPeriod.value };

/** Claims and volumes find each other: pkg/controller/volume/persistentvolume/pv_controller.go. The claims' half. */
export const persistentVolumeClaimBinder = (): Controller => ({
  name: 'persistentvolume-binder-controller',
  watches: [
    watch('persistentvolumeclaims', enqueueSelf),
    watch('persistentvolumes', ({ spec: { claimRef } }, { informers }, before) => {
      const keyOfClaim = ({ namespace = '', name = '' }: NonNullable<typeof claimRef>): ObjectKey => ({ namespace, name });
      if (claimRef !== undefined) return [keyOfClaim(claimRef)];
      const waiting = informers.of('persistentvolumeclaims').list();
      const left = before?.spec.claimRef ? [keyOfClaim(before.spec.claimRef)] : [];
      return [...left, ...waiting.filter(({ spec }) => !spec.volumeName).map(keyOf)];
    }),
    // A class that becomes the default one counts for claims that were made before.
    watch('storageclasses.storage.k8s.io', (storageClass, { informers }) =>
      isDefault(storageClass)
        ? informers
            .of('persistentvolumeclaims')
            .list()
            .filter(({ spec }) => !spec.volumeName && spec.storageClassName === undefined)
            .map(keyOf)
        : [],
    ),
    watch('pods', (pod, _context, before) => (before !== undefined ? [] : claimNames(pod).map((name) => ({ namespace: pod.metadata.namespace ?? '', name })))),
  ],
  reconcile: syncClaim,
});

/** The volumes' half: phases, and what happens when the claim has gone. */
export const persistentVolumeReclaimer = (): Controller => ({
  name: 'persistentvolume-reclaimer',
  watches: [
    watch('persistentvolumes', enqueueSelf),
    watch('persistentvolumeclaims', ({ spec }) => (spec.volumeName ? [{ namespace: '', name: spec.volumeName }] : [])),
  ],
  reconcile: syncVolume,
});

function syncClaim(key: ObjectKey, context: Context): Result {
  const claim = context.informers.of('persistentvolumeclaims').get(key);
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return {};
  if (claim.metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined) return syncBoundClaim(context, claim);
  const { client, informers } = context;
  if (claim.status?.phase === undefined) client.updateStatus('persistentvolumeclaims', { ...claim, status: { phase: 'Pending' } });
  const volumes = informers.of('persistentvolumes');
  if (claim.spec.volumeName) {
    const volume = volumes.get({ namespace: '', name: claim.spec.volumeName });
    return volume === undefined ? again : bindRequested(context, claim, volume);
  }
  const storageClass = informers.of('storageclasses.storage.k8s.io').get({ namespace: '', name: claim.spec.storageClassName ?? '' });
  const delayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  // What waits for a pod is matched by the scheduler; here only a volume that is reserved for it counts.
  const candidates = delayed ? volumes.list().filter(({ spec }) => spec.claimRef !== undefined) : volumes.list();
  const volume = findMatchingVolume(claim, candidates);
  if (volume !== undefined) {
    bind(context, claim, volume);
    return {};
  }
  if (claim.spec.storageClassName === undefined && assignDefaultClass(context, claim)) return {};
  if (delayed && claim.metadata.annotations?.[selectedNode] === undefined) explainWaiting(context, claim);
  else provision(context, claim, storageClass);
  return again;
}

/** The claim names its volume: that must be free, and fit. */
function bindRequested(context: Context, claim: PersistentVolumeClaim, volume: PersistentVolume): Result {
  const { name } = volume.metadata;
  const problem = volume.spec.claimRef === undefined ? misfit(volume, claim) : undefined;
  if (problem !== undefined) context.recorder.warning(claim, 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${problem}`);
  else if (!isFreeFor(volume, claim)) context.recorder.warning(claim, 'FailedBinding', `volume "${name}" already bound to a different claim.`);
  else {
    bind(context, claim, volume);
    return {};
  }
  return again;
}

/** checkVolumeSatisfyClaim */
function misfit({ metadata, spec }: PersistentVolume, { spec: wanted }: PersistentVolumeClaim): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion "${metadata.name}"`;
  if (wholeValue(spec.capacity?.['storage']) < wholeValue(wanted.resources?.requests?.['storage'])) return 'requested PV is too small';
  if ((spec.storageClassName ?? '') !== (wanted.storageClassName ?? '')) return 'storageClassName does not match';
  if ((spec.volumeAttributesClassName ?? '') !== (wanted.volumeAttributesClassName ?? '')) return 'volumeAttributesClassName does not match';
  if (spec.volumeMode !== wanted.volumeMode) return 'incompatible volumeMode';
  return wanted.accessModes?.every((mode) => spec.accessModes?.includes(mode)) ? undefined : 'incompatible accessMode';
}

const isDefault = ({ metadata }: StorageClass): boolean => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';

/** RetroactiveDefaultStorageClass: a claim without a class gets the default one as soon as there is one. */
function assignDefaultClass({ client, informers }: Context, claim: PersistentVolumeClaim): boolean {
  const name = informers.of('storageclasses.storage.k8s.io').list().find(isDefault)?.metadata.name;
  if (name === undefined) return false;
  client.patch('persistentvolumeclaims', { ...keyOf(claim), type: 'merge' }, { spec: { storageClassName: name } });
  return true;
}

/** Nobody uses the claim yet, or its pod has no node. */
function explainWaiting({ recorder, informers }: Context, claim: PersistentVolumeClaim): void {
  const names = informers
    .of('pods')
    .list(claim.metadata.namespace ?? '')
    .filter((pod) => pod.status?.phase === 'Pending' && !pod.spec.nodeName && claimNames(pod).includes(claim.metadata.name ?? ''))
    .map(({ metadata }) => metadata.name);
  if (names.length === 0) recorder.normal(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  else recorder.normal(claim, 'WaitForPodScheduled', `waiting for pod${names.length > 1 ? 's' : ''} ${names.join(',')} to be scheduled`);
}

/** No volume fits: an external provisioner is called by an annotation, and an Event says why the claim stays Pending. */
function provision({ client, recorder }: Context, claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): void {
  const { storageClassName } = claim.spec;
  const provisioner = storageClass?.provisioner;
  if (!storageClassName) recorder.normal(claim, 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  else if (provisioner === undefined) recorder.warning(claim, 'ProvisioningFailed', `storageclass.storage.k8s.io "${storageClassName}" not found`);
  else if (provisioner === 'kubernetes.io/no-provisioner') recorder.warning(claim, 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
  else {
    if (claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] !== provisioner) {
      const annotations = { 'volume.beta.kubernetes.io/storage-provisioner': provisioner, 'volume.kubernetes.io/storage-provisioner': provisioner };
      client.patch('persistentvolumeclaims', { ...keyOf(claim), type: 'merge' }, { metadata: { annotations } });
    }
    const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    recorder.normal(claim, 'ExternalProvisioning', message);
  }
}

const isFreeFor = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean =>
  spec.claimRef === undefined ||
  (spec.claimRef.name === metadata.name && spec.claimRef.namespace === metadata.namespace && (!spec.claimRef.uid || spec.claimRef.uid === metadata.uid));

/** First the volume, then the claim: a crash between the two is mended by the next sync. */
function bind(context: Context, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const { client } = context;
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const ref = volume.spec.claimRef;
  if (ref?.uid !== uid) {
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
    const annotations = ref === undefined ? { 'pv.kubernetes.io/bound-by-controller': 'yes' } : undefined;
    client.patch('persistentvolumes', { ...keyOf(volume), type: 'merge' }, { ...(annotations && { metadata: { annotations } }), spec: { claimRef } });
  }
  setVolumePhase(context, volume, 'Bound');
  const annotations = claim.spec.volumeName ? { 'pv.kubernetes.io/bind-completed': 'yes' } : bound;
  const updated = client.patch(
    'persistentvolumeclaims',
    { ...keyOf(claim), type: 'merge' },
    { metadata: { annotations }, spec: { volumeName: volume.metadata.name } },
  );
  const { accessModes, capacity } = volume.spec;
  client.updateStatus('persistentvolumeclaims', {
    ...updated,
    status: { ...updated.status, phase: 'Bound', ...(accessModes && { accessModes }), ...(capacity && { capacity }) },
  });
}

function syncBoundClaim(context: Context, claim: PersistentVolumeClaim): Result {
  const volume = context.informers.of('persistentvolumes').get({ namespace: '', name: claim.spec.volumeName ?? '' });
  if (volume !== undefined) {
    if (!isFreeFor(volume, claim)) lose(context, claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
    else if (claim.status?.phase !== 'Bound' || volume.spec.claimRef === undefined) bind(context, claim, volume);
    else expand(context, claim);
    return {};
  }
  if (context.client.get('persistentvolumes', { namespace: '', name: claim.spec.volumeName ?? '' }) !== undefined) return {};
  lose(context, claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  return {};
}

function lose({ client, recorder }: Context, claim: PersistentVolumeClaim, reason: string, message: string): void {
  if (claim.status?.phase === 'Lost') return;
  client.updateStatus('persistentvolumeclaims', { ...claim, status: { ...claim.status, phase: 'Lost' } });
  recorder.warning(claim, reason, message);
}

/** No volume that the controller knows grows by itself (pkg/controller/volume/expand/expand_controller.go). */
function expand({ recorder }: Context, claim: PersistentVolumeClaim): void {
  const { requests } = claim.spec.resources ?? {};
  if (wholeValue(requests?.['storage']) <= wholeValue(claim.status?.capacity?.['storage'])) return;
  recorder.normal(claim, 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
}

function syncVolume(key: ObjectKey, context: Context): Result {
  const volume = context.informers.of('persistentvolumes').get(key);
  if (volume === undefined) return {};
  const { claimRef } = volume.spec;
  if (claimRef === undefined || !claimRef.uid) {
    setVolumePhase(context, volume, 'Available');
    return {};
  }
  const claim = context.client.get('persistentvolumeclaims', { namespace: claimRef.namespace ?? '', name: claimRef.name ?? '' });
  if (claim !== undefined && claim.metadata.uid === claimRef.uid) {
    if (claim.spec.volumeName === key.name) setVolumePhase(context, volume, 'Bound');
    return {};
  }
  const phase = volume.status?.phase;
  if (phase === 'Failed') return {};
  setVolumePhase(context, volume, 'Released');
  if (volume.spec.persistentVolumeReclaimPolicy === 'Delete') reclaim(context, volume);
  return {};
}

/** The Delete policy: of the volumes that the controller itself can delete there are only those under /tmp. */
function reclaim(context: Context, volume: PersistentVolume): void {
  const { path } = volume.spec.hostPath ?? {};
  // What an external provisioner made, it also takes away.
  if (volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined) return;
  const { local, nfs, iscsi, fc } = volume.spec;
  if (path === undefined && (local ?? nfs ?? iscsi ?? fc) === undefined) return;
  const problem =
    path === undefined
      ? 'error getting deleter volume plugin for volume "' + volume.metadata.name + '": no deletable volume plugin matched'
      : path.startsWith('/tmp/')
        ? undefined
        : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
  if (problem !== undefined) {
    const live = context.client.get('persistentvolumes', keyOf(volume));
    if (live !== undefined) context.client.updateStatus('persistentvolumes', { ...live, status: { ...live.status, phase: 'Failed', message: problem } });
    context.recorder.warning(volume, 'VolumeFailedDelete', problem);
    return;
  }
  try {
    context.client.delete('persistentvolumes', keyOf(volume));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

function setVolumePhase({ client, sim }: Context, volume: PersistentVolume, phase: string): void {
  if (volume.status?.phase === phase) return;
  const status = { phase, lastPhaseTransitionTime: rfc3339(sim.now) };
  client.patch('persistentvolumes', { ...keyOf(volume), type: 'merge', subresource: 'status' }, { status });
}
