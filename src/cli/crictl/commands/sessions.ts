/** exec, attach, port-forward. */
import { CriError } from '../../../interfaces/cri.ts';
import type { StreamSession } from '../../../interfaces/streams.ts';
import { isErrno } from '../../../linux/errno.ts';
import type { OpenFile } from '../../../linux/open-file.ts';
import { Condition, type Routine } from '../../../sim/routine.ts';
import type { ByteStream } from '../../../sim/stream.ts';
import { klogError } from '../../logrus.ts';
import { bool, type CrictlCommand, int, text } from '../command.ts';
import { type Context, calls, Fatal, ShowHelp } from '../context.ts';
import { chooseContainers, containerFilters } from '../selection.ts';

const streamFlags = [
  text('tls-server-name', '', 'Specify the TLS server name'),
  text('transport', 'r', 'Transport protocol to be used, must be one of: spdy, websocket', 'spdy'),
];
const execFilters = containerFilters.filter(({ name }) => !['all', 'last', 'state', 'namespace'].includes(name));

export const exec: CrictlCommand = {
  name: 'exec',
  short: 'Run a command in a running container',
  usage: 'CONTAINER-ID COMMAND [ARG...]',
  combineShort: true,
  flags: [
    ...execFilters,
    bool('interactive', 'i', 'Keep STDIN open'),
    bool('quiet', 'q', 'Print only the command output'),
    bool('sync', 's', 'Run the command synchronously'),
    int('timeout', '', 'Timeout in seconds', '0'),
    bool('tty', 't', 'Allocate a pseudo-TTY'),
    bool('ignore-errors', 'e', 'Ignore errors when executing commands'),
    bool('parallel', 'x', 'Run the command in parallel'),
    ...streamFlags,
  ],
  run: function* (context) {
    const { flags } = context;
    const filtered = ['id', 'name', 'pod', 'image', 'label'].some((name) => flags.has(name)) || flags.bool('latest');
    if (context.args.length === 0 || (!filtered && context.args.length < 2)) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const image = yield* context.image();
    const ids = filtered ? (yield* chooseContainers(context, runtime, image)).map(({ id }) => id) : [context.args[0] as string];
    const cmd = filtered ? context.args : context.args.slice(1);
    for (const id of ids) {
      if (filtered && !flags.bool('quiet')) yield* context.print(`${id}:\n`);
      yield* flags.bool('sync') ? execSync(context, id, cmd) : execStream(context, id, cmd);
    }
  },
};

function* execSync(context: Context, id: string, cmd: readonly string[]): Routine {
  const runtime = yield* context.runtime();
  const timeout = context.flags.number('timeout');
  try {
    const { stdout, stderr, exitCode } = yield* runtime.execSync(id, cmd, timeout);
    yield* context.print(`${stdout}\n`);
    yield* context.process.printError(`${stderr}\n`);
    if (exitCode !== 0) throw new Fatal(`execing command in container ${id} synchronously: non-zero exit code: ${exitCode}`);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    const call = calls.execSync(id, cmd);
    yield* klogError(context.process, call.place ?? '', call.message ?? '', [['err', JSON.stringify(error.message)], ...(call.fields ?? [])]);
    const text = error.code === 'DeadlineExceeded' ? `command timed out: ${JSON.stringify(cmd.join(' '))} timed out after ${timeout}s` : error.message;
    throw new Fatal(`execing command in container ${id} synchronously: ${text}`);
  }
}

function* execStream(context: Context, id: string, cmd: readonly string[]): Routine {
  const runtime = yield* context.runtime();
  const tty = context.flags.bool('tty');
  const prefix = `execing command in container ${id}: `;
  const session = yield* context.call(calls.exec(id, cmd), prefix, function* () {
    if (tty && !context.process.stdin.tty) throw new Fatal(`${prefix}input is not a terminal`);
    return yield* runtime.exec({ containerId: id, cmd, tty, stdin: context.flags.bool('interactive') });
  });
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
    const [id] = context.args;
    if (id === undefined) throw new Fatal('ID cannot be empty');
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
      for (const pair of ports) {
        const [local = '', remote = local] = pair.split(':');
        const session = yield* context.call(calls.portForward(pod), 'port forward: ', () => runtime.portForward(pod, Number(remote)));
        const servers = session.servers ?? new Map();
        open.push(process.namespaces.network.listen({ transport: 'tcp', address: '127.0.0.1', port: Number(local), pid: process.pid, servers }));
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

/** Passes bytes in all directions until the command has ended. */
export function* follow(context: Context, session: StreamSession): Routine<{ readonly exitCode: number; readonly error?: string }> {
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
