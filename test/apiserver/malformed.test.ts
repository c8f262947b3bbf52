import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const labels = { app: 'x' };
const container = { name: 'c', image: 'nginx:1.27', args: ['a'], ports: [{ containerPort: 80 }], volumeMounts: [{ name: 'v', mountPath: '/v' }] };
const podSpec = { containers: [container], volumes: [{ name: 'v', emptyDir: {} }], tolerations: [{ key: 'a', operator: 'Exists' }] };
const template = { metadata: { labels }, spec: podSpec };
const kinds: readonly (readonly [path: string, object: object])[] = [
  ['/api/v1/namespaces/default/pods', { spec: podSpec }],
  ['/api/v1/namespaces/default/services', { spec: { selector: labels, ports: [{ port: 80 }], externalIPs: ['1.2.3.4'] } }],
  ['/api/v1/namespaces/default/persistentvolumeclaims', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  ['/apis/apps/v1/namespaces/default/deployments', { spec: { selector: { matchLabels: labels }, template } }],
  ['/apis/batch/v1/namespaces/default/jobs', { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } }],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    { spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } },
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User', name: 'x' }] },
  ],
];

/** Every field and item, by the keys that lead to it. */
const paths = (value: unknown, path: readonly string[] = []): string[][] =>
  typeof value !== 'object' || value === null ? [] : Object.entries(value).flatMap(([key, part]) => [[...path, key], ...paths(part, [...path, key])]);

function replaced(value: unknown, [key = '', ...rest]: readonly string[], by: unknown): unknown {
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[key] = rest.length === 0 ? by : replaced((value as Record<string, unknown>)[key], rest, by);
  return copy;
}

test('whatever is missing, null or empty in an object is answered and breaks nothing', () => {
  const { send } = newServer();
  let count = 0;
  for (const [path, object] of kinds) {
    const whole = { metadata: { name: 'whole' }, ...object };
    expect(send('POST', path, whole).status, path).toBe(201);
    for (const at of paths(object))
      for (const by of [undefined, null, '']) {
        const query = { dryRun: 'All', fieldValidation: 'Strict', fieldManager: 'x' };
        const body = JSON.parse(JSON.stringify(replaced(whole, at, by)));
        const statuses = [send('POST', path, { ...body, metadata: { name: 'other' } }, { query }).status, send('PUT', `${path}/whole`, body, { query }).status];
        for (const status of statuses) expect([200, 201, 400, 403, 422], `${path} ${at.join('.')} = ${JSON.stringify(by)}`).toContain(status);
        count++;
      }
  }
  expect(count).toBeGreaterThan(300);
});

test('what somebody wrote into etcd past the API server is refused when it is read, and breaks nothing else', () => {
  const { sim, etcd, ok, refused } = newServer();
  const maps = '/api/v1/namespaces/default/configmaps';
  ok('POST', maps, { metadata: { name: 'before' } });
  ok('GET', `${maps}?watch=true`);
  for (const key of ['/registry/configmaps/default/before', '/registry/configmaps/default/new']) etcd.txn([], [{ put: { key, value: 'junk' } }]);
  sim.advance(1_000);
  for (const path of [maps, `${maps}/new`]) expect(refused('GET', path)).toContain("couldn't get version/kind");
  ok('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'other' } });
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'default' }, data: { a: 'b' } });
  etcd.txn([], [{ put: { key: '/registry/configmaps/default/new', value: text } }, { delete: { key: '/registry/configmaps/default/before' } }]);
  sim.advance(1_000);
  expect(ok('GET', maps).items.map((each: { data: unknown }) => each.data)).toEqual([{ a: 'b' }]);
});
