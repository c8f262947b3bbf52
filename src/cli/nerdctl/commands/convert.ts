/** nerdctl image convert, encrypt, decrypt: the same image with its layers in another form (pkg/cmd/image/{convert,crypt}.go). */

import type { Blob, ContainerdImage, Descriptor } from '../../../interfaces/containerd.ts';
import { sha256 } from '../../../interfaces/image-content.ts';
import {
  type ChangedLayer,
  type ConvertedLayer,
  estargzLayer,
  type LayerForm,
  layerForms,
  recompressed,
  rewriteManifest,
} from '../../../interfaces/lazy-layers.ts';
import { decryptLayer, encryptLayer, isEncrypted, publicPart } from '../../../interfaces/ocicrypt.ts';
import { lazyMarks } from '../../../interfaces/snapshotter.ts';
import type { Routine } from '../../../sim/routine.ts';
import { missingProgram } from '../../child.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, int, list, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, slice, text } from '../context.ts';
import { partsOf } from '../find.ts';
import { wholeName } from '../reference.ts';
import { nameImage } from './image-files.ts';

const ociTypes = { manifest: 'application/vnd.oci.image.manifest.v1+json', config: 'application/vnd.oci.image.config.v1+json' };

/** Writes the image anew with other layers, in OCI's words. */
function rewritten(
  context: Context,
  image: ContainerdImage,
  change: (layer: Blob, descriptor: Descriptor) => ChangedLayer,
  annotations: Readonly<Record<string, string>> = {},
): Descriptor {
  const { manifest, config } = partsOf(context, image);
  if (!manifest || !config) throw new NerdctlError(`content digest ${image.target.digest}: not found`);
  return rewriteManifest(context.client().content, context.namespace, { manifest, config, types: ociTypes, change, annotations });
}

export const convert: NerdctlCommand = {
  name: 'convert',
  short: 'convert an image',
  usage: '[flags] <source_ref> <target_ref>...',
  flags: [
    text('format', "Format the output using the given Go template, e.g, 'json'"),
    bool('estargz', "Convert legacy tar(.gz) layers to eStargz for lazy pulling. Should be used in conjunction with '--oci'"),
    ...absent([text('estargz-record-in', "Read 'ctr-remote optimize --record-out=<FILE>' record file (EXPERIMENTAL)")]),
    int('estargz-compression-level', 'eStargz compression level', '9'),
    int('estargz-chunk-size', 'eStargz chunk size'),
    ...absent([bool('zstd', "Convert legacy tar(.gz) layers to zstd. Should be used in conjunction with '--oci'")]),
    bool('zstdchunked', "Convert legacy tar(.gz) layers to zstd:chunked for lazy pulling. Should be used in conjunction with '--oci'"),
    bool('nydus', "Convert an OCI image to Nydus image. Should be used in conjunction with '--oci'"),
    bool('overlaybd', 'Convert tar.gz layers to overlaybd layers'),
    bool('soci', 'Convert image to SOCI Index V2 format.'),
    bool('uncompress', 'Convert tar.gz layers to uncompressed tar layers'),
    bool('oci', 'Convert Docker media types to OCI media types'),
    slice('platform', 'Convert content for a specific platform'),
    bool('all-platforms', 'Convert content for all platforms'),
  ],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [source = '', target = ''] = context.args;
    const { flags } = context;
    const image = context.client().images.get(context.namespace, wholeName(source));
    if (flags.bool('overlaybd')) throw new NotSimulated('nerdctl image convert --overlaybd');
    const soci = flags.bool('soci') ? missingProgram(context.process, 'soci') : undefined;
    if (soci !== undefined) throw new NerdctlError(`failed to convert image to SOCI format: ${soci}`);
    const nydus = flags.bool('nydus') ? missingProgram(context.process, 'nydus-image') : undefined;
    if (nydus !== undefined) throw new NerdctlError(nydus);
    const forms = (Object.keys(layerForms) as LayerForm[]).filter((form) => flags.bool(form));
    if (forms.length + (flags.bool('estargz') ? 1 : 0) > 1)
      throw new NerdctlError(`options ${forms.join(' and ')} lead to conflict, only one of them can be used`);
    if (!flags.bool('oci') && (flags.bool('estargz') || (forms[0] !== undefined && forms[0] !== 'uncompress')))
      yield* context.log('warning', `option --${forms[0] ?? 'estargz'} should be used in conjunction with --oci`);
    const own = (layer: Blob, descriptor: Descriptor): ChangedLayer => ({ blob: layer, descriptor });
    const change = flags.bool('estargz')
      ? estargzLayer
      : forms[0] === undefined
        ? own
        : (layer: Blob): ConvertedLayer => recompressed(layer, forms[0] as LayerForm);
    const index: Record<string, string> = flags.bool('soci') ? { [lazyMarks.sociIndex]: sha256(`soci:${image.target.digest}`) } : {};
    return yield* named(context, target, rewritten(context, image, change, index));
  },
};

