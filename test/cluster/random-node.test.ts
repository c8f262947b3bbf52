/** Somebody works on the nodes behind the kubelet's back: whatever they do, it mends it, and nothing of it is left behind. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/types.ts';
import { type Cluster, newCluster } from '../../src/cluster/cluster.ts';
import type { WorldName } from '../../src/cluster/worlds/index.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';
import { comesToRest, PodPlaces, watch } from './comes-to-rest.ts';

type Node = 'node01' | 'node02';
type Operation =
  /** `line` is run on the node, with the id of one of the things that `of` lists there in place of ID. */
  | { readonly do: 'line'; readonly node: Node; readonly pick: number; readonly line: string }
  | { readonly do: 'scale'; readonly replicas: number }
  | { readonly do: 'delete'; readonly pick: number; readonly force: boolean };

/** What a runtime is made of, beside what crictl shows. */
type Runtime = {
  readonly world: WorldName;
  readonly unit: string;
  /** What lists ids, and what is done to one of them. */
  readonly lines: readonly (readonly [of: string, line: string])[];
  /** What lists things, and how many of them there must be for so many containers and pods. */
  readonly counts: Readonly<Record<string, (containers: number, pods: number) => number>>;
};

const runc = 'runc --root /run/containerd/runc/k8s.io';
const containerd: Runtime = {
  world: 'kubeadm-3',
  unit: 'containerd',
  lines: [
    ['crictl ps -q', 'ctr -n k8s.io tasks kill -s SIGKILL ID'],
    ['crictl pods -q', 'ctr -n k8s.io tasks kill -s SIGKILL ID'],
    ['crictl ps -q', 'ctr -n k8s.io tasks rm -f ID'],
    ['crictl ps -q', `${runc} kill ID KILL`],
    ['crictl ps -q', `${runc} pause ID; sleep 3; ${runc} resume ID`],
    ['pgrep containerd-shim', 'kill -9 ID'],
  ],
  counts: {
    'ctr -n k8s.io tasks ls -q': (containers, pods) => containers + pods,
    'pgrep containerd-shim': (_, pods) => pods,
    'find /sys/fs/cgroup/kubepods.slice -name "cri-containerd-*.scope"': (containers, pods) => containers + pods,
  },
};
const crio: Runtime = {
  world: 'crio',
  unit: 'crio',
  lines: [['crictl ps -q', 'crun --root /run/crun kill ID KILL']],
  counts: {
    'pgrep conmon': (containers) => containers,
    'find /sys/fs/cgroup/kubepods.slice -name "crio-*.scope" | grep -v conmon': (containers) => containers,
  },
};

const linesOf = ({ unit, lines }: Runtime): Runtime['lines'] => [
  ...lines,
  ['crictl ps -q', 'crictl stop -t 0 ID'],
  ['crictl ps -q', 'crictl rm -f ID'],
  ['crictl pods -q', 'crictl stopp ID'],
  ['crictl pods -q', 'crictl rmp -f ID'],
  ['pgrep sleep', 'kill -9 ID'],
  ['echo x', `systemctl restart ${unit}`],
  ['echo x', `systemctl stop ${unit}; sleep 12; systemctl start ${unit}`],
  ['echo x', 'systemctl restart kubelet'],
  ['echo x', 'systemctl stop kubelet; sleep 15; systemctl start kubelet'],
  ['echo x', `pkill -9 ${unit}$; pkill -9 kubelet`],
  ['echo x', `echo '{"metadata":{"name":"odd","namespace":"default","uid":"odd-1"},"log_directory":"/tmp"}' > /tmp/p.json; crictl runp /tmp/p.json`],
  ['crictl images -q', 'crictl rmi ID'],
];

const operationsOf = (runtime: Runtime): fc.Arbitrary<Operation> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('line' as const),
        node: fc.constantFrom('node01' as const, 'node02' as const),
        pick: fc.nat(20),
        line: fc.constantFrom(
          ...linesOf(runtime).map(([of, line]) => `id=$(${of} | sed -n "$((PICK % $(${of} | wc -l) + 1))p"); ${line.replaceAll('ID', '$id')}`),
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), pick: fc.nat(20), force: fc.boolean() }) },
  );

const sleeps = (name: string): object => ({ name, image: 'busybox:1.36', command: ['sh', '-c', 'sleep 100000'] });

class World {
  readonly cluster: Cluster;
  readonly #places = new PodPlaces();
  readonly #runtime: Runtime;

