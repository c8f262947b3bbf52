/** tini, docker-init: the smallest init of a container (krallin/tini 0.19). */
import { Errno } from '../../linux/errno.ts';
import type { ExitCode, Program } from '../../linux/program.ts';
import type { SignalName } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';

const usage = (name: string): string => `${name} (tini version 0.19.0 - git.de40ad0)\nUsage: ${name} [OPTIONS] PROGRAM -- [ARGS] | --version\n`;

/** Everything that can be caught, but for what a program does to itself and the terminal's own. */
const forwarded: readonly SignalName[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGCONT', 'SIGWINCH', 'SIGALRM'];

/** Starts one program, passes signals on to it, reaps whatever else becomes its child, and ends as the program ended. */
const tini: Program = function* (argv, process): Routine<ExitCode> {
  yield* process.work(1);
  const name = argv[0]?.replace(/^.*\//, '') ?? 'tini';
  const words = argv.slice(1);
  if (words[0] === '--version') {
    yield* process.print('tini version 0.19.0 - git.de40ad0\n');
    return 0;
  }
  while (words[0] !== undefined && /^-[svgwh]+$/.test(words[0])) if (words.shift()?.includes('h')) words.length = 0;
  if (words[0] === '--') words.shift();
  if (words.length === 0) {
    yield* process.printError(usage(name));
    return 1;
  }
  try {
    const child = process.spawn({ argv: words, group: 'new' });
    if (process.tty) process.tty.foreground = child.group;
    for (const signal of forwarded) process.onSignal(signal, () => child.signal(signal, process));
    while (child.exitStatus === undefined) {
      for (const each of [...process.children]) if (each !== child) process.reap(each);
      yield { on: [process.childChanged, child.changed] };
    }
    return yield* process.wait(child);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* process.printError(`[FATAL tini (7)] exec ${words[0]} failed: ${error.message}\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
};

export const tiniPrograms = { tini, 'docker-init': tini };
