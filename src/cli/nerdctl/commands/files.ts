/** nerdctl cp, diff, commit: the files of containers. */

import { writeTar } from '../../../apimachinery/tar.ts';
import { type ContainerdContainer, type Descriptor, type ImageConfig, type ImageManifest, isMissing } from '../../../interfaces/containerd.ts';
import { descriptorOf, manifestLabels, sha256, textBlob } from '../../../interfaces/image-content.ts';
import { executableText } from '../../../linux/file-node.ts';
import { DirectoryNode, type Inode } from '../../../linux/inode.ts';
import { OverlayDirectory } from '../../../linux/overlay.ts';
import { treeEntries } from '../../../linux/tree-entries.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, needArgs, text } from '../context.ts';
import { copyEntries, copyInode } from '../copy.ts';
import { oneContainer, partsOf, taskOf } from '../find.ts';
import { shareWithCri } from '../pull.ts';
import { wholeName } from '../reference.ts';

export const cp: NerdctlCommand = {
  name: 'cp',
  short: 'Copy files/folders between a running container and the local filesystem.',
  usage: '[flags] CONTAINER:SRC_PATH DEST_PATH|-',
  flags: [...absent([bool('follow-link,L', 'Always follow symbol link in SRC_PATH.')])],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [from, to] = context.args.map((each) => endOf(context, each ?? ''));
    if (!from || !to) return 1;
    if (from.container !== undefined && to.container !== undefined) throw new NerdctlError('one of src or dest must be a local file specification');
    if (from.container === undefined && to.container === undefined) throw new NerdctlError('one of src or dest must be a container file specification');
    copyBetween(context, from, to);
    return 0;
  },
};

/** The container's root filesystem as a tar (pkg/cmd/container/export.go). */
export const exportContainer: NerdctlCommand = {
  name: 'export',
  short: 'Export a containers filesystem as a tar archive',
  usage: '[OPTIONS] CONTAINER',
  flags: [text('output,o', 'Write to a file, instead of STDOUT')],
  run: function* (context) {
    needArgs(context, 1, 1);
    const output = context.flags.text('output');
    if (output === '' && context.process.stdout.tty) throw new NerdctlError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    const found = oneContainer(context, context.args[0] ?? '', (name) => `no such container ${name}`);
    const root = context.client().snapshots.directory(context.namespace, found.snapshotter, found.snapshotKey);
    const entries = root instanceof DirectoryNode ? [...treeEntries(root, '/')].filter(({ path }) => path !== '/') : [];
    const archive = writeTar(
      entries.map((entry) => (entry.program === undefined ? entry : { ...entry, content: executableText(entry.program, entry.size) })),
      context.process.now,
    );
    if (output === '') yield* context.print(archive);
    else context.process.fs.write(context.process.path(output), archive);
    return 0;
  },
};

type End = { readonly container: string | undefined; readonly path: string };

function endOf({ process }: Context, given: string): End {
  const match = /^([^/.:][^:/]*):(.*)$/.exec(given);
  if (match) return { container: match[1] ?? '', path: match[2] ?? '' };
  return { container: undefined, path: given === '-' ? given : `${process.path(given)}${given.endsWith('/') ? '/' : ''}` };
}

/** Directories are looked up from the root that the end means. */
function rootOf(context: Context, { container }: End): { find(path: string): Inode | undefined } {
  if (container === undefined) return { find: (path) => context.process.fs.find(path) };
  const found = oneContainer(context, container, (name) => `no such container ${name}`);
  const process = context.process.kernel.processes.get(taskOf(context, found.id)?.pid ?? 0);
  if (process) return { find: (path) => process.fs.find(path) };
  const root = context.client().snapshots.directory(context.namespace, found.snapshotter, found.snapshotKey);
  return { find: (path) => within(root, path) };
}

function within(root: object, path: string): Inode | undefined {
  let at: Inode | undefined = root instanceof DirectoryNode ? root : undefined;
  for (const part of path.split('/').filter(Boolean)) at = at?.type === 'directory' ? at.lookup(part) : undefined;
  return at;
}

