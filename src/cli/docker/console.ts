/** docker's own streams joined to those of a container: run, start -a, attach, exec. */
import type { DockerApi } from '../../interfaces/docker.ts';
import type { StreamSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import { copyIn, copyOut, forwardedSignals } from '../streams.ts';
import { CliError, type Context } from './context.ts';

/** Throws CliError. */
export function needTerminal(context: Context, tty: boolean, stdin: boolean): void {
  if (tty && stdin && !context.process.stdin.tty)
    throw new CliError(context.old ? 'the input device is not a TTY' : 'cannot attach stdin to a TTY-enabled container because stdin is not a terminal');
}

/** Copies until the session has ended; gives its outcome. */
export function* converse(
  context: Context,
  session: StreamSession,
  options: { readonly tty: boolean; readonly stdin: boolean },
): Routine<{ readonly exitCode: number; readonly error?: string }> {
  const { process } = context;
  const fibers = [process.sim.go(copyOut(session.stdout, process.stdout))];
  if (session.stderr) fibers.push(process.sim.go(copyOut(session.stderr, process.stderr)));
  if (options.stdin && session.stdin) process.sim.go(copyIn(process.stdin, session.stdin));
  if (options.tty && process.tty) {
    session.resize?.(process.tty.size);
    process.tty.set({ remote: session.terminal ?? { mode: () => 'cooked', reader: () => undefined } });
  }
  try {
    while (session.outcome() === undefined) yield { on: [session.ended] };
    for (const fiber of fibers) if (!fiber.done) yield* fiber.join();
  } finally {
    if (options.tty) process.tty?.set({ remote: null });
  }
  return session.outcome() ?? { exitCode: 0 };
}

/** Signals go to the container (`--sig-proxy`). */
export function forwardSignals(context: Context, client: DockerApi, id: string): void {
  for (const signal of forwardedSignals)
    context.process.onSignal(signal, () => {
      const { sim } = context.process;
      if (client.containers.list({ all: false }).some(({ Id }) => Id === id)) sim.go(client.containers.kill(id, signal));
    });
}
