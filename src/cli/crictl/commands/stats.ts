/** stats and statsp: what containers and pods use (cmd/crictl/container_stats.go, pod_stats.go). */
import type { ContainerStats, PodSandbox, RuntimeService } from '../../../interfaces/cri.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, int, list, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { humanSize, json, nanos, shortId, table, yaml } from '../output.ts';
import { labelsOf } from '../selection.ts';

const clear = '\x1b[2J\x1b[H';
const flags = (id: string) => [
  text('id', '', `Filter by ${id} id`),
  list('label', '', 'Filter by key=value label'),
  text('output', 'o', 'Output format, One of: json|yaml|table'),
  int('seconds', 's', 'Sample duration for CPU usage in seconds', '1'),
  bool('watch', 'w', 'Watch pod resources'),
];

/** Shows what `samples` gives once, or again and again: as JSON or YAML, or as a table of what changed within the time of a sample. */
function* display<T>(context: Context, take: () => Routine<T>, asValue: (sample: T) => object, asTable: (before: T, after: T) => string[][]): Routine {
  const { flags } = context;
  const format = flags.text('output');
  do {
    if (flags.bool('watch')) yield* sleep(500);
    const before = yield* take();
    if (format === 'json' || format === 'yaml') {
      yield* context.print(format === 'json' ? json(asValue(before)) : yaml(asValue(before)));
      continue;
    }
    yield* sleep(flags.number('seconds') * 1000);
    yield* context.print(`${clear}${table(asTable(before, yield* take()))}`);
  } while (flags.bool('watch'));
}

type Filter = { readonly id?: string; readonly podSandboxId?: string; readonly labelSelector?: Record<string, string> };

function filterOf({ flags, args }: Context): Filter {
  const id = flags.text('id') || args[0];
  const labels = flags.list('label');
  return { ...(id ? { id } : {}), ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}) };
}

type Sample = { readonly at: number; readonly stats: readonly ContainerStats[] };

export const stats: CrictlCommand = {
  name: 'stats',
  short: 'List container(s) resource usage statistics',
  usage: '[ID]',
  combineShort: true,
  flags: [bool('all', 'a', 'Show all containers (default shows just running)'), text('pod', 'p', 'Filter by pod id'), ...flags('container')],
  run: function* (context) {
    if (context.args.length > 1) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const pod = context.flags.text('pod');
    const filter = { ...filterOf(context), ...(pod === '' ? {} : { podSandboxId: pod }) };
    yield* display(
      context,
      () => take(context, runtime, filter),
      (sample) => ({ stats: sample.stats.map((each) => statsItem(each, sample.at)) }),
      (before, after) => rowsOf(context, before, after),
    );
  },
};

