/** nerdctl save, load, import; image convert, encrypt, decrypt. */
import { createHash } from 'node:crypto';
import type { Blob, ContainerdImage, Descriptor, ImageManifest } from '../../../interfaces/containerd.ts';
import { type ImageArchive, ImageArchiveError, readImageArchive, TarError, writeImageArchive } from '../../../interfaces/image-archive.ts';
import { isErrno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { missingProgram } from '../../child.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, slice, text } from '../context.ts';
import { findImages, partsOf } from '../find.ts';
import { shareWithCri } from '../pull.ts';
import { wholeName } from '../reference.ts';

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

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
  const names: string[] = [];
  // The layout of the archive itself is kept as an image too, which only `image prune` removes.
  for (const { name = `overlayfs@${archive.images[0]?.target.digest}`, target } of archive.images) {
    const image = nameImage(context, name, target);
    names.push(name);
    if (say === 'names') yield* context.print(`unpacking ${name} (${target.digest})...\n`);
    yield* client.snapshots.unpack(context.namespace, context.snapshotter, name);
    if (context.namespace === 'k8s.io') shareWithCri(context, image);
    yield* context.print(say === 'digest' ? `${target.digest}\n` : `Loaded image: ${name}\n`);
  }
  return names;
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

/** The same layers under another media type: a new manifest. */
function rewritten(context: Context, image: ContainerdImage, mediaType: (layer: Descriptor) => string): Descriptor {
  const { manifest } = partsOf(context, image);
  if (!manifest) throw new NerdctlError(`content digest ${image.target.digest}: not found`);
  const changed: ImageManifest = {
    ...manifest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    layers: manifest.layers.map((layer) => ({ ...layer, mediaType: mediaType(layer) })),
  };
  const source = JSON.stringify(changed);
  const digest = sha256(source);
  const refs = Object.fromEntries(changed.layers.map((layer, i) => [`containerd.io/gc.ref.content.l.${i}`, layer.digest]));
  context
    .client()
    .content.write(
      context.namespace,
      { digest, mediaType: changed.mediaType, size: source.length, text: source },
      { 'containerd.io/gc.ref.content.config': manifest.config.digest, ...refs },
    );
  return { mediaType: changed.mediaType, digest, size: source.length };
}

const gzipLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

export const convert: NerdctlCommand = {
  name: 'convert',
  short: 'convert an image',
  usage: '[flags] <source_ref> <target_ref>...',
  flags: [
    bool('estargz', "Convert legacy tar(.gz) layers to eStargz for lazy pulling. Should be used in conjunction with '--oci'"),
    bool('zstd', "Convert legacy tar(.gz) layers to zstd. Should be used in conjunction with '--oci'"),
    bool('zstdchunked', "Convert legacy tar(.gz) layers to zstd:chunked for lazy pulling. Should be used in conjunction with '--oci'"),
    bool('nydus', "Convert an OCI image to Nydus image. Should be used in conjunction with '--oci'"),
    bool('overlaybd', 'Convert tar.gz layers to overlaybd layers'),
    bool('soci', 'Convert image to SOCI Index V2 format.'),
    bool('oci', 'Convert Docker media types to OCI media types'),
    bool('uncompress', 'Convert tar.gz layers to uncompressed tar layers'),
    text('format', "Format the output using the given Go template, e.g, '{{json .}}'"),
    slice('platform', 'Convert content for a specific platform'),
    bool('all-platforms', 'Convert content for all platforms'),
  ],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [source = '', target = ''] = context.args;
    const { flags } = context;
    const name = wholeName(source);
    const image = context.client().images.get(context.namespace, name);
    if (flags.bool('soci')) throw new NerdctlError(`failed to convert image to SOCI format: ${needProgram(context, 'soci')}`);
    if (flags.bool('nydus')) throw new NerdctlError(needProgram(context, 'nydus-image'));
    if (flags.bool('overlaybd')) throw new NotSimulated('nerdctl image convert --overlaybd');
    const kind =
      flags.bool('zstd') || flags.bool('zstdchunked')
        ? 'application/vnd.oci.image.layer.v1.tar+zstd'
        : flags.bool('uncompress')
          ? 'application/vnd.oci.image.layer.v1.tar'
          : gzipLayer;
    const made = nameImage(
      context,
      wholeName(target),
      rewritten(context, image, () => kind),
    );
    yield* context.print(`${made.target.digest}\n`);
    return 0;
  },
};

function needProgram(context: Context, name: string): string {
  const missing = missingProgram(context.process, name);
  if (missing === undefined) throw new NotSimulated(`nerdctl with ${name}`);
  return missing;
}

const cryptFlags = [
  list('recipient', 'Recipient of the image is the person who can decrypt it in the form specified above (i.e. jwe:/path/to/pubkey)'),
  list('key', "A secret key's filename and an optional password separated by colon"),
  slice('platform', 'Convert content for a specific platform'),
  bool('all-platforms', 'Convert content for all platforms'),
  text('gpg-homedir', 'The GPG homedir to use'),
  list('dec-recipient', 'Recipient of the image; used only for PKCS7 and must be an x509 certificate'),
];

export const encrypt: NerdctlCommand = {
  name: 'encrypt',
  short: 'encrypt image layers',
  usage: '[flags] <source_ref> <target_ref>...',
  flags: cryptFlags,
  run: function* (context) {
    needArgs(context, 2, 2);
    const recipients = context.flags.list('recipient');
    if (recipients.length === 0) throw new NerdctlError('at least one recipient must be specified (e.g., --recipient=jwe:mypubkey.pem)');
    for (const each of recipients) keyFile(context, each.replace(/^(jwe|pkcs7|pgp):/, ''));
    return yield* crypt(context, (layer) => `${layer.mediaType.replace(/\+encrypted$/, '')}+encrypted`);
  },
};

export const decrypt: NerdctlCommand = {
  name: 'decrypt',
  short: 'decrypt an image',
  usage: '[flags] <source_ref> <target_ref>...',
  flags: cryptFlags,
  run: function* (context) {
    needArgs(context, 2, 2);
    for (const each of context.flags.list('key')) keyFile(context, each.split(':')[0] ?? '');
    return yield* crypt(context, (layer) => layer.mediaType.replace(/\+encrypted$/, ''));
  },
};

function keyFile({ process }: Context, path: string): void {
  if (!process.fs.exists(process.path(path))) throw new NerdctlError(`unable to read file: open ${path}: no such file or directory`);
}

function* crypt(context: Context, mediaType: (layer: Descriptor) => string): Routine<number> {
  const [source = '', target = ''] = context.args;
  const image = context.client().images.get(context.namespace, wholeName(source));
  const made = nameImage(context, wholeName(target), rewritten(context, image, mediaType));
  yield* context.print(`${made.target.digest}\n`);
  return 0;
}
