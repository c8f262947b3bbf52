/** What is measured inside the engine; a process of its own for each measurement. Prints one line of JSON. */
import { Cluster, newCluster } from '../../../src/cluster/cluster.ts';
import { catalogue } from '../../../src/images/catalogue.ts';
import { containerdProtocol } from '../../../src/interfaces/containerd.ts';
import { dialUnix } from '../../../src/linux/network.ts';
import { Session } from '../../../src/session/session.ts';
import { deploymentOf, replicas, type Workload } from './deployment.ts';

type Measured = { readonly cpu: number; readonly wall: number };

/** CPU milliseconds of all threads of this process (compilers and collectors with them), and wall milliseconds. */
function measure(work: () => void): Measured {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1000, wall: performance.now() - wall };
}

function boot(): readonly Measured[] {
  const make = (): void => new Cluster('kubeadm-3').boot();
  const cold = measure(make);
  for (let i = 0; i < 8; i++) make();
  return [cold, measure(make)];
}

/** Worlds of the past and of other runtimes beside kubeadm-3: the least of five boots each, taken in turn once all are warm. */
function worldBoots(): readonly Measured[] {
  const names = ['kubeadm-3', 'kubeadm-1.23-dockershim', 'kubeadm-1.24-upgraded', 'cri-dockerd'] as const;
  const least = new Map<string, Measured>();
  for (let round = 0; round < 7; round++)
    for (const name of names) {
      const measured = measure(() => new Cluster(name).boot());
      if (round >= 2 && measured.cpu < (least.get(name)?.cpu ?? Number.POSITIVE_INFINITY)) least.set(name, measured);
    }
  return names.map((name) => least.get(name) as Measured);
}

const idleHour = (): readonly Measured[] => {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3' });
  return [measure(() => void cluster.sim.advance(3_600_000))];
};

/** Three nodes that take up to 250 pods each, the control plane's too: what an administrator would change by hand. */
function roomyCluster(): Cluster {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3' });
  for (const { fs, systemd } of cluster.machines.values()) {
    const path = '/var/lib/kubelet/config.yaml';
    fs.write(path, `${fs.read(path).replace(/^maxPods:.*\n/m, '')}maxPods: 250\n`);
    systemd.restart('kubelet');
  }
  request(cluster, 'PATCH', '/api/v1/nodes/controlplane', { spec: { taints: null } });
  cluster.sim.advance(30_000);
  return cluster;
}

