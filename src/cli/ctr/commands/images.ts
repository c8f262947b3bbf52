/** ctr images. */

import { chainIds } from '../../../interfaces/chain-id.ts';
import type { ContainerdImage, Descriptor } from '../../../interfaces/containerd.ts';
import { isMissing } from '../../../interfaces/containerd.ts';
import { referenceProblem } from '../../../interfaces/image-name.ts';
import { bool, type Context, type CtrCommand, CtrError, labelArgs, labelText } from '../context.ts';
import { badFilter, filter } from '../filters.ts';
import { bytes, table } from '../output.ts';
import { partsOf } from '../parts.ts';
import { exportImages, importImages } from './image-archives.ts';
import { convert, prune } from './image-changes.ts';
import { mount, unmount, usage } from './image-files.ts';
import { inspect } from './image-tree.ts';
import { pull, push, snapshotterFlag } from './transfer.ts';

function sizeOf(context: Context, image: ContainerdImage): number {
  const { top, index, manifest } = partsOf(context, image);
  const manifestSize = index ? (index.manifests.find(({ platform }) => platform?.architecture === 'amd64')?.size ?? 0) : 0;
  return (top?.size ?? 0) + manifestSize + (manifest ? [manifest.config, ...manifest.layers].reduce((sum, each) => sum + each.size, 0) : 0);
}

function platforms(context: Context, image: ContainerdImage): string {
  const { index } = partsOf(context, image);
  if (!index) return 'linux/amd64';
  const name = ({ platform }: Descriptor): string =>
    [platform?.os, platform?.architecture, (platform as { variant?: string } | undefined)?.variant].filter(Boolean).join('/');
  return [...new Set(index.manifests.map(name))].sort().join(',');
}

const field = (image: ContainerdImage, path: string): string | undefined =>
  path === 'name'
    ? image.name
    : path === 'target.digest'
      ? image.target.digest
      : path === 'target.mediatype'
        ? image.target.mediaType
        : path.startsWith('labels.')
          ? image.labels[path.slice(7)]
          : undefined;

/** What is wrong with the namespace is told under the name of what was to be done. */
function clientFor(context: Context, what: string): ReturnType<Context['client']> {
  try {
    return context.client();
  } catch (error) {
    if (error instanceof CtrError && error.message.startsWith('namespace ')) throw new CtrError(`failed to ${what}: ${error.message}`);
    throw error;
  }
}

const listImages: CtrCommand = {
  name: 'list',
  aliases: ['ls'],
  short: 'List images known to containerd',
  usage: '[flags] [<filter>, ...]',
  long: 'list images registered with containerd',
  flags: [bool('quiet,q', 'Print only the image refs')],
  run: function* (context) {
    const images = filter(clientFor(context, 'list images').images.list(context.namespace), context.args, field, badFilter('failed to list images: '));
    if (context.flags.bool('quiet')) yield* context.print(images.map(({ name }) => `${name}\n`).join(''));
    else
      yield* context.print(
        table([
          ['REF', 'TYPE', 'DIGEST', 'SIZE', 'PLATFORMS', 'LABELS'],
          ...images.map((image) => [
            image.name,
            image.target.mediaType,
            image.target.digest,
            bytes(sizeOf(context, image)),
            platforms(context, image),
            labelText(image.labels) || '-',
          ]),
        ]),
      );
    return 0;
  },
};

const check: CtrCommand = {
  name: 'check',
  short: 'Check existing images to ensure all content is available locally',
  usage: '[flags] [<filter>, ...]',
  flags: [bool('quiet,q', 'Print only the ready image refs (fully downloaded and unpacked)'), snapshotterFlag],
  run: function* (context) {
    const client = context.client();
    const images = filter(client.images.list(context.namespace), context.args, field, badFilter('failed listing images: '));
    if (images.length === 0) return 0;
    if (context.flags.bool('quiet')) {
      yield* context.print(
        images
          .filter((each) => unpacked(context, each))
          .map(({ name }) => `${name}\n`)
          .join(''),
      );
      return 0;
    }
    const rows = images.map((image) => {
      const { manifest } = partsOf(context, image);
      const wanted = manifest ? [manifest.config, ...manifest.layers] : [];
      const total = wanted.reduce((sum, { size }) => sum + size, 0);
      return [
        image.name,
        image.target.mediaType,
        image.target.digest,
        `complete (${wanted.length}/${wanted.length})`,
        `${bytes(total)}/${bytes(total)}`,
        String(unpacked(context, image)),
      ];
    });
    yield* context.print(table([['REF', 'TYPE', 'DIGEST', 'STATUS', 'SIZE', 'UNPACKED '], ...rows], 1, false));
    return 0;
  },
};