const cryptFlags = [
  list('recipient', 'Recipient of the image is the person who can decrypt it in the form specified above (i.e. jwe:/path/to/pubkey)'),
  list('key', "A secret key's filename and an optional password separated by colon"),
  ...absent([
    text('gpg-homedir', 'The GPG homedir to use'),
    text('gpg-version', 'The GPG version ("v1" or "v2"), default will make an educated guess'),
    list('dec-recipient', 'Recipient of the image; used only for PKCS7 and must be an x509 certificate'),
  ]),
  slice('platform', 'Convert content for a specific platform'),
  bool('all-platforms', 'Convert content for all platforms'),
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
    const parts = recipients.map((each) => {
      const [scheme = '', path = ''] = each.split(/:(.*)/s);
      if (!['jwe', 'pkcs7', 'pgp'].includes(scheme)) throw new NerdctlError(`provided recipients does not have a supported protocol: ${each}`);
      if (scheme === 'pgp') throw new NotSimulated('encryption for a PGP recipient');
      return keyIn(context, path, 'public key');
    });
    return yield* crypt(context, (layer) => (isEncrypted(layer) ? undefined : encryptLayer(layer, parts, context.process.sim.random.hex(64))));
  },
};

export const decrypt: NerdctlCommand = {
  name: 'decrypt',
  short: 'decrypt an image',
  usage: '[flags] <source_ref> <target_ref>...',
  flags: cryptFlags,
  run: function* (context) {
    needArgs(context, 2, 2);
    const keys = context.flags.list('key').map((each) => keyIn(context, each.split(':')[0] ?? '', 'private key'));
    return yield* crypt(context, (layer, descriptor) => {
      if (!isEncrypted(layer)) return undefined;
      const blob = decryptLayer(layer, descriptor, keys);
      if (!blob) throw new NerdctlError('call to DecryptLayer failed: missing private key needed for decryption');
      return { blob, descriptor: { mediaType: blob.mediaType, digest: blob.digest, size: blob.size } };
    });
  },
};

function keyIn({ process }: Context, path: string, what: string): string {
  if (!process.fs.exists(process.path(path))) throw new NerdctlError(`unable to read file: open ${path}: no such file or directory`);
  const part = publicPart(process.fs.read(process.path(path)));
  if (part === undefined)
    throw new NerdctlError(`${what === 'public key' ? 'file provided is not a public key' : 'file provided is not a private key'}: ${path}`);
  return part;
}

function* crypt(context: Context, change: (layer: Blob, descriptor: Descriptor) => ChangedLayer | undefined): Routine<number> {
  const [source = '', target = ''] = context.args;
  const image = context.client().images.get(context.namespace, wholeName(source));
  return yield* named(
    context,
    target,
    rewritten(context, image, (layer, descriptor) => change(layer, descriptor) ?? { blob: layer, descriptor }),
  );
}

function* named(context: Context, name: string, made: Descriptor): Routine<number> {
  const { target } = nameImage(context, wholeName(name), made);
  yield* context.print(`${target.digest}\n`);
  return 0;
}
