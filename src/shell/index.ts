/** The lab's shell: `bash` and `sh` as programs. */
import type { Program } from '../linux/program.ts';
import { builtins } from './builtins/index.ts';
import { runList, runNode } from './execute.ts';
import { evaluateSource } from './interpret.ts';
import { shellMain } from './main.ts';
import { processSubstitution, substitute } from './pipeline.ts';
import type { Completer, Interpreter } from './shell.ts';
import { runWords } from './words.ts';

export { formatPrintf } from './printf.ts';
export type { Completer } from './shell.ts';
export { strftime } from './strftime.ts';

/** The names under which a shell can be called. */
type ShellName = 'bash' | 'sh' | 'dash' | 'ash';

/** Shells that ask `completers` (by command name) before they complete file names. */
export function makeShellPrograms(options: { readonly completers?: ReadonlyMap<string, Completer> } = {}): Record<ShellName, Program> {
  const program: Program = (argv, process) => shellMain(interpreter, argv, process);
  const interpreter: Interpreter = {
    builtins,
    completers: options.completers ?? new Map(),
    run: runList,
    node: runNode,
    evaluate: evaluateSource,
    substitute,
    processSubstitution,
    simple: runWords,
    program,
  };
  return { bash: program, sh: program, dash: program, ash: program };
}

/** `test` and `[` as files in PATH, for those who call them without a shell: an exec probe, a health check. */
export const testPrograms: Readonly<Record<'test' | '[', Program>> = {
  test: (argv, process) => shellPrograms.sh(['sh', '-c', 'test "$@"', ...argv], process),
  '[': (argv, process) => shellPrograms.sh(['sh', '-c', '[ "$@"', ...argv], process),
};

/** The shells without completers of their own. */
export const shellPrograms: Record<ShellName, Program> = makeShellPrograms();
