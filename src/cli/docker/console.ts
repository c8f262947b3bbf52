/** docker's own streams joined to those of a container: run, start -a, attach, exec. */
import type { DockerApi } from '../../interfaces/docker.ts';
import type { StreamSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import { copyIn, copyOut, copyUntil, forwardedSignals, keysOf } from '../streams.ts';
import { CliError, type Context } from './context.ts';

/** Throws CliError. */
export function needTerminal(context: Context, tty: boolean, stdin: boolean): void {
  if (tty && stdin && !context.process.stdin.tty)
    throw new CliError(context.old ? 'the input device is not a TTY' : 'cannot attach stdin to a TTY-enabled container because stdin is not a terminal');
}

/** Copies until the session has ended or its user has typed the keys that leave it; gives its outcome, undefined when it was left. */
export function* converse(
  context: Context,
  session: StreamSession,
  options: { readonly tty: boolean; readonly stdin: boolean },
): Routine<{ readonly exitCode: number; readonly error?: string } | undefined> {
  const { process } = context;
  const fibers = [process.sim.go(copyOut(session.stdout, process.stdout))];
  if (session.stderr) fibers.push(process.sim.go(copyOut(session.stderr, process.stderr)));
  const left = options.tty && options.stdin && session.stdin ? process.sim.go(copyUntil(detachKeys(context), process.stdin, session.stdin)) : undefined;
  if (!left && options.stdin && session.stdin) process.sim.go(copyIn(process.stdin, session.stdin));
  if (options.tty && process.tty) {
    session.resize?.(process.tty.size);
    process.tty.set({ remote: session.terminal ?? { mode: () => 'cooked', reader: () => undefined } });
  }
  try {
    while (session.outcome() === undefined) {
      if (left?.result === true) {
        for (const fiber of fibers) fiber.cancel();
        return undefined;
      }
      yield { on: [session.ended, ...(left ? [left.exited] : [])] };
    }
    for (const fiber of fibers) if (!fiber.done) yield* fiber.join();
  } finally {
    if (options.tty) process.tty?.set({ remote: null });
  }
  return session.outcome() ?? { exitCode: 0 };
}

/** `--detach-keys`, or those that everybody knows. */
function detachKeys({ flags }: Context): string {
  const given = flags.spec('detach-keys') ? flags.text('detach-keys') : '';
  const keys = keysOf(given || 'ctrl-p,ctrl-q');
  if (keys === undefined) throw new CliError(`Error response from daemon: Invalid detach keys (${given}) provided`);
  return keys;
}

/** Signals go to the container (`--sig-proxy`). */
export function forwardSignals(context: Context, client: DockerApi, id: string): void {
  for (const signal of forwardedSignals)
    context.process.onSignal(signal, () => {
      const { sim } = context.process;
      if (client.containers.list({ all: false }).some(({ Id }) => Id === id)) sim.go(client.containers.kill(id, signal));
    });
}
