/** docker import: an image of one layer out of a tar. */
import { Errno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import { archiveEntries } from '../../archive-entries.ts';
import { CliError, command, list, text } from '../context.ts';

/** A tar that the daemon cannot read. */
export const daemonError = (message: string): CliError => new CliError(`Error response from daemon: ${message}`);

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
    const options = { changes: context.flags.list('change'), message: context.flags.text('message') };
    const id = yield* client.images.import(context.arg(1), archiveEntries(source, daemonError), options);
    yield* context.print(`${id}\n`);
    return 0;
  },
);
