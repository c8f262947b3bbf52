/** version, info, runtime-config, config, stats, statsp, events and the rest. */
import type { ContainerStats, RuntimeService } from '../../../interfaces/cri.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, int, labelsOf, list, text } from '../command.ts';
import { type CrictlConfig, configKeys, configPath, writeConfig } from '../config.ts';
import { type Context, calls, Fatal } from '../context.ts';
import { formatted, humanSize, json, nanos, shortId, table, yaml } from '../output.ts';

export const version: CrictlCommand = {
  name: 'version',
  short: 'Display runtime version information',
  flags: [],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const answer = yield* context.call(calls.plain, 'getting the runtime version: ', () => runtime.version());
    yield* context.print(
      `Version:  ${answer.version}\nRuntimeName:  ${answer.runtimeName}\nRuntimeVersion:  ${answer.runtimeVersion}\nRuntimeApiVersion:  ${answer.runtimeApiVersion}\n`,
    );
  },
};

export const info: CrictlCommand = {
  name: 'info',
  short: 'Display information of the container runtime',
  flags: [
    text('output', 'o', 'Output format, One of: json|yaml|go-template', 'json'),
    bool('quiet', 'q', 'Do not show verbose information'),
    text('template', '', 'The template string is only used when output is go-template'),
  ],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const verbose = !context.flags.bool('quiet');
    const { conditions, info: more } = yield* context.call(calls.plain, 'getting status of runtime: ', () => runtime.status(verbose));
    const value = { status: { conditions: conditions.map(({ type, status, reason, message }) => ({ message, reason, status, type })) }, ...more };
    yield* context.print(formatted(value, context.flags.text('output'), context.flags.text('template')) ?? '');
  },
};

export const runtimeConfig: CrictlCommand = {
  name: 'runtime-config',
  short: 'Retrieve the container runtime configuration',
  flags: [],
  run: function* (context) {
    const runtime = yield* context.runtime();
    yield* context.print(`cgroup driver:   ${runtime.runtimeConfig().cgroupDriver}\n`);
  },
};

export const updateRuntimeConfig: CrictlCommand = {
  name: 'update-runtime-config',
  short: 'Update the runtime configuration',
  flags: [text('pod-cidr', '', "Update the runtime's pod CIDR")],
  run: function* (context) {
    const runtime = yield* context.runtime();
    runtime.updateRuntimeConfig(context.flags.text('pod-cidr'));
  },
};

export const config: CrictlCommand = {
  name: 'config',
  short: 'Get, set and list crictl configuration options',
  usage: '[command options] [<crictl options>]',
  flags: [list('get', '', 'get value: name'), list('set', '', 'set value: name=value'), bool('list', '', 'show all option value')],
  run: function* (context) {
    const { flags } = context;
    if (flags.has('get')) return yield* context.print(`${String(settingOf(context.config, flags.list('get')[0] ?? ''))}\n`);
    if (flags.bool('list'))
      return yield* context.print(`\x1b[2J\x1b[H${table([['KEY', 'VALUE'], ...configKeys.map(([key, field]) => [key, String(context.config[field])])])}`);
    if (flags.has('set'))
      return save(
        context,
        flags.list('set').flatMap((pair) => pair.split(',')),
      );
    const [key, value] = context.args;
    if (key === undefined || value === undefined) throw new Fatal('set and get need both key and value');
    yield* context.log('info', `No --get, --set or --list provided, setting key ${JSON.stringify(key)} to value ${JSON.stringify(value)}`);
    save(context, [`${key}=${value}`]);
  },
};

function fieldOf(key: string): keyof CrictlConfig {
  const known = configKeys.find(([name]) => name === key);
  if (!known) throw new Fatal(`no configuration option named ${key}`);
  return known[1];
}

const settingOf = (values: CrictlConfig, key: string): string | number | boolean => values[fieldOf(key)];

