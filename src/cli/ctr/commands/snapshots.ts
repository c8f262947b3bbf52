/** ctr snapshots. */

import { gzip, writeTar } from '../../../apimachinery/tar.ts';
import type { SnapshotInfo } from '../../../interfaces/containerd.ts';
import { ContainerdError } from '../../../interfaces/containerd.ts';
import { type DirectoryNode, type Inode, OverlayDirectory } from '../../../linux/inode.ts';
import { bool, type Context, type CtrCommand, CtrError, text } from '../context.ts';
import { bytes, json, moment, table } from '../output.ts';

/** --snapshotter belongs to `ctr snapshots`; the lab looks at overlayfs unless told. */
const snapshotter = text('snapshotter', 'Snapshotter name. Empty value stands for the default value.');
const nameOf = (context: Context): string => context.group?.text('snapshotter') || 'overlayfs';

const need = (value: string | undefined, message: string): string => {
  if (value === undefined) throw new CtrError(message);
  return value;
};

export const snapshots: CtrCommand = {
  name: 'snapshots',
  aliases: ['snapshot'],
  short: 'Manage snapshots',
  flags: [snapshotter],
  commands: [
    {
      name: 'commit',
      short: 'Commit an active snapshot into the provided name',
      usage: '<key> <active>',
      flags: [],
      run: function* (context) {
        const [key, active] = context.args;
        context
          .client()
          .snapshots.commit(
            context.namespace,
            nameOf(context),
            need(key, 'please provide both key and active snapshot key'),
            need(active, 'please provide both key and active snapshot key'),
          );
        return 0;
      },
    },
    {
      name: 'diff',
      short: "Get the diff of two snapshots. the default second snapshot is the first snapshot's parent.",
      usage: '[flags] <idA> [<idB>]',
      flags: [text('media-type', 'Media type to use for creating diff')],
      run: function* (context) {
        const root = context.client().snapshots.directory(context.namespace, nameOf(context), need(context.args[0], 'missing snapshot id'));
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
        const info = context.client().snapshots.stat(context.namespace, nameOf(context), need(context.args[0], 'please provide a snapshot key'));
        const labels = Object.keys(info.labels).length > 0 ? { Labels: info.labels } : {};
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
      flags: [],
      run: function* (context) {
        const [target, key] = context.args;
        const mounts = context.client().snapshots.mounts(context.namespace, nameOf(context), need(key, 'please provide both target and key'));
        yield* context.print(mounts.map(({ type, source, options }) => `mount -t ${type} ${source} ${target} -o ${options.join(',')}\n`).join(''));
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
        context.client().snapshots.prepare(context.namespace, nameOf(context), need(key, 'must specify a key'), parent, {
          'containerd.io/gc.root': moment(context.process.now),
        });
        return 0;
      },
    },
    {
      name: 'remove',
      aliases: ['delete', 'del', 'rm'],
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
      flags: [],
      run: function* (context) {
        const client = context.client();
        const digest = need(context.args[0], 'manifest not found');
        const image = client.images.list(context.namespace).find(({ target }) => target.digest === digest);
        if (!image) throw new CtrError('manifest not found');
        yield* context.print(`unpacking ${image.name} (${digest})...done\n`);
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
        context.client().snapshots.view(context.namespace, nameOf(context), need(key, 'must specify a key'), parent);
        return 0;
      },
    },
  ],
};

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
