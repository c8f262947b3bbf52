/** nerdctl save and load. */
import type { Blob, ContainerdImage, Descriptor } from '../../../interfaces/containerd.ts';
import { type ImageArchive, ImageArchiveError, readImageArchive, TarError, writeImageArchive } from '../../../interfaces/image-archive.ts';
import { newImage } from '../../../interfaces/new-image.ts';
import { isErrno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { archiveEntries } from '../../archive-entries.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, slice, text } from '../context.ts';
import { findImages, partsOf } from '../find.ts';
import { shareWithCri } from '../pull.ts';
import { wholeName } from '../reference.ts';

export const save: NerdctlCommand = {
  name: 'save',
  short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  usage: 'IMAGE [IMAGE...]',
  flags: [
    text('output,o', 'Write to a file, instead of STDOUT'),
    slice('platform', 'Export content for a specific platform'),
    bool('all-platforms', 'Export content for all platforms'),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const out = context.flags.text('output');
    if (out === '' && context.process.stdout.tty) throw new NerdctlError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    const images = context.args.map((request) => {
      const [image] = findImages(context, request);
      if (!image) throw new NerdctlError(`image ${JSON.stringify(wholeName(request))}: not found`);
      return image;
    });
    const archive = writeImageArchive(
      { images: images.map(({ name, target }) => ({ name, target })), blobs: blobsOf(context, images) },
      context.process.now,
      (name) => name.replace(/^docker\.io\/library\//, ''),
    );
    if (out === '') yield* context.print(archive);
    else context.process.fs.write(context.process.path(out), archive);
    return 0;
  },
};

function blobsOf(context: Context, images: readonly ContainerdImage[]): Blob[] {
  const { content } = context.client();
  const blobs = new Map<string, Blob>();
  for (const image of images) {
    const { manifest, manifestDigest } = partsOf(context, image);
    const digests = [image.target.digest, manifestDigest, ...(manifest ? [manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)] : [])];
    for (const digest of digests) if (digest !== '') blobs.set(digest, content.get(context.namespace, digest));
  }
  return [...blobs.values()];
}

export const load: NerdctlCommand = {
  name: 'load',
  short: 'Load an image from a tar archive or STDIN',
  flags: [
    text('input,i', 'Read from tar archive file, instead of STDIN'),
    bool('quiet,q', 'Suppress the load output'),
    slice('platform', 'Import content for a specific platform'),
    bool('all-platforms', 'Import content for all platforms'),
  ],
  run: function* (context) {
    const path = context.flags.text('input');
    if (path === '' && context.process.stdin.tty) throw new NerdctlError('stdin is empty and input flag is not specified');
    const source = path === '' ? yield* readAll(context.process.stdin) : open(context, path);
    yield* loadArchive(context, source, context.flags.bool('quiet') ? 'quiet' : 'names');
    return 0;
  },
};

/** Takes the images of an archive into the namespace and unpacks them; gives their names. */
export function* loadArchive(context: Context, source: string, say: 'names' | 'quiet' | 'digest'): Routine<string[]> {
  const archive = archiveIn(source);
  const client = context.client();
  for (const blob of archive.blobs) client.content.write(context.namespace, blob);
  // All names at once: what none leads to, a collection takes while another image is unpacked.
  const images = archive.images.map(({ name = `overlayfs@${archive.images[0]?.target.digest}`, target }) => nameImage(context, name, target));
  if (say !== 'digest' && archive.index) keepIndex(context, archive.index);
  for (const image of images) {
    const { name, target } = image;
    if (say === 'names') yield* context.print(`unpacking ${name} (${target.digest})...\n`);
    yield* client.snapshots.unpack(context.namespace, context.snapshotter, name);
    if (context.namespace === 'k8s.io') shareWithCri(context, image);
    yield* context.print(say === 'digest' ? `${target.digest}\n` : `Loaded image: ${name}\n`);
  }
  return images.map(({ name }) => name);
}

/** The archive's own index is kept as an image too (transfer's digest reference `import`), which only `image prune` shows and removes. */
function keepIndex(context: Context, { digest, mediaType, size, text }: Blob): void {
  context.client().content.write(context.namespace, { digest, mediaType, size, text });
  nameImage(context, `import@${digest}`, { digest, mediaType, size });
}

function archiveIn(source: string): ImageArchive {
  try {
    return readImageArchive(source);
  } catch (error) {
    if (error instanceof ImageArchiveError || error instanceof TarError) throw new NerdctlError(error.message);
    throw error;
  }
}

function open({ process }: Context, path: string): string {
  try {
    return process.fs.read(process.path(path));
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new NerdctlError(`open ${path}: ${error.message.toLowerCase()}`);
  }
}

/** Points a name at an image. */
export function nameImage(context: Context, name: string, target: Descriptor): ContainerdImage {
  const { images } = context.client();
  const labels: Record<string, string> = context.namespace === 'k8s.io' ? { 'io.cri-containerd.image': 'managed' } : {};
  if (images.list(context.namespace).some((each) => each.name === name)) return images.update(context.namespace, name, { target, labels });
  return images.create(context.namespace, { name, target, labels });
}

export const importCommand: NerdctlCommand = {
  name: 'import',
  short: 'Import the contents from a tarball to create a filesystem image',
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  flags: [text('message,m', 'Set commit message for imported image'), text('platform', 'Set platform for imported image (e.g., linux/amd64)')],
  run: function* (context) {
    needArgs(context, 1);
    const { process, namespace, flags } = context;
    const [path = '', reference = `import-${new Date(process.now).toISOString().slice(0, 10)}`] = context.args;
    if (/^https?:/.test(path)) throw new NotSimulated('nerdctl import from a URL');
    const name = wholeName(reference);
    let source: string;
    try {
      source = path === '-' ? yield* readAll(process.stdin) : process.fs.read(process.path(path));
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new NerdctlError(`open ${path}: ${error.message.toLowerCase()}`);
    }
    const entries = archiveEntries(source, (message) => new NerdctlError(message));
    const { blobs, target } = newImage({ parent: undefined, entries, config: {}, createdBy: '', comment: flags.text('message') }, process.now);
    const { content, snapshots } = context.client();
    for (const { blob, labels } of blobs) content.write(namespace, blob, labels);
    nameImage(context, name, target);
    yield* snapshots.unpack(namespace, context.snapshotter, name);
    yield* context.print(`${name}\n`);
    return 0;
  },
};
