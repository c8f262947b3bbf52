/** ctr images mount, unmount, usage: images as directories. */
import { chainIds } from '../../../interfaces/chain-id.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import { bool, type CtrCommand, CtrError, duration, text } from '../context.ts';
import { bytes, moment, table } from '../output.ts';
import { partsOf } from '../parts.ts';
import { labelFlag, registryFlags, snapshotterFlag } from './transfer.ts';

export const mount: CtrCommand = {
  name: 'mount',
  short: 'Mount an image to a target path',
  usage: '[flags] <ref> [<target>]',
  flags: [
    ...registryFlags,
    snapshotterFlag,
    labelFlag,
    bool('rw', 'Enable write support on the mount'),
    text('platform', 'Mount the image for the specified platform', 'linux/amd64'),
    duration('expiration,x', 'Set the expiration time for the mount and snapshots', '1h0m0s'),
  ],
  run: function* (context) {
    const [ref, target] = context.args;
    if (ref === undefined) throw new CtrError('please provide an image reference to mount');
    const { process, namespace, flags } = context;
    const client = context.client();
    const parent = yield* client.snapshots.unpack(namespace, 'overlayfs', client.images.get(namespace, ref).name);
    yield* context.print(`${parent}\n`);
    const key = target ?? `ctr-images-mount-${Math.floor((process.now % 1000) * 1e6)}-${process.sim.random.hex(4)}`;
    // The lease that holds the snapshot has its key for a name; both may be there from an earlier mount.
    if (!client.leases.list(namespace).some(({ id }) => id === key))
      client.leases.create(namespace, key, { 'containerd.io/gc.expire': moment(process.now + flags.duration('expiration')) });
    if (!client.snapshots.list(namespace, 'overlayfs').some((each) => each.key === key))
      client.snapshots[flags.bool('rw') ? 'prepare' : 'view'](namespace, 'overlayfs', key, parent);
    const root = client.snapshots.directory(namespace, 'overlayfs', key);
    const mounts = client.snapshots.mounts(namespace, 'overlayfs', key);
    const shown = `[${mounts.map(({ type, source, options }) => `{${type} ${source}  [${options.join(' ')}]}`).join(' ')}]`;
    if (target === undefined) {
      if (mounts[0]?.type !== 'bind') throw new CtrError(`cannot handle returned mounts: ${shown}`);
      yield* context.print(`${mounts[0].source}\n`);
      return 0;
    }
    const path = process.path(target);
    if (!(root instanceof DirectoryNode) || !process.fs.isDirectory(path)) {
      client.snapshots.remove(namespace, 'overlayfs', key);
      client.leases.delete(namespace, key);
      throw new CtrError(`failed to mount ${shown}: no such file or directory`);
    }
    process.fs.namespace.mount({ path, root, source: 'overlay', type: 'overlay', options: [flags.bool('rw') ? 'rw' : 'ro', 'relatime'] });
    yield* context.print(`${target}\n`);
    return 0;
  },
};

export const unmount: CtrCommand = {
  name: 'unmount',
  short: 'Unmount the image from the target',
  usage: '[flags] <target>',
  flags: [...registryFlags, snapshotterFlag, labelFlag, bool('rm', 'Remove the snapshot after a successful unmount')],
  run: function* (context) {
    const [target] = context.args;
    if (target === undefined) throw new CtrError('please provide a target path to unmount from');
    const client = context.client();
    const { namespace } = context;
    context.process.fs.namespace.unmount(context.process.path(target));
    if (context.flags.bool('rm')) {
      if (client.leases.list(namespace).some(({ id }) => id === target)) client.leases.delete(namespace, target);
      if (client.snapshots.list(namespace, 'overlayfs').some(({ key }) => key === target)) client.snapshots.remove(namespace, 'overlayfs', target);
    }
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
