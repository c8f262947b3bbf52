import { expect, test } from 'vitest';
import type { StreamSession } from '../../src/interfaces/streams.ts';
import { type Json, newServer } from './server.ts';

const path = '/apis/apps/v1/namespaces/default/deployments';
const config = (replicas: number, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'front' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'front' } },
    template: { metadata: { labels: { app: 'front' } }, spec: { containers: [{ name: 'nginx', image }] } },
  },
});
const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } };
const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } };
const managers = (object: Json) => object.metadata.managedFields.map(({ manager, operation }: Json) => `${manager} ${operation}`);

test('server-side apply: conflicts, force, no change', () => {
  const { ok, refused, sim } = newServer();
  ok('POST', `${path}?fieldManager=kubectl-create`, config(2, 'nginx:1.26'));
  sim.advance(1000);
  const image = { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.28' }] } } } };
  expect(managers(ok('PATCH', `${path}/front?fieldManager=kubectl-patch`, image, strategic))).toEqual(['kubectl-create Update', 'kubectl-patch Update']);
  expect(refused('PATCH', `${path}/front?fieldManager=other`, config(2, 'nginx:1.27'), apply)).toBe(
    'Apply failed with 1 conflict: conflict with "kubectl-patch" using apps/v1: .spec.template.spec.containers[name="nginx"].image',
  );
  const forced = ok('PATCH', `${path}/front?fieldManager=other&force=true`, config(2, 'nginx:1.27'), apply);
  expect(forced.spec.template.spec.containers[0].image).toBe('nginx:1.27');
  expect(managers(forced)).toEqual(['other Apply', 'kubectl-create Update']);
  expect(ok('PATCH', `${path}/front?fieldManager=other`, config(2, 'nginx:1.27'), apply)).toBe(forced);
});

test('server-side apply makes what is not there', () => {
  const { ok, send, refused } = newServer();
  expect(send('PATCH', `${path}/front?fieldManager=helm`, config(1, 'nginx'), apply).status).toBe(201);
  expect(managers(ok('GET', `${path}/front`))).toEqual(['helm Apply']);
  expect(refused('PATCH', `${path}/front`, config(1, 'nginx'), apply)).toBe(
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
});

test('what only the cluster writes has no managers', () => {
  const { ok } = newServer();
  expect(ok('POST', path, config(1, 'nginx')).metadata.managedFields).toBeUndefined();
});

test('exec and logs need a host and a container', () => {
  const { ok, server, sim, credentials } = newServer();
  const containers = [
    { name: 'a', image: 'nginx' },
    { name: 'b', image: 'nginx' },
  ];
  ok('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'two' }, spec: { containers } });
  const connect = (sub: string, query: object) => {
    const fiber = sim.go(
      server.connect({ method: 'GET', path: `/api/v1/namespaces/default/pods/two/${sub}`, query: query as Record<string, string>, credentials }),
    );
    sim.advance(1);
    return fiber.result as Exclude<NonNullable<typeof fiber.result>, StreamSession>;
  };
  expect(connect('exec', { command: 'ls', container: 'a' }).body).toMatchObject({ message: 'pod two does not have a host assigned' });
  expect(connect('log', {}).body).toMatchObject({ message: 'a container name must be specified for pod two, choose one of: [a b]' });
  expect(connect('log', { container: 'c' }).body).toMatchObject({ message: 'container c is not valid for pod two' });
  expect(connect('log', { container: 'a' })).toMatchObject({ status: 200, body: '' });
});
