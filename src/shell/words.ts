/** Running a command given as words already expanded: `command`, `builtin`, `exec`. */
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { callBuiltin, callFunction } from './call.ts';
import { waitForeground } from './child.ts';
import { runExternal } from './external.ts';
import type { Shell } from './shell.ts';

/** Runs words as a command. */
export function* runWords(shell: Shell, words: readonly string[], options: { readonly functions: boolean }): Routine<ExitCode> {
  const [name = '', ...args] = words;
  const found = options.functions ? shell.functions.get(name) : undefined;
  if (found) return yield* callFunction(shell, name, found, args);
  if (shell.hasBuiltin(name)) return yield* callBuiltin(shell, name, args, new Map());
  const started = yield* runExternal(shell, words, { env: {}, tail: false });
  if (typeof started === 'number') return started;
  return yield* waitForeground(shell, [started], words.join(' '), shell.options.has('monitor') ? started.group : undefined);
}
