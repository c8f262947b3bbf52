import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const path = '/api/v1/namespaces/default/configmaps';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };

test('finalizers hold an object until they are taken away', () => {
  const { ok, send, refused } = newServer();
  ok('POST', path, { metadata: { name: 'a', finalizers: ['example.com/hold'] } });
  const deleting = ok('DELETE', `${path}/a`);
  expect(deleting.metadata.deletionTimestamp).toBe('2026-11-22T13:00:00Z');
  expect(refused('PATCH', `${path}/a`, { metadata: { finalizers: ['example.com/hold', 'example.com/new'] } }, merge)).toContain(
    'no new finalizers can be added if the object is being deleted',
  );
  ok('PATCH', `${path}/a`, { metadata: { finalizers: null } }, merge);
  expect(send('GET', `${path}/a`).status).toBe(404);
});

test('propagation policies become finalizers for the garbage collector', () => {
  const { ok, send } = newServer();
  ok('POST', path, { metadata: { name: 'a' } });
  expect(ok('DELETE', `${path}/a`, { propagationPolicy: 'Foreground' }).metadata.finalizers).toEqual(['foregroundDeletion']);
  expect(ok('DELETE', `${path}/a`, { propagationPolicy: 'Orphan' }).metadata.finalizers).toEqual(['orphan']);
  const { uid, resourceVersion } = ok('GET', `${path}/a`).metadata;
  ok('PATCH', `${path}/a`, { metadata: { uid, resourceVersion, finalizers: null } }, merge);
  expect(send('GET', `${path}/a`).status).toBe(404);
});

test('a namespace goes when its finalizer is taken away', () => {
  const { ok, send, refused } = newServer();
  const namespace = ok('POST', '/api/v1/namespaces', { metadata: { name: 'x' } });
  expect(namespace).toMatchObject({
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
    metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
  });
  const deleting = ok('DELETE', '/api/v1/namespaces/x');
  expect(deleting.status.phase).toBe('Terminating');
  expect(refused('POST', '/api/v1/namespaces/x/configmaps', { metadata: { name: 'a' } })).toBe(
    'configmaps "a" is forbidden: unable to create new content in namespace x because it is being terminated',
  );
  ok('PUT', '/api/v1/namespaces/x/finalize', { ...deleting, spec: { finalizers: [] } });
  expect(send('GET', '/api/v1/namespaces/x').status).toBe(404);
});

test('preconditions', () => {
  const { ok, refused } = newServer();
  const { uid } = ok('POST', path, { metadata: { name: 'a' } }).metadata;
  expect(refused('DELETE', `${path}/a`, { preconditions: { uid: 'other' } })).toBe(
    `Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: ${uid}`,
  );
  expect(ok('DELETE', `${path}?labelSelector=x=y`).items).toEqual([]);
  expect(ok('DELETE', path).items).toHaveLength(1);
});

test('an evicted pod says that it was meant to go; a budget without room says why', () => {
  const { ok, refused, send } = newServer();
  const pods = '/api/v1/namespaces/default/pods';
  const evict = (name: string) => [`${pods}/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } }] as const;
  ok('POST', pods, { metadata: { name: 'a', labels: { app: 'x' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'c' }] } });
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  const budget = ok('POST', budgets, { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } } });
  const running = ok('GET', `${pods}/a`);
  ok('PUT', `${pods}/a/status`, { ...running, status: { ...running.status, phase: 'Running' } });
  const condition = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'no scale', lastTransitionTime: '2026-11-22T13:00:00Z' };
  ok('PUT', `${budgets}/b/status`, { ...budget, status: { ...budget.status, observedGeneration: 1, conditions: [condition] } });
  expect((send('POST', ...evict('a')).body as { details: object }).details).toMatchObject({
    causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b does not allow evicting pods currently because it failed sync: no scale' }],
  });
  expect(refused('POST', `${pods}/a/eviction`, { metadata: { name: 'z' } })).toBe('name in URL does not match name in Eviction object');
  ok('DELETE', `${budgets}/b`);
  ok('POST', ...evict('a'));
  expect(ok('GET', `${pods}/a`)).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 30 },
    status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }] },
  });
});
