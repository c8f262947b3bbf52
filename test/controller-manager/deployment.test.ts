import { expect, test } from 'vitest';
import { deploymentOf, newTestCluster } from './cluster.ts';

const key = { namespace: 'default', name: 'web' };

test('a deployment becomes pods through a replica set', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  client.create('deployments.apps', deploymentOf('web', 3) as never);
  settle();
  const deployment = client.get('deployments.apps', key);
  expect(deployment?.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  expect(deployment?.status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    updatedReplicas: 3,
    observedGeneration: 1,
    terminatingReplicas: 0,
  });
  expect(deployment?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
    'Available True MinimumReplicasAvailable',
    'Progressing True NewReplicaSetAvailable',
  ]);
  const events = client.list('events', { namespace: 'default' }).items.map(({ reason, message }) => `${reason} ${message?.replace(/web-[a-z0-9]+/, 'RS')}`);
  expect(events.filter((text) => text.startsWith('ScalingReplicaSet'))).toEqual(['ScalingReplicaSet Scaled up replica set RS from 0 to 3']);
  expect(events.filter((text) => text.startsWith('SuccessfulCreate'))).toHaveLength(3);
  expect(events.filter((text) => text.startsWith('Scheduled'))).toHaveLength(3);
});

test('a rolling update goes step by step and keeps to its limits', () => {
  const { client, settle, sim } = newTestCluster();
  settle(1000);
  client.create('deployments.apps', deploymentOf('web', 4) as never);
  settle();
  client.patch('deployments.apps', key, { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] } } } });
  let most = 0;
  let least = 99;
  for (let i = 0; i < 400; i++) {
    sim.advance(50);
    const status = client.get('deployments.apps', key)?.status;
    most = Math.max(most, status?.replicas ?? 0);
    least = Math.min(least, status?.availableReplicas ?? 0);
  }
  expect({ most, least }).toEqual({ most: 5, least: 3 });
  const messages = client
    .list('events', { namespace: 'default' })
    .items.flatMap(({ reason, message = '' }) => (reason === 'ScalingReplicaSet' ? [message.replace(/web-[a-z0-9]+/, 'RS')] : []));
  expect(messages.sort()).toEqual([
    'Scaled down replica set RS from 1 to 0',
    'Scaled down replica set RS from 2 to 1',
    'Scaled down replica set RS from 3 to 2',
    'Scaled down replica set RS from 4 to 3',
    'Scaled up replica set RS from 0 to 1',
    'Scaled up replica set RS from 0 to 4',
    'Scaled up replica set RS from 1 to 2',
    'Scaled up replica set RS from 2 to 3',
    'Scaled up replica set RS from 3 to 4',
  ]);
  expect(client.get('deployments.apps', key)?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  // Back again: the old set gets a new revision and remembers the old one.
  client.patch('deployments.apps', key, { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.26' }] } } } });
  settle(20_000);
  const revisions = client
    .list('replicasets.apps', { namespace: 'default' })
    .items.map(({ metadata }) => [
      metadata.annotations?.['deployment.kubernetes.io/revision'],
      metadata.annotations?.['deployment.kubernetes.io/revision-history'],
    ]);
  expect(revisions.sort()).toEqual([
    ['2', undefined],
    ['3', '1'],
  ]);
});

test('scaling, pausing, the progress deadline and deletion', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  client.create('deployments.apps', deploymentOf('web', 2) as never);
  settle();
  client.patch('deployments.apps', key, { spec: { replicas: 5 } });
  settle();
  expect(client.get('deployments.apps', key)?.status?.readyReplicas).toBe(5);
  client.patch('deployments.apps', key, { spec: { replicas: 2, progressDeadlineSeconds: 20 } });
  settle();
  expect(client.list('pods', { namespace: 'default' }).items).toHaveLength(2);
  client.patch('deployments.apps', key, { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', command: ['unready'] }] } } } });
  settle(30_000);
  expect(client.get('deployments.apps', key)?.status?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
  });
  client.delete('deployments.apps', key, { propagationPolicy: 'Background' });
  settle();
  expect(client.list('replicasets.apps').items).toHaveLength(0);
  expect(client.list('pods').items).toHaveLength(0);
});

test('a new replica set is told of once, however late the informers are', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const names = Array.from({ length: 20 }, (_, i) => `web${i}`);
  for (const name of names) {
    client.create('deployments.apps', deploymentOf(name, 1) as never);
    settle(50);
  }
  settle();
  const scaled = client.list('events', { namespace: 'default' }).items.filter(({ reason }) => reason === 'ScalingReplicaSet');
  expect(scaled.map(({ count }) => count)).toEqual(names.map(() => 1));
});
