import { expect, test } from 'vitest';
import { schemaErrors } from '../../src/apiserver/custom/json-schema.ts';
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

test('rules in CEL: of one field, of two, of what it was before, and in a language that is none', () => {
  const { ok, refused } = newServer();
  const withRules = (rules: readonly object[], field: readonly object[] = []) => ({
    ...crd,
    spec: {
      ...crd.spec,
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
                  'x-kubernetes-validations': rules,
                  properties: {
                    min: { type: 'integer' },
                    max: { type: 'integer' },
                    addresses: {
                      type: 'array',
                      items: { type: 'string', 'x-kubernetes-validations': [{ rule: "isIP(self) && cidr('10.0.0.0/8').containsIP(self)" }] },
                    },
                    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
                    fixed: { type: 'string', 'x-kubernetes-validations': field },
                  },
                },
              },
            },
          },
        },
      ],
    },
  });
  expect(refused('POST', crds, withRules([{ rule: 'self.min <' }]))).toMatch(
    /spec\.validation\.openAPIV3Schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed: ERROR/,
  );
  const rules = [
    { rule: 'self.min <= self.max', message: 'min must not be above max' },
    { rule: '!has(self.list) || !has(self.list[0].a) || self.list[0].a != "bad"', messageExpression: '"the first is " + self.list[0].a' },
  ];
  ok('POST', crds, withRules(rules, [{ rule: 'self == oldSelf', message: 'is immutable' }]));
  const spec = { min: 1, max: 2, fixed: 'x', addresses: ['10.1.2.3'], list: [{}] };
  const invalid = 'CronTab.stable.example.com "a" is invalid:';
  ok('POST', path, object('a', spec));
  expect(refused('POST', path, object('a', { ...spec, min: 3 }))).toBe(`${invalid} spec: Invalid value: min must not be above max`);
  expect(refused('POST', path, object('a', { min: 3 }))).toBe(
    `${invalid} spec: Invalid value: "object": no such key: max evaluating rule: min must not be above max`,
  );
  expect(refused('POST', path, object('a', { ...spec, list: [{ a: 'bad' }] }))).toBe(`${invalid} spec: Invalid value: the first is bad`);
  expect(refused('POST', path, object('a', { ...spec, addresses: ['11.0.0.1'] }))).toBe(
    `${invalid} spec.addresses[0]: Invalid value: "11.0.0.1": failed rule: isIP(self) && cidr('10.0.0.0/8').containsIP(self)`,
  );
  const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
  expect(refused('PATCH', `${path}/a`, { spec: { fixed: 'y' } }, patch)).toBe(`${invalid} spec.fixed: Invalid value: "y": is immutable`);
  expect(ok('PATCH', `${path}/a`, { spec: { max: 9 } }, patch).spec.max).toBe(9);
});

test('a custom resource is scaled where its definition says that its replicas are', () => {
  const { ok, refused } = newServer();
  const properties = {
    spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const scale = { specReplicasPath: '.spec.workers', statusReplicasPath: '.status.running', labelSelectorPath: '.status.selector' };
  const version = { ...crd.spec.versions[0], schema: { openAPIV3Schema: { type: 'object', properties } }, subresources: { status: {}, scale } };
  ok('POST', crds, { ...crd, spec: { ...crd.spec, versions: [version] } });
  ok('POST', path, object('a', { other: true }));
  expect(refused('GET', `${path}/a/scale`)).toBe('Internal error occurred: the spec replicas field ".spec.workers" does not exist');
  const agent = { headers: { 'user-agent': 'kubectl/v1.35.2', 'content-type': 'application/merge-patch+json' } };
  ok('PATCH', `${path}/a/scale`, { spec: { replicas: 3 } }, agent);
  ok('PUT', `${path}/a/status`, { ...(ok('GET', `${path}/a`) as object), status: { running: 2, selector: 'app=a' } });
  expect(ok('GET', `${path}/a/scale`)).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { replicas: 2, selector: 'app=a' } });
  const { spec, metadata } = ok('GET', `${path}/a`);
  expect(spec).toEqual({ other: true, workers: 3 });
  expect(metadata.managedFields.map(({ manager, subresource }: Record<string, string>) => `${manager} ${subresource}`)).toContain('kubectl scale');
});

