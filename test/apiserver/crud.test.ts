import { expect, test } from 'vitest';
import { type Json, newServer } from './server.ts';

const configMap = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels && { labels }) },
  data,
});
const path = '/api/v1/namespaces/default/configmaps';

test('create, get, update, delete', () => {
  const { ok, refused, send } = newServer();
  const made = ok('POST', path, configMap('a', { x: '1' }));
  expect(made.metadata).toMatchObject({ name: 'a', namespace: 'default', creationTimestamp: '2026-11-22T13:00:00Z' });
  expect(Object.isFrozen(made.data)).toBe(true);
  expect(ok('GET', `${path}/a`)).toBe(made);
  expect(refused('POST', path, configMap('a'))).toBe('configmaps "a" already exists');
  expect(refused('GET', `${path}/b`)).toBe('configmaps "b" not found');
  const changed = ok('PUT', `${path}/a`, { ...made, data: { x: '2' } });
  expect(Number(changed.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
  expect(refused('PUT', `${path}/a`, { ...made, data: { x: '3' } })).toBe(
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
  expect(ok('PUT', `${path}/a`, { ...changed, data: { x: '2' } })).toBe(changed);
  expect(ok('DELETE', `${path}/a`)).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', kind: 'configmaps' } });
  expect(send('GET', `${path}/a`).status).toBe(404);
  expect(refused('POST', '/api/v1/namespaces/nope/configmaps', configMap('a'))).toBe('namespaces "nope" not found');
  expect(refused('DELETE', '/api/v1/namespaces/default')).toBe('namespaces "default" is forbidden: this namespace may not be deleted');
});

test('lists with selectors, limits and continue tokens', () => {
  const { ok } = newServer();
  for (let i = 0; i < 5; i++) ok('POST', path, configMap(`c${i}`, {}, { odd: String(i % 2) }));
  const names = (list: Json) => list.items.map((item: Json) => item.metadata.name);
  expect(names(ok('GET', `${path}?labelSelector=odd=1`))).toEqual(['c1', 'c3']);
  expect(names(ok('GET', `${path}?fieldSelector=metadata.name=c2`))).toEqual(['c2']);
  const first = ok('GET', `${path}?limit=2`);
  expect(names(first)).toEqual(['c0', 'c1']);
  expect(first.metadata.remainingItemCount).toBe(3);
  ok('DELETE', `${path}/c4`);
  const second = ok('GET', `${path}?limit=10&continue=${first.metadata.continue}`);
  expect(names(second)).toEqual(['c2', 'c3', 'c4']);
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  expect(names(ok('GET', '/api/v1/namespaces/default/configmaps'))).toHaveLength(4);
});

test('watch: from now, from the past, with initial events, with selectors', () => {
  const { sim, ok, send } = newServer();
  const made = ok('POST', path, configMap('a', {}, { app: 'x' }));
  const all = send('GET', `${path}?watch=true&resourceVersion=${made.metadata.resourceVersion}`).watch!;
  const withInitial = send('GET', `${path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`).watch!;
  const selected = send('GET', `${path}?watch=true&labelSelector=app=x&resourceVersion=${made.metadata.resourceVersion}`).watch!;
  ok('PUT', `${path}/a`, { ...made, metadata: { ...made.metadata, labels: { app: 'y' } } });
  ok('DELETE', `${path}/a`);
  sim.advance(1);
  const types = (channel: typeof all) => Array.from({ length: channel.length }, () => channel.take()!.type);
  expect(types(all)).toEqual(['MODIFIED', 'DELETED']);
  expect(types(withInitial)).toEqual(['ADDED', 'BOOKMARK', 'MODIFIED', 'DELETED']);
  expect(types(selected)).toEqual(['DELETED']);
  const past = send('GET', `${path}?watch=true&resourceVersion=1`).watch!;
  expect(types(past)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
});
