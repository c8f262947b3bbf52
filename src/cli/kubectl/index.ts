/** kubectl v1.35.2: a program on a node that speaks the Kubernetes REST API and nothing else. */

import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { commands } from './commands/registry.ts';
import { completeAtOnce, completionRequest, isCompletionRequest } from './complete.ts';
import { dispatch } from './dispatch.ts';
import { commandsOf } from './releases.ts';

/** Loading and starting the binary, measured on `kubectl version --client`. */
const startMilliseconds = 42;

export const kubectl: Program = function* (argv, process) {
  yield* process.work(startMilliseconds);
  if (isCompletionRequest(argv[1])) return yield* completionRequest(commandsOf(commands, process), argv.slice(1), process);
  return yield* dispatch(commandsOf(commands, process), argv.slice(1), process);
};

/** What Tab offers for words[index] behind `kubectl`; undefined where file names are up to the shell. */
export const completeKubectl = (words: readonly string[], index: number, process: Process): string[] | undefined =>
  completeAtOnce(commandsOf(commands, process), words.slice(1, index + 1), process);
