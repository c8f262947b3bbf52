import { expect, test } from 'vitest';
import { newCluster } from '../../src/cluster/cluster.ts';

test('a deleted mirror pod is made again while its container runs on', () => {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3' });
  const path = '/api/v1/namespaces/kube-system/pods/kube-scheduler-controlplane';
  const look = () =>
    cluster.rest({ method: 'GET', path })?.body as {
      metadata: { uid: string; deletionTimestamp?: string };
      status: { phase: string; containerStatuses: { containerID: string; restartCount: number }[] };
    };
  const before = look();
  expect(cluster.rest({ method: 'DELETE', path })?.status).toBe(200);
  cluster.sim.advance(5_000);
  const after = look();
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
  expect(after.metadata.deletionTimestamp).toBeUndefined();
  expect(after.status.phase).toBe('Running');
  expect(after.status.containerStatuses[0]?.containerID).toBe(before.status.containerStatuses[0]?.containerID);
});
