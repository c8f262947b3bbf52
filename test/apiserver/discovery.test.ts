import { expect, test } from 'vitest';
import { type Json, newServer } from './server.ts';

const aggregated = { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' } };

test('aggregated discovery and the older lists', () => {
  const { ok, send } = newServer();
  const core = ok('GET', '/api', undefined, aggregated);
  const pods = core.items[0].versions[0].resources.find(({ resource }: Json) => resource === 'pods');
  expect(pods).toMatchObject({
    responseKind: { group: '', version: 'v1', kind: 'Pod' },
    scope: 'Namespaced',
    singularResource: 'pod',
    shortNames: ['po'],
    categories: ['all'],
  });
  expect(pods.subresources.find(({ subresource }: Json) => subresource === 'eviction').responseKind).toEqual({
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
  });
  const groups = ok('GET', '/apis', undefined, aggregated);
  expect(groups.items.map(({ metadata }: Json) => metadata.name)).toContain('apps');
  expect(ok('GET', '/apis/apps/v1').resources.map(({ name }: Json) => name)).toContain('deployments/scale');
  expect(ok('GET', '/apis').groups.find(({ name }: Json) => name === 'autoscaling').preferredVersion.version).toBe('v2');
  expect(send('GET', '/apis/nope/v1').status).toBe(404);
  expect(ok('GET', '/version').gitVersion).toBe('v1.35.6');
  expect(send('GET', '/readyz?verbose').body).toContain('[+]etcd ok');
});

test('health checks can be left out; unknown ones are told, several at once', () => {
  const { send, etcd } = newServer();
  const lines = (path: string) => String(send('GET', path).body).split('\n');
  expect(lines('/readyz?verbose&exclude=etcd').slice(0, 4)).toEqual(['[+]ping ok', '[+]log ok', '[+]etcd excluded: ok', '[+]etcd-readiness ok']);
  expect(lines('/livez?verbose=&exclude=nope').slice(-3)).toEqual([
    'warn: some health checks cannot be excluded: no matches for "nope"',
    'livez check passed',
    '',
  ]);
  expect(send('GET', '/healthz?exclude=etcd').body).toBe('ok');
  const two = { query: { verbose: '', exclude: ['etcd', 'etcd-readiness'] } };
  expect(send('GET', '/readyz', undefined, two).body).toContain('[+]etcd excluded: ok\n[+]etcd-readiness excluded: ok\n');
  etcd.stop();
  expect(send('GET', '/readyz?exclude=etcd').body).toContain('[+]etcd excluded: ok\n[-]etcd-readiness failed: reason withheld\n');
  expect(send('GET', '/livez').status).toBe(500);
  expect(send('GET', '/livez?exclude=etcd').body).toBe('ok');
});

test('one Swagger document of all groups', () => {
  const { ok } = newServer();
  const { swagger, paths, definitions } = ok('GET', '/openapi/v2');
  expect(swagger).toBe('2.0');
  expect(definitions['io.k8s.api.apps.v1.DeploymentSpec'].properties.template).toMatchObject({ $ref: '#/definitions/io.k8s.api.core.v1.PodTemplateSpec' });
  expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ type: 'string', format: 'int-or-string' });
  const { post } = paths['/api/v1/namespaces/{namespace}/pods'];
  expect(post.parameters[0]).toMatchObject({ in: 'body', schema: { $ref: '#/definitions/io.k8s.api.core.v1.Pod' } });
  expect(post.responses['200'].schema).toEqual({ $ref: '#/definitions/io.k8s.api.core.v1.Pod' });
});
