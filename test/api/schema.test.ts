import { describe, expect, it } from 'vitest';
import { missingFields, unknownFields, wrongType } from '../../src/api/decode.ts';
import { fieldDoc, type TypeInfo, typeDoc, typeOf, typeText } from '../../src/api/schema.ts';
import { apiResources, formatGroupVersion } from '../../src/apimachinery/resources.ts';

const type = (apiVersion: string, kind: string): TypeInfo => {
  const found = typeOf(apiVersion, kind);
  if (!found) throw new Error(`no type ${apiVersion} ${kind}`);
  return found;
};
const pod = type('v1', 'Pod');
const at = (start: TypeInfo, path: string): TypeInfo =>
  path.split('.').reduce((now, name) => {
    const next = now.field(name)?.type;
    return next?.items ?? next!;
  }, start);

describe('schema', () => {
  it('has every resource', () => {
    for (const resource of apiResources) expect(typeOf(formatGroupVersion(resource), resource.kind), resource.kind).toBeDefined();
    expect(typeOf('v1', 'Deployment')).toBeUndefined();
  });

  it('knows fields', () => {
    const spec = at(pod, 'spec');
    expect(spec.field('containers')).toMatchObject({ mergeKey: 'name', patchStrategies: ['merge'], listType: 'map', listMapKeys: ['name'], required: true });
    expect(spec.field('volumes')?.patchStrategies).toEqual(['merge', 'retainKeys']);
    expect(spec.field('restartPolicy')?.enum).toEqual(['Always', 'Never', 'OnFailure']);
    expect(spec.field('schedulingGroup')).toBeUndefined();
    expect(typeText(spec.field('containers')!.type)).toBe('[]Container');
    expect(typeText(at(spec, 'containers.resources').field('limits')!.type)).toBe('map[string]Quantity');
    expect(typeText(at(type('apps/v1', 'Deployment'), 'spec.strategy.rollingUpdate').field('maxSurge')!.type)).toBe('IntOrString');
    expect(typeText(at(pod, 'metadata').field('creationTimestamp')!.type)).toBe('string');
    expect(at(spec, 'containers.ports').name).toBe('ContainerPort');
  });

  it('has texts', () => {
    const container = at(pod, 'spec.containers');
    expect(fieldDoc(container, 'livenessProbe')).toMatch(/^Periodic probe of container liveness/);
    expect(typeDoc(at(container, 'livenessProbe'))).toMatch(/^Probe describes a health check/);
    expect(fieldDoc(at(pod, 'spec'), 'restartPolicy')).toContain('restart-policy\n\nPossible enum values:\n - `"Always"`\n - `"Never"`\n - `"OnFailure"`');
    expect(fieldDoc(type('apps/v1', 'Deployment'), 'spec')).toBe('Specification of the desired behavior of the Deployment.');
  });
});

describe('decoding', () => {
  const container = { name: 'c', image: 'nginx' };
  it.each([
    [
      'v1',
      'Pod',
      { spec: { containers: [{ ...container, ports: [{ containerPort: 'eighty' }] }] } },
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      'apps/v1',
      'Deployment',
      { spec: { selector: { matchLabels: { app: true } } } },
      'json: cannot unmarshal bool into Go struct field LabelSelector.spec.selector.matchLabels of type string',
    ],
    ['v1', 'Pod', { spec: { containers: container } }, 'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['v1', 'Pod', { spec: 'x' }, 'json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec'],
    ['apps/v1', 'Deployment', { spec: { replicas: 1.5 } }, 'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['v1', 'Pod', { metadata: { labels: { a: 1 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['v1', 'Secret', { data: { a: '%%' } }, 'illegal base64 data at input byte 0'],
    ['v1', 'Pod', { spec: { containers: [{ ...container, resources: { limits: { cpu: 1 } } }] } }, undefined],
    [
      'v1',
      'Service',
      {
        spec: {
          ports: [
            { port: 80, targetPort: 'http' },
            { port: 81, targetPort: 81 },
          ],
        },
      },
      undefined,
    ],
    ['v1', 'Pod', { metadata: { creationTimestamp: null }, spec: null }, undefined],
  ])('%s %s %j', (apiVersion, kind, object, message) => expect(wrongType(object, type(apiVersion, kind))).toBe(message));

  it('finds unknown fields', () => {
    expect(unknownFields({ spec: { containers: [{ ...container, imagePullPolice: 'Always' }], restartpolicy: 'Never' } }, pod)).toEqual([
      'unknown field "spec.containers[0].imagePullPolice"',
      'unknown field "spec.restartpolicy"',
    ]);
    expect(unknownFields({ apiVersion: 'v1', kind: 'Pod', metadata: { labels: { any: 'x' } } }, pod)).toEqual([]);
  });

  it('finds missing fields', () => {
    expect(missingFields({ spec: { containers: [{}] } }, pod)).toEqual(['spec.containers[0].name']);
  });
});
