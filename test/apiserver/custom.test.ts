import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab', shortNames: ['ct'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['cronSpec'],
                properties: { cronSpec: { type: 'string', pattern: '^\\d+$' }, replicas: { type: 'integer', minimum: 1, default: 1 } },
              },
            },
          },
        },
        additionalPrinterColumns: [{ name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' }],
      },
    ],
  },
};
const path = '/apis/stable.example.com/v1/namespaces/default/crontabs';
const object = (name: string, spec: object) => ({ apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name }, spec });

test('a custom resource is served once it is defined', () => {
  const { ok, refused, send } = newServer();
  expect(refused('GET', path)).toBe('the server could not find the requested resource');
  const made = ok('POST', crds, crd);
  expect(made.status.conditions.map(({ type }: { type: string }) => type)).toEqual(['NamesAccepted', 'Established']);
  const tab = ok('POST', path, object('a', { cronSpec: '5', nope: 1 }));
  expect(tab.spec).toEqual({ cronSpec: '5', replicas: 1 });
  expect(tab.metadata.generation).toBe(1);
  expect(refused('POST', path, object('b', { replicas: 0 }))).toBe(
    'CronTab.stable.example.com "b" is invalid: [spec.cronSpec: Required value, spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1]',
  );
  expect(refused('POST', path, object('b', { cronSpec: 5 }))).toBe(
    'CronTab.stable.example.com "b" is invalid: spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer"',
  );
  const table = ok('GET', path, undefined, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
  expect(table.rows[0].cells).toEqual(['a', '5']);
  expect(ok('GET', '/apis/stable.example.com/v1').resources[0]).toMatchObject({ name: 'crontabs', shortNames: ['ct'] });
  ok('DELETE', `${crds}/crontabs.stable.example.com`);
  expect(send('GET', path).status).toBe(404);
});
