import { expect, test } from 'vitest';
import { Etcd } from '../../src/etcd/etcd.ts';
import { EtcdError, prefixEnd } from '../../src/interfaces/etcd.ts';
import { newSim } from '../../src/sim/sim.ts';

const newEtcd = () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  return { sim, etcd: new Etcd({ sim, name: 'default' }) };
};
const list = (etcd: Etcd, prefix: string, more = {}) => etcd.range({ key: prefix, rangeEnd: prefixEnd(prefix), ...more }).kvs.map((kv) => kv.key);

test('revisions, versions and order of keys', () => {
  const { etcd } = newEtcd();
  expect(etcd.put('/r/pods/default/b', 'one')).toBe(2);
  etcd.put('/r/pods/default/a', 'two');
  etcd.put('/r/pods/default-2/z', 'three');
  etcd.put('/r/pods/default/b', 'four');
  const [kv] = etcd.range({ key: '/r/pods/default/b' }).kvs;
  expect(kv).toMatchObject({ value: 'four', createRevision: 2, modRevision: 5, version: 2 });
  expect(list(etcd, '/r/pods/')).toEqual(['/r/pods/default-2/z', '/r/pods/default/a', '/r/pods/default/b']);
  expect(list(etcd, '/r/pods/default/')).toEqual(['/r/pods/default/a', '/r/pods/default/b']);
  expect(etcd.range({ key: '/r/pods/', rangeEnd: prefixEnd('/r/pods/'), limit: 2 })).toMatchObject({ more: true, count: 3 });
  expect(etcd.range({ key: '', rangeEnd: '\0', countOnly: true }).count).toBe(3);
});

test('keys of nested folders come in one order', () => {
  const { etcd } = newEtcd();
  for (const key of ['a', 'a/b', 'a/b/c', 'a/b-c', 'b', 'a/a/z']) etcd.put(key, '');
  expect(etcd.range({ key: 'a', rangeEnd: 'b' }).kvs.map((kv) => kv.key)).toEqual(['a', 'a/a/z', 'a/b', 'a/b-c', 'a/b/c']);
  expect(etcd.range({ key: 'a/b', rangeEnd: '\0' }).kvs.map((kv) => kv.key)).toEqual(['a/b', 'a/b-c', 'a/b/c', 'b']);
});

test('sorted lists survive inserts and deletes', () => {
  const { etcd } = newEtcd();
  const keys = Array.from({ length: 200 }, (_, i) => `/x/${(i * 7919) % 1000}`);
  for (const key of keys) {
    etcd.put(key, '');
    if (key.endsWith('3')) list(etcd, '/x/');
  }
  for (const key of keys.slice(0, 80)) etcd.deleteRange(key);
  expect(list(etcd, '/x/')).toEqual(keys.slice(80).sort());
});

test('a watch gets what happens in its range, from a revision on', () => {
  const { etcd } = newEtcd();
  etcd.put('/a/1', 'x');
  etcd.put('/b/1', 'x');
  const past = etcd.watch({ key: '/a/', rangeEnd: prefixEnd('/a/'), startRevision: 2 });
  const one = etcd.watch({ key: '/a/2' });
  etcd.put('/a/2', 'y');
  etcd.deleteRange('/a/', prefixEnd('/a/'));
  expect(past.take()).toMatchObject({ revision: 2, events: [{ type: 'PUT', kv: { key: '/a/1' } }] });
  expect(past.take()).toMatchObject({ revision: 4 });
  const deleted = past.take();
  expect(deleted?.events.map((event) => [event.type, event.kv.key, event.previous?.value])).toEqual([
    ['DELETE', '/a/1', 'x'],
    ['DELETE', '/a/2', 'y'],
  ]);
  expect(one.length).toBe(2);
  etcd.stop();
  expect(past.closed).toBe(true);
  expect(() => etcd.put('a', 'b')).toThrow(EtcdError);
});

test('older revisions, until they are compacted', () => {
  const { etcd } = newEtcd();
  etcd.put('/a/1', 'one');
  etcd.put('/a/1', 'two');
  etcd.put('/a/2', 'three');
  etcd.deleteRange('/a/1');
  expect(etcd.range({ key: '/a/1', revision: 2 }).kvs[0]?.value).toBe('one');
  expect(list(etcd, '/a/', { revision: 4 })).toEqual(['/a/1', '/a/2']);
  etcd.compact(4);
  expect(() => etcd.range({ key: '/a/1', revision: 3 })).toThrow('etcdserver: mvcc: required revision has been compacted');
  expect(() => etcd.range({ key: '/a/1', revision: 30 })).toThrow('future');
  expect(etcd.watch({ key: '/a/1', startRevision: 3 }).take()?.compactRevision).toBe(4);
  expect(list(etcd, '/a/', { revision: 4 })).toEqual(['/a/1', '/a/2']);
});

test('transactions are one revision', () => {
  const { etcd } = newEtcd();
  const watch = etcd.watch({ key: '', rangeEnd: '\0' });
  const guard = { key: 'k', target: 'mod', is: '=', than: 0 } as const;
  expect(etcd.txn([guard], [{ put: { key: 'k', value: '1' } }, { put: { key: 'l', value: '1' } }])).toMatchObject({ succeeded: true, revision: 2 });
  expect(etcd.txn([guard], [{ put: { key: 'k', value: '2' } }], [{ range: { key: 'k' } }])).toMatchObject({
    succeeded: false,
    revision: 2,
    ranges: [{ kvs: [{ value: '1' }] }],
  });
  expect(watch.take()?.events.length).toBe(2);
  expect(watch.length).toBe(0);
});

test('a lease takes its keys with it', () => {
  const { sim, etcd } = newEtcd();
  const lease = etcd.leaseGrant(10);
  etcd.put('k', 'v', { lease });
  etcd.put('kept', 'v', { lease });
  etcd.put('kept', 'v');
  sim.advance(9_999);
  expect(etcd.range({ key: 'k' }).count).toBe(1);
  sim.advance(1);
  expect(etcd.range({ key: 'k' }).count).toBe(0);
  expect(etcd.range({ key: 'kept' }).count).toBe(1);
  expect(() => etcd.leaseRevoke(lease)).toThrow('etcdserver: requested lease not found');
});

test('a snapshot makes a new member with the same keys', () => {
  const { sim, etcd } = newEtcd();
  etcd.put('/a/1', 'one');
  etcd.put('/a/1', 'two');
  const restored = new Etcd({ sim, name: 'restored', restore: etcd.snapshot() });
  expect(restored.range({ key: '/a/1' }).kvs).toEqual(etcd.range({ key: '/a/1' }).kvs);
  expect(restored.put('/a/2', 'x')).toBe(4);
  expect(restored.status()).toMatchObject({ keys: 2, revision: 4, name: 'restored' });
});
