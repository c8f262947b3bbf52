import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/types.ts';
import { type Cluster, newCluster } from '../../src/cluster/cluster.ts';
import type { Machine } from '../../src/cluster/machine/machine.ts';
import { containerdProtocol } from '../../src/interfaces/containerd.ts';
import { criProtocol } from '../../src/interfaces/cri.ts';
import { dialUnix } from '../../src/linux/network.ts';
import { Runc } from '../../src/runc/runc.ts';

/** A generator of its own, so that the pods are the same whatever the world draws. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

let roll = dice(7);
const pick = <T>(values: readonly T[]): T => values[roll(values.length)] as T;

const commands: readonly (readonly string[])[] = [
  ['sleep', '86400'],
  ['sh', '-c', 'sleep 86400 & sleep 86400'],
  ['sh', '-c', 'exit 0'],
  ['sh', '-c', 'sleep 2; exit 3'],
  ['/nosuch'],
];

function randomPod(index: number): object {
  const container = (name: string): object =>
    roll(3) === 0 ? { name, image: pick(['nginx:1.27', 'redis:7']), ...resources() } : { name, image: 'busybox:1.36', command: pick(commands), ...resources() };
  // Two servers in one network namespace would fight for a port.
  const busy = (name: string): object => ({ name, image: 'busybox:1.36', command: pick(commands), ...resources() });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, namespace: 'default', labels: { app: pick(['a', 'b']) } },
    spec: {
      restartPolicy: pick(['Never', 'Never', 'OnFailure', 'Always']),
      ...(roll(10) === 0 ? { hostNetwork: true } : {}),
      ...(roll(10) === 0 ? { shareProcessNamespace: true } : {}),
      ...(roll(5) === 0 ? { initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['true'] }] } : {}),
      containers: roll(10) === 1 ? [busy('main'), busy('side')] : [container('main')],
    },
  };
}

const resources = (): object =>
  pick([{}, { resources: { requests: { cpu: '1m', memory: '1Mi' } } }, { resources: { limits: { cpu: '10m', memory: '16Mi' } } }]);

type Level = { readonly id: string; readonly state: string };

/** What stands between CRI and the OCI runtime in each world, and what belongs to it. */
type Runtime = {
  readonly world: 'kubeadm-3' | 'crio';
  readonly pods: number;
  readonly socket: string;
  readonly scheme: string;
  readonly stateRoot: string;
  readonly scope: string;
  /** Of the process above a container's: what its command line says. */
  readonly above: (container: string, sandbox: string) => string;
  /** Ids that the runtime keeps; those of tasks with the process they have. */
  readonly records: (machine: Machine) => ReadonlySet<string>;
  readonly tasks: (machine: Machine) => ReadonlyMap<string, number>;
};

const containerdOf = (machine: Machine) => dialUnix(containerdProtocol, machine.fs.stat('/run/containerd/containerd.sock'));

const runtimes: readonly Runtime[] = [
  {
    world: 'kubeadm-3',
    pods: 100,
    socket: '/run/containerd/containerd.sock',
    scheme: 'containerd://',
    stateRoot: '/run/containerd/runc/k8s.io',
    scope: 'cri-containerd',
    above: (_container, sandbox) => `-id ${sandbox}`,
    records: (machine) =>
      new Set(
        containerdOf(machine)
          .containers.list('k8s.io')
          .map(({ id }) => id),
      ),
    tasks: (machine) =>
      new Map(
        containerdOf(machine)
          .tasks.list('k8s.io')
          .filter(({ status }) => status === 'RUNNING')
          .map(({ id, pid }) => [id, pid]),
      ),
  },
  {
    world: 'crio',
    pods: 24,
    socket: '/run/crio/crio.sock',
    scheme: 'cri-o://',
    stateRoot: '/run/crun',
    scope: 'crio',
    above: (container) => ` -c ${container} `,
    records: ({ fs }) =>
      new Set(
        (JSON.parse(fs.read('/var/lib/containers/storage/overlay-containers/containers.json')) as readonly { readonly id: string }[]).map(({ id }) => id),
      ),
    tasks: ({ kernel, fs }) =>
      new Map(
        [...kernel.processes.values()]
          .filter(({ comm }) => comm === 'conmon')
          .map(({ argv }) => [argv[argv.indexOf('-c') + 1] ?? '', Number(fs.read(argv[argv.indexOf('-p') + 1] ?? ''))]),
      ),
  },
];

/** What each level below the API says of one machine's containers. */
function levelsOf(cluster: Cluster, machine: Machine, of: Runtime) {
  const { kernel, fs } = machine;
  const { runtime } = dialUnix(criProtocol, fs.stat(of.socket));
  const runc = new Runc({ kernel, sim: cluster.sim });
  return {
    of,
    kernel,
    runtime,
    sandboxes: runtime.listPodSandbox(),
    tasks: of.tasks(machine),
    records: of.records(machine),
    states: new Map(runc.list(of.stateRoot).map((state) => [state.id, state])),
  };
}

type Levels = ReturnType<typeof levelsOf>;

/** The states that one level's word stands for in the others. */
const criState = (status: { readonly state?: object }): string =>
  status.state && 'running' in status.state ? 'CONTAINER_RUNNING' : status.state && 'terminated' in status.state ? 'CONTAINER_EXITED' : 'waiting';

