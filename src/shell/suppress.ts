/** Places where a failure is an answer: conditions, `!`, all but the last of `&&` and `||`. */
import type { Routine } from '../sim/routine.ts';
import type { Shell } from './shell.ts';

/** Runs something that `set -e` and the ERR trap do not look at. */
export function* suppressing<T>(shell: Shell, routine: Routine<T>): Routine<T> {
  shell.suppressed++;
  try {
    return yield* routine;
  } finally {
    shell.suppressed--;
  }
}
