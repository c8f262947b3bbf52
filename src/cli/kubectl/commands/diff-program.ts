/** The program that compares two folders: kubernetes kubectl/pkg/cmd/diff/diff.go DiffProgram. */
import { Errno } from '../../../linux/errno.ts';
import type { ExitCode } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import { KubectlError } from '../errors.ts';
import type { Kubectl } from '../kubectl.ts';

/** What stands in each of the two folders, by the names of files. */
type Files = ReadonlyMap<string, string>;

/** Writes both and runs `diff -u -N` or what KUBECTL_EXTERNAL_DIFF names; 1 for differences. */
export function* runDiff(k: Kubectl, live: Files, merged: Files): Routine<ExitCode> {
  const { fs } = k.process;
  const folders = [
    ['LIVE', live],
    ['MERGED', merged],
  ] as const;
  const paths = folders.map(([name, files]) => {
    const path = `/tmp/${name}-${k.process.sim.random.int(2 ** 32)}`;
    fs.mkdir(path, { mode: 0o700 });
    for (const [file, content] of files) fs.write(`${path}/${file}`, content, { mode: 0o600 });
    return path;
  });
  try {
    return yield* run(k, paths);
  } finally {
    for (const path of paths) {
      for (const [file] of fs.list(path)) fs.unlink(`${path}/${file}`);
      fs.rmdir(path);
    }
  }
}

function* run(k: Kubectl, paths: readonly string[]): Routine<ExitCode> {
  const external = k.process.env['KUBECTL_EXTERNAL_DIFF'];
  const [program = '', ...words] = external ? external.split(' ') : ['diff'];
  // Nothing but words and flags is handed on.
  const argv = external ? [program, ...paths, ...words.filter((word) => /^[a-zA-Z0-9=-]+$/.test(word))] : [program, '-u', '-N', ...paths];
  const failed = (why: string): KubectlError => new KubectlError(`failed to run "${program}": ${why}`, { exitCode: 2 });
  let status: number;
  try {
    status = yield* k.process.wait(k.process.spawn({ argv }));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw failed('executable file not found in $PATH');
  }
  if (status > 1) throw failed(`exit status ${status}`);
  return status;
}
