/** kubectl v1.35.2: a program on a node that speaks the Kubernetes REST API and nothing else. */
import type { Program } from '../../linux/program.ts';
import { commands } from './commands/registry.ts';
import { dispatch } from './dispatch.ts';
import { commandsOf } from './releases.ts';

export { completeKubectl } from './complete.ts';

/** Loading and starting the binary, measured on `kubectl version --client`. */
const startMilliseconds = 42;

export const kubectl: Program = function* (argv, process) {
  yield* process.work(startMilliseconds);
  return yield* dispatch(commandsOf(commands, process), argv.slice(1), process);
};
