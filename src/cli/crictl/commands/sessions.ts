/** exec, attach, port-forward. */

import { CriError } from '../../../interfaces/cri.ts';
import type { StreamSession } from '../../../interfaces/streams.ts';
import { isErrno } from '../../../linux/errno.ts';
import type { OpenFile } from '../../../linux/open-file.ts';
import { Condition, type Routine } from '../../../sim/routine.ts';
import type { ByteStream } from '../../../sim/stream.ts';
import { absent } from '../../flags.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, int, list, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { chooseContainers } from '../selection.ts';
import { forEach } from '../several.ts';

const streamFlags = absent([
  text('tls-ca', '', 'Path to the streaming TLS CA certificate'),
  text('tls-cert', '', 'Path to the streaming TLS certificate'),
  text('tls-key', '', 'Path to the streaming TLS key'),
  { ...text('tls-sni', '', 'Server name used in the TLS client to check server certificates against', 'localhost'), aliases: ['tls-server-name'] },
  text('transport', 'r', 'Transport protocol to use, one of: spdy|websocket', 'spdy'),
]);
const matching = (what: string): string => `Exec command for all containers matching this ${what}`;

export const exec: CrictlCommand = {
  name: 'exec',
  short: 'Run a command in a running container',
  usage: '[CONTAINER-ID] COMMAND [ARG...]',
  long: 'The CONTAINER-ID is only required if none of the following filter flags are set:\n--image, --label, --last, --latest, --name, --pod, --state',
  combineShort: true,
  flags: [
    bool('ignore-errors', 'e', 'Ignore errors during command execution'),
    text('image', '', matching('container image filter')),
    bool('interactive', 'i', 'Keep STDIN open'),
    list('label', '', matching('key=value label filter')),
    int('last', 'n', 'Exec command for all last n containers, set to 0 for unlimited', '0'),
    bool('latest', 'l', 'Exec command for the most recently created container'),
    text('name', '', matching('name filter regular expression pattern')),
    bool('parallel', 'x', 'Run the command in parallel if multiple containers are selected'),
    text('pod', 'p', matching('pod ID filter')),
    bool('quiet', 'q', 'Do not print the container ID if multiple containers are selected'),
    text('state', '', matching('container state filter')),
    bool('sync', 's', 'Run the command synchronously'),
    int('timeout', '', 'Timeout in seconds', '0'),
    bool('tty', 't', 'Allocate a pseudo-TTY'),
    ...streamFlags,
  ],
  run: function* (context) {
    const { flags, args } = context;
    if (args.length === 0) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const image = yield* context.image();
    const quiet = flags.bool('quiet');
    if (flags.bool('ignore-errors') && !quiet)
      yield* context.log('warning', 'The `--ignore-errors` option has been set all errors returned by the command will be ignored.');
    const filtered = ['name', 'pod', 'image', 'state', 'label', 'latest', 'last'].some((name) => flags.has(name));
    if (!filtered && args.length < 2) throw new ShowHelp();
    const ids = filtered ? (yield* chooseContainers(context, runtime, image, 'listing containers: ')).map(({ id }) => id) : [args[0] as string];
    const cmd = filtered ? args : args.slice(1);
    if (ids.length === 0) {
      yield* context.log('error', 'No containers found per filter flags');
      throw new ShowHelp();
    }
    const shown = filtered && !quiet && !flags.bool('parallel');
    const work = forEach(context, ids, function* (id) {
      if (shown) yield* context.print(`${id}:\n`);
      yield* flags.bool('sync') ? execSync(context, id, cmd) : execStream(context, id, cmd);
    });
    if (!flags.bool('ignore-errors')) return yield* work;
    try {
      yield* work;
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
    }
  },
};

function* execSync(context: Context, id: string, cmd: readonly string[]): Routine {
  const runtime = yield* context.runtime();
  const timeout = context.flags.number('timeout');
  const prefix = `execing command in container ${id} synchronously: `;
  try {
    const { stdout, stderr, exitCode } = yield* runtime.execSync(id, cmd, timeout);
    if (exitCode !== 0) throw new Fatal(`${prefix}command '${cmd.join(' ')}' exited with ${exitCode}: ${stderr}`);
    yield* context.print(`${stdout}\n${stderr}\n`);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    yield* context.logFailure(error, calls.execSync(id, cmd));
    const text = error.code === 'DeadlineExceeded' ? `command timed out: ${JSON.stringify(cmd.join(' '))} timed out after ${timeout}s` : error.message;
    throw new Fatal(prefix + text);
  }
}