  constructor(seed: number, runtime: Runtime) {
    this.#runtime = runtime;
    this.cluster = newCluster({ seed, world: runtime.world });
    const spec = {
      terminationGracePeriodSeconds: 1,
      initContainers: [{ ...sleeps('side'), restartPolicy: 'Always' }],
      containers: [sleeps('a'), sleeps('b')],
    };
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec } },
    };
    this.cluster.rest({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body });
    watch(this, 25_000);
    expect(this.pods('default'), 'there is something to lose').toHaveLength(4);
  }

  pods(namespace?: string): readonly Pod[] {
    const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${namespace}/pods`;
    return (this.cluster.rest({ method: 'GET', path })?.body as { readonly items?: readonly Pod[] } | undefined)?.items ?? [];
  }

  look(): void {
    this.#places.look(this.pods('default'));
  }

  run(line: string, machine: string): string {
    let out = '';
    const sink = new Sink((text) => {
      out += text;
    });
    this.cluster.openScript(machine, ['bash', '-c', line], { stdin: textFile(''), stdout: sink, stderr: new Sink(() => {}) });
    this.cluster.sim.advance(2_000);
    return out;
  }

  apply(operation: Operation): void {
    if (operation.do === 'line') this.run(`PICK=${operation.pick}; ${operation.line}`, operation.node);
    else if (operation.do === 'scale') {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const body = { spec: { replicas: operation.replicas } };
      this.cluster.rest({ method: 'PATCH', path: '/apis/apps/v1/namespaces/default/deployments/web/scale', body, headers });
    } else {
      const pods = this.pods('default');
      const pod = pods[operation.pick % Math.max(pods.length, 1)];
      const query: Record<string, string> = operation.force ? { gracePeriodSeconds: '0' } : {};
      if (pod) this.cluster.rest({ method: 'DELETE', path: `/api/v1/namespaces/default/pods/${pod.metadata.name}`, query });
    }
  }

  heal(): void {
    watch(this, 20_000);
    for (const node of ['node01', 'node02']) this.run(`systemctl start ${this.#runtime.unit} kubelet`, node);
  }

  unrest(): string[] {
    const pods = this.pods();
    const broken = pods.flatMap(({ metadata, status }) => {
      const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
      return ready && !metadata.deletionTimestamp ? [] : [`${metadata.name} is ${status?.phase}, not ready`];
    });
    return [...broken, ...['node01', 'node02'].flatMap((node) => this.#left(node, pods))];
  }

  /** What is on a node, beside what should be there. */
  #left(node: string, all: readonly Pod[]): string[] {
    const pods = all.filter(({ spec }) => spec.nodeName === node);
    const wired = pods.filter(({ spec }) => !spec.hostNetwork).length;
    const running = pods.reduce((sum, { spec }) => sum + spec.containers.length + (spec.initContainers?.length ?? 0), 0);
    const counts: Readonly<Record<string, number>> = {
      'crictl pods -q --state ready': pods.length,
      "crictl pods -o json | jq -r '.items[].metadata.uid' | sort -u": pods.length,
      'crictl ps -q': running,
      'ip -br link show type veth': wired,
      'ls /run/netns': wired,
      "ls /var/lib/cni/networks/* | grep '^10[.]'": wired,
      'ls /var/lib/kubelet/pods': pods.length,
      'find /sys/fs/cgroup/kubepods.slice -name "*-pod*.slice"': pods.length,
      'ls /var/log/pods': pods.length,
      ...Object.fromEntries(Object.entries(this.#runtime.counts).map(([line, count]) => [line, count(running, pods.length)])),
    };
    const found = this.run(
      Object.keys(counts)
        .map((line) => `${line} 2>/dev/null | wc -l`)
        .join('; '),
      node,
    ).split('\n');
    return Object.entries(counts).flatMap(([line, wanted], at) =>
      Number(found[at]) === wanted ? [] : [`${node}: ${line}: ${found[at]} instead of ${wanted}`],
    );
  }
}

test.each([
  ['containerd', containerd],
  ['CRI-O', crio],
] as const)(
  'whatever is done to containers and daemons of a node with %s, the kubelet mends it and nothing is left behind',
  (_, runtime) => {
    comesToRest({
      newWorld: (seed) => new World(seed, runtime),
      operation: operationsOf(runtime),
      longestWait: 20_000,
      steps: [3, 10],
      patience: 20,
      seed: 20_261_124,
      time: 10_000,
    });
  },
  120_000,
);