function request(cluster: Cluster, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): { readonly items: readonly PodLike[] } {
  const headers: Readonly<Record<string, string>> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
  const response = cluster.rest({ method, path, headers, ...(body ? { body } : {}) });
  if (!response || response.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(response?.body)}`);
  return response.body as { readonly items: readonly PodLike[] };
}

type PodLike = { readonly metadata: { readonly labels?: Readonly<Record<string, string>> }; readonly status?: { readonly phase?: string } };

function deploy(cluster: Cluster, name: string, workload: Workload): Measured {
  const pods = (): number => request(cluster, 'GET', '/api/v1/namespaces/default/pods').items.filter(({ status }) => status?.phase === 'Running').length;
  const measured = measure(() => {
    request(cluster, 'POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf(name, workload));
    for (let second = 0; second < 600 && pods() < replicas; second++) cluster.sim.advance(1000);
  });
  if (pods() !== replicas) throw new Error(`only ${pods()} of ${replicas} pods run`);
  return measured;
}

/** Twice in one world: the first with code that never ran, the second with code that did. */
function deployments(workload: Workload): readonly Measured[] {
  const cluster = roomyCluster();
  const first = deploy(cluster, 'first', workload);
  request(cluster, 'DELETE', '/apis/apps/v1/namespaces/default/deployments/first', {});
  while (request(cluster, 'GET', '/api/v1/namespaces/default/pods').items.length > 0) cluster.sim.advance(1000);
  return [first, deploy(cluster, 'second', workload)];
}

const commands = [
  'kubectl get nodes -o wide',
  'kubectl run web --image=nginx:1.27',
  'kubectl wait --for=condition=Ready pod/web',
  'kubectl get pods -o wide',
  'kubectl describe pod web',
  'kubectl get pod web -o yaml | grep uid',
  'kubectl create deployment shop --image=nginx:1.27 --replicas=3',
  'kubectl rollout status deployment/shop',
  'kubectl expose deployment shop --port=80',
  'kubectl get svc,endpointslices',
  'kubectl scale deployment shop --replicas=5',
  'kubectl get rs',
  'kubectl logs web',
  'kubectl exec web -- cat /etc/nginx/nginx.conf | head -5',
  'kubectl get events --sort-by=.lastTimestamp | tail -5',
  'kubectl label pod web tier=front',
  'kubectl get pods -l tier=front',
  'kubectl set image deployment/shop nginx=nginx:1.28',
  'kubectl rollout status deployment/shop',
  'kubectl rollout history deployment/shop',
  'kubectl rollout undo deployment/shop',
  'ps aux | head -5',
  'crictl pods',
  'crictl ps',
  'ls -l /etc/kubernetes/manifests',
  'kubectl get pods -A',
  'kubectl cordon node02',
  'kubectl uncordon node02',
  'kubectl delete pod web',
  'kubectl delete deployment shop',
];

/** A session of thirty lines, and its replay. */
function replay(): readonly Measured[] {
  const session = new Session({ world: 'kubeadm-3', seed: 1 });
  const typed = measure(() => {
    for (const line of commands) {
      session.input({ line });
      session.cluster.sim.advanceUntil(() => !session.atPrompt || session.ended, 1_000);
      if (!session.untilPrompt(600_000)) throw new Error(`"${line}" never came back to a prompt`);
    }
    // Everything due at this moment: a replay runs it too.
    session.tick(0);
  });
  const again = measure(() => {
    const replayed = Session.replay(session.options, session.inputs, session.elapsed);
    if (replayed.cluster.sim.steps !== session.cluster.sim.steps) throw new Error('the replay did other work than the session');
  });
  return [typed, again];
}

/** Two hundred images of the catalogue pulled, unpacked and listed on one node; what a namespace has already, another one shares. */
function images(): readonly Measured[] {
  const cluster = newCluster({ seed: 1, world: 'node' });
  const { kernel, fs } = cluster.machine('node01');
  const usual = Object.entries(catalogue()).filter(([name]) => /^(docker\.io\/library|registry\.k8s\.io)\/(?!wordpress)/.test(name));
  const references = usual.flatMap(([name, make]) =>
    make()
      .slice(-4)
      .flatMap(({ tags }) => tags.map((tag) => `${name}:${tag}`)),
  );
  const wanted = Array.from({ length: 200 }, (_, i) => ({
    namespace: `team-${Math.floor(i / references.length)}`,
    reference: references[i % references.length] as string,
  }));
  const containerd = dialUnix(containerdProtocol, fs.stat('/run/containerd/containerd.sock'));
  const work = (): void => {
    let done = 0;
    cluster.sim.go(
      (function* () {
        for (const { namespace, reference } of wanted) {
          yield* containerd.images.pull(namespace, reference, { snapshotter: 'overlayfs' });
          done++;
        }
      })(),
    );
    if (!cluster.sim.advanceUntil(() => done === wanted.length, 3_600_000)) throw new Error(`only ${done} images were pulled`);
    const listed = new Set(wanted.map(({ namespace }) => namespace));
    if ([...listed].reduce((sum, namespace) => sum + containerd.images.list(namespace).length, 0) !== wanted.length)
      throw new Error('not all images are listed');
  };
  const measured = measure(work);
  const blobs = new Map(containerd.namespaces.list().flatMap(({ name }) => containerd.content.list(name).map(({ digest, size }) => [digest, size] as const)));
  const once = [...blobs.values()].reduce((sum, size) => sum + size, 0);
  if (kernel.disk.usedBytes < once) throw new Error('the disk holds less than its blobs');
  return [measured];
}

const measurements: Readonly<Record<string, () => readonly Measured[]>> = {
  boot,
  worlds: worldBoots,
  idle: idleHour,
  deploy: () => deployments('deploy'),
  sleep: () => deployments('sleep'),
  replay,
  images,
};
const wanted = measurements[process.argv[2] ?? ''];
if (!wanted) throw new Error(`there is ${Object.keys(measurements).join(', ')}`);
process.stdout.write(`${JSON.stringify(wanted())}\n`);