function unpacked(context: Context, image: ContainerdImage): boolean {
  const { config } = partsOf(context, image);
  const last = chainIds(config?.rootfs.diff_ids ?? []).at(-1);
  const snapshotter = context.flags.text('snapshotter') || 'overlayfs';
  return (
    last !== undefined &&
    context
      .client()
      .snapshots.list(context.namespace, snapshotter)
      .some(({ key }) => key === last)
  );
}

const remove: CtrCommand = {
  name: 'delete',
  aliases: ['del', 'remove', 'rm'],
  short: 'Remove one or more images by reference',
  usage: '[flags] <ref> [<ref>, ...]',
  flags: [bool('sync', 'Synchronously remove image and all associated resources')],
  run: function* (context) {
    const client = context.client();
    for (const name of context.args) {
      try {
        client.images.delete(context.namespace, name, { sync: context.flags.bool('sync') });
        yield* context.print(`${name}\n`);
      } catch (error) {
        if (!isMissing(error)) throw error;
        yield* context.log('warning', `${name}: image not found`);
      }
    }
    return 0;
  },
};

const tag: CtrCommand = {
  name: 'tag',
  short: 'Tag an image',
  usage: '[flags] <source_ref> <target_ref> [<target_ref>, ...]',
  flags: [
    bool('force', 'Force target_ref to be created, regardless if it already exists'),
    bool('local', 'Run tag locally rather than through transfer API'),
    bool('skip-reference-check', 'Skip the strict check for reference names'),
  ],
  run: function* (context) {
    const [source, ...targets] = context.args;
    if (!source) throw new CtrError('please provide an image reference to tag from');
    if (targets.length === 0) throw new CtrError('please provide an image reference to tag to');
    const client = context.client();
    const { flags } = context;
    const image = client.images.get(context.namespace, source);
    for (const target of targets) {
      const problem = flags.bool('skip-reference-check') ? undefined : referenceProblem(target);
      if (problem !== undefined) throw new CtrError(`error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag ${problem}`);
      const exists = client.images.list(context.namespace).some(({ name }) => name === target);
      if (exists && flags.bool('local') && !flags.bool('force')) throw new CtrError(`image ${JSON.stringify(target)}: already exists`);
      if (exists) client.images.update(context.namespace, target, { target: image.target });
      else client.images.create(context.namespace, { name: target, target: image.target, labels: image.labels });
      yield* context.print(`${target}\n`);
    }
    return 0;
  },
};

const label: CtrCommand = {
  name: 'label',
  short: 'Set and clear labels for an image',
  usage: '[flags] <name> [<key>=<value>, ...]',
  flags: [bool('replace-all,r', 'Replace all labels')],
  run: function* (context) {
    const [name, ...labels] = context.args;
    if (name === undefined) throw new CtrError('please specify an image');
    const { images } = context.client();
    const { labels: old } = images.get(context.namespace, name);
    // Without a field to change the whole record is replaced, and this one has no target.
    if (labels.length === 0) throw new CtrError('Target.Digest "" invalid: invalid checksum digest format: invalid argument');
    const gone = context.flags.bool('replace-all') ? Object.fromEntries(Object.keys(old).map((key) => [key, ''])) : {};
    const updated = images.update(context.namespace, name, { labels: { ...gone, ...labelArgs(labels) } });
    yield* context.print(`${labelText(updated.labels)}\n`);
    return 0;
  },
};

export const images: CtrCommand = {
  name: 'images',
  aliases: ['image', 'i'],
  short: 'Manage images',
  commands: [check, exportImages, importImages, inspect, listImages, mount, unmount, pull, push, prune, remove, tag, label, convert, usage],
};
