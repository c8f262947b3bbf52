/** runc state, list, ps, kill, delete, pause, resume, update, events: containers that are there. */

import { goJson } from '../../../apimachinery/go-text.ts';
import { moment, parseBytes } from '../../../apimachinery/go-units.ts';
import { JsonError, parseJson } from '../../../apimachinery/json.ts';
import type { OciSpec, OciState } from '../../../interfaces/oci.ts';
import { Errno } from '../../../linux/errno.ts';
import { readAll, StreamWriter } from '../../../linux/open-file.ts';
import { parseSignal } from '../../../linux/signals.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { newByteStream } from '../../../sim/stream.ts';
import { absent } from '../../flags.ts';
import { tabwriter } from '../../tabwriter.ts';
import { bool, type Context, int, type RuncCommand, RuncError, text } from '../context.ts';

type Shown = {
  readonly ociVersion: string;
  readonly id: string;
  readonly pid: number;
  readonly status: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner: string;
};

const shown = (state: OciState): Shown => ({
  ociVersion: state.ociVersion,
  id: state.id,
  pid: state.pid,
  status: state.status,
  bundle: state.bundle,
  rootfs: state.rootfs,
  created: moment(state.created),
  ...(state.annotations && Object.keys(state.annotations).length > 0 ? { annotations: state.annotations } : {}),
  owner: '',
});

export const state: RuncCommand = {
  name: 'state',
  short: 'output the state of a container',
  usage: '<container-id>',
  run: function* (context) {
    // No line end follows it: runc writes the bare JSON.
    yield* context.print(goJson(shown(context.load()), 2));
    return 0;
  },
};

const formatFlag = text('format,f', 'select one of: table or json', 'table');

export const list: RuncCommand = {
  name: 'list',
  usage: '',
  short: 'lists containers started by runc with the given root',
  long: 'The root is the state directory that the global option --root names: containerd has /run/containerd/runc/<namespace>, Docker\n/run/docker/runtime-runc/moby.',
  flags: [formatFlag, bool('quiet,q', 'display only container IDs')],
  run: function* (context) {
    const { process, runtime, root, flags } = context;
    try {
      const directory = process.fs.stat(root);
      if (directory.type !== 'directory') throw new RuncError(`fdopendir ${root}: not a directory`);
      process.fs.check(directory, 4, root);
    } catch (error) {
      if (error instanceof Errno) throw new RuncError(`open ${root}: ${error.message.toLowerCase()}`);
      throw error;
    }
    const rows = runtime.list(root).map((each) => ({ ...shown(each), owner: 'root' }));
    if (flags.bool('quiet')) yield* context.print(rows.map(({ id }) => `${id}\n`).join(''));
    else if (flags.text('format') === 'json') yield* context.print(`${rows.length === 0 ? 'null' : goJson(rows)}\n`);
    else if (flags.text('format') === 'table')
      yield* context.print(
        tabwriter(
          [
            ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'],
            ...rows.map((row) => [row.id, String(row.pid), row.status, row.bundle, row.created, row.owner]),
          ],
          { minimum: 12, padding: 3 },
        ),
      );
    else throw new RuncError('invalid format option');
    return 0;
  },
};

export const kill: RuncCommand = {
  name: 'kill',
  short: "kill sends the specified signal (default: SIGTERM) to the container's init process",
  usage: '<container-id> [signal]',
  flags: [{ ...bool('all,a', ''), hidden: true }],
  run: function* (context) {
    context.load();
    const name = context.args[1] ?? 'SIGTERM';
    if (name === '0') {
      // kill(2) only looks whether there is a process.
      if (!['running', 'created', 'paused'].includes(context.load().status)) throw new RuncError('container not running');
      return 0;
    }
    if (!parseSignal(name)) throw new RuncError(/^-?\d+$/.test(name) ? 'unable to signal init: invalid argument' : `unknown signal ${JSON.stringify(name)}`);
    context.runtime.kill(context.root, context.id, name);
    return 0;
  },
};

export const remove: RuncCommand = {
  name: 'delete',
  short: 'delete any resources held by the container often used with detached container',
  usage: '<container-id>',
  flags: [bool('force,f', 'deletes the container even if it is still running (uses SIGKILL)')],
  run: function* (context) {
    const force = context.flags.bool('force');
    if (force && !context.runtime.list(context.root).some(({ id }) => id === context.id)) return 0;
    const { status, pid } = context.load();
    const killed = force || status === 'created';
    yield* context.runtime.delete(context.root, context.id, force);
    // It looks every 100 ms whether the process has gone.
    if (killed && pid !== 0) yield* sleep(100);
    return 0;
  },
};

export const pause: RuncCommand = {
  name: 'pause',
  short: 'pause suspends all processes inside the container',
  usage: '<container-id>',
  run: function* (context) {
    context.load();
    context.runtime.pause(context.root, context.id);
    return 0;
  },
};

export const resume: RuncCommand = {
  name: 'resume',
  short: 'resumes all processes that have been previously paused',
  usage: '<container-id>',
  run: function* (context) {
    context.load();
    context.runtime.resume(context.root, context.id);
    return 0;
  },
};