function* take(context: Context, runtime: RuntimeService, filter: Filter): Routine<Sample> {
  const found = yield* context.call(calls.plain, 'get container stats: ', () => runtime.listContainerStats(filter));
  return { at: context.process.now, stats: [...found].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function rowsOf(context: Context, before: Sample, after: Sample): string[][] {
  const head = ['CONTAINER', ...(context.legacy ? [] : ['NAME']), 'CPU %', 'MEM', 'DISK', 'INODES', ...(context.legacy ? [] : ['SWAP'])];
  const rows = after.stats
    .filter((each) => context.flags.bool('all') || each.cpuUsageNanos > 0 || each.memoryWorkingSetBytes > 0)
    .filter((each) => before.stats.some(({ id }) => id === each.id))
    .map((each) => [
      shortId(each.id),
      ...(context.legacy ? [] : [each.metadata.name]),
      cpuPercent(each, before, after).toFixed(2),
      humanSize(each.memoryWorkingSetBytes, 4),
      humanSize(each.writableLayerBytes, 4),
      String(each.writableLayerInodes),
      ...(context.legacy ? [] : ['0B']),
    ]);
  return [head, ...rows];
}

function cpuPercent(now: ContainerStats, before: Sample, after: Sample): number {
  const then = before.stats.find(({ id }) => id === now.id);
  const elapsed = (after.at - before.at) * 1e6;
  if (now.cpuUsageNanos > 0 && elapsed === 0) throw new Fatal('get container stats: cpu stat is not updated during sample');
  return then && elapsed > 0 ? ((now.cpuUsageNanos - then.cpuUsageNanos) / elapsed) * 100 : 0;
}

const value = (amount: number): object => ({ value: String(Math.round(amount)) });

const usage = (at: number, cpuNanos: number, memoryBytes: number): object => ({
  cpu: { timestamp: nanos(at), usageCoreNanoSeconds: value(cpuNanos), usageNanoCores: value(0) },
  memory: {
    timestamp: nanos(at),
    workingSetBytes: value(memoryBytes),
    availableBytes: value(0),
    usageBytes: value(memoryBytes),
    rssBytes: value(memoryBytes),
    pageFaults: value(0),
    majorPageFaults: value(0),
  },
});

/** One that does not run has its file system only. */
const statsItem = (each: ContainerStats, at: number): object => ({
  attributes: {
    id: each.id,
    metadata: { name: each.metadata.name, attempt: each.metadata.attempt ?? 0 },
    labels: each.labels,
    annotations: each.annotations ?? {},
  },
  ...(each.cpuUsageNanos > 0 || each.memoryWorkingSetBytes > 0 ? usage(at, each.cpuUsageNanos, each.memoryWorkingSetBytes) : {}),
  writableLayer: {
    timestamp: nanos(at),
    fsId: { mountpoint: '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs' },
    usedBytes: value(each.writableLayerBytes),
    inodesUsed: value(each.writableLayerInodes),
  },
});

type PodSample = { readonly at: number; readonly pods: readonly { readonly pod: PodSandbox; readonly containers: readonly ContainerStats[] }[] };

export const statsp: CrictlCommand = {
  name: 'statsp',
  short: "List pod statistics. Stats represent a structured API that will fulfill the Kubelet's /stats/summary endpoint.",
  usage: '[ID]',
  combineShort: true,
  flags: flags('pod'),
  run: function* (context) {
    if (context.args.length > 1) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const filter = filterOf(context);
    yield* display(
      context,
      () => takePods(context, runtime, filter),
      (sample) => ({ stats: sample.pods.map(({ pod, containers }) => podItem(pod, containers, sample.at)) }),
      podRows,
    );
  },
};

/** The pause process of a pod's own. */
const pauseBytes = 524_288;
const sum = (containers: readonly ContainerStats[], of: (each: ContainerStats) => number): number => containers.reduce((total, each) => total + of(each), 0);
const memoryOf = (containers: readonly ContainerStats[]): number => sum(containers, (each) => each.memoryWorkingSetBytes) + pauseBytes;

function* takePods(context: Context, runtime: RuntimeService, filter: Filter): Routine<PodSample> {
  const doing = 'get pod stats: list pod sandbox stats: ';
  const pods = yield* context.call(calls.plain, doing, () => runtime.listPodSandbox({ state: 'SANDBOX_READY', ...filter }));
  const found = [...pods].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { at: context.process.now, pods: found.map((pod) => ({ pod, containers: runtime.listContainerStats({ podSandboxId: pod.id }) })) };
}

const podItem = (pod: PodSandbox, containers: readonly ContainerStats[], at: number): object => ({
  attributes: {
    id: pod.id,
    metadata: { name: pod.metadata.name, uid: pod.metadata.uid, namespace: pod.metadata.namespace, attempt: pod.metadata.attempt ?? 0 },
    labels: pod.labels,
    annotations: pod.annotations,
  },
  linux: {
    ...usage(
      at,
      sum(containers, (each) => each.cpuUsageNanos),
      memoryOf(containers),
    ),
    process: { timestamp: nanos(at), processCount: value(containers.length) },
    containers: containers.map((each) => statsItem(each, at)),
  },
});

function podRows(before: PodSample, after: PodSample): string[][] {
  const samples = [before, after].map(({ at, pods }): Sample => ({ at, stats: pods.flatMap(({ containers }) => containers) }));
  const [first = { at: 0, stats: [] }, second = first] = samples;
  const rows = after.pods
    .filter(({ pod }) => before.pods.some((each) => each.pod.id === pod.id))
    .map(({ pod, containers }) => [
      pod.metadata.name,
      shortId(pod.id),
      sum(containers, (each) => cpuPercent(each, first, second)).toFixed(2),
      humanSize(memoryOf(containers), 4),
    ]);
  return [['POD', 'POD ID', 'CPU %', 'MEM'], ...rows];
}
