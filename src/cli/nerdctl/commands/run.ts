/** nerdctl run and create. */

import { type Routine, sleep } from '../../../sim/routine.ts';
import { forwardSignals } from '../../containerd-client.ts';
import { absent } from '../../flags.ts';
import { Foreground } from '../../streams.ts';
import { needTerminal } from '../console.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { createContainer } from '../create.ts';
import { checkFlags, createFlags } from '../create-flags.ts';
import { waitForLogger } from '../find-logger.ts';
import { removeContainer } from '../remove.ts';
import { startTask } from '../tasks.ts';
import { checkVerify } from '../verify.ts';

export const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a new container. Optionally specify "ipfs://" or "ipns://" scheme to pull image from IPFS.',
  usage: 'IMAGE [COMMAND] [ARG...]',
  interspersed: false,
  flags: createFlags,
  run: function* (context) {
    needArgs(context, 1);
    checkFlags(context);
    const { id } = yield* createContainer(context);
    writeIdFile(context, id);
    yield* context.print(`${id}\n`);
    return 0;
  },
};

export const run: NerdctlCommand = {
  name: 'run',
  short: 'Run a command in a new container. Optionally specify "ipfs://" or "ipns://" scheme to pull image from IPFS.',
  usage: 'IMAGE [COMMAND] [ARG...]',
  interspersed: false,
  flags: [
    bool('detach,d', 'Run container in background and print container ID'),
    ...absent([text('detach-keys', 'Override the default detach keys', 'ctrl-p,ctrl-q')]),
    slice('attach,a', 'Attach STDIN, STDOUT, or STDERR'),
    ...createFlags,
  ],
  run: function* (context) {
    needArgs(context, 1);
    checkFlags(context);
    checkForeground(context);
    return yield* runContainer(context);
  },
};

/** What `run` refuses and `create` does not ask (container_run.go). */
function checkForeground({ flags }: Context): void {
  const attach = flags.list('attach').map((name) => name.toUpperCase());
  if (attach.some((name) => !['STDIN', 'STDOUT', 'STDERR'].includes(name)))
    throw new NerdctlError('invalid stream specified with -a flag. Valid streams are STDIN, STDOUT, and STDERR');
  if (!flags.bool('detach')) return;
  if (flags.bool('rm')) throw new NerdctlError('flags -d and --rm cannot be specified together');
  if (attach.length > 0) throw new NerdctlError('flags -d and -a cannot be specified together');
}

/** Also what compose does for each container. */
export function* runContainer(context: Context, silent = false): Routine<number> {
  const { flags } = context;
  const detach = flags.bool('detach');
  const tty = flags.bool('tty');
  if (tty && !detach) needTerminal(context);
  yield* checkVerify(context, context.args[0] ?? '');
  const container = yield* createContainer(context);
  writeIdFile(context, container.id);
  const console = detach ? undefined : new Foreground(context.process, { tty, stdin: flags.bool('interactive') });
  const undo = function* (): Routine {
    if (flags.bool('rm') || detach) yield* removeContainer(context, container, { force: true, volumes: true });
  };
  try {
    yield* startTask(context, container, console);
  } catch (error) {
    yield* undo();
    throw error;
  }
  if (detach) {
    // The hooks end and the streams are let go of.
    yield* sleep(context.process.sim.random.between(30, 45));
    if (!silent) yield* context.print(`${container.id}\n`);
    return 0;
  }
  if (flags.bool('sig-proxy')) forwardSignals(context, container.id);
  const status = yield* context.client().tasks.wait(context.namespace, container.id);
  yield* console?.finish() ?? [];
  yield* waitForLogger(context, container.id);
  return status;
}

function writeIdFile({ flags, process }: Context, id: string): void {
  const path = flags.text('cidfile');
  if (path === '') return;
  if (process.fs.exists(path)) throw new NerdctlError(`container ID file found, make sure the other container isn't running or delete ${path}`);
  process.fs.write(process.path(path), id);
}
