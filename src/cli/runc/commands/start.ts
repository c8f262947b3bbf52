/** runc create, run, start, exec: containers and processes come to life. */

import { JsonError, parseJson } from '../../../apimachinery/json.ts';
import type { OciProcess, OciSpec, OciStdio } from '../../../interfaces/oci.ts';
import { isCapability } from '../../../linux/capabilities.ts';
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { logLine } from '../../logrus.ts';
import { Foreground, forwardedSignals } from '../../streams.ts';
import { bool, type Context, int, list, NotSimulated, OciError, type RuncCommand, RuncError, text, under } from '../context.ts';
import { enterBundle } from '../spec.ts';

const consoleFlags = [
  text('console-socket', "path to an AF_UNIX socket which receives the master end of the console's pseudoterminal"),
  ...absent([text('pidfd-socket', 'path to an AF_UNIX socket which receives a file descriptor of the init process')]),
];
const startFlags = [
  text('bundle,b', 'path to the root of the bundle directory, by default the current directory'),
  ...consoleFlags,
  text('pid-file', 'the file to write the process id to'),
  bool('no-pivot', 'do not use pivot root to jail the process inside rootfs'),
  bool('no-new-keyring', 'do not create a new session keyring for the container'),
  ...absent([int('preserve-fds', 'pass N additional file descriptors to the container')]),
];

export const create: RuncCommand = {
  name: 'create',
  short: 'create a container',
  usage: '<container-id>',
  long: 'Makes a container out of a bundle: its namespaces, its cgroup, its root directory, and a process that waits for `runc start`.',
  flags: startFlags,
  run: (context) => startContainer(context, 'create'),
};

export const run: RuncCommand = {
  name: 'run',
  short: 'create and run a container',
  usage: '<container-id>',
  long: 'create, start and, unless it is detached, delete: the status of the process is the status of runc.',
  flags: [
    ...startFlags,
    bool('detach,d', "detach from the container's process"),
    bool('keep', 'do not delete the container after it exits'),
    bool('no-subreaper', 'disable the use of the subreaper used to reap reparented processes'),
  ],
  run: (context) => startContainer(context, 'run'),
};

export const start: RuncCommand = {
  name: 'start',
  short: 'executes the user defined process in a created container',
  usage: '<container-id>',
  run: function* (context) {
    const { status } = context.load();
    if (status === 'paused') throw new RuncError('cannot start a container in the paused state');
    yield* context.runtime.start(context.root, context.id);
    return 0;
  },
};

function* startContainer(context: Context, action: 'create' | 'run'): Routine<number> {
  try {
    return yield* startBundle(context, action);
  } catch (error) {
    if (error instanceof OciError) throw under(`runc ${action}`, error);
    if (error instanceof RuncError) throw new RuncError(`runc ${action} failed: ${error.message}`);
    throw error;
  }
}

function* startBundle(context: Context, action: 'create' | 'run'): Routine<number> {
  const { process, flags, runtime, root, id } = context;
  const pidFile = flags.text('pid-file') === '' ? '' : process.path(flags.text('pid-file'));
  if (flags.text('bundle') !== '') enterBundle(process, flags.text('bundle'));
  const spec = peek(process);
  checkPrivileges(process, spec);
  context.checkId();
  if (runtime.list(root).some((each) => each.id === id)) throw new RuncError('container with given ID already exists');
  const detach = action === 'create' || flags.bool('detach');
  const terminal = spec?.process?.terminal === true;
  checkTerminal(context, terminal, detach);
  const front = detach ? undefined : new Foreground(process, { tty: terminal, stdin: true });
  const stdio: OciStdio = front?.stdio ?? { inherit: true };
  const started = yield* runtime.create(root, id, process.cwd, stdio, process.pid, { systemdCgroup: context.global.bool('systemd-cgroup') });
  yield* warnOfCapabilities(process, spec?.process?.capabilities);
  if (pidFile !== '') process.fs.write(pidFile, String(started.pid));
  if (action === 'run') yield* runtime.start(root, id);
  if (!front) return 0;
  const status = yield* attend(context, front, started);
  if (!flags.bool('keep')) yield* runtime.delete(root, id, true);
  return status;
}

