/** helm v4.1.4: charts of files, templates and releases in the cluster. */
import type { Program } from '../../linux/program.ts';
import { dispatch } from './dispatch.ts';
import { root } from './tree.ts';

/** Loading and starting the binary. */
const startMilliseconds = 60;

export const helm: Program = function* (argv, process) {
  yield* process.work(startMilliseconds);
  return yield* dispatch(root, argv.slice(1), process);
};
