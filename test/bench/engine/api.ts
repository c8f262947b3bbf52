/** What requests to the API and lines of kubectl cost, in one process. Prints one line of JSON: microseconds, a second, milliseconds. */
import { createRequire } from 'node:module';
import { type Cluster, newCluster } from '../../../src/cluster/cluster.ts';
import type { RestRequest, RestResponse } from '../../../src/interfaces/rest.ts';
import { Session } from '../../../src/session/session.ts';

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** CPU microseconds a call, after as many calls that warm up. */
function each(times: number, call: (i: number) => void): number {
  for (let i = 0; i < times; i++) call(i);
  return (
    cpuMicros(() => {
      for (let i = times; i < 2 * times; i++) call(i);
    }) / times
  );
}

function ask(cluster: Cluster, request: Omit<RestRequest, 'credentials'>): RestResponse {
  const response = cluster.rest(request);
  if (!response || response.status >= 300) throw new Error(`${request.method} ${request.path}: ${JSON.stringify(response?.body)}`);
  return response;
}

const pods = '/api/v1/namespaces/default/pods';
const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '10m', memory: '16Mi' } } }] },
});

function requests(): Readonly<Record<string, number>> {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3' });
  for (let i = 0; i < 50; i++) ask(cluster, { method: 'POST', path: pods, body: pod(`p${i}`) });
  cluster.sim.advance(30_000);
  const get = each(5_000, (i) => void ask(cluster, { method: 'GET', path: `${pods}/p${i % 50}` }));
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const table = each(1_000, () => void ask(cluster, { method: 'GET', path: pods, headers: { accept } }));
  const create = each(1_000, (i) => void ask(cluster, { method: 'POST', path: pods, body: pod(`n${i}`) }));
  return { get, table, create, writes: writes(newCluster({ seed: 1, world: 'kubeadm-3' })) };
}

/** PUTs of a ConfigMap through authentication, RBAC, admission, validation and storage, with five watchers that take every event; a CPU-second. */
function writes(cluster: Cluster): number {
  const path = '/api/v1/namespaces/default/configmaps';
  ask(cluster, { method: 'POST', path, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { n: '0' } } });
  const watches = Array.from({ length: 5 }, () => ask(cluster, { method: 'GET', path, query: { watch: 'true' } }).watch);
  let seen = 0;
  const micros = each(10_000, (i) => {
    ask(cluster, { method: 'PUT', path: `${path}/c`, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { n: String(i + 1) } } });
    // The server's own fibers hand the events on.
    if (i % 20 === 0) cluster.sim.advance(1);
    for (const watch of watches) while (watch?.take() !== undefined) seen++;
  });
  cluster.sim.advance(100);
  for (const watch of watches) while (watch?.take() !== undefined) seen++;
  if (seen < 100_000) throw new Error(`the watchers saw ${seen} events only`);
  return 1e6 / micros;
}

/** Wall milliseconds from Enter to the next prompt, of 400 lines each. */
function lines(): Readonly<Record<string, readonly number[]>> {
  const session = new Session({ world: 'kubeadm-3', seed: 1 });
  const type = (line: string): number => {
    const before = performance.now();
    session.input({ line });
    session.cluster.sim.advanceUntil(() => !session.atPrompt || session.ended, 1_000);
    if (!session.untilPrompt(600_000)) throw new Error(`"${line}" never came back to a prompt`);
    return performance.now() - before;
  };
  type('kubectl run web --image=nginx:1.27');
  type('kubectl wait --for=condition=Ready pod/web');
  type('kubectl create deployment shop --image=nginx:1.27 --replicas=3 --dry-run=client -o yaml > shop.yaml');
  const typed = { echo: 'echo hello', get: 'kubectl get pods', describe: 'kubectl describe pod web', apply: 'kubectl apply -f shop.yaml' };
  const times: Record<keyof typeof typed, number[]> = { echo: [], get: [], describe: [], apply: [] };
  for (let i = 0; i < warmUp + 400; i++) {
    for (const name of ['echo', 'get', 'describe', 'apply'] as const) {
      const took = type(typed[name]);
      if (i >= warmUp) times[name].push(took);
    }
  }
  return times;
}

/** The first lines run code that never ran. */
const warmUp = 20;

/**
 * The same of the yardstick, whose package is in the folder: `echo` in just-bash. In a process of its own: what it does to arrays' iterators makes V8 take
 * every destructuring of its process the slow way, ten times slower, ours as well.
 */
async function justBash(folder: string): Promise<readonly number[]> {
  const { Bash } = createRequire(`${folder}/`)('just-bash') as { readonly Bash: new () => { exec(line: string): Promise<unknown> } };
  const bash = new Bash();
  const times: number[] = [];
  for (let i = 0; i < warmUp + 400; i++) {
    const before = performance.now();
    await bash.exec('echo hello');
    if (i >= warmUp) times.push(performance.now() - before);
  }
  return times;
}

const measured: Readonly<Record<string, () => unknown>> = { requests, lines, justBash: () => justBash(process.argv[3] ?? '') };
const wanted = measured[process.argv[2] ?? ''];
if (!wanted) throw new Error(`there is ${Object.keys(measured).join(', ')}`);
process.stdout.write(`${JSON.stringify(await wanted())}\n`);
