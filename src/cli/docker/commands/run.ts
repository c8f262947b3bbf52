/** docker run, create, start, attach, exec: what runs in the foreground. */

import { type DockerApi, DockerError } from '../../../interfaces/docker.ts';
import type { StreamSession } from '../../../interfaces/streams.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type ByteStream, newByteStream } from '../../../sim/stream.ts';
import { absent } from '../../flags.ts';
import { converse, forwardSignals, needTerminal } from '../console.ts';
import { any, bool, CliError, type Context, command, daemonText, HelpError, list, text } from '../context.ts';
import { networksOf } from '../create-attachments.ts';
import { linesOf } from '../create-more.ts';
import { createFlags, createOptions } from '../create-options.ts';
import { checkName, familiar, pullImage } from '../pull.ts';

/** containerd platforms.Parse; the lab's machines and images are of one platform. */
function checkPlatform(platform: string): void {
  if (['', 'linux', 'amd64', 'x86_64', 'linux/amd64', 'linux/x86_64'].includes(platform.toLowerCase())) return;
  const [one = ''] = platform.split('/');
  const known =
    /^(linux|windows|darwin|freebsd)$/.test(one) || (!platform.includes('/') && /^(arm|arm64|aarch64|armhf|386|i386|ppc64le|s390x|riscv64)$/.test(one));
  if (!known) throw new HelpError(`${JSON.stringify(platform)}: unknown operating system or architecture: invalid argument`);
  throw new CliError(`k8s-lab: docker run --platform ${platform} is not simulated`, 70);
}

function* create(context: Context, client: DockerApi, attached: boolean): Routine<string> {
  const options = createOptions(context, attached);
  checkPlatform(context.flags.text('platform'));
  checkName(options.config.Image, { help: context.path.endsWith(' run') });
  const policy = context.flags.text('pull');
  if (!['', 'always', 'missing', 'never'].includes(policy))
    throw new HelpError(`invalid pull option: '${policy}': must be one of "always", "missing" or "never"`);
  const pull = function* (): Routine {
    yield* pullImage(context, client, options.config.Image, { quiet: context.flags.bool('quiet'), error: true });
  };
  const make = function* (): Routine<string> {
    const { Id, Warnings } = yield* client.containers.create(options);
    for (const warning of Warnings) yield* context.printError(`WARNING: ${warning}\n`);
    for (const { name, aliases, ip } of networksOf(context.flags).slice(1)) client.networks.connect(name, Id, { aliases, ...(ip === undefined ? {} : { ip }) });
    if (cidfile !== '') context.process.fs.write(cidfile, Id);
    return Id;
  };
  const cidfile = context.flags.text('cidfile');
  if (cidfile !== '' && context.process.fs.exists(cidfile))
    throw new HelpError(`container ID file found, make sure the other container isn't running or delete ${cidfile}`);
  if (policy === 'always') yield* pull();
  try {
    return yield* make();
  } catch (error) {
    if (!(error instanceof DockerError && error.status === 404 && error.message.startsWith('No such image')) || policy === 'never') throw error;
    yield* context.printError(`Unable to find image '${familiar(options.config.Image)}' locally\n`);
    yield* pull();
    return yield* make();
  }
}

/** What `docker run` ends with when the container could not be started. */
export function startStatus(message: string): number {
  if (/executable file not found|no such file or directory/.test(message)) return 127;
  return /permission denied|is a directory|exec format error/.test(message) ? 126 : 125;
}

/** exec tells of a file in the shortest way. */
function fileLines(context: Context): string[] {
  try {
    return linesOf(context, 'env-file', context.flags.list('env-file'));
  } catch (error) {
    throw error instanceof HelpError ? new CliError(error.message.replace('--env-file: ', '')) : error;
  }
}

const detachKeys = text('detach-keys', 'Override the key sequence for detaching a container');

export const run = command(
  'run',
  'Create and run a new container from an image',
  '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  [1, any],
  [
    bool('detach,d', 'Run container in background and print container ID'),
    bool('sig-proxy', 'Proxy received signals to the process', { default: 'true' }),
    detachKeys,
    ...createFlags,
  ],
  function* (context) {
    const { flags } = context;
    const detach = flags.bool('detach');
    if (detach && flags.has('attach')) throw new CliError('conflicting options: cannot specify both --attach and --detach');
    if (!detach) needTerminal(context, flags.bool('tty'), flags.bool('interactive'));
    const client = context.client();
    const id = yield* create(context, client, !detach);
    if (detach) {
      yield* context.print(`${id}\n`);
      yield* start(client, id);
      return 0;
    }
    const session = client.containers.attach(id, { stdin: flags.bool('interactive') });
    if (flags.bool('sig-proxy')) forwardSignals(context, client, id);
    const until = flags.bool('rm') ? 'removed' : 'next-exit';
    const waiting = context.process.sim.go(client.containers.wait(id, { until }));
    try {
      yield* start(client, id);
    } catch (error) {
      waiting.cancel();
      if (flags.bool('rm')) yield* client.containers.remove(id, { force: true, volumes: true });
      throw error;
    }
    const outcome = yield* converse(context, attached(session, flags.list('attach')), { tty: flags.bool('tty'), stdin: flags.bool('interactive') });
    if (outcome) return yield* waiting.join();
    leaveSession(session);
    waiting.cancel();
    return 0;
  },
  { interspersed: false, prefixed: true },
);

