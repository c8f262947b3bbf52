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
