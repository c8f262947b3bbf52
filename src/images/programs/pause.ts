/** kubernetes build/pause: holds a pod's namespaces, ends on SIGINT and SIGTERM, reaps orphans. */
import type { Program } from '../../linux/program.ts';
import { Condition } from '../../sim/routine.ts';

export const pause: Program = function* (argv, process) {
  if (argv[1] === '-v') {
    yield* process.print('pause.c 3.10.2\n');
    return 0;
  }
  const ended = new Condition();
  let done = false;
  const end = (): void => {
    done = true;
    ended.notify();
  };
  process.reapsChildren = true;
  process.onSignal('SIGINT', end);
  process.onSignal('SIGTERM', end);
  while (!done) yield { on: [ended] };
  yield* process.printError('Shutting down, got signal: Terminated\n');
  return 0;
};
