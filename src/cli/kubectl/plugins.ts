/** Programs called `kubectl-…` in PATH are commands, too: kubernetes kubectl/pkg/cmd/cmd.go HandlePluginCommand. */
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { KubectlError } from './errors.ts';

/** Runs the plugin with the longest name that the words begin with; undefined when there is none. */
export function* runPlugin(words: readonly string[], process: Process): Routine<ExitCode | undefined> {
  const flag = words.findIndex((word) => word.startsWith('-'));
  const names = (flag < 0 ? words : words.slice(0, flag)).map((word) => word.replaceAll('-', '_'));
  if (names.length === 0) throw new KubectlError(`Error: flags cannot be placed before plugin name: ${words[0] ?? ''}`, { bare: true });
  for (let count = names.length; count > 0; count--) {
    try {
      return yield* process.wait(process.spawn({ argv: [`kubectl-${names.slice(0, count).join('-')}`, ...words.slice(count)] }));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
  return undefined;
}

/** Files in PATH called `kubectl-…`. */
export function pluginFiles({ env, fs }: Process): string[] {
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => fs.isDirectory(folder));
  return folders.flatMap((folder) => [...fs.list(folder)].flatMap(([name]) => (name.startsWith('kubectl-') ? [`${folder}/${name}`] : [])));
}

/** The first words that plugins answer to. */
export const pluginNames = (process: Process): string[] => [
  ...new Set(pluginFiles(process).map((path) => (path.slice(path.lastIndexOf('/') + 1).split('-')[1] ?? '').replaceAll('_', '-'))),
];