function copyBetween(context: Context, from: End, to: End): void {
  const now = context.process.now;
  const clean = (path: string): string =>
    `/${path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/')}`;
  const source = rootOf(context, from).find(clean(from.path));
  if (!source)
    throw new NerdctlError(from.container === undefined ? `lstat ${clean(from.path)}: no such file or directory` : `source path does not exist: ${from.path}`);
  const target = rootOf(context, to);
  const path = clean(to.path);
  const there = target.find(path);
  const name = clean(from.path).slice(clean(from.path).lastIndexOf('/') + 1);
  if (there?.type === 'directory') {
    const contents = source.type === 'directory' && (from.path.endsWith('/.') || name === '');
    if (contents && source.type === 'directory') copyEntries(source, there, now);
    else put(there, name, source, now);
    return;
  }
  const parent = target.find(path.slice(0, path.lastIndexOf('/')) || '/');
  if (to.path.endsWith('/') || parent?.type !== 'directory') throw new NerdctlError(`destination directory must exist: ${to.path}`);
  if (there && source.type === 'directory') throw new NerdctlError(`cannot copy a directory to a file`);
  put(parent, path.slice(path.lastIndexOf('/') + 1), source, now);
}

function put(directory: DirectoryNode, name: string, inode: Inode, now: number): void {
  const copy = copyInode(inode, now);
  if (copy) directory.add(name, copy);
}

type Change = { readonly kind: 'A' | 'C' | 'D'; readonly path: string; readonly inode: Inode | undefined };

/** What a container has written over its image. */
function changesOf(context: Context, container: ContainerdContainer): Change[] {
  const { snapshots } = context.client();
  const root = snapshots.directory(context.namespace, container.snapshotter, container.snapshotKey);
  const parent = snapshots.stat(context.namespace, container.snapshotter, container.snapshotKey).parent;
  const below = parent === '' ? undefined : snapshots.directory(context.namespace, container.snapshotter, parent);
  const found: Change[] = [];
  const walk = (directory: OverlayDirectory, path: string): void => {
    const { entries, hidden } = directory.upper();
    for (const name of hidden) if (!entries.has(name)) found.push({ kind: 'D', path: `${path}/${name}`, inode: undefined });
    for (const [name, inode] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const own = `${path}/${name}`;
      const known = below && within(below, own) !== undefined;
      const at = found.length;
      if (inode instanceof OverlayDirectory) {
        walk(inode, own);
        if (found.length > at && known) found.splice(at, 0, { kind: 'C', path: own, inode });
      } else if (inode.type === 'directory') addAll(inode, own, known ?? false, found);
      else found.push({ kind: known ? 'C' : 'A', path: own, inode });
    }
  };
  if (root instanceof OverlayDirectory) walk(root, '');
  return found;
}

function addAll(directory: DirectoryNode, path: string, known: boolean, found: Change[]): void {
  if (!known || directory.entries().length > 0) found.push({ kind: known ? 'C' : 'A', path, inode: directory });
  for (const [name, inode] of directory.entries())
    if (inode.type === 'directory') addAll(inode, `${path}/${name}`, false, found);
    else found.push({ kind: 'A', path: `${path}/${name}`, inode });
}

export const diff: NerdctlCommand = {
  name: 'diff',
  short: "Inspect changes to files or directories on a container's filesystem",
  usage: 'CONTAINER',
  flags: [],
  run: function* (context) {
    needArgs(context, 1, 1);
    const container = oneContainer(context, context.args[0] ?? '', (name) => `no such container: ${name}`);
    yield* context.print(
      changesOf(context, container)
        .map(({ kind, path }) => `${kind} ${path}\n`)
        .join(''),
    );
    return 0;
  },
};

