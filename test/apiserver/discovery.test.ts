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
