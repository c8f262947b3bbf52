/** ctr images export and import: images as files (cmd/ctr/commands/images/{export,import}.go, core/images/archive). */

import type { Blob, ContainerdImage, Descriptor, ImageManifest } from '../../../interfaces/containerd.ts';
import { type ImageArchive, ImageArchiveError, readImageArchive, TarError, writeImageArchive } from '../../../interfaces/image-archive.ts';
import { isErrno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, type CtrCommand, CtrError, labelArgs, list, text } from '../context.ts';
import { partsOf } from '../parts.ts';
import { snapshotterFlag } from './transfer.ts';

export const exportImages: CtrCommand = {
  name: 'export',
  short: 'Export images',
  usage: '[flags] <out> <image> ...',
  flags: [
    ...absent([bool('skip-manifest-json', 'Do not add Docker compatible manifest.json to archive')]),
    bool('skip-non-distributable', 'Do not add non-distributable blobs such as Windows layers to archive'),
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Exports content from all platforms'),
    bool('local', 'Run export locally rather than through transfer API'),
  ],
  run: function* (context) {
    const [out, ...names] = context.args;
    if (!out || names.length === 0) throw new CtrError('please provide both an output filename and an image reference to export');
    const client = context.client();
    if (out !== '-') create(context, out);
    const images = names.map((name) => client.images.get(context.namespace, name));
    const blobs = new Map(images.flatMap((image) => exported(context, image)).map((blob) => [blob.digest, blob]));
    const archive = { images: images.map(({ name, target }) => ({ name, target })), blobs: [...blobs.values()] };
    const tar = writeImageArchive(archive, context.process.now, (name) => name.replace(/^docker\.io\/(?:library\/)?/, ''));
    if (out === '-') yield* context.print(tar);
    else context.process.fs.write(out, tar);
    return 0;
  },
};

function create(context: Context, path: string): void {
  try {
    context.process.fs.write(path, '');
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new CtrError(`open ${path}: ${error.message.toLowerCase()}`);
  }
}

/** The index, and what it leads to for the platforms that were asked for. */
function exported(context: Context, image: ContainerdImage): Blob[] {
  const { content } = context.client();
  const { flags, namespace } = context;
  const wanted = flags.list('platform').length > 0 ? flags.list('platform') : ['linux/amd64'];
  const wrong = wanted.find(
    (each) => !each.includes('/') && !/^(?:linux|windows|darwin|freebsd|amd64|arm64|arm|386|s390x|ppc64le|riscv64|x86_64|aarch64)$/.test(each),
  );
  if (wrong !== undefined)
    throw new CtrError(`invalid platform ${JSON.stringify(wrong)}: ${JSON.stringify(wrong)}: unknown operating system or architecture: invalid argument`);
  const get = ({ digest }: Descriptor): Blob => content.get(namespace, digest);
  const { index } = partsOf(context, image);
  const below = (index?.manifests ?? [image.target]).filter(({ platform }) => {
    const own = platform && `${platform.os}/${platform.architecture}`;
    return own === undefined || flags.bool('all-platforms') || wanted.some((each) => each === own || each.startsWith(`${own}/`));
  });
  if (below.length === 0) throw new CtrError('no manifest found for platform: not found');
  return [
    ...(index ? [get(image.target)] : []),
    ...below.flatMap((each) => {
      const blob = get(each);
      const { config, layers } = JSON.parse(blob.text) as ImageManifest;
      return [blob, ...[config, ...layers].map(get)];
    }),
  ];
}

