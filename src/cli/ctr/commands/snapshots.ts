/** ctr snapshots. */

import { gzip, writeTar } from '../../../apimachinery/tar.ts';
import { type ContainerdApi, ContainerdError, type SnapshotInfo } from '../../../interfaces/containerd.ts';
import type { DirectoryNode, Inode } from '../../../linux/inode.ts';
import { OverlayDirectory } from '../../../linux/overlay.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, type CtrCommand, CtrError, labelArgs, labelText, list, text } from '../context.ts';
import { parseDigest } from '../digest.ts';
import { bytes, json, moment, table } from '../output.ts';
import { snapshotterFlag } from './transfer.ts';

/** --snapshotter belongs to `ctr snapshots`; the lab looks at overlayfs unless told. */
const nameOf = (context: Context): string => context.group?.text('snapshotter') || 'overlayfs';

const need = (value: string | undefined, message: string): string => {
  if (value === undefined) throw new CtrError(message);
  return value;
};

export const snapshots: CtrCommand = {
  name: 'snapshots',
  aliases: ['snapshot'],
  short: 'Manage snapshots',
  flags: [snapshotterFlag],
  commands: [
    {
      name: 'commit',
      short: 'Commit an active snapshot into the provided name',
      usage: '<key> <active>',
      flags: [],
      run: function* (context) {
        const [key, active] = context.args;
        if (key === undefined || active === undefined || context.args.length > 2) return yield* context.help();
        context.client().snapshots.commit(context.namespace, nameOf(context), key, active);
        return 0;
      },
    },
    {
      name: 'diff',
      short: "Get the diff of two snapshots. the default second snapshot is the first snapshot's parent.",
      usage: '[flags] <idA> [<idB>]',
      flags: [
        ...absent([text('media-type', 'Media type to use for creating diff', 'application/vnd.oci.image.layer.v1.tar+gzip')]),
        text('ref', 'Content upload reference to use'),
        bool('keep', 'Keep diff content. up to creator to delete it.'),
        list('label', 'Labels to attach to the image'),
      ],
      run: function* (context) {
        const root = context.client().snapshots.directory(context.namespace, nameOf(context), need(context.args[0], 'snapshot id must be provided'));
        const paths = root instanceof OverlayDirectory ? changed(root, '') : [];
        const content = (path: string): string => {
          const inode = path
            .split('/')
            .reduce<Inode | undefined>((at, name) => (at?.type === 'directory' ? at.lookup(name) : undefined), root as DirectoryNode);
          return inode?.type === 'file' ? inode.read() : '';
        };
        yield* context.print(
          gzip(
            writeTar(
              paths.map((path) => ({ path, content: content(path) })),
              context.process.now,
            ),
          ),
        );
        return 0;
      },
    },
    {
      name: 'info',
      short: 'Get info about a snapshot',
      usage: '<key>',
      flags: [],
      run: function* (context) {
        const [key] = context.args;
        if (key === undefined || context.args.length > 1) return yield* context.help();
        const info = context.client().snapshots.stat(context.namespace, nameOf(context), key);
        const labels =
          Object.keys(info.labels).length > 0 ? { Labels: Object.fromEntries(Object.entries(info.labels).sort(([a], [b]) => (a < b ? -1 : 1))) } : {};
        yield* context.print(
          json({
            Kind: info.kind,
            Name: info.key,
            ...(info.parent === '' ? {} : { Parent: info.parent }),
            ...labels,
            Created: moment(info.createdAt),
            Updated: moment(info.createdAt),
          }),
        );
        return 0;
      },
    },
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List snapshots',
      flags: [],
      run: function* (context) {
        const all = context.client().snapshots.list(context.namespace, nameOf(context));
        yield* context.print(table([['KEY', 'PARENT', 'KIND'], ...all.map(({ key, parent, kind }) => [key, parent, kind])]));
        return 0;
      },
    },
    {
      name: 'mounts',
      aliases: ['m', 'mount'],
      short: 'Mount gets mount commands for the snapshots',
      usage: '<target> <key>',
      flags: [bool('temp', 'Mounts the snapshot mounts as a temp mount and returns a bind mount')],
      run: function* (context) {
        const [target = '', key] = context.args;
        if (key === undefined || context.args.length > 2) return yield* context.help();
        if (context.flags.bool('temp')) throw new CtrError('k8s-lab: ctr snapshots mounts --temp is not simulated', 70);
        yield* context.print(mountLines(target, context.client().snapshots.mounts(context.namespace, nameOf(context), key)));
        return 0;
      },
    },
    {
      name: 'prepare',
      short: 'Prepare a snapshot from a committed snapshot',
      usage: '[flags] <key> [<parent>]',
      flags: [text('target,t', 'Mount target path, will print mount, if provided'), bool('mounts', 'Print out snapshot mounts as JSON')],
      run: function* (context) {
        const [key, parent = ''] = context.args;
        if (key === undefined || context.args.length > 2) return yield* context.help();
        context.client().snapshots.prepare(context.namespace, nameOf(context), key, parent, {
          'containerd.io/gc.root': moment(context.process.now),
        });
        yield* printMade(context, key);
        return 0;
      },
    },
    {
      name: 'delete',
      aliases: ['del', 'remove', 'rm'],
      short: 'Remove snapshots',
      usage: '<key> [<key>, ...]',
      flags: [],
      run: function* (context) {
        for (const key of context.args) {
          try {
            context.client().snapshots.remove(context.namespace, nameOf(context), key);
          } catch (error) {
            if (error instanceof ContainerdError) throw new CtrError(`failed to remove ${JSON.stringify(key)}: ${error.message}`);
            throw error;
          }
        }
        return 0;
      },
    },
    {
      name: 'label',
      short: 'Add labels to content',
      usage: '<name> [<label>=<value> ...]',
      long: 'labels snapshots in the snapshotter',
      flags: [],
      run: function* (context) {
        const [key = '', ...labels] = context.args;
        const { snapshots } = context.client();
        const info = snapshots.label?.(context.namespace, nameOf(context), key, labelArgs(labels)) ?? snapshots.stat(context.namespace, nameOf(context), key);
        yield* context.print(`${labelText(info.labels)}\n`);
        return 0;
      },
    },
    {
      name: 'tree',
      short: 'Display tree view of snapshot branches',
      flags: [],
      run: function* (context) {
        yield* context.print(tree(context.client().snapshots.list(context.namespace, nameOf(context))));
        return 0;
      },
    },
    {
      name: 'unpack',
      short: 'Unpack applies layers from a manifest to a snapshot',
      usage: '[flags] <digest>',
      flags: [bool('sync-fs', 'Synchronize the underlying filesystem containing files when unpack images, false by default'), snapshotterFlag],
      run: function* (context) {
        const digest = parseDigest(context.args[0]);
        const client = context.client();
        const image = client.images.list(context.namespace).find(({ target }) => target.digest === digest);
        if (!image) throw new CtrError('manifest not found');
        yield* context.print(`unpacking ${digest} (${image.target.mediaType})...done\n`);
        yield* client.snapshots.unpack(context.namespace, nameOf(context), image.name);
        return 0;
      },
    },
    {
      name: 'usage',
      short: 'Usage snapshots',
      usage: '[flags] [<key>, ...]',
      flags: [bool('b', 'Display size in bytes')],
      run: function* (context) {
        const client = context.client();
        const keys = context.args.length > 0 ? context.args : client.snapshots.list(context.namespace, nameOf(context)).map(({ key }) => key);
        const rows = keys.map((key) => {
          const { size, inodes } = client.snapshots.usage(context.namespace, nameOf(context), key);
          return [key, context.flags.bool('b') ? String(size) : bytes(size), String(inodes)];
        });
        yield* context.print(table([['KEY', 'SIZE', 'INODES'], ...rows]));
        return 0;
      },
    },
    {
      name: 'view',
      short: 'Create a read-only snapshot from a committed snapshot',
      usage: '[flags] <key> [<parent>]',
      flags: [text('target,t', 'Mount target path, will print mount, if provided'), bool('mounts', 'Print out snapshot mounts as JSON')],
      run: function* (context) {
        const [key, parent = ''] = context.args;
        if (key === undefined || context.args.length > 2) return yield* context.help();
        context.client().snapshots.view(context.namespace, nameOf(context), key, parent);
        yield* printMade(context, key);
        return 0;
      },
    },
  ],
};

