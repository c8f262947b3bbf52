import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, json, newServed, optionsOf } from './client.ts';

/** K8S_LAB_SERVE=full asks for all: 200 clients at once (kubectl's own where K8S_LAB_KUBECTL names it), 10,000 requests. */
const full = process.env['K8S_LAB_SERVE'] === 'full';
const kubectl = process.env['K8S_LAB_KUBECTL'];
const atOnce = full ? 200 : 20;
const requests = full ? 10_000 : 200;
/** What may be kept after all that: caches, the history of etcd, compiled code. */
const keptMegabytes = full ? 40 : 25;

let world: Awaited<ReturnType<typeof newServed>>;
beforeAll(async () => {
  world = await newServed();
}, 60_000);
afterAll(async () => {
  expect(world.problems).toEqual([]);
  await world.served.close();
});

const collection = '/api/v1/namespaces/default/configmaps';
const asJson = { 'content-type': 'application/json' };
const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const configMap = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } });
const namesOf = async (): Promise<string[]> =>
  json(await call(world.served, 'GET', collection)).items.map((each: { metadata: { name: string } }) => each.metadata.name);

test(`${atOnce} clients at once, each with an object of its own`, async () => {
  const names = Array.from({ length: atOnce }, (_, i) => `many-${i}`);
  const made = await Promise.all(names.map((name) => call(world.served, 'POST', collection, { headers: asJson, body: configMap(name) })));
  expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]));
  const found = await namesOf();
  expect(names.filter((name) => !found.includes(name))).toEqual([]);
  // All of them write the same object: one wins at a time, nobody's write is lost.
  const writes = names.map((name) =>
    call(world.served, 'PATCH', `${collection}/many-0`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ data: { [name]: 'x' } }),
    }),
  );
  expect((await Promise.all(writes)).every(({ status }) => status === 200)).toBe(true);
  expect(Object.keys(json(await call(world.served, 'GET', `${collection}/many-0`)).data)).toHaveLength(atOnce + 1);
  await Promise.all(names.map((name) => call(world.served, 'DELETE', `${collection}/${name}`)));
  expect((await namesOf()).filter((name) => name.startsWith('many-'))).toEqual([]);
}, 120_000);

test.skipIf(!full || !kubectl)(
  `${atOnce} real kubectl at once`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-load-'));
    writeFileSync(join(folder, 'kubeconfig'), world.served.kubeconfig);
    const env = { HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), PATH: '/usr/bin:/bin' };
    const run = (i: number): Promise<string> =>
      new Promise((resolve) => {
        const words = ['create', 'configmap', `real-${i}`, `--from-literal=a=${i}`];
        execFile(kubectl as string, words, { env, timeout: 300_000 }, (error, out, err) => resolve(error ? err : out));
      });
    const said = await Promise.all(Array.from({ length: atOnce }, (_, i) => run(i)));
    expect(said.filter((text, i) => text !== `configmap/real-${i} created\n`)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  },
  600_000,
);

test('clients that go in the middle: of what they send, of a watch, of a long answer', async () => {
  const { served } = world;
  const cut = (method: string, path: string, start: (sent: ReturnType<typeof request>) => void): Promise<void> =>
    new Promise((resolve) => {
      const sent = request(
        optionsOf(served, method, path, { headers: { ...asJson, ...(method === 'POST' ? { 'content-length': '5000' } : {}) } }),
        (response) => {
          response.on('error', () => undefined);
          response.once('data', () => sent.destroy());
        },
      );
      sent.on('error', () => undefined);
      sent.on('close', () => resolve());
      start(sent);
    });
  await Promise.all(
    Array.from({ length: 6 }, (_, i) => [
      cut('POST', collection, (sent) => {
        sent.write(configMap(`half-${i}`));
        setTimeout(() => sent.destroy(), 20);
      }),
      cut('GET', `${collection}?watch=true`, (sent) => sent.end()),
      cut('GET', '/openapi/v3/apis/apps/v1', (sent) => sent.end()),
    ]).flat(),
  );
  expect((await namesOf()).filter((name) => name.startsWith('half-'))).toEqual([]);
});

test(`${requests} requests leave nothing behind`, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const send = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request({ ...optionsOf(world.served, method, path, { headers }), agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const round = async (i: number): Promise<void> => {
    expect(await send('POST', collection, asJson, configMap(`one-${i}`))).toBe(201);
    expect(await send('GET', '/api/v1/pods', asTable)).toBe(200);
    expect(await send('GET', `${collection}/nosuch`, {})).toBe(404);
    expect(await send('DELETE', `${collection}/one-${i}`, {})).toBe(200);
  };
  const rounds = async (from: number, count: number): Promise<void> => {
    for (let i = from; i < from + count; i += 8) await Promise.all(Array.from({ length: Math.min(8, from + count - i) }, (_, k) => round(i + k)));
  };
  await rounds(0, 20);
  collect();
  const before = process.memoryUsage().heapUsed;
  await rounds(100, requests / 4);
  agent.destroy();
  collect();
  const grown = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
  if (full) console.log(`${requests} requests: ${grown.toFixed(1)} MB more on the heap`);
  expect(grown).toBeLessThan(keptMegabytes);
}, 600_000);