test('a schema is obeyed in all its words, and what was wrong before may stay as it is', () => {
  const { ok, refused } = newServer();
  const text = { type: 'string' };
  const properties = {
    name: { ...text, minLength: 2, maxLength: 4 },
    size: { type: 'integer', minimum: 0, exclusiveMinimum: true, multipleOf: 5 },
    ip: { ...text, format: 'ipv4' },
    at: { ...text, format: 'date-time' },
    labels: { type: 'object', additionalProperties: text, minProperties: 1, maxProperties: 2 },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: { type: 'object', required: ['id'], properties: { id: text, n: { type: 'integer', maximum: 9 } } },
    },
    level: { type: 'integer', enum: [1, 2] },
    plain: { ...text },
  };
  const definition = (spec: object) => ({
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  });
  const oneOf = [{ required: ['name'] }, { required: ['size'] }];
  const rule = { rule: '!oldSelf.hasValue() || oldSelf.value() == self', optionalOldSelf: true, message: 'stays' };
  const spec = { type: 'object', properties: { ...properties, fixed: { ...text, 'x-kubernetes-validations': [rule] } }, oneOf };
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const made = ok('POST', crds, definition(spec)) as unknown as { metadata: { resourceVersion: string } };
  const path = '/apis/example.com/v1/namespaces/default/widgets';
  const widget = (name: string, given: object) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec: given });
  const says = (given: object) => refused('POST', path, widget('w', { name: 'abc', ...given })).replace('Widget.example.com "w" is invalid: ', '');
  expect(says({ name: 'abcde' })).toBe('spec.name: Too long: may not be more than 4 bytes');
  expect(says({ name: undefined })).toBe(
    '[<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid, spec.name: Required value]',
  );
  expect(says({ size: 5 })).toBe('<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives');
  expect(says({ ip: '1.2.3' })).toBe('spec.ip: Invalid value: "1.2.3": spec.ip in body must be of type ipv4: "1.2.3"');
  expect(says({ at: 'noon' })).toBe('spec.at: Invalid value: "noon": spec.at in body must be of type date-time: "noon"');
  expect(says({ labels: {} })).toBe('spec.labels: Invalid value: 0: spec.labels in body should have at least 1 properties');
  expect(says({ tags: ['a', 'b', 'a'] })).toBe('spec.tags[2]: Duplicate value: "a"');
  expect(says({ parts: [{ id: 'x' }, { id: 'x', n: 1 }] })).toBe('spec.parts[1]: Duplicate value: {"id":"x"}');
  expect(says({ level: 3 })).toBe('spec.level: Unsupported value: 3: supported values: "1", "2"');
  const size = (value: number) => refused('POST', path, widget('w', { size: value })).replace(/.* is invalid: /, '');
  expect(size(0)).toBe('spec.size: Invalid value: 0: spec.size in body should be greater than 0');
  expect(size(7)).toBe('spec.size: Invalid value: 7: spec.size in body should be a multiple of 5');
  expect(ok('POST', path, widget('w', { name: 'abc', plain: null, fixed: 'x' })).spec).toEqual({ name: 'abc', fixed: 'x' });
  const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
  expect(refused('PATCH', `${path}/w`, { spec: { fixed: 'y' } }, patch)).toBe('Widget.example.com "w" is invalid: spec.fixed: Invalid value: "y": stays');
  // The definition gets stricter: what stays as it was is let through, what changes is not.
  const stricter = { ...spec, properties: { ...spec.properties, name: { ...text, maxLength: 2 } } };
  ok('PUT', `${crds}/widgets.example.com`, {
    ...definition(stricter),
    metadata: { name: 'widgets.example.com', resourceVersion: made.metadata.resourceVersion },
  });
  expect(ok('PATCH', `${path}/w`, { spec: { plain: 'z' } }, patch).spec).toMatchObject({ name: 'abc', plain: 'z' });
  expect(refused('PATCH', `${path}/w`, { spec: { name: 'abcd' } }, patch)).toContain('spec.name: Too long: may not be more than 2 bytes');
});

test('a text or a list that is made to be slow is judged at once', () => {
  const duration = { type: 'string', format: 'duration' };
  expect(schemaErrors('1ms'.repeat(5_000), duration, 'x')).toEqual([]);
  expect(schemaErrors(`${'1ms'.repeat(5_000)}!`, duration, 'x')).toHaveLength(1);
  const set = { type: 'array', 'x-kubernetes-list-type': 'set' as const, items: { type: 'integer' } };
  const many = Array.from({ length: 50_000 }, (_, i) => i);
  expect(schemaErrors([...many, 7], set, 'x')).toMatchObject([{ type: 'Duplicate', field: 'x[50000]' }]);
});
