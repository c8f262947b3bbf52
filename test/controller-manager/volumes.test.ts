import { expect, test } from 'vitest';
import { newTestCluster } from './cluster.ts';

const namespace = 'default';

test('claims of one pod get volumes of their own; what a completed pod names stays; volumes keep to their claims', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  const storageClass = (name: string, more: object) =>
    client.create('storageclasses.storage.k8s.io', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner: 'kubernetes.io/no-provisioner',
      ...more,
    } as never);
  storageClass('local', { volumeBindingMode: 'WaitForFirstConsumer' });
  const volume = (name: string, storage: string, more: object) =>
    client.create('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/mnt/x' }, ...more },
    } as never);
  const claim = (name: string, storage: string, more: object = {}) =>
    client.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
    } as never);
  const pod = (name: string, claims: readonly string[], command: readonly string[] = ['run']) =>
    client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: {
        containers: [{ name: 'c', image: 'c', command: [...command] }],
        restartPolicy: 'Never',
        volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
      },
    } as never);
  for (const name of ['disk-1', 'disk-2']) volume(name, '1Gi', { storageClassName: 'local' });
  // A larger claim comes first: it must not take the small one's volume, nor both the same.
  claim('large', '900Mi', { storageClassName: 'local' });
  claim('small', '100Mi', { storageClassName: 'local' });
  pod('two', ['large', 'small'], ['exit', '0']);
  settle();
  const claimed = (name: string) => client.get('persistentvolumeclaims', { namespace, name });
  expect([claimed('large')?.spec.volumeName, claimed('small')?.spec.volumeName].sort()).toEqual(['disk-1', 'disk-2']);
  expect(client.get('pods', { namespace, name: 'two' })?.status?.phase).toBe('Succeeded');
  // Completed, and still it holds its claims.
  client.delete('persistentvolumeclaims', { namespace, name: 'small' });
  settle();
  expect(claimed('small')?.metadata.deletionTimestamp).toBeDefined();
  client.delete('pods', { namespace, name: 'two' });
  settle();
  expect(claimed('small')).toBeUndefined();

  claim('plain', '1Gi');
  settle();
  volume('plain-1', '1Gi', {});
  settle();
  expect(claimed('plain')).toMatchObject({ spec: { volumeName: 'plain-1' }, status: { phase: 'Bound' } });
  // Who takes the reference away from a volume that is in use gets it back.
  client.patch('persistentvolumes', { namespace: '', name: 'plain-1', type: 'merge' }, { spec: { claimRef: null } });
  settle();
  const uid = claimed('plain')?.metadata.uid;
  expect(client.get('persistentvolumes', { namespace: '', name: 'plain-1' })).toMatchObject({ spec: { claimRef: { uid } }, status: { phase: 'Bound' } });

  // A released volume goes when its policy says so later.
  const phase = (name: string) => client.get('persistentvolumes', { namespace: '', name })?.status?.phase;
  const released = ['disk-1', 'disk-2'].find((name) => phase(name) === 'Released') ?? '';
  client.patch('persistentvolumes', { namespace: '', name: released, type: 'merge' }, { spec: { persistentVolumeReclaimPolicy: 'Delete' } });
  settle();
  expect(client.get('persistentvolumes', { namespace: '', name: released })?.status).toMatchObject({
    phase: 'Failed',
    message: 'host_path deleter only supports /tmp/.+ but received provided /mnt/x',
  });
  // A claim whose volume is lost keeps pods from running.
  client.patch('persistentvolumes', { namespace: '', name: claimed('large')?.spec.volumeName ?? '', type: 'merge' }, { metadata: { finalizers: null } });
  client.delete('persistentvolumes', { namespace: '', name: claimed('large')?.spec.volumeName ?? '' });
  settle();
  pod('late', ['large']);
  settle();
  expect(client.get('pods', { namespace, name: 'late' })?.status?.conditions?.[0]?.message).toMatch(
    /persistentvolumeclaim "large" bound to non-existent persistentvolume "disk-[12]"/,
  );
});
