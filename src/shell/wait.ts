/** Waiting that a signal may cut short. */
import type { Routine } from '../sim/routine.ts';
import { Discard } from './flow.ts';
import type { Shell } from './shell.ts';
import { runPendingTraps } from './traps.ts';

/** Runs a routine; traps run while it waits, and Ctrl-C at an interactive shell leaves it. */
export function* interruptible<T>(shell: Shell, routine: Routine<T>): Routine<T> {
  let finished = false;
  try {
    for (let step = routine.next(); ; step = routine.next()) {
      if (step.done) {
        finished = true;
        return step.value;
      }
      const { on = [], timeout } = step.value;
      const plain = on.length === 0 && timeout === undefined;
      yield plain ? step.value : { ...step.value, on: [...on, shell.signalled] };
      const [signal] = shell.pending;
      if (signal !== undefined) {
        yield* runPendingTraps(shell);
        if (signal === 'SIGINT' && shell.interactive) throw new Discard(130, true);
      }
      if (!shell.interrupted) continue;
      shell.interrupted = false;
      throw new Discard(130, true);
    }
  } finally {
    if (!finished) routine.return(undefined as T);
  }
}
