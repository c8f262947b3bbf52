/** What tools of urfave/cli answer alike. */
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { CommandFlagError, UnknownCommandError } from './flags.ts';

/** What is answered to a line that resolveUrfave could not read: the status, or what each tool says in its own way. */
export function* unresolvedUrfave(process: Process, error: unknown): Routine<number | CommandFlagError> {
  if (error instanceof UnknownCommandError) {
    yield* process.printError(`No help topic for '${error.typed}'\n`);
    return 3;
  }
  if (!(error instanceof CommandFlagError)) throw error;
  if (error.kind !== 'absent') return error;
  yield* process.printError(`${error.message}\n`);
  return 70;
}
