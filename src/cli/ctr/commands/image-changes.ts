/** ctr images prune and convert (cmd/ctr/commands/images/{images,convert}.go). */

import { absent } from '../../flags.ts';
import { bool, type CtrCommand, CtrError, list, text } from '../context.ts';
import { rewriteImage } from '../convert-image.ts';
import { partsOf } from '../parts.ts';

export const prune: CtrCommand = {
  name: 'prune',
  short: 'Remove unused images',
  flags: [bool('all', 'Remove all unused images, not just dangling ones (if all is not specified no images will be pruned)')],
  run: function* (context) {
    const client = context.client();
    if (!context.flags.bool('all')) {
      yield* context.log('warning', 'No images pruned. `image prune` requires --all to be specified.');
      return 0;
    }
    const used = new Set(client.containers.list(context.namespace).map(({ image }) => image));
    const unused = client.images.list(context.namespace).filter(({ name }) => !used.has(name));
    for (const [i, { name }] of unused.entries()) {
      client.images.delete(context.namespace, name, { sync: i === unused.length - 1 });
      yield* context.log('info', `deleted image: ${name}\n`);
    }
    return 0;
  },
};

export const convert: CtrCommand = {
  name: 'convert',
  short: 'Convert an image',
  usage: '[flags] <source_ref> <target_ref>',
  flags: [
    bool('uncompress', 'Convert tar.gz layers to uncompressed tar layers'),
    bool('oci', 'Convert Docker media types to OCI media types'),
    text('erofs', 'Convert layers to EROFS images (raw, zstd)'),
    ...absent([
      text('erofs-compressors', 'Specify compression algorithm list when converting EROFS layers'),
      text('erofs-mkfs-options', "Extra mkfs options applied when converting EROFS layers. (e.g. '-Efragments,dedupe')"),
    ]),
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Exports content from all platforms'),
  ],
  run: function* (context) {
    const { flags, namespace } = context;
    const [source, target] = context.args;
    if (!source || !target) throw new CtrError('src and target image need to be specified');
    if (flags.text('erofs') !== '') throw new CtrError('k8s-lab: ctr images convert --erofs is not simulated', 70);
    const client = context.client();
    const image = client.images.get(namespace, source);
    const made = rewriteImage(client.content, namespace, image, partsOf(context, image), {
      ...(flags.bool('uncompress') ? { form: 'uncompress' as const } : {}),
      allPlatforms: flags.bool('all-platforms'),
    });
    const exists = client.images.list(namespace).some(({ name }) => name === target);
    if (exists) client.images.update(namespace, target, { target: made });
    else client.images.create(namespace, { name: target, target: made, labels: image.labels });
    yield* context.print(`${made.digest}\n`);
    return 0;
  },
};
