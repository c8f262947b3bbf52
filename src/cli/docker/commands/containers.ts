/** docker's commands for containers that are there: ps, stop, rm, logs, cp, … */
import { type ContainerUpdate, DockerError, type LogLine, type MoreHost } from '../../../interfaces/docker.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { any, bool, CliError, type Context, command, daemonText, int, list, text } from '../context.ts';
import { nanoCpus, restartPolicy } from '../create-options.ts';
import { parseSize, table } from '../output.ts';
import { checkName } from '../pull.ts';
import { moment } from '../times.ts';

const timeout = [
  text('signal,s', 'Signal to send to the container'),
  int('timeout,t', 'Seconds to wait before killing the container'),
  int('time', 'Seconds to wait before killing the container', { hidden: true }),
];
const howLong = ({ flags }: Context): { readonly timeout?: number; readonly signal?: string } => ({
  ...(flags.has('timeout') ? { timeout: flags.number('timeout') } : flags.has('time') ? { timeout: flags.number('time') } : {}),
  ...(flags.text('signal') === '' ? {} : { signal: flags.text('signal') }),
});
type Client = ReturnType<Context['client']>['containers'];
const many = (name: string, about: string, work: (containers: Client, id: string, context: Context) => Routine, flags = [] as Parameters<typeof command>[4]) =>
  command(name, about, `${flags.length > 0 ? '[OPTIONS] ' : ''}CONTAINER [CONTAINER...]`, [1, any], flags, function* (context) {
    const { containers } = context.client();
    return yield* context.each(context.args, function* (id) {
      yield* work(containers, id, context);
      return id;
    });
  });

export const stop = many('stop', 'Stop one or more running containers', (containers, id, context) => containers.stop(id, howLong(context)), timeout);
export const restart = many('restart', 'Restart one or more containers', (containers, id, context) => containers.restart(id, howLong(context)), timeout);
export const kill = many('kill', 'Kill one or more running containers', (containers, id, { flags }) => containers.kill(id, flags.text('signal') || 'KILL'), [
  text('signal,s', 'Signal to send to the container'),
]);
export const pause = many('pause', 'Pause all processes within one or more containers', (containers, id) => containers.pause(id));
export const unpause = many('unpause', 'Unpause all processes within one or more containers', (containers, id) => containers.unpause(id));

export const rm = command(
  'rm',
  'Remove one or more containers',
  '[OPTIONS] CONTAINER [CONTAINER...]',
  [1, any],
  [
    bool('force,f', 'Force the removal of a running container (uses SIGKILL)'),
    bool('volumes,v', 'Remove anonymous volumes associated with the container'),
    bool('link,l', 'Remove the specified link'),
  ],
  function* (context) {
    const force = context.flags.bool('force');
    return yield* context.each(context.args, function* (id) {
      try {
        yield* context.client().containers.remove(id, { force, volumes: context.flags.bool('volumes') });
      } catch (error) {
        // -f of one that is not there is told, but is no failure.
        if (!(error instanceof DockerError && error.status === 404 && force)) throw error;
        yield* context.printError(`Error response from daemon: ${error.message}\n`);
        return undefined;
      }
      return id;
    });
  },
);

export const wait = command(
  'wait',
  'Block until one or more containers stop, then print their exit codes',
  'CONTAINER [CONTAINER...]',
  [1, any],
  [],
  (context) =>
    context.each(context.args, function* (id) {
      return String(yield* context.client().containers.wait(id));
    }),
);

export const rename = command('rename', 'Rename a container', 'CONTAINER NEW_NAME', [2, 2], [], function* (context) {
  try {
    context.client().containers.rename(context.arg(0), context.arg(1));
  } catch (error) {
    if (!(error instanceof DockerError) || context.old) throw error;
    throw new CliError(`failed to rename container: ${daemonText(error)}`);
  }
  return 0;
});

