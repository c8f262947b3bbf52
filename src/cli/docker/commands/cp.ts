/** docker cp. */
import { writeTar } from '../../../apimachinery/tar.ts';
import type { ArchiveEntry } from '../../../interfaces/docker.ts';
import { Errno } from '../../../linux/errno.ts';
import { executableText, FileNode } from '../../../linux/file-node.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { archiveEntries } from '../../archive-entries.ts';
import { tree } from '../../build-context.ts';
import { bool, CliError, type Context, command } from '../context.ts';
import { daemonError } from './import.ts';

const split = (value: string): readonly [container: string, path: string] => {
  const colon = value.indexOf(':');
  return colon <= 0 || /^[./]/.test(value) ? ['', value] : [value.slice(0, colon), value.slice(colon + 1)];
};

export const cp = command(
  'cp',
  'Copy files/folders between a container and the local filesystem',
  '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  [2, 2],
  [
    bool('archive,a', 'Archive mode (copy all uid/gid information)'),
    bool('follow-link,L', 'Always follow symbol link in SRC_PATH'),
    bool('quiet,q', 'Suppress progress output during copy'),
  ],
  function* (context) {
    const [fromContainer, from] = split(context.arg(0));
    const [toContainer, to] = split(context.arg(1));
    if (from === '-' && toContainer !== '') return yield* fromTar(context, toContainer, to);
    if (to === '-' && fromContainer !== '') return yield* toTar(context, fromContainer, from);
    if (fromContainer !== '' && toContainer !== '') throw new CliError('copying between containers is not supported');
    if (fromContainer === '' && toContainer === '') throw new CliError('must specify at least one container source');
    if (fromContainer !== '') out(context, fromContainer, from, to);
    else into(context, from, toContainer, to);
    if (!context.flags.bool('quiet') && context.process.stderr.tty)
      yield* context.printError(fromContainer === '' ? `Successfully copied to ${context.arg(1)}\n` : `Successfully copied to ${context.process.path(to)}\n`);
    return 0;
  },
);

/** `docker cp web:/etc/hosts -`: a tar on standard output. */
function* toTar(context: Context, container: string, path: string): Routine<number> {
  if (context.process.stdout.tty) throw new CliError('output path "-" refers to a terminal: use redirection');
  const archive = context.client().containers.getArchive(container, path.startsWith('/') ? path : `/${path}`, context.flags.bool('follow-link'));
  const entries = archive.entries.map((entry) => ({
    ...entry,
    path: entry.path === '' ? archive.name : `${archive.name}/${entry.path}`,
    ...(entry.program === undefined ? {} : { content: executableText(entry.program, entry.size) }),
  }));
  yield* context.print(writeTar(entries, context.process.now));
  return 0;
}

/** `docker cp - web:/srv`: a tar from standard input, unpacked in a directory. */
function* fromTar(context: Context, container: string, to: string): Routine<number> {
  const client = context.client();
  const target = to.startsWith('/') ? to : `/${to}`;
  client.containers.inspect(container);
  if (client.containers.pathInfo(container, target) !== 'directory') throw new CliError(`destination "${context.arg(1)}" must be a directory`);
  const entries = archiveEntries(yield* readAll(context.process.stdin), daemonError);
  client.containers.putArchive(
    container,
    target,
    entries.map((entry) => ({ ...entry, path: entry.path.slice(1) })),
  );
  return 0;
}

function out(context: Context, container: string, path: string, to: string): void {
  const { process } = context;
  const archive = context.client().containers.getArchive(container, path.startsWith('/') ? path : `/${path}`, context.flags.bool('follow-link'));
  const target = process.path(to);
  const isDirectory = process.fs.isDirectory(target);
  if (archive.directory && !isDirectory && process.fs.exists(target)) throw new CliError('cannot copy directory');
  if (!archive.directory && !isDirectory && to.endsWith('/'))
    throw new CliError(process.fs.exists(target) ? `stat ${target}/: not a directory` : 'no such directory');
  const base = isDirectory && !/\/\.$/.test(path) ? `${target === '/' ? '' : target}/${archive.name}` : target;
  try {
    for (const entry of archive.entries) write(context, entry.path === '' ? base : `${base}/${entry.path}`, entry);
  } catch (error) {
    if (error instanceof Errno) throw new CliError(`invalid output path: directory "${target.slice(0, target.lastIndexOf('/'))}" does not exist`);
    throw error;
  }
}

function write({ process }: Context, path: string, entry: ArchiveEntry): void {
  const { fs } = process;
  if (entry.type === 'directory') {
    if (!fs.isDirectory(path)) fs.mkdir(path, { mode: entry.mode ?? 0o755 });
  } else if (entry.type === 'symlink') {
    if (fs.find(path, false)) fs.unlink(path);
    fs.symlink(entry.target ?? '', path);
  } else {
    fs.write(path, entry.content ?? '');
    const inode = fs.stat(path);
    inode.mode = entry.mode ?? 0o644;
    if (inode instanceof FileNode && entry.program !== undefined) Object.assign(inode, { program: entry.program, apparentSize: entry.size });
  }
}

function into(context: Context, path: string, container: string, to: string): void {
  const { process } = context;
  const client = context.client();
  const inode = process.fs.find(path, context.flags.bool('follow-link') || path.endsWith('/'));
  // The folder and the name are joined by hand: below / that is two strokes.
  if (!inode) throw new CliError(`lstat ${process.path(path).replace(/^\/(?=[^/]+$)/, '//')}: no such file or directory`);
  const target = to.startsWith('/') ? to : `/${to}`;
  client.containers.inspect(container);
  const kind = client.containers.pathInfo(container, target);
  if (inode.type === 'directory' && kind === 'file') throw new CliError('cannot copy directory');
  const name = process.path(path).split('/').pop() ?? '';
  if (kind !== 'directory' && target.endsWith('/') && inode.type !== 'directory') throw new CliError('no such directory');
  const base = kind === 'directory' && !/(^|\/)\.$/.test(path) ? `${target.replace(/\/$/, '')}/${name}` : target.replace(/(.)\/$/, '$1');
  const above = base.slice(0, base.lastIndexOf('/')) || '/';
  if (client.containers.pathInfo(container, above) === undefined)
    throw new CliError(`Error response from daemon: Could not find the file ${above} in container ${container}`);
  const entries = [...tree(inode, '')].map((entry) => ({ ...entry, uid: 0, gid: 0 }));
  const root: ArchiveEntry[] = inode.type === 'directory' ? [{ path: '', type: 'directory', mode: inode.mode }] : [];
  client.containers.putArchive(container, base, [...root, ...entries]);
}