export const importImages: CtrCommand = {
  name: 'import',
  short: 'Import images',
  usage: '[flags] <in>',
  flags: [
    text('base-name', 'Base image name for added images, when provided only images with this name prefix are imported'),
    bool('digests', 'Whether to create digest images (default: false)'),
    bool('skip-digest-for-named', 'Skip applying --digests option to images named in the importing tar (use it in conjunction with --digests)'),
    text('index-name', 'Image name to keep index as, by default index is discarded'),
    bool('all-platforms', 'Imports content for all platforms, false by default'),
    text('platform', 'Imports content for specific platform'),
    bool('no-unpack', 'Skip unpacking the images, cannot be used with --discard-unpacked-layers, false by default'),
    bool('local', 'Run import locally rather than through transfer API'),
    ...absent([bool('compress-blobs', 'Compress uncompressed blobs when creating manifest (Docker format only)')]),
    bool(
      'discard-unpacked-layers',
      'Allow the garbage collector to clean layers up from the content store after unpacking, cannot be used with --no-unpack, false by default',
    ),
    bool('sync-fs', 'Synchronize the underlying filesystem containing files when unpack images, false by default'),
    snapshotterFlag,
    list('label', 'Labels to attach to the image'),
  ],
  run: function* (context) {
    const [path = ''] = context.args;
    const { flags, namespace } = context;
    const client = context.client();
    checkFlags(context);
    const archive = yield* openArchive(context, path);
    for (const blob of archive.blobs) client.content.write(namespace, blob);
    const labels = labelArgs(flags.list('label'));
    const found = names(context, archive);
    // All names at once: what none leads to, a collection takes while another image is unpacked.
    for (const { name, target } of found) put(context, name, target, labels);
    for (const { name, target, index } of found) {
      const { manifest } = index ? { manifest: undefined } : partsOf(context, client.images.get(namespace, name));
      if (namespace === 'k8s.io' && manifest) {
        put(context, name, target, { ...labels, 'io.cri-containerd.image': 'managed' });
        put(context, manifest.config.digest, target, { 'io.cri-containerd.image': 'managed' });
      }
      const unpacked = !index && !flags.bool('no-unpack');
      if (flags.bool('local') && unpacked) yield* context.print(`unpacking ${name} (${target.digest})...`);
      if (unpacked) yield* client.snapshots.unpack(namespace, flags.text('snapshotter') || 'overlayfs', name);
      if (!flags.bool('local')) yield* context.print(`${name.padEnd(50)}\tsaved\t\n${target.mediaType} ${target.digest}\n`);
      else if (unpacked) yield* context.print('done\n');
    }
    if (!flags.bool('local')) yield* context.print('Importing\telapsed: 0.1 s\ttotal:   0.0 B\t(0.0 B/s)\n');
    return 0;
  },
};

function checkFlags({ flags }: Context): void {
  if (!flags.bool('local')) {
    if (flags.has('discard-unpacked-layers')) throw new CtrError('"--discard-unpacked-layers" requires "--local" flag');
    return;
  }
  if (flags.bool('skip-digest-for-named') && !flags.bool('digests')) throw new CtrError('--skip-digest-for-named must be specified with --digests option');
  if (flags.bool('discard-unpacked-layers') && flags.bool('no-unpack'))
    throw new CtrError('--discard-unpacked-layers and --no-unpack are incompatible options');
}

type Named = { readonly name: string; readonly target: Descriptor; readonly index?: boolean };

/** By which names the archive's images come to be known (core/transfer/image Store, client.Import). */
function names({ flags, process }: Context, { images, index }: ImageArchive): Named[] {
  const base = flags.text('base-name');
  const prefix = base || `import-${new Date(process.now).toISOString().slice(0, 10)}`;
  const within = (name: string): boolean => base === '' || (name.startsWith(base) && ['', '/', ':', '@'].includes(name.charAt(base.length)));
  const skip = flags.bool('skip-digest-for-named');
  const all = images.flatMap(({ name, target }): Named[] => {
    const known = name !== undefined && within(name) ? [{ name, target }] : [];
    // Through the transfer service the flag says the opposite of its name.
    const digest = flags.bool('digests') && (known.length === 0 || skip !== flags.bool('local'));
    return [...known, ...(digest ? [{ name: `${prefix}@${target.digest}`, target }] : [])];
  });
  const own = flags.text('index-name');
  return own !== '' && index ? [...all, { name: own, target: { digest: index.digest, mediaType: index.mediaType, size: index.size }, index: true }] : all;
}

function put(context: Context, name: string, target: Descriptor, labels: Record<string, string>): void {
  const { images } = context.client();
  if (images.list(context.namespace).some((each) => each.name === name)) images.update(context.namespace, name, { target, labels });
  else images.create(context.namespace, { name, target, labels });
}

function* openArchive({ process }: Context, path: string): Routine<ImageArchive> {
  try {
    return readImageArchive(path === '-' ? yield* readAll(process.stdin) : process.fs.read(path));
  } catch (error) {
    if (isErrno(error)) throw new CtrError(`open ${path}: ${error.message.toLowerCase()}`);
    if (error instanceof ImageArchiveError || error instanceof TarError) throw new CtrError(error.message);
    throw error;
  }
}