export const logs = command(
  'logs',
  'Fetch the logs of a container',
  '[OPTIONS] CONTAINER',
  [1, 1],
  [
    bool('follow,f', 'Follow log output'),
    text('tail,n', 'Number of lines to show from the end of the logs', { default: 'all' }),
    text('since', 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
    text('until', 'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
    bool('timestamps,t', 'Show timestamps'),
    bool('details', 'Show extra details provided to logs'),
  ],
  function* (context) {
    const { flags, process } = context;
    const tail = /^\d+$/.test(flags.text('tail')) ? flags.number('tail') : -1;
    const lines = context.client().containers.logs(context.arg(0), {
      follow: flags.bool('follow'),
      tail,
      since: moment(flags.text('since'), process.now, 'since'),
      until: moment(flags.text('until'), process.now, 'until'),
    });
    const write = (line: LogLine): Routine =>
      (line.stream === 'stderr' ? process.printError : process.print).call(
        process,
        `${flags.bool('timestamps') ? `${line.time} ` : ''}${flags.bool('details') ? ' ' : ''}${line.log}`,
      );
    try {
      for (let line = yield* lines.receive(); line !== undefined; line = yield* lines.receive()) yield* write(line);
    } finally {
      lines.break();
    }
    return 0;
  },
);

export const top = command(
  'top',
  'Display the running processes of a container',
  'CONTAINER [ps OPTIONS]',
  [1, any],
  [],
  function* (context) {
    const { titles, processes } = yield* context.client().containers.top(context.arg(0), context.args.slice(1).join(' '));
    yield* context.print(table([titles, ...processes], 20));
    return 0;
  },
  { interspersed: false },
);

export const port = command(
  'port',
  'List port mappings or a specific mapping for the container',
  'CONTAINER [PRIVATE_PORT[/PROTO]]',
  [1, 2],
  [],
  function* (context) {
    const { containers } = context.client();
    const { Id } = containers.inspect(context.arg(0));
    const ports = containers.list({ all: true }).find((each) => each.Id === Id)?.Ports ?? [];
    const asked = context.arg(1);
    const wanted = asked === '' ? undefined : asked.includes('/') ? asked : `${asked}/tcp`;
    const found = ports.filter(
      ({ PublicPort, PrivatePort, Type }) => PublicPort !== undefined && (wanted === undefined || wanted === `${PrivatePort}/${Type}`),
    );
    if (wanted !== undefined && found.length === 0) throw new CliError(`no public port '${wanted}' published for ${context.arg(0)}`);
    const address = ({ IP = '', PublicPort }: (typeof ports)[number]): string => `${IP.includes(':') ? `[${IP}]` : IP}:${PublicPort}`;
    yield* context.print(found.map((each) => `${wanted === undefined ? `${each.PrivatePort}/${each.Type} -> ` : ''}${address(each)}\n`).join(''));
    return 0;
  },
);

export const diff = command('diff', "Inspect changes to files or directories on a container's filesystem", 'CONTAINER', [1, 1], [], function* (context) {
  const changes = context.client().containers.changes(context.arg(0));
  yield* context.print(changes.map(({ Kind, Path }) => `${Kind} ${Path}\n`).join(''));
  return 0;
});

export const commit = command(
  'commit',
  "Create a new image from a container's changes",
  '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  [1, 2],
  [
    text('author,a', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")'),
    list('change,c', 'Apply Dockerfile instruction to the created image'),
    text('message,m', 'Commit message'),
    bool('no-pause', 'Disable pausing container during commit'),
    bool('pause,p', 'Pause container during commit', { default: 'true', hidden: true }),
  ],
  function* (context) {
    const { flags } = context;
    const options = {
      reference: context.arg(1),
      message: flags.text('message'),
      author: flags.text('author'),
      changes: flags.list('change'),
      pause: !flags.bool('no-pause'),
    };
    if (context.arg(1) !== '') checkName(context.arg(1));
    yield* context.print(`${yield* context.client().containers.commit(context.arg(0), options)}\n`);
    return 0;
  },
);

export const exportCommand = command(
  'export',
  "Export a container's filesystem as a tar archive",
  '[OPTIONS] CONTAINER',
  [1, 1],
  [text('output,o', 'Write to a file, instead of STDOUT')],
  function* (context) {
    const { process, flags } = context;
    if (flags.text('output') === '' && process.stdout.tty) throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    yield* writeOut(context, context.client().containers.export(context.arg(0)), 'failed to export container');
    return 0;
  },
);

/** To `--output`, or to standard output. */
export function* writeOut(context: Context, archive: string, failed = 'failed to save image'): Routine {
  const path = context.flags.text('output');
  if (path === '') return yield* context.print(archive);
  try {
    context.process.fs.write(path, archive);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const above = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    const what = above === '' || context.process.fs.exists(above) ? `open ${path}` : `invalid output path: stat ${above}`;
    throw new CliError(`${failed}: ${what}: ${error.message.toLowerCase()}`);
  }
}

export const update = command(
  'update',
  'Update configuration of one or more containers',
  '[OPTIONS] CONTAINER [CONTAINER...]',
  [1, any],
  [
    text('memory,m', 'Memory limit', { valueName: 'bytes' }),
    text('memory-swap', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap', { valueName: 'bytes' }),
    text('cpus', 'Number of CPUs', { valueName: 'decimal' }),
    text('restart', 'Restart policy to apply when a container exits'),
    int('blkio-weight', 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)'),
    int('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
    int('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
    int('cpu-shares,c', 'CPU shares (relative weight)'),
    text('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
    text('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'),
    text('memory-reservation', 'Memory soft limit', { valueName: 'bytes' }),
    int('pids-limit', 'Tune container pids limit (set -1 for unlimited)'),
  ],
  function* (context) {
    const { flags } = context;
    const more: MoreHost = {
      ...(flags.has('blkio-weight') ? { BlkioWeight: flags.number('blkio-weight') } : {}),
      ...(flags.has('cpuset-cpus') ? { CpusetCpus: flags.text('cpuset-cpus') } : {}),
      ...(flags.has('cpuset-mems') ? { CpusetMems: flags.text('cpuset-mems') } : {}),
      ...(flags.has('memory-reservation') ? { MemoryReservation: parseSize(flags.text('memory-reservation'), '--memory-reservation') } : {}),
    };
    const change: ContainerUpdate = {
      ...(flags.has('memory') ? { memory: parseSize(flags.text('memory'), '-m, --memory') } : {}),
      ...(flags.has('cpus') ? { nanoCpus: nanoCpus(flags.text('cpus')) } : {}),
      ...(flags.has('restart') ? { restart: restartPolicy(flags.text('restart')) } : {}),
      ...(flags.has('memory-swap') ? { memorySwap: flags.text('memory-swap') === '-1' ? -1 : parseSize(flags.text('memory-swap'), '--memory-swap') } : {}),
      ...(flags.has('cpu-shares') ? { cpuShares: flags.number('cpu-shares') } : {}),
      ...(flags.has('cpu-period') ? { cpuPeriod: flags.number('cpu-period') } : {}),
      ...(flags.has('cpu-quota') ? { cpuQuota: flags.number('cpu-quota') } : {}),
      ...(flags.has('pids-limit') ? { pidsLimit: Math.max(0, flags.number('pids-limit')) } : {}),
      ...(Object.keys(more).length > 0 ? { more } : {}),
    };
    if (Object.keys(change).length === 0) throw new CliError('you must provide one or more flags when using this command');
    return yield* context.each(context.args, function* (id) {
      context.client().containers.update(id, change);
      return id;
    });
  },
);
