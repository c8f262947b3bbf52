/** helm v4.1.4: charts of files, templates and releases in the cluster. */

import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { completeAtOnce, completionRequest } from './complete.ts';
import { dispatch } from './dispatch.ts';
import { root } from './tree.ts';

/** Loading and starting the binary. */
const startMilliseconds = 60;

export const helm: Program = function* (argv, process) {
  yield* process.work(startMilliseconds);
  if (argv[1] === '__complete' || argv[1] === '__completeNoDesc') return yield* completionRequest(root, argv.slice(1), process);
  return yield* dispatch(root, argv.slice(1), process);
};

/** What Tab offers for words[index] behind `helm`; undefined where file names are up to the shell. */
export const completeHelm = (words: readonly string[], index: number, process: Process): string[] | undefined =>
  completeAtOnce(root, words.slice(1, index + 1), process);
