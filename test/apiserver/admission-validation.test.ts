import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
type Json = Record<string, unknown>;
const { refused, ok } = newServer();
const wrong = (kind: string, body: Json): string =>
  refused('POST', `${group}/${kind.toLowerCase()}${kind.endsWith('Policy') ? '' : 's'}`.replace(/policy$/, 'policies'), {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'a' },
    ...body,
  }).replace(/^\S+ "a" is invalid: /, '');

test('webhook configurations', () => {
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  const hook = {
    name: 'a.example.com',
    clientConfig: { url: 'https://example.com/x' },
    rules: [rule],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  const hooked = (more: Json): string => wrong('ValidatingWebhookConfiguration', { webhooks: [{ ...hook, ...more }] });
  expect(hooked({ name: 'a' })).toBe('webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots');
  expect(hooked({ clientConfig: { url: 'http://example.com?a=b' } })).toBe(
    `[webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path], webhooks[0].clientConfig.url: Invalid value: "a=b": query parameters are not permitted in the URL]`,
  );
  expect(hooked({ clientConfig: { service: { name: 'a', namespace: 'b', path: 'x' } } })).toContain(
    `webhooks[0].clientConfig.service.path: Invalid value: "x": must start with a '/'`,
  );
  expect(hooked({ rules: [{ ...rule, operations: ['READ'] }] })).toBe(
    'webhooks[0].rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
  );
  expect(hooked({ rules: [{ ...rule, resources: ['*', 'pods'] }] })).toBe(
    `webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
  );
  expect(hooked({ failurePolicy: 'Never' })).toBe('webhooks[0].failurePolicy: Unsupported value: "Never": supported values: "Fail", "Ignore"');
  expect(hooked({ admissionReviewVersions: ['v2'] })).toBe(
    'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
  );
});

test('policies and bindings', () => {
  const policy = (spec: Json): string =>
    wrong('ValidatingAdmissionPolicy', {
      spec: {
        matchConstraints: { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }] },
        validations: [{ expression: 'true' }],
        ...spec,
      },
    });
  expect(policy({ validations: [] })).toBe(
    '[spec.validations: Required value: validations or auditAnnotations must contain at least one item, spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item]',
  );
  expect(policy({ validations: [{ expression: 'true', reason: 'Nope' }] })).toBe(
    'spec.validations[0].reason: Unsupported value: "Nope": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
  );
  expect(policy({ variables: [{ name: 'for', expression: '1' }] })).toBe('spec.variables[0].name: Invalid value: "for": name is not a valid CEL identifier');
  expect(policy({ matchConditions: [{ name: 'a', expression: ' ' }] })).toBe('spec.matchConditions[0].expression: Required value');
  const bound = (spec: Json): string => wrong('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'a', validationActions: ['Deny'], ...spec } });
  expect(bound({ paramRef: { name: 'a', parameterNotFoundAction: 'Ask' } })).toBe(
    'spec.paramRef.parameterNotFoundAction: Unsupported value: "Ask": supported values: "Deny", "Allow"',
  );
  expect(bound({ validationActions: ['Deny', 'Deny'] })).toBe('spec.validationActions[1]: Duplicate value: "Deny"');
});

test('an address that is null is an empty one', () => {
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
  const slice = (addresses: unknown): Json => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 's' },
    addressType: 'IPv4',
    endpoints: [{ addresses }],
  });
  expect(refused('POST', slices, slice([null]))).toContain('endpoints[0].addresses[0]: Invalid value: ""');
  expect(refused('POST', slices, slice([]))).toContain('endpoints[0].addresses: Required value: must contain at least 1 address');
  ok('POST', slices, slice(['10.0.0.1']));
});
