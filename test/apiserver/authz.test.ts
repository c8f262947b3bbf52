import { expect, test } from 'vitest';
import { ApiServer } from '../../src/apiserver/api-server.ts';
import { newServer } from './server.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';

test('roles and bindings decide, and changes count at once', () => {
  const { ok, refused, userCertificate } = newServer();
  const jane = { credentials: userCertificate('jane') };
  const forbidden = 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"';
  expect(refused('GET', '/api/v1/namespaces/default/pods', undefined, jane)).toBe(forbidden);
  ok('POST', `${rbac}/namespaces/default/roles`, {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  });
  const roleRef = { kind: 'Role', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' };
  const binding = ok('POST', `${rbac}/namespaces/default/rolebindings`, { metadata: { name: 'jane' }, roleRef, subjects: [{ kind: 'User', name: 'jane' }] });
  expect(ok('GET', '/api/v1/namespaces/default/pods', undefined, jane).items).toEqual([]);
  expect(refused('GET', '/api/v1/pods', undefined, jane)).toBe(
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope',
  );
  expect(refused('PUT', `${rbac}/namespaces/default/rolebindings/jane`, { ...binding, roleRef: { ...roleRef, kind: 'ClusterRole', name: 'edit' } })).toBe(
    'RoleBinding.rbac.authorization.k8s.io "jane" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
  );
  ok('DELETE', `${rbac}/namespaces/default/rolebindings/jane`);
  expect(refused('GET', '/api/v1/namespaces/default/pods', undefined, jane)).toBe(forbidden);
  // A ServiceAccount without a namespace is one of the RoleBinding's own; a ClusterRoleBinding has none.
  const robot = { headers: { 'impersonate-user': 'system:serviceaccount:default:robot' } };
  const subjects = [{ kind: 'ServiceAccount', name: 'robot' }];
  ok('POST', `${rbac}/namespaces/default/rolebindings`, { metadata: { name: 'robot' }, roleRef, subjects });
  expect(ok('GET', '/api/v1/namespaces/default/pods', undefined, robot).items).toEqual([]);
  expect(
    refused('POST', `${rbac}/clusterrolebindings`, { metadata: { name: 'robot' }, roleRef: { ...roleRef, kind: 'ClusterRole', name: 'view' }, subjects }),
  ).toContain('subjects[0].namespace: Required value');
});

test('impersonation, access reviews, who am I', () => {
  const { ok } = newServer();
  const as = { headers: { 'impersonate-user': 'jane' } };
  const can = (verb: string, resource: string, more: object) =>
    ok('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb, resource, namespace: 'default' } } }, more)
      .status.allowed;
  expect(can('create', 'pods', {})).toBe(true);
  expect(can('create', 'pods', as)).toBe(false);
  expect(ok('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as).status.userInfo).toEqual({
    username: 'jane',
    groups: ['system:authenticated'],
  });
  const bot = { headers: { 'impersonate-user': 'system:serviceaccount:default:bot' } };
  expect(ok('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, bot).status.userInfo.groups).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:default',
    'system:authenticated',
  ]);
});

test('service account tokens', () => {
  const { ok, refused, sim, send } = newServer();
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { token } = ok('POST', path, { spec: { expirationSeconds: 600 } }).status;
  expect(token.split('.')).toHaveLength(3);
  const credentials = { token };
  expect(refused('GET', '/api/v1/namespaces/default/pods', undefined, { credentials })).toContain('User "system:serviceaccount:default:default" cannot list');
  expect(send('GET', '/api', undefined, { credentials: { token: `${token}x` } }).status).toBe(401);
  sim.advance(601_000);
  expect(send('GET', '/api', undefined, { credentials }).status).toBe(401);
  expect(refused('POST', path, { spec: { expirationSeconds: 60 } })).toBe(
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  );
});

test('bootstrap objects', () => {
  const { ok, etcd } = newServer();
  expect(ok('GET', '/api/v1/namespaces').items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
    'default',
    'kube-node-lease',
    'kube-public',
    'kube-system',
  ]);
  expect(ok('GET', '/api/v1/namespaces/default/services/kubernetes').spec.clusterIP).toBe('10.96.0.1');
  expect(etcd.status().keys).toBeGreaterThan(100);
});

test('a restarted server finds everything and gives out new UIDs', () => {
  const { sim, etcd, ok, server, ca, credentials } = newServer();
  const path = '/api/v1/namespaces/default/configmaps';
  const first = ok('POST', path, { metadata: { name: 'a' } });
  server.stop();
  const again = new ApiServer({
    sim,
    etcd,
    caPem: ca.certificate,
    serviceAccountKey: 'key',
    dialKubelet: () => {
      throw new Error('none');
    },
  });
  expect(again.handle({ method: 'GET', path: `${path}/a`, credentials }).body).toBe(first);
  const uids = new Set(etcd.snapshot().kvs.map(({ value }) => (value as { metadata: { uid: string } }).metadata.uid));
  const made = again.handle({ method: 'POST', path, credentials, body: { metadata: { name: 'b' } } }).body as { metadata: { uid: string } };
  expect(uids.has(made.metadata.uid)).toBe(false);
});

test('a kubelet sees the ConfigMaps of its pods, one by one', () => {
  const { ok, refused, userCertificate } = newServer();
  const node = { credentials: userCertificate('system:node:node01', ['system:nodes']) };
  const path = '/api/v1/namespaces/default/configmaps';
  for (const name of ['mine', 'other']) ok('POST', path, { metadata: { name } });
  const volumes = [{ name: 'v', configMap: { name: 'mine' } }];
  ok('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { nodeName: 'node01', volumes, containers: [{ name: 'c', image: 'nginx' }] },
  });
  expect(ok('GET', `${path}?fieldSelector=metadata.name=mine`, undefined, node).items).toHaveLength(1);
  expect(refused('GET', `${path}?fieldSelector=metadata.name=other`, undefined, node)).toContain('User "system:node:node01" cannot list resource "configmaps"');
  expect(refused('GET', path, undefined, node)).toMatch(/cannot list .*: No Object name found$/);
  expect(refused('GET', '/api/v1/namespaces/default/configmaps/other', undefined, node)).toBe(
    'configmaps "other" is forbidden: User "system:node:node01" cannot get resource "configmaps" in API group "" in the namespace "default": no relationship found between node \'node01\' and this object',
  );
  expect(refused('GET', '/api/v1/nodes', undefined, node)).toBe(
    'nodes is forbidden: User "system:node:node01" cannot list resource "nodes" in API group "" at the cluster scope: node \'node01\' cannot read all nodes, only its own Node object',
  );
  expect(refused('GET', '/api/v1/pods', undefined, node)).toMatch(/: can only list\/watch pods with spec.nodeName field selector$/);
  expect(ok('GET', '/api/v1/pods?fieldSelector=spec.nodeName=node01', undefined, node).items).toHaveLength(1);
  expect(ok('GET', '/api/v1/namespaces/default/pods/p', undefined, node).kind).toBe('Pod');
});
