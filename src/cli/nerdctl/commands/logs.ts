/** nerdctl logs and attach. */

import { parseTimestamp, TimestampError } from '../../../apimachinery/timestamp.ts';
import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, text } from '../context.ts';
import { oneContainer, taskOf } from '../find.ts';
import { findLogger } from '../find-logger.ts';
import { labels } from '../labels.ts';
import { logPath } from '../store.ts';

type Entry = { readonly stream: string; readonly time: string; readonly log: string };

type LogOptions = {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tail: number;
  readonly since: number;
  readonly until: number;
  readonly prefix?: string;
};

export const logs: NerdctlCommand = {
  name: 'logs',
  short: "Fetch the logs of a container. Expected to be used with 'nerdctl run -d'.",
  usage: 'CONTAINER',
  flags: [
    bool('follow,f', 'Follow log output'),
    bool('timestamps,t', 'Show timestamps'),
    text('tail,n', 'Number of lines to show from the end of the logs', 'all'),
    text('since', 'Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
    text('until', 'Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
    bool('details', 'Show extra details provided to logs'),
  ],
  run: function* (context) {
    needArgs(context, 1, 1);
    const container = oneContainer(context, context.args[0] ?? '');
    if (context.namespace === 'moby') throw new NerdctlError('currently, nerdctl logs only supports containers created with nerdctl and kubernetes');
    yield* showLogs(context, container, optionsOf(context));
    return 0;
  },
};

/** Throws NerdctlError for a tail that is no number. */
export function optionsOf(context: Context): LogOptions {
  const { flags } = context;
  const tail = flags.text('tail');
  if (tail !== 'all' && tail !== '' && !/^-?\d+$/.test(tail))
    throw new NerdctlError(`failed to parse \`-n/--tail\` argument ${JSON.stringify(tail)}: strconv.Atoi: parsing ${JSON.stringify(tail)}: invalid syntax`);
  if (Number(tail) < 0) throw new NerdctlError(`\`-n/--tail\` argument must be positive, got: ${tail}`);
  return {
    follow: flags.bool('follow'),
    timestamps: flags.bool('timestamps'),
    tail: tail === 'all' || tail === '' ? Number.POSITIVE_INFINITY : Number(tail),
    since: moment(context, 'since', Number.NEGATIVE_INFINITY),
    until: moment(context, 'until', Number.POSITIVE_INFINITY),
  };
}

function moment({ flags, process }: Context, flag: string, otherwise: number): number {
  if (flags.text(flag) === '') return otherwise;
  try {
    return parseTimestamp(flags.text(flag), process.now);
  } catch (error) {
    if (error instanceof TimestampError) throw new NerdctlError(`invalid value for "${flag}": ${error.message}`);
    throw error;
  }
}

/** Prints what there is, and with `follow` what comes until the container ends. */
export function* showLogs(context: Context, container: ContainerdContainer, options: LogOptions): Routine {
  const path = pathOf(context, container);
  const { process } = context;
  const entries = read(context, path);
  const chosen = entries.filter(({ time }) => Date.parse(time) >= options.since && Date.parse(time) <= options.until);
  for (const entry of options.tail === 0 ? [] : Number.isFinite(options.tail) ? chosen.slice(-options.tail) : chosen) yield* print(context, entry, options);
  let seen = entries.length;
  const running = (): boolean =>
    ['RUNNING', 'PAUSED'].includes(taskOf(context, container.id)?.status ?? '') || findLogger(process.kernel, container.id) !== undefined;
  const folder = process.fs.find(path.slice(0, path.lastIndexOf('/')));
  while (options.follow && running()) {
    yield folder instanceof DirectoryNode ? { on: [folder.changed], timeout: 250 } : { timeout: 250, on: [process.changed] };
    const all = read(context, path);
    for (const entry of all.slice(seen)) yield* print(context, entry, options);
    seen = all.length;
  }
}

function* print({ process }: Context, { stream, time, log }: Entry, { timestamps, prefix = '' }: LogOptions): Routine {
  const line = `${prefix}${timestamps ? `${time} ` : ''}${log}`;
  yield* stream === 'stderr' ? process.printError(line) : process.print(line);
}

function read({ process }: Context, path: string): Entry[] {
  const lines = process.fs.exists(path) ? process.fs.read(path).split('\n').filter(Boolean) : [];
  return lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as Entry) : criEntry(line)));
}

/** `2026-11-22T12:48:15.970664205Z stdout F text`. */
function criEntry(line: string): Entry {
  const [time = '', stream = '', flag = '', ...rest] = line.split(' ');
  return { time, stream, log: `${rest.join(' ')}${flag === 'F' ? '\n' : ''}` };
}

/** A pod's container has its log where the kubelet wants it. */
function pathOf(context: Context, { id, labels: own }: ContainerdContainer): string {
  if (own[labels.namespace] !== undefined) return logPath(context, id);
  const pod = [own[labels.podNamespace], own[labels.podName], own[labels.podUid]].join('_');
  const folder = `/var/log/pods/${pod}/${own[labels.podContainer] ?? ''}`;
  const { fs } = context.process;
  const files = own[labels.podContainer] !== undefined && fs.isDirectory(folder) ? fs.list(folder).filter(([name]) => /^\d+\.log$/.test(name)) : [];
  const latest = files.sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1)?.[0];
  if (latest === undefined) throw new NerdctlError('failed to retrieve LogURI: nerdctl container label "nerdctl/log-uri" not found');
  return `${folder}/${latest}`;
}

export const attach: NerdctlCommand = {
  name: 'attach',
  short: 'Attach stdin, stdout, and stderr to a running container.',
  usage: 'CONTAINER',
  flags: [...absent([text('detach-keys', 'Override the default detach keys', 'ctrl-p,ctrl-q'), bool('no-stdin', 'Do not attach STDIN')])],
  run: function* (context) {
    needArgs(context, 1, 1);
    const container = oneContainer(context, context.args[0] ?? '', (name) => `no such container: ${name}`);
    if (taskOf(context, container.id)?.status !== 'RUNNING') throw new NerdctlError('no running task found: task not found');
    yield* showLogs(context, container, { follow: true, timestamps: false, tail: 0, since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY });
    return yield* context.client().tasks.wait(context.namespace, container.id);
  },
};
