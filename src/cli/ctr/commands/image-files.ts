/** ctr images mount, unmount, usage: images as directories. */
import { chainIds } from '../../../interfaces/chain-id.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import { bool, type CtrCommand, CtrError, text } from '../context.ts';
import { bytes, table } from '../output.ts';
import { partsOf } from '../parts.ts';

const snapshotterFlag = text('snapshotter', 'Snapshotter name. Empty value stands for the default value.');

export const mount: CtrCommand = {
  name: 'mount',
  short: 'Mount an image to a target path',
  usage: '[flags] <ref> <target>',
  flags: [snapshotterFlag, bool('rw', 'Enable write support on the mount'), text('platform', 'Mount the image for the specified platform', 'linux/amd64')],
  run: function* (context) {
    const [ref, target] = context.args;
    if (ref === undefined) throw new CtrError('please provide an image reference to mount');
    if (target === undefined) throw new CtrError('please provide a target path to mount to');
    const client = context.client();
    const parent = yield* client.snapshots.unpack(context.namespace, 'overlayfs', client.images.get(context.namespace, ref).name);
    const path = context.process.path(target);
    if (context.flags.bool('rw')) client.snapshots.prepare(context.namespace, 'overlayfs', path, parent);
    else client.snapshots.view(context.namespace, 'overlayfs', path, parent);
    const root = client.snapshots.directory(context.namespace, 'overlayfs', path);
    yield* context.print(`${parent}\n`);
    if (!(root instanceof DirectoryNode) || !context.process.fs.isDirectory(path)) {
      const made = client.snapshots
        .mounts(context.namespace, 'overlayfs', path)
        .map(({ type, source, options }) => `{${type} ${source}  [${options.join(' ')}]}`);
      client.snapshots.remove(context.namespace, 'overlayfs', path);
      throw new CtrError(`failed to mount [${made.join(' ')}]: no such file or directory`);
    }
    context.process.fs.namespace.mount({ path, root, source: 'overlay', type: 'overlay', options: [context.flags.bool('rw') ? 'rw' : 'ro', 'relatime'] });
    yield* context.print(`${target}\n`);
    return 0;
  },
};

export const unmount: CtrCommand = {
  name: 'unmount',
  short: 'Unmount the image from the target',
  usage: '[flags] <target>',
  flags: [snapshotterFlag, bool('rm', 'Remove the snapshot after a successful unmount')],
  run: function* (context) {
    const [target] = context.args;
    if (target === undefined) throw new CtrError('please provide a target path to unmount from');
    const path = context.process.path(target);
    context.process.fs.namespace.unmount(path);
    if (context.flags.bool('rm')) context.client().snapshots.remove(context.namespace, 'overlayfs', path);
    yield* context.print(`${target}\n`);
    return 0;
  },
};

export const usage: CtrCommand = {
  name: 'usage',
  short: 'Display usage of snapshots for a given image ref',
  usage: '[flags] <ref>',
  flags: [snapshotterFlag],
  run: function* (context) {
    const [ref] = context.args;
    if (!ref) throw new CtrError('please provide an image reference to mount');
    const client = context.client();
    const snapshotter = context.flags.text('snapshotter') || 'overlayfs';
    const image = client.images.list(context.namespace).find(({ name }) => name === ref);
    if (!image) throw new CtrError(`failed to ensure if image ${ref} exists: image ${JSON.stringify(ref)}: not found`);
    const diffIds = partsOf(context, image).config?.rootfs.diff_ids ?? [];
    const all = new Map(client.snapshots.list(context.namespace, snapshotter).map((each) => [each.key, each]));
    const rows: string[][] = [];
    for (let key = chainIds(diffIds).at(-1) ?? ''; key !== ''; key = all.get(key)?.parent ?? '') {
      if (!all.has(key)) throw new CtrError(`image ${ref} isn't unpacked in snapshotter ${snapshotter}`);
      const { size, inodes } = client.snapshots.usage(context.namespace, snapshotter, key);
      rows.push([key, bytes(size), String(inodes)]);
    }
    yield* context.print(table([['KEY', 'SIZE', 'INODES'], ...rows]));
    return 0;
  },
};