function checkContainer(pod: Pod, levels: Levels, status: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]): Level {
  const { of, kernel, runtime, tasks, records, states } = levels;
  const id = (status.containerID ?? '').replace(of.scheme, '');
  const cri = runtime.containerStatus(id);
  const task = tasks.get(id);
  const where = `${pod.metadata.name}/${status.name}`;
  expect(records.has(id), where).toBe(true);
  expect(cri.metadata, where).toEqual({ name: status.name, attempt: status.restartCount });
  expect(cri.labels['io.kubernetes.pod.uid'], where).toBe(pod.metadata.uid);
  // A container that waits for its back-off shows its last end.
  const shown = status.state?.waiting ? status.lastState : status.state;
  expect(cri.state, where).toBe(criState({ state: shown ?? {} }));
  if (shown?.running) {
    expect(second(cri.startedAt), where).toBe(shown.running.startedAt);
    const process = kernel.processes.get(cri.info.pid);
    expect([states.get(id)?.status, task, states.get(id)?.pid, process?.state], where).toEqual(['running', cri.info.pid, cri.info.pid, 'running']);
    expect(process?.parent?.argv.join(' '), where).toContain(of.above(id, cri.podSandboxId));
    const uid = (pod.metadata.uid ?? '').replaceAll('-', '_');
    expect(process?.cgroup.path, where).toMatch(new RegExp(`^/kubepods\\.slice/.*pod${uid}\\.slice/${of.scope}-${id}\\.scope$`));
    expect(
      [...(process?.cgroup.members ?? [])].map(({ pid }) => pid),
      where,
    ).toContain(cri.info.pid);
    const pause = kernel.processes.get(runtime.podSandboxStatus(cri.podSandboxId).info.pid);
    // CRI-O drops the pod's own process where nothing needs it.
    if (pause || of.world === 'kubeadm-3') expect(process?.namespaces.network, where).toBe(pause?.namespaces.network);
    expect(process?.namespaces.network === kernel.host.network, where).toBe(pod.spec.hostNetwork === true);
    expect(process?.namespaces.network.addresses().includes(pod.status?.podIP ?? ''), where).toBe(true);
  } else if (shown?.terminated) {
    expect([cri.exitCode, cri.reason], where).toEqual([shown.terminated.exitCode, shown.terminated.reason]);
    expect(second(cri.finishedAt), where).toBe(shown.terminated.finishedAt);
    expect(task, where).toBe(undefined);
    expect(kernel.processes.has(cri.info.pid) && [...kernel.processes.values()].some(({ cgroup }) => cgroup.path.includes(id)), where).toBe(false);
  }
  return { id, state: cri.state };
}

const quiet = (cluster: Cluster, { socket }: Runtime): boolean =>
  [...cluster.machines.values()].every((machine) => {
    const { runtime } = dialUnix(criProtocol, machine.fs.stat(socket));
    return runtime.listContainers().every(({ id, createdAt }) => {
      const { startedAt, finishedAt } = runtime.containerStatus(id);
      return cluster.sim.now - Math.max(createdAt, startedAt, finishedAt) > 2_500;
    });
  });

const second = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

test.each(runtimes.map((of) => [of.pods, of.world, of] as const))(
  '%i random pods are the same at seven levels in the world %s',
  { timeout: 60_000 },
  (pods, world, of) => {
    roll = dice(7);
    const cluster = newCluster({ seed: 11, world });
    for (let index = 0; index < pods; index++) {
      const answer = cluster.rest({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: randomPod(index) });
      expect(answer?.status).toBe(201);
    }
    cluster.sim.advance(45_000);
    // A kubelet looks once a second: the levels agree as soon as nothing has just begun or ended.
    for (let tries = 0; tries < 200 && !quiet(cluster, of); tries++) cluster.sim.advance(500);
    const items =
      (cluster.rest({ method: 'GET', path: '/api/v1/namespaces/default/pods' })?.body as { readonly items: readonly Pod[] } | undefined)?.items ?? [];
    expect(items).toHaveLength(pods);
    const machines = new Map([...cluster.machines].map(([name, machine]) => [name, levelsOf(cluster, machine, of)]));
    const found: Level[] = [];
    for (const pod of items) {
      const levels = machines.get(pod.spec.nodeName ?? '');
      expect(levels, pod.metadata.name).toBeDefined();
      for (const status of levels ? (pod.status?.containerStatuses ?? []) : [])
        if (status.containerID) found.push(checkContainer(pod, levels as Levels, status));
      const own = levels?.sandboxes.filter(({ metadata }) => metadata.uid === pod.metadata.uid && metadata.namespace === 'default') ?? [];
      expect(own.length, pod.metadata.name).toBeGreaterThan(0);
    }
    // All kinds were there, or the test shows nothing.
    expect(found.filter(({ state }) => state === 'CONTAINER_RUNNING').length).toBeGreaterThan(pods * 0.3);
    expect(found.filter(({ state }) => state === 'CONTAINER_EXITED').length).toBeGreaterThan(pods * 0.15);
    expect(new Set(items.map(({ spec }) => spec.nodeName)).size).toBeGreaterThan(1);
    // And nothing stands at a lower level that the levels above do not know.
    for (const { states, tasks, records, runtime, sandboxes } of machines.values()) {
      const known = new Set([...sandboxes.map(({ id }) => id), ...runtime.listContainers().map(({ id }) => id)]);
      for (const id of [...states.keys(), ...tasks.keys(), ...records]) expect(known.has(id), id).toBe(true);
    }
  },
);
