import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
type Json = Record<string, unknown>;
const version = (schema: Json | undefined, more: Json = {}): Json => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...more,
});
const plain = { type: 'object', properties: { spec: { type: 'object' } } };
const crd = (spec: Json = {}, name = 'tabs.example.com'): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'tabs', kind: 'Tab' }, versions: [version(plain)], ...spec },
});
const dns = (text: string): string =>
  `${text}a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`;
const root = 'spec.validation.openAPIV3Schema';

const { ok, refused, send } = newServer();
const wrong = (spec: Json, name?: string): string => refused('POST', crds, crd(spec, name)).replace(/^CustomResourceDefinition\S* "\S*" is invalid: /, '');

test('names, scope and versions of a definition', () => {
  expect(wrong({}, 'tab.example.com')).toBe('metadata.name: Invalid value: "tab.example.com": must be spec.names.plural+"."+spec.group');
  expect(wrong({ scope: 'Global' })).toBe('spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"');
  expect(wrong({ group: 'example' }, 'tabs.example')).toBe('spec.group: Invalid value: "example": should be a domain with at least one dot');
  expect(wrong({ names: { plural: 'tabs', kind: 'Tab', shortNames: ['T_'] } })).toBe(dns('spec.names.shortNames[0]: Invalid value: "T_": '));
  expect(wrong({ names: { plural: 'tabs', kind: 'T_b', listKind: 'TabList' } })).toContain(
    'spec.names.kind: Invalid value: "T_b": may have mixed case, but should otherwise match: a DNS-1035',
  );
  expect(wrong({ versions: [] })).toBe(
    '[spec.versions: Invalid value: null: must have exactly one version marked as storage version, status.storedVersions: Invalid value: null: must have at least one stored version]',
  );
  expect(wrong({ versions: [version(plain), version(plain, { storage: false })] })).toContain(
    '"AdditionalPrinterColumns":null,"SelectableFields":null}]: must contain unique version names',
  );
  expect(wrong({ versions: [{ name: 'v1', served: true, storage: true }] })).toBe('spec.versions[0].schema.openAPIV3Schema: Required value');
  expect(wrong({ group: 'x.k8s.io' }, 'tabs.x.k8s.io')).toContain(
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation',
  );
  expect(refused('POST', crds, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'a' } })).toContain(
    'spec.group: Required value',
  );
});

test('schemas must be structural', () => {
  const schema = (value: Json): string => wrong({ versions: [version(value)] });
  const spec = (value: Json): string => schema({ type: 'object', properties: { spec: value } });
  const at = `${root}.properties[spec]`;
  expect(schema({ properties: { spec: { type: 'object' } } })).toBe(`${root}.type: Required value: must not be empty at the root`);
  expect(spec({ properties: {} })).toBe(`${at}.type: Required value: must not be empty for specified object fields`);
  expect(spec({ type: 'array' })).toBe(`${at}.items: Required value: must be specified`);
  expect(spec({ type: 'text' })).toBe(`${at}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`);
  expect(spec({ type: 'integer', default: 'five' })).toBe(`${at}.default: Invalid value: "string": ${at}.default in body must be of type integer: "string"`);
  expect(spec({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' })).toBe(
    `${at}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
  );
  expect(spec({ type: 'string', pattern: '(' })).toContain(`${at}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing`);
  expect(spec({ type: 'object', anyOf: [{ properties: { a: { type: 'string' } } }] })).toBe(
    `${at}.anyOf[0].properties[a].type: Forbidden: must be empty to be structural`,
  );
  expect(spec({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], type: 'null' })).toContain('type cannot be set to null');
  expect(wrong({ versions: [version(plain), version({ type: 'object', properties: { a: {} } }, { name: 'v2', storage: false })] })).toBe(
    'spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
  );
});

test('columns and paths of scale', () => {
  expect(wrong({ versions: [version(plain, { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec.a' }] })] })).toBe(
    '[spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string, spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.a": must be a simple json path starting with .]',
  );
  expect(
    wrong({ versions: [version(plain, { subresources: { scale: { specReplicasPath: '.status.replicas', statusReplicasPath: '.status.replicas' } } })] }),
  ).toBe('spec.subresources.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec');
});

test('what stays when a definition changes, and names that somebody else has', () => {
  const first = ok('POST', crds, crd());
  const at = `${crds}/tabs.example.com`;
  const put = (spec: Json): string => refused('PUT', at, { ...crd(spec), metadata: first.metadata });
  expect(put({ scope: 'Cluster' })).toContain('spec.scope: Invalid value: "Cluster": field is immutable');
  expect(put({ versions: [version(plain, { name: 'v2' })] })).toContain('status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was');
  const second = ok('POST', crds, crd({ names: { plural: 'others', kind: 'Tab' } }, 'others.example.com'));
  expect(second.status.conditions).toMatchObject([
    { type: 'NamesAccepted', status: 'False', reason: 'ListKindConflict', message: '"TabList" is already in use' },
    { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ]);
  expect(send('GET', '/apis/example.com/v1/others').status).toBe(404);
  ok('DELETE', at);
  expect(ok('GET', `${crds}/others.example.com`).status.conditions[1]).toMatchObject({ type: 'Established', status: 'True' });
  expect(ok('GET', '/apis/example.com/v1/others').items).toEqual([]);
});
