import { connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { call, json, newServed } from './client.ts';

let world: Awaited<ReturnType<typeof newServed>>;
beforeAll(async () => {
  world = await newServed();
});
afterAll(async () => {
  await world.served.close();
  expect(world.problems).toEqual([]);
});

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };
const asJson = { 'content-type': 'application/json' };

test('the token of the kubeconfig is the administrator', async () => {
  const answer = await call(world.served, 'GET', '/api/v1/nodes');
  expect(answer.status).toBe(200);
  expect(json(answer).items).toHaveLength(3);
  expect(answer.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(world.served.kubeconfig).toContain(`server: ${world.served.url}`);
});

test('another token is refused, none is anonymous', async () => {
  const wrong = await call(world.served, 'GET', '/api/v1/nodes', { token: 'wrong' });
  expect(wrong.status).toBe(401);
  expect(json(wrong)).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
  const none = await call(world.served, 'GET', '/api/v1/nodes', { token: null });
  expect(none.status).toBe(403);
  expect(json(none).message).toBe('nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope');
});

test("certificates of the cluster's own CA are taken, others are not", async () => {
  const { fs } = world.cluster.machine('controlplane');
  const cert = fs.read('/etc/kubernetes/pki/apiserver-kubelet-client.crt');
  const key = fs.read('/etc/kubernetes/pki/apiserver-kubelet-client.key');
  const known = await call(world.served, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    token: null,
    tls: { cert, key },
    headers: asJson,
    body: '{}',
  });
  expect(json(known).status.userInfo.username).toBe('kube-apiserver-kubelet-client');
  const other = { cert: fs.read('/etc/kubernetes/pki/etcd/server.crt'), key: fs.read('/etc/kubernetes/pki/etcd/server.key') };
  expect((await call(world.served, 'GET', '/api/v1/nodes', { token: null, tls: other })).status).toBe(401);
});

test('a token of a service account is that account', async () => {
  const made = await call(world.served, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
    headers: asJson,
    body: JSON.stringify({ spec: {} }),
  });
  const refused = await call(world.served, 'GET', '/api/v1/namespaces/default/pods', { token: json(made).status.token });
  expect(json(refused).message).toContain('User "system:serviceaccount:default:default" cannot list resource "pods"');
});

test('discovery in both forms', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const aggregated = await call(world.served, 'GET', '/apis', { headers: { accept } });
  expect(aggregated.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  expect(json(aggregated).kind).toBe('APIGroupDiscoveryList');
  expect(json(await call(world.served, 'GET', '/apis')).kind).toBe('APIGroupList');
  expect(json(await call(world.served, 'GET', '/apis/apps/v1')).resources.map(({ name }: { name: string }) => name)).toContain('deployments/scale');
});