/** What --target and --mounts of prepare and view ask for. */
function* printMade(context: Context, key: string): Routine {
  const mounts = context.client().snapshots.mounts(context.namespace, nameOf(context), key);
  const target = context.flags.text('target');
  if (target !== '') yield* context.print(mountLines(target, mounts));
  if (context.flags.bool('mounts'))
    yield* context.print(json(mounts.map(({ type, source, options }) => ({ Type: type, Source: source, Target: '', Options: options }))));
}

const mountLines = (target: string, mounts: ReturnType<ContainerdApi['snapshots']['mounts']>): string =>
  mounts.map(({ type, source, options }) => `mount -t ${type} ${source} ${target}${options.length > 0 ? ` -o ${options.join(',')}` : ''}\n`).join('');

/** Paths that an active snapshot changed, directories on the way included. */
function changed(directory: DirectoryNode, path: string): string[] {
  const entries: Iterable<[string, Inode]> =
    directory instanceof OverlayDirectory ? [...directory.upper().entries].sort(([a], [b]) => (a < b ? -1 : 1)) : directory.entries();
  const found: string[] = [];
  for (const [name, inode] of entries) {
    const own = `${path}${name}`;
    if (inode.type !== 'directory') found.push(own);
    else if (!(inode instanceof OverlayDirectory) || inode.upperUsage().inodes > 0) found.push(`${own}/`, ...changed(inode, `${own}/`));
  }
  return found;
}

function tree(all: readonly SnapshotInfo[]): string {
  const keys = new Set(all.map(({ key }) => key));
  const children = (parent: string): SnapshotInfo[] => all.filter((each) => each.parent === parent);
  const lines = (each: SnapshotInfo, level: number): string =>
    `${level === 0 ? ' ' : `${' '.repeat(level * 2)}\\_ `}${each.key}\n${children(each.key)
      .map((child) => lines(child, level + 1))
      .join('')}`;
  return all
    .filter(({ parent }) => parent === '' || !keys.has(parent))
    .map((each) => lines(each, 0))
    .join('');
}
