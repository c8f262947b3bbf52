import { expect, test } from 'vitest';
import { newServer } from './server.ts';

test('events go after an hour, in both versions', () => {
  const { ok, sim } = newServer();
  const path = '/api/v1/namespaces/default/events';
  ok('POST', path, {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'web' },
    reason: 'Started',
    message: 'Container started',
    type: 'Normal',
    count: 2,
  });
  const [event] = ok('GET', '/apis/events.k8s.io/v1/namespaces/default/events').items;
  expect(event).toMatchObject({ apiVersion: 'events.k8s.io/v1', regarding: { kind: 'Pod', name: 'web' }, note: 'Container started', deprecatedCount: 2 });
  expect(ok('GET', `${path}?fieldSelector=involvedObject.name=web,type=Normal`).items).toHaveLength(1);
  sim.advance(3_661_000);
  expect(ok('GET', path).items).toEqual([]);
});

test('autoscaling/v1 is a view of v2', () => {
  const { ok } = newServer();
  const v1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 50,
  };
  expect(ok('POST', v1, { metadata: { name: 'web' }, spec }).spec).toEqual(spec);
  const v2 = ok('GET', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web');
  expect(v2.apiVersion).toBe('autoscaling/v2');
  expect(v2.spec.metrics[0].resource).toEqual({ name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } });
  expect(ok('PATCH', `${v1}/web`, { spec: { maxReplicas: 4 } }, { headers: { 'content-type': 'application/merge-patch+json' } }).spec.maxReplicas).toBe(4);
});

test('a watch from before the compaction is gone', () => {
  const { ok, send, sim } = newServer();
  ok('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
  sim.advance(11 * 60_000);
  const watch = send('GET', '/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=3').watch;
  expect(watch?.take()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  expect(watch?.closed).toBe(true);
});

test('nobody gives away more than they have', () => {
  const { ok, refused, userCertificate } = newServer();
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  ok('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    subjects: [{ kind: 'User', name: 'jane' }],
  });
  const jane = { credentials: userCertificate('jane') };
  const role = (name: string, verbs: string[], resources: string[]) => ({ metadata: { name }, rules: [{ apiGroups: [''], resources, verbs }] });
  ok('POST', `${rbac}/namespaces/default/roles`, role('mine', ['get', 'list'], ['pods']), jane);
  expect(refused('POST', `${rbac}/namespaces/default/roles`, role('more', ['get', 'list'], ['nodes']), jane)).toBe(
    'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}',
  );
});
