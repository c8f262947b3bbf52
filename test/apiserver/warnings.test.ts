import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const ns = 'namespaces/default';
const server = newServer();
const container = { name: 'c', image: 'nginx:1.27' };

/** What the server warns of when the object is made (a dry run leaves nothing behind). */
function warned(path: string, body: object): string[] {
  const { status, headers, body: answer } = server.send('POST', `${path}?dryRun=All`, body);
  if (status !== 201) throw new Error(JSON.stringify(answer));
  const text = headers?.['warning'];
  return text === undefined ? [] : text.split('\n');
}
const pod = (spec: object, name = 'p', annotations = {}): object => ({ metadata: { name, annotations }, spec: { containers: [container], ...spec } });
const selector = { matchLabels: { app: 'x' } };

test('a pod that is valid and probably not meant so is warned of', () => {
  const pods = `/api/v1/${ns}/pods`;
  expect(warned(pods, pod({}))).toEqual([]);
  expect(warned(pods, pod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }, 'web.v1'))).toEqual([
    expect.stringMatching(/^metadata\.name: this is used in the Pod's hostname, .*; a DNS label is recommended: \[a lowercase RFC 1123 label/),
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
  ]);
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '$(A)2' },
    { name: 'A', value: '3' },
  ];
  const ports = [
    { containerPort: 80, name: 'web' },
    { containerPort: 80, hostPort: 8080 },
  ];
  expect(warned(pods, pod({ containers: [{ ...container, env, ports, resources: { limits: { memory: '128m' } } }] }))).toEqual([
    'spec.containers[0].resources.limits[memory]: fractional byte value "128m" is invalid, must be an integer',
    'spec.containers[0].resources.requests[memory]: fractional byte value "128m" is invalid, must be an integer',
    'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
  ]);
  const items = [
    { key: 'a', path: 'x' },
    { key: 'b', path: 'x/y' },
  ];
  expect(warned(pods, pod({ volumes: [{ name: 'v', configMap: { name: 'm', items } }] }))).toEqual([
    'volume "v" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
  ]);
  const sources = [{ configMap: { name: 'm', items: [{ key: 'a', path: 'x' }] } }, { secret: { name: 's', items: [{ key: 'b', path: 'x/y' }] } }];
  expect(warned(pods, pod({ volumes: [{ name: 'v', projected: { sources } }] }))).toEqual([
    'volume "v" (Projected): overlapping paths: "x/y" (Secret "s") with "x" (ConfigMap "m")',
  ]);
});

test("a workload's template is looked at, and again when it changes", () => {
  const path = `/apis/apps/v1/${ns}/deployments`;
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' };
  const template = { metadata: { labels: { app: 'x' }, annotations }, spec: { containers: [container] } };
  const text =
    'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead';
  const made = server.send('POST', path, { metadata: { name: 'w' }, spec: { selector, template } });
  expect(made.headers?.['warning']).toBe(text);
  const patch = (body: object) => server.send('PATCH', `${path}/w`, body, { headers: { 'content-type': 'application/merge-patch+json' } }).headers?.['warning'];
  expect(patch({ metadata: { labels: { a: 'b' } } })).toBeUndefined();
  expect(patch({ spec: { replicas: 2 } })).toBe(text);
});

test('other objects', () => {
  expect(
    warned(`/api/v1/${ns}/services`, { metadata: { name: 's' }, spec: { clusterIP: 'None', sessionAffinity: 'ClientIP', ports: [{ port: 80 }] } }),
  ).toEqual(['spec.SessionAffinity is ignored for headless services']);
  const rule = { http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] } };
  expect(
    warned(`/apis/networking.k8s.io/v1/${ns}/ingresses`, {
      metadata: { name: 'i', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
      spec: { rules: [rule] },
    }),
  ).toEqual([`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]);
  expect(
    warned(`/apis/networking.k8s.io/v1/${ns}/networkpolicies`, {
      metadata: { name: 'n' },
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.5/24' } }] }] },
    }),
  ).toEqual(['spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.5/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.5/32"?)']);
  expect(warned(`/api/v1/${ns}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard: { 'requests.cpu': '2', 'limits.cpu': '1' } } })).toEqual([
    'ResourceQuota requests.cpu (2) should be less than limits.cpu (1)',
  ]);
  const volume = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, persistentVolumeReclaimPolicy: 'Recycle' };
  expect(warned('/api/v1/persistentvolumes', { metadata: { name: 'v' }, spec: volume })).toEqual([
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
  ]);
});
