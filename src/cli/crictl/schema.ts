/** `jsonschema` below the commands that read a configuration. */

import type { Routine } from '../../sim/routine.ts';
import type { CrictlCommand } from './command.ts';
import type { Context } from './context.ts';

/** Says in our own name that something is not there. */
export function* notSimulated(context: Context, what: string): Routine {
  yield* context.process.printError(`k8s-lab: ${what} is not simulated\n`);
  context.process.exit(70);
}

/** The subcommand. */
export const jsonSchema = (short: string): CrictlCommand => ({
  name: 'jsonschema',
  aliases: ['js'],
  short,
  flags: [],
  run: (context) => notSimulated(context, 'crictl jsonschema'),
});
