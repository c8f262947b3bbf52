/** nerdctl history and image prune. */
import { chainIds } from '../../../interfaces/chain-id.ts';
import { type ContainerdImage, isMissing } from '../../../interfaces/containerd.ts';
import type { ImageIndex } from '../../../interfaces/distribution.ts';
import { isIndex } from '../../../interfaces/image-content.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { findImages, partsOf } from '../find.ts';
import { ago, humanSize, listText } from '../output.ts';
import { repositoryTag } from '../reference.ts';
import { confirmed } from './lifecycle.ts';

export const history: NerdctlCommand = {
  name: 'history',
  short: 'Show the history of an image',
  usage: '[flags] IMAGE',
  flags: [
    bool('quiet,q', 'Only show numeric IDs'),
    bool('no-trunc', "Don't truncate output"),
    bool('human,H', 'Print sizes and dates in human readable format', 'true'),
    text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'"),
  ],
  run: function* (context) {
    needArgs(context, 1, 1);
    const [request = ''] = context.args;
    const [image] = findImages(context, request);
    if (!image) throw new NerdctlError(`no such object: ${request}`);
    const { config } = partsOf(context, image);
    const full = context.flags.bool('no-trunc');
    const client = context.client();
    const chain = chainIds(config?.rootfs.diff_ids ?? []);
    let layer = 0;
    const rows = (config?.history ?? []).map(({ created, created_by: by = '', empty_layer: empty, comment = '' }) => {
      const key = empty ? undefined : chain[layer++];
      const size =
        key === undefined
          ? 0
          : client.snapshots.list(context.namespace, context.snapshotter).some((each) => each.key === key)
            ? client.snapshots.usage(context.namespace, context.snapshotter, key).size
            : 0;
      const human = context.flags.bool('human');
      return {
        Snapshot: key === undefined ? '<missing>' : full ? key : key.slice(0, 20),
        CreatedAt: created,
        CreatedSince: human ? ago(context.process.now, Date.parse(created)) : created,
        CreatedBy: full || by.length <= 45 ? by : `${by.slice(0, 44)}…`,
        Size: human ? humanSize(size) : String(size),
        Comment: comment,
      };
    });
    rows.reverse();
    if (context.flags.bool('quiet')) {
      yield* context.print(rows.map(({ Snapshot }) => `${Snapshot}\n`).join(''));
      return 0;
    }
    yield* context.print(
      listText(context, rows, [
        ['SNAPSHOT', (row) => row.Snapshot],
        ['CREATED', (row) => row.CreatedSince],
        ['CREATED BY', (row) => row.CreatedBy],
        ['SIZE', (row) => row.Size],
        ['COMMENT', (row) => row.Comment],
      ]),
    );
    return 0;
  },
};

export const imagePrune: NerdctlCommand = {
  name: 'prune',
  short: 'Remove unused images',
  flags: [
    bool('all,a', 'Remove all unused images, not just dangling ones'),
    slice('filter', 'Filter output based on conditions provided'),
    bool('force,f', 'Do not prompt for confirmation'),
  ],
  run: function* (context) {
    const all = context.flags.bool('all');
    const warning = all ? 'This will remove all images without at least one container associated to them.' : 'This will remove all dangling images.';
    if (!context.flags.bool('force') && !(yield* confirmed(context, warning))) return 0;
    yield* pruneImages(context, all);
    return 0;
  },
};

/** An archive's index names indexes: the image in it; any other image is its own. */
export function innermost<T extends Pick<ContainerdImage, 'target'>>(context: Context, image: T): T | Pick<ContainerdImage, 'target'> {
  if (!isIndex(image.target)) return image;
  try {
    const { text } = context.client().content.get(context.namespace, image.target.digest);
    const [first] = (JSON.parse(text) as ImageIndex).manifests;
    return first && isIndex(first) ? { target: first } : image;
  } catch (error) {
    if (isMissing(error)) return image;
    throw error;
  }
}

/** Dangling images have no tag. */
export function* pruneImages(context: Context, all: boolean): Routine {
  const client = context.client();
  const used = new Set(client.containers.list(context.namespace).map(({ image }) => image));
  const lines: string[] = [];
  for (const image of client.images.list(context.namespace)) {
    if (used.has(image.name) || (!all && repositoryTag(image.name).tag !== '<none>')) continue;
    const diffIds = partsOf(context, innermost(context, image)).config?.rootfs.diff_ids ?? [];
    client.images.delete(context.namespace, image.name, { sync: true });
    lines.push(`Untagged: ${image.name}`, ...diffIds.map((each) => `deleted: ${each}`));
  }
  if (lines.length > 0) yield* context.print(`Deleted Images:\n${lines.join('\n')}\n\n`);
}