function* execStream(context: Context, id: string, cmd: readonly string[]): Routine {
  const runtime = yield* context.runtime();
  const tty = context.flags.bool('tty');
  const prefix = `execing command in container ${id}: `;
  const session = yield* context.call(calls.exec(id, cmd), prefix, function* () {
    const stdin = context.flags.bool('interactive');
    if (tty && stdin && !context.process.stdin.tty) throw new Fatal(`${prefix}input is not a terminal`);
    return yield* runtime.exec({ containerId: id, cmd, tty, stdin });
  });
  if (tty && !context.flags.bool('interactive')) {
    session.close();
    throw new Fatal(`${prefix}tty=true must be specified with interactive=true`);
  }
  const outcome = yield* follow(context, session);
  if (outcome.error !== undefined) throw new Fatal(prefix + outcome.error);
  if (outcome.exitCode !== 0) throw new Fatal(`${prefix}command terminated with exit code ${outcome.exitCode}`);
}

export const attach: CrictlCommand = {
  name: 'attach',
  short: 'Attach to a running container',
  usage: 'CONTAINER-ID',
  combineShort: true,
  flags: [bool('stdin', 'i', 'Keep STDIN open'), bool('tty', 't', 'Allocate a pseudo-TTY'), ...streamFlags],
  run: function* (context) {
    const [id = ''] = context.args;
    if (id === '') throw new Fatal('ID cannot be empty');
    if (context.args.length > 1) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const session = yield* context.call(calls.attach(id), 'attaching running container failed: ', () =>
      runtime.attach({ containerId: id, tty: context.flags.bool('tty'), stdin: context.flags.bool('stdin') }),
    );
    const outcome = yield* follow(context, session);
    if (outcome.error !== undefined) throw new Fatal(`attaching running container failed: ${outcome.error}`);
  },
};

export const portForward: CrictlCommand = {
  name: 'port-forward',
  short: 'Forward local port to a pod',
  usage: 'POD-ID [LOCAL_PORT:]REMOTE_PORT',
  flags: streamFlags,
  run: function* (context) {
    const [pod, ...ports] = context.args;
    if (pod === undefined || ports.length === 0) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const { process } = context;
    const open: { close(): void }[] = [];
    try {
      for (const [local, remote] of ports.map(portPair)) {
        const session = yield* context.call(calls.portForward(pod), 'port forward: ', () => runtime.portForward(pod, remote));
        const servers = session.servers ?? new Map();
        open.push(process.namespaces.network.listen({ transport: 'tcp', address: '127.0.0.1', port: local, pid: process.pid, servers }));
        yield* context.print(`Forwarding from 127.0.0.1:${local} -> ${remote}\nForwarding from [::1]:${local} -> ${remote}\n`);
      }
      for (const forever = new Condition(); ; ) yield { on: [forever] };
    } catch (error) {
      if (isErrno(error, 'EADDRINUSE')) throw new Fatal(`port forward: unable to listen on any of the requested ports: [${ports.join(' ')}]`);
      throw error;
    } finally {
      for (const each of open) each.close();
    }
  },
};

/** `8080:80`, `:80` or `80` (client-go tools/portforward). */
function portPair(text: string): readonly [local: number, remote: number] {
  const parts = text.split(':');
  if (parts.length > 2) throw new Fatal(`port forward: invalid port format '${text}'`);
  const [local = '', remote = local] = parts;
  const pair = [portNumber('local', local || '0'), portNumber('remote', remote)] as const;
  if (pair[1] === 0) throw new Fatal('port forward: remote port must be > 0');
  return pair;
}

function portNumber(which: string, text: string): number {
  const problem = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 65_535 ? 'value out of range' : undefined;
  if (problem) throw new Fatal(`port forward: error parsing ${which} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`);
  return Number(text);
}

/** Passes bytes in all directions until the command has ended. */
function* follow(context: Context, session: StreamSession): Routine<{ readonly exitCode: number; readonly error?: string }> {
  const { process } = context;
  const { tty } = process;
  const readers = [
    process.sim.go(copyOut(session.stdout, process.stdout)),
    ...(session.stderr ? [process.sim.go(copyOut(session.stderr, process.stderr))] : []),
  ];
  const input = session.stdin ? process.sim.go(copyIn(process.stdin, session.stdin)) : undefined;
  if (session.terminal && tty) tty.set({ remote: session.terminal });
  try {
    for (;;) {
      const outcome = session.outcome();
      if (outcome) {
        for (const reader of readers) yield* reader.join();
        return outcome;
      }
      yield { on: [session.ended] };
    }
  } finally {
    input?.cancel();
    if (session.terminal && tty) tty.set({ remote: null });
    if (!session.outcome()) session.close();
  }
}

function* copyOut(from: ByteStream, to: OpenFile): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) yield* to.write(text);
}

function* copyIn(from: OpenFile, to: ByteStream): Routine {
  for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) {
    while (to.full && !to.broken) yield { on: [to.changed] };
    if (!to.push(text)) return;
  }
  to.close();
}