export const commit: NerdctlCommand = {
  name: 'commit',
  short: "Create a new image from a container's changes",
  usage: '[flags] CONTAINER REPOSITORY[:TAG]',
  flags: [
    text('author,a', 'Author (e.g., "nerdctl contributor <nerdctl-dev@example.com>")'),
    text('message,m', 'Commit message'),
    list('change,c', 'Apply Dockerfile instruction to the created image (supported directives: [CMD, ENTRYPOINT])'),
    bool('pause,p', 'Pause container during commit', 'true'),
  ],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [request = '', ref = ''] = context.args;
    const container = oneContainer(context, request);
    const name = wholeName(ref);
    const client = context.client();
    const { namespace } = context;
    const { manifest, config } = baseOf(context, container);
    const layerText = JSON.stringify(changesOf(context, container).flatMap(entryOf));
    const layer = write(context, 'application/vnd.oci.image.layer.v1.tar+gzip', layerText);
    const newConfig = configOf(context, config, layerText);
    const configBlob = write(context, manifest.config.mediaType, JSON.stringify(newConfig));
    const layers = [...manifest.layers, layer];
    const changed = { ...manifest, config: configBlob, layers };
    const target = write(context, manifest.mediaType, JSON.stringify(changed), manifestLabels(changed));
    const known = client.images.list(namespace).some((each) => each.name === name);
    const image = known ? client.images.update(namespace, name, { target }) : client.images.create(namespace, { name, target });
    yield* client.snapshots.unpack(namespace, context.snapshotter, name);
    if (namespace === 'k8s.io') shareWithCri(context, image);
    yield* context.print(`${configBlob.digest}\n`);
    return 0;
  },
};

function baseOf(context: Context, container: ContainerdContainer): { readonly manifest: ImageManifest; readonly config: ImageConfig } {
  const lacks = (problem: string): NerdctlError =>
    new NerdctlError(`container ${JSON.stringify(container.id)} lacks image (wasn't created by nerdctl?): ${problem}`);
  try {
    const { manifest, config } = partsOf(context, context.client().images.get(context.namespace, container.image));
    if (!manifest || !config) throw lacks('content not found');
    return { manifest, config };
  } catch (error) {
    if (isMissing(error)) throw lacks(error.message);
    throw error;
  }
}

function configOf(context: Context, config: ImageConfig, layerText: string): ImageConfig {
  const changes: Record<string, readonly string[]> = {};
  for (const each of context.flags.list('change')) {
    const match = /^(CMD|ENTRYPOINT)\s+(.*)$/i.exec(each);
    if (!match) throw new NerdctlError(`invalid change directive: ${JSON.stringify(each)}`);
    const value = match[2] ?? '';
    changes[(match[1] ?? '').toUpperCase() === 'CMD' ? 'Cmd' : 'Entrypoint'] = value.startsWith('[')
      ? (JSON.parse(value) as string[])
      : ['/bin/sh', '-c', value];
  }
  const created = new Date(context.process.now).toISOString();
  return {
    ...config,
    created,
    ...(context.flags.text('author') === '' ? {} : { author: context.flags.text('author') }),
    config: { ...config.config, ...changes },
    rootfs: { type: 'layers', diff_ids: [...config.rootfs.diff_ids, sha256(`tar:${layerText}`)] },
    history: [...(config.history ?? []), { created, created_by: '', comment: context.flags.text('message') }],
  };
}

/** A layer's entry, in the form that stands for its tar. */
function entryOf({ kind, path, inode }: Change): object[] {
  if (kind === 'D') return [{ path, type: 'whiteout' }];
  if (!inode) return [];
  const { mode, uid, gid } = inode;
  if (inode.type === 'directory') return [{ path, type: 'directory', mode, uid, gid }];
  if (inode.type === 'symlink') return [{ path, type: 'symlink', target: inode.target }];
  if (inode.type !== 'file') return [];
  return [
    {
      path,
      type: 'file',
      mode,
      uid,
      gid,
      content: inode.read(),
      ...(inode.program === undefined ? {} : { program: inode.program }),
      ...(inode.apparentSize === undefined ? {} : { size: inode.apparentSize }),
    },
  ];
}

function write(context: Context, mediaType: string, content: string, labels: Readonly<Record<string, string>> = {}): Descriptor {
  const blob = textBlob(mediaType, content);
  context.client().content.write(context.namespace, blob, labels);
  return descriptorOf(blob);
}
