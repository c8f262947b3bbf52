/** docker build with the classic builder: the buildx plugin is not installed. */
import { type ArchiveEntry, DockerError } from '../../../interfaces/docker.ts';
import { referenceProblem } from '../../../interfaces/image-name.ts';
import { Errno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import { Channel } from '../../../sim/channel.ts';
import type { Routine } from '../../../sim/routine.ts';
import { byteLength } from '../../../sim/stream.ts';
import { archiveEntries } from '../../archive-entries.ts';
import { contextFiles } from '../../build-context.ts';
import { absent, absentFlags } from '../../flags.ts';
import { bool, CliError, type Context, command, confirm, list, pairs, text, ValueError } from '../context.ts';
import { size } from '../output.ts';
import { daemonError } from './import.ts';

const head = 'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n';
const disabled = '            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n            environment-variable.\n\n';
const missing = '            Install the buildx component to build images with BuildKit:\n            https://docs.docker.com/go/buildx/\n\n';

const unsimulated =
  'add-host cache-from cgroup-parent compress? cpu-period cpu-quota cpu-shares,c cpuset-cpus cpuset-mems isolation memory,m memory-swap network security-opt shm-size ulimit';

export const build = command(
  'build',
  'Build an image from a Dockerfile',
  '[OPTIONS] PATH | URL | -',
  [1, 1],
  [
    list('build-arg', 'Set build-time variables'),
    text('file,f', 'Name of the Dockerfile (Default is "PATH/Dockerfile")'),
    bool('force-rm', 'Always remove intermediate containers'),
    list('label', 'Set metadata for an image'),
    bool('no-cache', 'Do not use cache when building the image'),
    text('progress', 'Set type of progress output', { hidden: true }),
    bool('pull', 'Always attempt to pull a newer version of the image'),
    bool('quiet,q', 'Suppress the build output and print image ID on success'),
    bool('rm', 'Remove intermediate containers after a successful build', { default: 'true' }),
    list('tag,t', 'Name and optionally a tag in the "name:tag" format'),
    text('target', 'Set the target build stage to build.'),
    text('platform', 'Set platform if server is multi-platform capable'),
    text('iidfile', 'Write the image ID to the file'),
    bool('squash', 'Squash newly built layers into a single new layer'),
    ...absentFlags(unsimulated),
  ],
  function* (context) {
    const { flags, process } = context;
    if (flags.bool('squash')) throw new CliError('"--squash" is only supported on a Docker daemon with experimental features enabled');
    if (!context.old) yield* context.printError(head + (process.env['DOCKER_BUILDKIT'] === '0' ? disabled : missing));
    for (const tag of flags.list('tag')) {
      const problem = referenceProblem(tag);
      if (problem !== undefined) throw new ValueError(problem, tag, '-t, --tag');
    }
    const path = context.arg(0);
    if (/^(https?|git):/.test(path)) throw new CliError('k8s-lab: docker build from a URL is not simulated', 70);
    const client = context.client();
    const { files, dockerfile } = yield* givenContext(context, path);
    const quiet = flags.bool('quiet');
    const total = files.reduce((sum, { content }) => sum + 512 + Math.ceil(byteLength(content ?? '') / 512) * 512, 1024);
    if (!quiet) yield* context.print(`Sending build context to Docker daemon  ${size(Math.ceil(total / 4096) * 4096)}\n`);
    const output = new Channel<readonly [string, boolean]>();
    let begun = false;
    const printer = process.sim.go(printAll(context, output, quiet));
    try {
      const id = yield* client.images.build({
        files,
        dockerfile,
        tags: flags.list('tag'),
        args: pairs(flags.list('build-arg')),
        labels: pairs(flags.list('label')),
        target: flags.text('target'),
        noCache: flags.bool('no-cache'),
        pull: flags.bool('pull'),
        output: (piece, error = false) => {
          begun = true;
          output.push([piece, error]);
        },
      });
      output.close();
      yield* printer.join();
      if (quiet) yield* context.print(`${id}\n`);
      if (flags.text('iidfile') !== '') process.fs.write(process.path(flags.text('iidfile')), id);
      return 0;
    } catch (error) {
      output.close();
      if (!printer.done) yield* printer.join();
      const code = error instanceof DockerError && error.status === 200 ? /code: (\d+)$/.exec(error.message)?.[1] : undefined;
      if (error instanceof DockerError && code !== undefined) throw new CliError(error.message, Number(code));
      // What goes wrong once the answer has begun stands in it.
      if (error instanceof DockerError && begun && error.status !== 501) throw new CliError(error.message);
      throw error;
    }
  },
);

export const builderPrune = command(
  'prune',
  'Remove build cache',
  '[OPTIONS]',
  [0, 0],
  [
    bool('all,a', 'Remove all unused build cache, not just dangling ones'),
    ...absent([
      list('filter', 'Provide filter values (e.g. "until=24h")', { valueName: 'filter' }),
      text('keep-storage', 'Amount of disk space to keep for cache', { valueName: 'bytes' }),
    ]),
    bool('force,f', 'Do not prompt for confirmation'),
  ],
  function* (context) {
    yield* confirm(context, 'This will remove all dangling build cache.');
    const gone = context.client().images.pruneBuildCache();
    if (gone.length > 0) yield* context.print(`Deleted build cache objects:\n${gone.map(({ id }) => `${id.slice(0, 25)}\n`).join('')}\n`);
    yield* context.print(`Total reclaimed space: ${size(gone.reduce((sum, each) => sum + each.size, 0))}\n`);
    return 0;
  },
);

function* printAll(context: Context, output: Channel<readonly [string, boolean]>, quiet: boolean): Routine {
  for (let piece = yield* output.receive(); piece !== undefined; piece = yield* output.receive())
    if (!quiet) yield* piece[1] ? context.printError(piece[0]) : context.print(piece[0]);
}

/** A directory, or what standard input holds: a Dockerfile alone, a whole context as a tar, or (`-f -`) the Dockerfile of a directory. */
export function* givenContext(context: Context, path: string): Routine<Given> {
  const { flags, process } = context;
  const file = flags.text('file');
  if (path !== '-' && file !== '-') return readContext(context, path);
  const content = yield* readAll(process.stdin);
  if (path === '-') {
    if (content.slice(257, 262) !== 'ustar') return { files: [{ path: 'Dockerfile', type: 'file', content }], dockerfile: 'Dockerfile' };
    const files = archiveEntries(content, daemonError).map((each) => ({ ...each, path: each.path.replace(/^\/(\.\/)?/, '') }));
    return { files, dockerfile: file || 'Dockerfile' };
  }
  const { files } = readContext(context, path, '/dev/null');
  return { files: [...files, { path: '.dockerfile.outside', type: 'file', content }], dockerfile: '.dockerfile.outside' };
}

type Given = { readonly files: readonly ArchiveEntry[]; readonly dockerfile: string };

/** The files below a directory, without what .dockerignore names. */
export function readContext({ process, flags }: Context, path: string, file = flags.text('file')): Given {
  const root = process.path(path);
  const inode = process.fs.find(root);
  if (!inode) throw new CliError(`unable to prepare context: path "${path}" not found`);
  if (inode.type !== 'directory') throw new CliError(`unable to prepare context: context must be a directory: ${root}`);
  const dockerfile = file === '' ? `${root}/Dockerfile` : process.path(file);
  if (!process.fs.exists(dockerfile))
    throw new CliError(`unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${dockerfile}: no such file or directory`);
  const files = contextFiles(process.fs, root);
  if (file === '/dev/null') return { files, dockerfile };
  const below = dockerfile.startsWith(`${root === '/' ? '' : root}/`) ? dockerfile.slice(root === '/' ? 1 : root.length + 1) : undefined;
  if (below !== undefined && files.some((entry) => entry.path === below)) return { files, dockerfile: below };
  try {
    return { files: [...files, { path: '.dockerfile.outside', type: 'file', content: process.fs.read(dockerfile) }], dockerfile: '.dockerfile.outside' };
  } catch (error) {
    if (error instanceof Errno) throw new CliError(`unable to prepare context: open ${dockerfile}: ${error.message.toLowerCase()}`);
    throw error;
  }
}