test('OpenAPI v3: what clients look for in it', async () => {
  const { paths } = json(await call(world.served, 'GET', '/openapi/v3'));
  const answer = await call(world.served, 'GET', paths['apis/apps/v1'].serverRelativeURL, { headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers['content-encoding']).toBe('gzip');
  const document = JSON.parse(gunzipSync(answer.body).toString());
  const { patch } = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
  expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', kind: 'Deployment', version: 'v1' });
  expect(patch.parameters.map(({ name }: { name: string }) => name)).toContain('fieldValidation');
  expect(Object.keys(patch.requestBody.content)).toContain('application/strategic-merge-patch+json');
  const containers = document.components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers;
  expect(containers).toMatchObject({ type: 'array', 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-patch-strategy': 'merge' });
  const references = JSON.stringify(document).match(/#\/components\/schemas\/[^"]+/g) ?? [];
  for (const reference of new Set(references)) expect(document.components.schemas).toHaveProperty([reference.slice('#/components/schemas/'.length)]);
});

test('a watch with its initial events, and the end of one', async () => {
  const path = '/api/v1/namespaces?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const lines = (await call(world.served, 'GET', path)).body.toString().trim().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  expect(events.slice(0, -1).every(({ type }) => type === 'ADDED')).toBe(true);
  expect(events.at(-1)).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
});

test('clients that vanish leave nothing behind', async () => {
  const { served } = world;
  const open = async (): Promise<number> => {
    const lines = (await call(served, 'GET', '/metrics')).body.toString().match(/^apiserver_longrunning_requests\{.*/gm) ?? [];
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const before = await open();
  expect(before).toBeGreaterThan(10);
  /** Gone with the first bytes, or with the last of the request: while its answer is on the way. */
  const vanish = (reads: boolean, more = ''): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(served.url).port), ca: served.ca });
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.once('data', () => socket.destroy());
      const head = `GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${served.token}\r\n${more}\r\n`;
      socket.write(head, () => void (reads || socket.destroy()));
    });
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const refused = `${upgrade}Sec-WebSocket-Protocol: other\r\n`;
  await Promise.all(Array.from({ length: 40 }, (_, i) => vanish(i % 2 === 0, ['', '', upgrade, refused][(i >> 1) % 4])));
  await expect.poll(open, { timeout: 5_000 }).toBe(before);
  expect((await call(served, 'GET', '/readyz')).body.toString()).toBe('ok');
});

test('bodies: YAML, JSON, protobuf, and what they must not be', async () => {
  const { served } = world;
  const collection = '/api/v1/namespaces/default/configmaps';
  const yaml = await call(served, 'POST', collection, {
    headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n',
  });
  expect(yaml.status).toBe(201);
  expect(yaml.body.toString()).toContain('data:\n  x: "1"\n');
  const other = await call(served, 'POST', collection, { headers: { 'content-type': 'text/plain' }, body: 'x' });
  expect([other.status, json(other).reason]).toEqual([415, 'UnsupportedMediaType']);
  const broken = await call(served, 'POST', collection, { headers: asJson, body: '{"a":' });
  expect([broken.status, json(broken).reason]).toEqual([400, 'BadRequest']);
  const large = await call(served, 'POST', collection, { headers: asJson, body: Buffer.alloc(10 * 1024 * 1024, 0x20) });
  expect([large.status, json(large).message]).toEqual([413, 'Request entity too large: limit is 3145728']);
  const neither = await call(served, 'GET', collection, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
  expect(neither.status).toBe(406);
});

test('warnings come as headers', async () => {
  const answer = await call(world.served, 'GET', '/api/v1/namespaces/default/endpoints');
  expect(answer.headers['warning']).toBe('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"');
});

test('a pod: its log, a command in it, its port', async () => {
  const { served } = world;
  const pods = '/api/v1/namespaces/default/pods';
  expect((await call(served, 'POST', pods, { headers: asJson, body: JSON.stringify(pod) })).status).toBe(201);
  await expect.poll(async () => json(await call(served, 'GET', `${pods}/web`)).status.phase, { timeout: 20_000 }).toBe('Running');
  const log = await call(served, 'GET', `${pods}/web/log`);
  expect(log.headers['content-type']).toBe('text/plain');
  expect(log.body.toString()).toContain('docker-entrypoint.sh');
  expect((await call(served, 'GET', `${pods}/web:80/proxy/`)).body.toString()).toContain('Welcome to nginx!');
  expect((await call(served, 'GET', '/api/v1/nodes/node01/proxy/healthz')).body.toString()).toBe('ok');

  const ended = await exec(`${pods}/web/exec?command=sh&command=-c&command=cat;exit%203&stdin=true&stdout=true&stderr=true`, 'hello');
  expect(ended.stdout).toBe('hello');
  expect(ended.status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });

  const missing = await call(served, 'POST', `${pods}/nosuch/exec?command=ls`, { headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } });
  expect([missing.status, json(missing).message]).toEqual([404, 'pods "nosuch" not found']);
  expect((await call(served, 'POST', `${pods}/web/exec?command=ls`)).status).toBe(400);
});

/** As kubectl does it: v5 of the protocol, standard input and its end. */
function exec(path: string, stdin: string): Promise<{ readonly stdout: string; readonly status: unknown }> {
  const { url, token, ca } = world.served;
  return new Promise((resolve, reject) => {
    const Client = WebSocket as unknown as new (url: string, protocol: string, options: object) => WebSocket;
    const socket = new Client(`${url.replace('https', 'wss')}${path}`, 'v5.channel.k8s.io', { ca, headers: { authorization: `Bearer ${token}` } });
    let stdout = '';
    let status: unknown;
    socket.on('error', reject);
    (socket as { on(event: string, listener: () => void): unknown }).on('open', () => {
      expect(socket.protocol).toBe('v5.channel.k8s.io');
      socket.send(Buffer.concat([Uint8Array.of(0), Buffer.from(stdin)]));
      socket.send(Uint8Array.of(255, 0));
    });
    socket.on('message', (data) => {
      if (data[0] === 1) stdout += data.subarray(1).toString();
      if (data[0] === 3) status = JSON.parse(data.subarray(1).toString());
    });
    socket.on('close', () => resolve({ stdout, status }));
  });
}