export const ps: RuncCommand = {
  name: 'ps',
  short: 'ps displays the processes running inside a container',
  usage: '<container-id> [ps options]',
  flags: [formatFlag],
  run: function* (context) {
    context.load();
    const pids = context.runtime.ps(context.root, context.id);
    const format = context.flags.text('format');
    if (format === 'json') {
      yield* context.print(`${pids.length === 0 ? 'null' : JSON.stringify(pids)}\n`);
      return 0;
    }
    if (format !== 'table') throw new RuncError('invalid format option');
    const [title = '', ...lines] = (yield* output(context, ['ps', ...(context.args.length > 1 ? context.args.slice(1) : ['-ef'])])).split('\n');
    const column = title.trim().split(/\s+/).indexOf('PID');
    if (column < 0) throw new RuncError("couldn't find PID field in ps output");
    const own = lines.filter((line) => line !== '' && pids.includes(Number(line.trim().split(/\s+/)[column])));
    yield* context.print([title, ...own].map((line) => `${line}\n`).join(''));
    return 0;
  },
};

/** What another program prints on both streams. */
function* output({ process }: Context, argv: readonly string[]): Routine<string> {
  const stream = newByteStream(Number.POSITIVE_INFINITY);
  const out = new StreamWriter(stream);
  const child = process.spawn({
    argv,
    fds: new Map([
      [0, process.stdin.retain()],
      [1, out],
      [2, out.retain()],
    ]),
  });
  const status = yield* process.wait(child);
  const printed = stream.take() ?? '';
  if (status !== 0) throw new RuncError(`exit status ${status}: ${printed}`);
  return printed;
}

const updateFlags = [
  text('resources,r', "path to the file with the resources to update, or '-' to read from the standard input"),
  text('cpu-period', 'CPU CFS period to be used for hardcapping (in usecs). 0 to use system default'),
  text('cpu-quota', 'CPU CFS hardcap limit (in usecs)'),
  ...absent([text('cpu-burst', 'CPU CFS hardcap burst limit (in usecs)')]),
  text('cpu-share', 'CPU shares (relative weight vs. other containers)'),
  text('memory', 'memory limit (in bytes)'),
  ...absent([
    int('blkio-weight', 'relative weight of block IO, 10 to 1000'),
    ...['period', 'runtime'].map((what) => text(`cpu-rt-${what}`, `CPU realtime ${what} (in usecs)`)),
    text('cpu-idle', 'SCHED_IDLE or not: 1 or 0'),
    text('l3-cache-schema', 'Intel RDT/CAT L3 cache schema'),
    text('mem-bw-schema', 'Intel RDT/MBA memory bandwidth schema'),
    ...['cpus', 'mems'].map((what) => text(`cpuset-${what}`, what === 'cpus' ? 'CPU(s) to use' : 'memory node(s) to use')),
    text('memory-reservation', 'memory reservation or soft limit (in bytes)'),
    text('memory-swap', "total memory usage (memory + swap); '-1' for unlimited swap"),
  ]),
  text('pids-limit', 'maximum number of pids allowed in the container'),
] as const;

export const update: RuncCommand = {
  name: 'update',
  short: 'update container resource constraints',
  usage: '<container-id>',
  flags: updateFlags,
  run: function* (context) {
    context.load();
    const source = context.flags.text('resources');
    const asked =
      source === ''
        ? fromFlags(context)
        : parse(source === '-' ? yield* readAll(context.process.stdin) : context.process.fs.read(context.process.path(source)));
    context.runtime.update(context.root, context.id, asked);
    return 0;
  },
};

type Resources = NonNullable<OciSpec['linux']['resources']>;

function parse(source: string): Resources {
  try {
    return parseJson(source) as Resources;
  } catch (error) {
    if (error instanceof JsonError) throw new RuncError(error.message === 'unexpected end of JSON input' ? 'unexpected EOF' : error.message);
    throw error;
  }
}

function fromFlags({ flags }: Context): Resources {
  const whole = (name: string, parser: string): number | undefined => {
    const value = flags.text(name);
    if (value === '') return undefined;
    if (!/^-?\d+$/.test(value) || (parser === 'ParseUint' && value.startsWith('-')))
      throw new RuncError(`invalid value for ${name}: strconv.${parser}: parsing ${JSON.stringify(value)}: invalid syntax`);
    return Number(value);
  };
  const bytes = (name: string): number | undefined => {
    const value = flags.text(name);
    if (value === '' || value === '-1') return value === '' ? undefined : -1;
    const size = parseBytes(value);
    if (size === undefined) throw new RuncError(`invalid value for ${name}: invalid size: '${value}'`);
    return size;
  };
  const given = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
  const limit = bytes('memory');
  const pids = whole('pids-limit', 'ParseInt');
  return {
    cpu: given({ shares: whole('cpu-share', 'ParseUint'), quota: whole('cpu-quota', 'ParseInt'), period: whole('cpu-period', 'ParseUint') }) as NonNullable<
      Resources['cpu']
    >,
    ...(limit === undefined ? {} : { memory: { limit } }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}