function save(context: Context, pairs: readonly string[]): void {
  const next: Record<string, unknown> = { ...context.config };
  for (const pair of pairs) {
    const [key = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    const field = fieldOf(key);
    if (field === 'timeout') {
      if (!/^[+-]?\d+$/.test(value)) throw new Fatal(`parse timeout value '${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
      next[field] = Number(value);
    } else if (typeof context.config[field] === 'boolean') {
      if (!/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value))
        throw new Fatal(`parse ${key} value '${value}': strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
      next[field] = /^(1|t)/i.test(value);
    } else next[field] = value;
  }
  const { fs } = context.process;
  const path = context.fileFound ? context.configPath : configPath;
  fs.write(path, writeConfig(next as CrictlConfig));
}

const clear = '\x1b[2J\x1b[H';
const statsFilters = [
  text('id', '', 'Filter by id'),
  list('label', '', 'Filter by key=value label'),
  text('output', 'o', 'Output format, One of: json|yaml|table'),
  int('seconds', 's', 'Sample duration for CPU usage in seconds', '1'),
  bool('watch', 'w', 'Watch resources'),
];

type Sample = { readonly at: number; readonly stats: readonly ContainerStats[] };

const sample = (context: Context, runtime: RuntimeService, filter: object): Sample => ({ at: context.process.now, stats: runtime.listContainerStats(filter) });

export const stats: CrictlCommand = {
  name: 'stats',
  short: 'List container(s) resource usage statistics',
  usage: '[ID]',
  flags: [bool('all', 'a', 'Show all containers (default shows just running)'), text('pod', 'p', 'Filter by pod id'), ...statsFilters],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const { flags } = context;
    const id = flags.text('id') || context.args[0];
    const labels = flags.list('label');
    const filter = {
      ...(id === undefined ? {} : { id }),
      ...(flags.text('pod') === '' ? {} : { podSandboxId: flags.text('pod') }),
      ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}),
    };
    do {
      const before = sample(context, runtime, filter);
      const format = flags.text('output');
      if (format === 'json' || format === 'yaml') {
        const value = { stats: before.stats.map((each) => statsItem(each, before.at)) };
        return yield* context.print(format === 'json' ? json(value) : yaml(value));
      }
      yield* sleep(Math.max(1, flags.number('seconds')) * 1000);
      const after = sample(context, runtime, filter);
      const running = new Set(runtime.listContainers({ state: 'CONTAINER_RUNNING' }).map((each) => each.id));
      const rows = after.stats
        .filter((each) => flags.bool('all') || running.has(each.id))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((each) => [
          shortId(each.id),
          each.metadata.name,
          cpuPercent(each, before, after),
          humanSize(each.memoryWorkingSetBytes, 4),
          humanSize(each.writableLayerBytes, 4),
          String(each.writableLayerInodes),
          '0B',
        ]);
      yield* context.print(`${clear}${table([['CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES', 'SWAP'], ...rows])}`);
    } while (flags.bool('watch'));
  },
};

function cpuPercent(now: ContainerStats, before: Sample, after: Sample): string {
  const then = before.stats.find(({ id }) => id === now.id);
  const elapsed = (after.at - before.at) * 1e6;
  return (then && elapsed > 0 ? ((now.cpuUsageNanos - then.cpuUsageNanos) / elapsed) * 100 : 0).toFixed(2);
}

const statsItem = (each: ContainerStats, at: number): object => ({
  attributes: { id: each.id, metadata: { name: each.metadata.name, attempt: each.metadata.attempt ?? 0 }, labels: each.labels, annotations: {} },
  cpu: { timestamp: nanos(at), usageCoreNanoSeconds: { value: String(each.cpuUsageNanos) }, usageNanoCores: { value: '0' } },
  memory: { timestamp: nanos(at), workingSetBytes: { value: String(each.memoryWorkingSetBytes) }, usageBytes: { value: String(each.memoryWorkingSetBytes) } },
  writableLayer: {
    timestamp: nanos(at),
    fsId: { mountpoint: '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs' },
    usedBytes: { value: String(each.writableLayerBytes) },
    inodesUsed: { value: String(each.writableLayerInodes) },
  },
});

export const statsp: CrictlCommand = {
  name: 'statsp',
  short: 'List pod statistics',
  flags: statsFilters,
  run: function* (context) {
    const runtime = yield* context.runtime();
    const before = sample(context, runtime, {});
    yield* sleep(Math.max(1, context.flags.number('seconds')) * 1000);
    const after = sample(context, runtime, {});
    const containers = runtime.listContainers();
    const rows = runtime.listPodSandbox({ state: 'SANDBOX_READY' }).map((pod) => {
      const own = after.stats.filter(({ id }) => containers.some((each) => each.id === id && each.podSandboxId === pod.id));
      const cpu = own.reduce((sum, each) => sum + Number(cpuPercent(each, before, after)), 0);
      return [
        pod.metadata.name,
        shortId(pod.id),
        cpu.toFixed(2),
        humanSize(
          own.reduce((sum, each) => sum + each.memoryWorkingSetBytes, 524_288),
          4,
        ),
      ];
    });
    yield* context.print(`${clear}${table([['POD', 'POD ID', 'CPU %', 'MEM'], ...rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))])}`);
  },
};

export const events: CrictlCommand = {
  name: 'events',
  aliases: ['event'],
  short: 'Stream the events of containers',
  flags: [
    text('output', 'o', 'Output format, One of: json|yaml|go-template', 'json'),
    text('template', '', 'The template string is only used when output is go-template'),
  ],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const channel = yield* context.call(calls.plain, '', () => runtime.getContainerEvents());
    try {
      for (let event = yield* channel.receive(); event; event = yield* channel.receive()) {
        const value = {
          containerEventType: event.type,
          containerId: event.containerId,
          containersStatuses: [],
          createdAt: nanos(event.createdAt),
          podSandboxStatus: { metadata: event.podSandboxMetadata },
        };
        yield* context.print(formatted(value, context.flags.text('output'), context.flags.text('template')) ?? '');
      }
    } finally {
      channel.break();
    }
  },
};

const refused = (name: string, short: string): CrictlCommand => ({
  name,
  short,
  flags: [],
  run: function* (context): Routine {
    yield* context.process.printError(`k8s-lab: crictl ${name} is not simulated\n`);
    context.process.exit(70);
  },
});

export const others: readonly CrictlCommand[] = [
  refused('checkpoint', 'Checkpoint one or more running containers'),
  refused('metricsp', "List pod metrics. Metrics are unstructured key/value pairs gathered by CRI meant to replace cAdvisor's /metrics/cadvisor endpoint."),
  refused('metricdescs', 'List metric descriptors'),
  refused('completion', 'Output shell completion code'),
];