/** The part of the spec that decides about terminals and privileges; what is wrong with it is told by libcontainer. */
function peek(process: Process):
  | {
      readonly process?: { readonly terminal?: boolean; readonly capabilities?: OciSpec['process']['capabilities'] };
      readonly linux?: Partial<OciSpec['linux']>;
    }
  | undefined {
  const path = process.path('config.json');
  if (!process.fs.exists(path)) throw new RuncError('JSON specification file config.json not found');
  try {
    return parseJson(process.fs.read(path)) as ReturnType<typeof peek>;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** What the kernel does not have is left out of the sets (libcontainer capabilities.New). */
function* warnOfCapabilities(process: Process, sets: OciSpec['process']['capabilities']): Routine {
  const unknown = [...new Set(Object.values(sets ?? {}).flat())].filter((name) => !isCapability(name)).sort();
  if (unknown.length > 0) yield* logLine(process, 'warning', `ignoring unknown or unavailable capabilities: [${unknown.join(' ')}]`);
}

/** Without root runc needs a user namespace, which the lab's kernel does not give. */
function checkPrivileges({ uid }: Process, spec: ReturnType<typeof peek>): void {
  if (uid === 0) return;
  if (!spec?.linux?.namespaces?.some(({ type }) => type === 'user')) throw new RuncError('rootless container requires user namespaces');
  throw new NotSimulated('a rootless container');
}

/** runner.checkTerminal and setupIO. */
function checkTerminal({ process, flags }: Context, terminal: boolean, detach: boolean): void {
  const socket = flags.text('console-socket');
  if (detach && terminal && socket === '') throw new RuncError('cannot allocate tty if runc will detach without setting console socket');
  if ((!detach || !terminal) && socket !== '') throw new RuncError('cannot use console socket if runc will not detach or allocate tty');
  if (socket !== '') {
    if (!process.fs.exists(process.path(socket))) throw new RuncError(`dial unix ${socket}: connect: no such file or directory`);
    throw new RuncError(`dial unix ${socket}: connect: connection refused`);
  }
  if (terminal && !detach && !process.tty) throw new RuncError('open /dev/tty: no such device or address');
}

/** In the foreground: streams are copied, signals handed on, until the process has ended. */
function* attend({ process }: Context, front: Foreground, started: OciProcess): Routine<number> {
  for (const signal of forwardedSignals) process.onSignal(signal, () => process.kernel.processes.get(started.pid)?.signal(signal));
  front.attach(started.terminal);
  while (started.exitStatus() === undefined) yield { on: [started.exited] };
  yield* front.finish();
  return started.exitStatus() ?? 255;
}

export const exec: RuncCommand = {
  name: 'exec',
  short: 'execute new process inside the container',
  usage: '<container-id> <command> [command options] || -p process.json <container-id>',
  flags: [
    ...consoleFlags,
    text('cwd', 'current working directory in the container'),
    list('env,e', 'set environment variables'),
    bool('tty,t', 'allocate a pseudo-TTY'),
    text('user,u', 'UID (format: <uid>[:<gid>])'),
    list('additional-gids,g', 'additional gids'),
    text('process,p', 'path to the process.json'),
    bool('detach,d', "detach from the container's process"),
    text('pid-file', 'the file to write the process id to'),
    ...absent([text('process-label', 'the asm process label for the process'), text('apparmor', 'the apparmor profile for the process')]),
    bool('no-new-privs', 'the no new privileges value for the process'),
    list('cap,c', 'add a capability to the bounding set for the process'),
    ...absent([int('preserve-fds', 'pass N additional file descriptors to the container'), list('cgroup', 'run the process in an existing sub-cgroup')]),
    bool('ignore-paused', 'allow exec in a paused container'),
  ],
  run: function* (context) {
    try {
      return yield* execProcess(context);
    } catch (error) {
      if (error instanceof OciError) throw new RuncError(`exec failed: ${error.reason}`, 255);
      if (error instanceof RuncError) throw new RuncError(`exec failed: ${error.message}`, 255);
      throw error;
    }
  },
};

function* execProcess(context: Context): Routine<number> {
  const { process, flags, runtime, root, id } = context;
  const { status, bundle } = context.load();
  if (status === 'stopped') throw new RuncError('cannot exec in a stopped container');
  if (status === 'paused' && !flags.bool('ignore-paused')) throw new RuncError('cannot exec in a paused container (use --ignore-paused to override)');
  const asked = flags.text('process') === '' ? fromFlags(context, bundle) : fromFile(context, flags.text('process'));
  const detach = flags.bool('detach');
  checkTerminal(context, asked.terminal === true, detach);
  const front = detach ? undefined : new Foreground(process, { tty: asked.terminal === true, stdin: true });
  yield* warnOfCapabilities(process, asked.capabilities);
  const started = yield* runtime.exec(root, id, asked, front?.stdio ?? { inherit: true }, process.pid);
  if (flags.text('pid-file') !== '') process.fs.write(process.path(flags.text('pid-file')), String(started.pid));
  return front ? yield* attend(context, front, started) : 0;
}

/** The sets that --cap adds to. */
const raised = ['bounding', 'effective', 'permitted', 'ambient'];

/** The process of config.json with what the command line changes. */
function fromFlags({ process, flags, args }: Context, bundle: string): OciSpec['process'] {
  enterBundle(process, bundle);
  const spec = parseJson(process.fs.read(process.path('config.json'))) as OciSpec;
  const command = args.slice(1);
  if (command.length === 0) throw new RuncError('exec args cannot be empty');
  const [uid = '', gid] = flags.text('user').split(':');
  for (const [what, value] of [
    ['gid', gid],
    ['uid', uid === '' ? undefined : uid],
  ] as const)
    if (value !== undefined && !/^-?\d+$/.test(value)) throw new RuncError(`bad ${what}: strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  const { user } = spec.process;
  const groups = flags.list('additional-gids').map(Number);
  const caps = flags.list('cap');
  const sets = spec.process.capabilities ?? {};
  return {
    ...spec.process,
    ...(caps.length > 0 ? { capabilities: { ...sets, ...Object.fromEntries(raised.map((set) => [set, [...(sets[set] ?? []), ...caps]])) } } : {}),
    ...(flags.has('no-new-privs') ? { noNewPrivileges: flags.bool('no-new-privs') } : {}),
    args: command,
    cwd: flags.text('cwd') || spec.process.cwd,
    env: [...spec.process.env, ...flags.list('env')],
    terminal: flags.bool('tty'),
    user: {
      uid: uid === '' ? (user?.uid ?? 0) : Number(uid),
      gid: gid === undefined ? (user?.gid ?? 0) : Number(gid),
      additionalGids: [...(user?.additionalGids ?? []), ...groups],
    },
  };
}

function fromFile({ process }: Context, path: string): OciSpec['process'] {
  try {
    const asked = parseJson(process.fs.read(process.path(path))) as Partial<OciSpec['process']>;
    if (!asked.cwd) throw new RuncError('Cwd property must not be empty');
    if (!asked.cwd.startsWith('/')) throw new RuncError('Cwd must be an absolute path');
    if (!asked.args?.length) throw new RuncError('args must not be empty');
    return { ...asked, cwd: asked.cwd, args: asked.args, env: asked.env ?? [], user: { ...asked.user, uid: asked.user?.uid ?? 0, gid: asked.user?.gid ?? 0 } };
  } catch (error) {
    if (error instanceof JsonError) throw new RuncError(error.message);
    throw error;
  }
}
