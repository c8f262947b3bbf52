/** docker import: an image of one layer out of a tar. */
import { readTarEntries, TarError } from '../../../apimachinery/tar.ts';
import type { ArchiveEntry } from '../../../interfaces/docker.ts';
import { Errno } from '../../../linux/errno.ts';
import { parseExecutable } from '../../../linux/file-node.ts';
import { readAll } from '../../../linux/open-file.ts';
import { CliError, command, list, text } from '../context.ts';

export const importCommand = command(
  'import',
  'Import the contents from a tarball to create a filesystem image',
  '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  [1, 2],
  [
    list('change,c', 'Apply Dockerfile instruction to the created image'),
    text('message,m', 'Set commit message for imported image'),
    text('platform', 'Set platform if server is multi-platform capable'),
  ],
  function* (context) {
    const { process } = context;
    const path = context.arg(0);
    if (/^https?:/.test(path)) throw new CliError('k8s-lab: docker import from a URL is not simulated', 70);
    const client = context.client();
    let source: string;
    try {
      source = path === '-' ? yield* readAll(process.stdin) : process.fs.read(process.path(path));
    } catch (error) {
      if (error instanceof Errno) throw new CliError(`open ${path}: ${error.message.toLowerCase()}`);
      throw error;
    }
    const id = yield* client.images.import(context.arg(1), entriesOf(source));
    yield* context.print(`${id}\n`);
    return 0;
  },
);

/** What a tar holds, for the daemon. */
export function entriesOf(source: string): ArchiveEntry[] {
  try {
    return readTarEntries(source).map(({ content = '', ...entry }): ArchiveEntry => {
      const executable = parseExecutable(content);
      const named = { ...entry, path: `/${entry.path.replace(/\/$/, '')}`, type: entry.type ?? 'file' };
      if (named.type !== 'file') return named;
      return executable
        ? { ...named, program: executable.program, ...(executable.size === undefined ? {} : { size: executable.size }) }
        : { ...named, content };
    });
  } catch (error) {
    if (error instanceof TarError) throw new CliError(`Error response from daemon: ${error.message}`);
    throw error;
  }
}
