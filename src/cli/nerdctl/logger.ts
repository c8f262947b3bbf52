/**
 * The process behind each container that reads its output into …-json.log (pkg/logging). What nerdctl does in its postStop hook is
 * done here as well.
 */
import type { ContainerdContainer } from '../../interfaces/containerd.ts';
import { ContainerdError } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import { Sink } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { ByteStream } from '../../sim/stream.ts';
import { type Context, NerdctlError } from './context.ts';
import { loggingArgument } from './find-logger.ts';
import { labels } from './labels.ts';
import { removeContainer } from './remove.ts';
import { logPath } from './store.ts';

type LoggerParts = {
  /** What is logged is passed on here too. */
  readonly tee?: OciStdio | undefined;
  /** Takes the container off its networks. */
  readonly leave: (process: Process) => void;
};

export function startLogger(context: Context, container: ContainerdContainer, stdio: OciStdio, parts: LoggerParts): Process {
  const { kernel } = context.process;
  const program: Program = function* (_argv, process) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.onSignal(signal, 'ignore');
    const own = context.on(process);
    const path = logPath(own, container.id);
    const streams = (['stdout', 'stderr'] as const).flatMap((name) => {
      const from = stdio[name];
      return from ? [process.sim.go(copy(process, path, name, from, parts.tee?.[name]), name)] : [];
    });
    for (const fiber of streams) if (!fiber.done) yield* fiber.join();
    yield* afterwards(own, container, parts);
    return 0;
  };
  const discard = (): Sink => new Sink(() => {});
  const options = {
    argv: ['/usr/local/bin/nerdctl', loggingArgument, context.dataStore],
    program,
    cwd: '/',
    fds: new Map([0, 1, 2].map((fd) => [fd, discard()] as const)),
    session: 'new' as const,
    tty: null,
    env: { CONTAINER_ID: container.id, CONTAINER_NAMESPACE: context.namespace },
    credentials: { uid: 0, gid: 0, groups: [] },
    cgroup: kernel.rootCgroup.at('/system.slice/containerd.service'),
    namespaces: kernel.host,
  };
  const init = kernel.host.pid.init;
  const process = init ? kernel.spawn(init, options) : kernel.start(options);
  process.comm = 'nerdctl';
  process.exe = '/usr/local/bin/nerdctl';
  return process;
}

/** A line at a time, each with its stream and time. */
function* copy(process: Process, path: string, stream: string, from: ByteStream, tee: ByteStream | undefined): Routine {
  let rest = '';
  const write = (log: string): void => {
    if (process.fs.exists(path.slice(0, path.lastIndexOf('/'))))
      process.fs.write(path, `${JSON.stringify({ log, stream, time: `${new Date(process.now).toISOString().slice(0, 23)}000000Z` })}\n`, {
        append: true,
        mode: 0o640,
      });
  };
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) {
    tee?.push(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) write(`${line}\n`);
  }
  if (rest !== '') write(rest);
  tee?.close();
}

/** The task has closed its streams: waits for its end, takes it off its networks, removes it if it was so asked. */
function* afterwards(context: Context, container: ContainerdContainer, { leave }: LoggerParts): Routine {
  const { process, namespace } = context;
  const { id } = container;
  try {
    yield* context.client().tasks.wait(namespace, id);
  } catch (error) {
    if (!(error instanceof ContainerdError) && !(error instanceof NerdctlError)) throw error; // It has been deleted, or the daemon is away.
  }
  leave(process);
  try {
    if (container.labels[labels.autoRemove] === 'true') yield* removeContainer(context, container, { volumes: true });
  } catch (error) {
    if (!(error instanceof ContainerdError) && !(error instanceof NerdctlError)) throw error; // Somebody else was faster.
  }
}
