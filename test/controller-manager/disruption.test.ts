import { expect, test } from 'vitest';
import { newTestCluster } from './cluster.ts';

const namespace = 'default';

test('a budget asks whatever kind owns its pods for its scale, counts pods that ended, and says what was not deleted', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  const send = (path: string, body: object) => client.send({ method: 'POST', path, body }).body as { metadata: { uid: string } };
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  send('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rings.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'rings', singular: 'ring', kind: 'Ring', listKind: 'RingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { scale } }],
    },
  });
  settle(1000);
  const ring = send(`/apis/example.com/v1/namespaces/${namespace}/rings`, {
    apiVersion: 'example.com/v1',
    kind: 'Ring',
    metadata: { name: 'ring' },
    spec: { replicas: 4 },
  });
  const pod = (name: string, app: string, more: object = {}, command: readonly string[] = ['run']) =>
    client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app }, ...more },
      spec: { containers: [{ name: 'c', image: 'c', command: [...command] }], restartPolicy: 'Never' },
    } as never);
  const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Ring', name: 'ring', uid: ring.metadata.uid, controller: true }];
  for (const name of ['ring-0', 'ring-1']) pod(name, 'ring', { ownerReferences });
  pod('up', 'few');
  pod('done', 'few', {}, ['exit', '0']);
  const job = { metadata: { labels: { app: 'job' } }, spec: { containers: [{ name: 'c', image: 'c' }], restartPolicy: 'Never' } };
  client.create('jobs.batch', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', namespace }, spec: { template: job } } as never);
  settle();
  const budgets = { ring: { minAvailable: '50%' }, few: { minAvailable: 1 }, job: { maxUnavailable: 1 } };
  for (const [app, spec] of Object.entries(budgets))
    client.create('poddisruptionbudgets.policy', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: app, namespace },
      spec: { ...spec, selector: { matchLabels: { app } } },
    } as never);
  settle();
  const budget = (name: string) => client.get('poddisruptionbudgets.policy', { namespace, name });
  expect(budget('ring')?.status).toMatchObject({ expectedPods: 4, desiredHealthy: 2, currentHealthy: 2, disruptionsAllowed: 0 });
  expect(budget('few')?.status).toMatchObject({ expectedPods: 2, desiredHealthy: 1, currentHealthy: 1 });
  // What cannot be counted is told when something changes, not again and again.
  const counts = () =>
    client
      .list('events')
      .items.filter(({ reason }) => reason === 'CalculateExpectedPodCountFailed')
      .map(({ count, message }) => `${count} ${message}`);
  const before = counts();
  expect(before).toEqual(['2 Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource']);
  const few = budget('few');
  client.updateStatus('poddisruptionbudgets.policy', { ...few, status: { ...few?.status, disruptedPods: { up: '2026-11-22T13:00:05Z' } } } as never);
  settle(1000);
  expect(budget('few')?.status).toMatchObject({ currentHealthy: 0, disruptedPods: { up: expect.anything() } });
  settle(130_000);
  expect(budget('few')?.status).toMatchObject({ currentHealthy: 1 });
  expect(budget('few')?.status?.disruptedPods).toBeUndefined();
  expect(client.list('events').items.find(({ reason }) => reason === 'NotDeleted')?.message).toBe(
    "Pod was expected by PDB default/default to be deleted but it wasn't",
  );
  expect(counts()).toEqual(before);
});
