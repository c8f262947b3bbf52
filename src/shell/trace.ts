/** `set -x`. */
import type { Routine } from '../sim/routine.ts';
import { expandText } from './expand.ts';
import type { Shell } from './shell.ts';

/** Prints a command as it is about to run, after PS4 whose first character is repeated for each level of substitution. */
export function* trace(shell: Shell, text: string): Routine {
  shell.options.delete('xtrace');
  const mark = yield* expandText(shell, shell.variables.get('PS4') ?? '+ ');
  shell.options.add('xtrace');
  yield* shell.process.printError(`${mark.slice(0, 1).repeat(shell.level)}${mark}${text}\n`);
}
