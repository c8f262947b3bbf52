/** ctr images export, import, mount, unmount, usage: images as files and directories. */
import { chainIds } from '../../../interfaces/chain-id.ts';
import type { Blob, Descriptor } from '../../../interfaces/containerd.ts';
import { type ImageArchive, ImageArchiveError, readImageArchive, TarError, writeImageArchive } from '../../../interfaces/image-archive.ts';
import { isErrno } from '../../../linux/errno.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import { bool, type Context, type CtrCommand, CtrError, list, text } from '../context.ts';
import { bytes, table } from '../output.ts';
import { partsOf } from '../parts.ts';

const snapshotterFlag = text('snapshotter', 'Snapshotter name. Empty value stands for the default value.');

export const exportImages: CtrCommand = {
  name: 'export',
  short: 'Export images',
  usage: '[flags] <out> <image> ...',
  flags: [
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Exports content from all platforms'),
    bool('local', 'run export locally rather than through transfer API'),
    bool('skip-manifest-json', 'Do not add Docker compatible manifest.json to archive'),
  ],
  run: function* (context) {
    const [out, ...names] = context.args;
    if (out === undefined || names.length === 0) throw new CtrError('please provide both an output filename and an image reference to export');
    const client = context.client();
    const images = names.map((name) => client.images.get(context.namespace, name));
    const blobs = new Map<string, Blob>();
    for (const image of images) {
      const { top, index, manifest } = partsOf(context, image);
      const digests = [
        image.target.digest,
        index?.manifests.find(({ platform }) => platform?.architecture === 'amd64')?.digest,
        manifest?.config.digest,
        ...(manifest?.layers ?? []).map(({ digest }) => digest),
      ];
      if (top) for (const digest of digests) if (digest !== undefined) blobs.set(digest, client.content.get(context.namespace, digest));
    }
    const archive = { images: images.map(({ name, target }) => ({ name, target })), blobs: [...blobs.values()] };
    context.process.fs.write(
      out,
      writeImageArchive(archive, context.process.now, (name) => name.replace(/^docker\.io\/library\//, '')),
    );
    return 0;
  },
};

export const importImages: CtrCommand = {
  name: 'import',
  short: 'Import images',
  usage: '[flags] <in>',
  flags: [
    text('base-name', 'Base image name for added images, when provided only images with this name prefix are imported'),
    bool('digests', 'Whether to create digest images (default: false)'),
    text('index-name', 'Image name to keep index as'),
    bool('all-platforms', 'Imports content for all platforms'),
    bool('no-unpack', 'Skip unpacking the images'),
    bool('local', 'Run import locally rather than through transfer API'),
    bool('discard-unpacked-layers', ''),
    snapshotterFlag,
  ],
  run: function* (context) {
    const [path] = context.args;
    if (path === undefined) throw new CtrError('please provide a tar file to import');
    const archive = openArchive(context, path);
    const client = context.client();
    for (const blob of archive.blobs) client.content.write(context.namespace, blob);
    for (const { name, target } of archive.images) {
      if (name === undefined) continue;
      put(context, name, target, {});
      const image = client.images.get(context.namespace, name);
      const { manifest } = partsOf(context, image);
      const managed: Record<string, string> = context.namespace === 'k8s.io' ? { 'io.cri-containerd.image': 'managed' } : {};
      if (context.namespace === 'k8s.io' && manifest) {
        put(context, name, target, managed);
        put(context, manifest.config.digest, target, managed);
      }
      if (!context.flags.bool('no-unpack')) yield* client.snapshots.unpack(context.namespace, 'overlayfs', name);
      yield* context.print(
        `${name.padEnd(50)}\tsaved\t\napplication/vnd.oci.image.index.v1+json ${target.digest}\nImporting\telapsed: 0.1 s\ttotal:   0.0 B\t(0.0 B/s)\n`,
      );
    }
    return 0;
  },
};

function put(context: Context, name: string, target: Descriptor, labels: Record<string, string>): void {
  const { images } = context.client();
  if (images.list(context.namespace).some((each) => each.name === name)) images.update(context.namespace, name, { target, labels });
  else images.create(context.namespace, { name, target, labels });
}

function openArchive(context: Context, path: string): ImageArchive {
  let source: string;
  try {
    source = context.process.fs.read(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new CtrError(`open ${path}: ${error.message.toLowerCase()}`);
  }
  try {
    return readImageArchive(source);
  } catch (error) {
    if (error instanceof ImageArchiveError || error instanceof TarError) throw new CtrError(error.message);
    throw error;
  }
}

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
    if (!(root instanceof DirectoryNode)) throw new CtrError(`mount target ${path}: no such file or directory`);
    context.process.fs.namespace.mount({ path, root, source: 'overlay', type: 'overlay', options: [context.flags.bool('rw') ? 'rw' : 'ro', 'relatime'] });
    yield* context.print(`${parent}\n${target}\n`);
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