/** With --attach only the streams that it names are shown. */
function attached(session: StreamSession, names: readonly string[]): StreamSession {
  if (names.length === 0) return session;
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const nothing = (): ByteStream => {
    const stream = newByteStream();
    stream.close();
    return stream;
  };
  return { ...session, stdout: wanted.has('stdout') ? session.stdout : nothing(), ...(wanted.has('stderr') && session.stderr ? {} : { stderr: nothing() }) };
}

/** The container goes on, with its input open. */
function leaveSession({ stdin, stdout }: StreamSession): void {
  stdin?.break();
  stdout.break();
}

function* start(client: DockerApi, id: string): Routine {
  try {
    yield* client.containers.start(id);
  } catch (error) {
    if (error instanceof DockerError && !error.message.startsWith('k8s-lab: '))
      throw new CliError(`docker: ${daemonText(error)}\n\nRun 'docker run --help' for more information`, startStatus(error.message));
    throw error;
  }
}

export const createCommand = command(
  'create',
  'Create a new container',
  '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  [1, any],
  createFlags,
  function* (context) {
    yield* context.print(`${yield* create(context, context.client(), false)}\n`);
    return 0;
  },
  { interspersed: false },
);

export const startCommand = command(
  'start',
  'Start one or more stopped containers',
  '[OPTIONS] CONTAINER [CONTAINER...]',
  [1, any],
  [
    bool('attach,a', 'Attach STDOUT/STDERR and forward signals'),
    bool('interactive,i', "Attach container's STDIN"),
    detachKeys,
    ...absent([text('checkpoint', 'Restore from this checkpoint'), text('checkpoint-dir', 'Use a custom checkpoint storage directory')]),
  ],
  function* (context) {
    const client = context.client();
    const { flags } = context;
    if (!flags.bool('attach') && !flags.bool('interactive')) {
      const failed: string[] = [];
      for (const id of context.args)
        try {
          yield* client.containers.start(id);
          yield* context.print(`${id}\n`);
        } catch (error) {
          if (!(error instanceof DockerError)) throw error;
          yield* context.printError(`${daemonText(error)}\n`);
          failed.push(id);
        }
      if (failed.length > 0) throw new CliError(`${context.old ? 'Error: ' : ''}failed to start containers: ${failed.join(', ')}`);
      return 0;
    }
    if (context.args.length > 1) throw new CliError('you cannot start and attach multiple containers at once');
    const id = context.arg(0);
    const { Config, Id } = client.containers.inspect(id);
    needTerminal(context, Config.Tty, flags.bool('interactive'));
    const session = client.containers.attach(id, { stdin: flags.bool('interactive') });
    forwardSignals(context, client, Id);
    yield* client.containers.start(id);
    const outcome = yield* converse(context, session, { tty: Config.Tty, stdin: flags.bool('interactive') });
    if (!outcome) leaveSession(session);
    return outcome?.exitCode ?? 0;
  },
);

export const attachCommand = command(
  'attach',
  'Attach local standard input, output, and error streams to a running container',
  '[OPTIONS] CONTAINER',
  [1, 1],
  [bool('no-stdin', 'Do not attach STDIN'), bool('sig-proxy', 'Proxy all received signals to the process', { default: 'true' }), detachKeys],
  function* (context) {
    const client = context.client();
    const { State, Config, Id } = client.containers.inspect(context.arg(0));
    if (!State.Running) throw new CliError('You cannot attach to a stopped container, start it first');
    if (State.Status === 'paused') throw new CliError('You cannot attach to a paused container, unpause it first');
    const stdin = Config.OpenStdin && !context.flags.bool('no-stdin');
    needTerminal(context, Config.Tty, stdin);
    if (context.flags.bool('sig-proxy')) forwardSignals(context, client, Id);
    const session = client.containers.attach(Id, { stdin });
    const outcome = yield* converse(context, session, { tty: Config.Tty, stdin });
    if (outcome) return outcome.exitCode;
    leaveSession(session);
    throw new CliError('read escape sequence');
  },
);

export const exec = command(
  'exec',
  'Execute a command in a running container',
  '[OPTIONS] CONTAINER COMMAND [ARG...]',
  [2, any],
  [
    bool('detach,d', 'Detached mode: run command in the background'),
    detachKeys,
    list('env,e', 'Set environment variables'),
    list('env-file', 'Read in a file of environment variables'),
    bool('interactive,i', 'Keep STDIN open even if not attached'),
    bool('privileged', 'Give extended privileges to the command'),
    bool('tty,t', 'Allocate a pseudo-TTY'),
    text('user,u', 'Username or UID (format: "<name|uid>[:<group|gid>]")'),
    text('workdir,w', 'Working directory inside the container'),
  ],
  function* (context) {
    const { flags } = context;
    const [id = '', ...cmd] = context.args;
    const client = context.client();
    const options = { tty: flags.bool('tty'), stdin: flags.bool('interactive') };
    if (!flags.bool('detach')) {
      client.containers.inspect(id);
      needTerminal(context, options.tty, options.stdin);
    }
    const session = yield* client.containers.exec(id, {
      ...options,
      cmd,
      detach: flags.bool('detach'),
      env: [...fileLines(context), ...flags.list('env')],
      user: flags.text('user'),
      workdir: flags.text('workdir'),
      privileged: flags.bool('privileged'),
    });
    if (flags.bool('detach')) return 0;
    const outcome = yield* converse(context, session, options);
    if (!outcome) throw new CliError('read escape sequence');
    // The daemon writes it to the command's output (api/server/router/container/exec.go).
    if (outcome.error !== undefined) yield* context.print(`${outcome.error}\r\n`);
    return outcome.exitCode;
  },
  { interspersed: false },
);
