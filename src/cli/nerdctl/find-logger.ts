/** Logging processes, by their container. */
import type { Kernel } from '../../linux/kernel.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Context } from './context.ts';

/** First argument of nerdctl as a logging process. */
export const loggingArgument = '_NERDCTL_INTERNAL_LOGGING';

/** undefined once it has ended. */
export const findLogger = (kernel: Kernel, id: string): Process | undefined =>
  [...kernel.processes.values()].find(
    (process) => process.argv[1] === loggingArgument && process.env['CONTAINER_ID'] === id && process.exitStatus === undefined,
  );

/** Waits until nothing is left to clean up behind a task that has ended. */
export function* waitForLogger({ process }: Context, id: string): Routine {
  const logger = findLogger(process.kernel, id);
  if (logger === process) return;
  while (logger && logger.exitStatus === undefined) yield { on: [logger.changed] };
}
