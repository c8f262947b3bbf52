/** nerdctl top, stats, port: looking at what runs. */

import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import { isMissing } from '../../../interfaces/containerd.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { runChild } from '../../child.ts';
import { tabwriter } from '../../tabwriter.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, text } from '../context.ts';
import { nameOf, oneContainer, taskOf } from '../find.ts';
import { bytesSize, listText, table } from '../output.ts';
import { readPorts } from '../store.ts';

export const top: NerdctlCommand = {
  name: 'top',
  short: 'Display the running processes of a container',
  usage: 'CONTAINER [ps OPTIONS]',
  interspersed: false,
  flags: [],
  run: function* (context) {
    needArgs(context, 1);
    const [name = '', ...options] = context.args;
    yield* showProcesses(context, oneContainer(context, name), options);
    return 0;
  },
};

/** The node's `ps`, of which only the container's processes are shown (pkg/cmd/container/top_unix.go). */
export function* showProcesses(context: Context, { id }: ContainerdContainer, options: readonly string[] = []): Routine {
  const task = taskOf(context, id);
  if (!task) throw new NerdctlError(`no running task found: task ${id} not found: not found`);
  if (task.status !== 'RUNNING') return;
  const own = new Set(
    context
      .client()
      .tasks.pids(context.namespace, id)
      .map(({ pid }) => String(pid)),
  );
  const words = options.length === 0 ? ['-ef'] : options.join(' ').split(' ');
  // nerdctl names the processes with `q`: whatever the options choose, they are among what is listed.
  const everyone = words[0]?.startsWith('-') && !words.some((word) => /^-\w*[eA]\w*$/.test(word)) ? ['-e'] : [];
  const { status, stdout, stderr } = yield* runChild(context.process, ['ps', ...everyone, ...words], { stderr: 'take' });
  if (status !== 0) throw new NerdctlError(stderr.split('\n')[0] ?? '');
  const [head = '', ...lines] = stdout.split('\n');
  const titles = head.split(/\s+/).filter(Boolean);
  const at = titles.indexOf('PID');
  if (at < 0) throw new NerdctlError("couldn't find PID field in ps output");
  const rows = lines.map((line) => line.split(/\s+/).filter(Boolean)).filter((fields) => own.has(fields[at] ?? ''));
  const last = titles.length - 1;
  yield* context.print(tabwriter([titles, ...rows.map((fields) => [...fields.slice(0, last), fields.slice(last).join(' ')])], { minimum: 20, padding: 3 }));
}

export const stats: NerdctlCommand = {
  name: 'stats',
  short: 'Display a live stream of container(s) resource usage statistics.',
  usage: '[flags] CONTAINER [CONTAINER, ...]',
  flags: [
    bool('all,a', 'Show all containers (default shows just running)'),
    text('format', "Pretty-print images using a Go template, e.g, '{{json .}}'"),
    bool('no-stream', 'Disable streaming stats and only pull the first result'),
    bool('no-trunc', 'Do not truncate output'),
  ],
  run: function* (context) {
    for (;;) {
      const before = new Map(chosen(context).map(({ id }) => [id, cpuMicros(context, id)]));
      yield* sleep(1000);
      const rows = chosen(context).map((container) => rowOf(context, container, before.get(container.id) ?? 0));
      if (!context.flags.bool('no-stream')) yield* context.print('\x1b[2J\x1b[H');
      if (context.flags.text('format') === '') yield* context.print(table([header, ...rows.map((row) => Object.values(row))], 3));
      else yield* context.print(listText(context, rows, []));
      if (context.flags.bool('no-stream')) return 0;
    }
  },
};

const header = ['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O', 'PIDS'];

function chosen(context: Context): ContainerdContainer[] {
  if (context.args.length > 0) return context.args.map((request) => oneContainer(context, request, (name) => `no such container: ${name}`));
  return context
    .client()
    .containers.list(context.namespace)
    .filter(({ id }) => context.flags.bool('all') || taskOf(context, id)?.status === 'RUNNING');
}

function metricsOf(context: Context, id: string): Readonly<Record<string, number>> {
  try {
    return taskOf(context, id)?.status === 'RUNNING' ? context.client().tasks.metrics(context.namespace, id) : {};
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
}

const cpuMicros = (context: Context, id: string): number => metricsOf(context, id)['cpu.usage_usec'] ?? 0;

function rowOf(context: Context, container: ContainerdContainer, before: number) {
  const metrics = metricsOf(context, container.id);
  const used = metrics['memory.usage'] ?? 0;
  const limit = Math.min(metrics['memory.usage_limit'] ?? 0, context.process.kernel.memoryBytes);
  const percent = ((metrics['cpu.usage_usec'] ?? 0) - before) / 10_000;
  return {
    ID: context.flags.bool('no-trunc') ? container.id : container.id.slice(0, 12),
    Name: nameOf(container),
    CPUPerc: `${percent.toFixed(2)}%`,
    MemUsage: `${bytesSize(used)} / ${bytesSize(limit)}`,
    MemPerc: `${limit === 0 ? '0.00' : ((used / limit) * 100).toFixed(2)}%`,
    NetIO: '0B / 0B',
    BlockIO: '0B / 0B',
    PIDs: String(metrics['pids.current'] ?? 0),
  };
}

export const port: NerdctlCommand = {
  name: 'port',
  short: 'List port mappings or a specific mapping for the container',
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  flags: [],
  run: function* (context) {
    needArgs(context, 1, 2);
    const [request = '', wanted] = context.args;
    const { id } = oneContainer(context, request);
    yield* printPorts(context, id, wanted);
    return 0;
  },
};

/** All published ports, or the one that was asked for. */
export function* printPorts(context: Context, id: string, wanted: string | undefined): Routine {
  const ports = readPorts(context, id);
  if (wanted === undefined) {
    yield* context.print(ports.map(({ ContainerPort, Protocol, HostIP, HostPort }) => `${ContainerPort}/${Protocol} -> ${HostIP}:${HostPort}\n`).join(''));
    return;
  }
  const [number = '', protocol = 'tcp'] = wanted.split('/');
  const found = ports.filter(({ ContainerPort, Protocol }) => String(ContainerPort) === number && Protocol === protocol);
  if (found.length === 0) throw new NerdctlError(`no public port ${number}/${protocol} published for ${JSON.stringify(id)}`);
  yield* context.print(found.map(({ HostIP, HostPort }) => `${HostIP}:${HostPort}\n`).join(''));
}
