/** images: what is there, and the filters of crictl's own (cmd/crictl/image.go). */
import { RE2JS, RE2JSException } from 're2js';
import type { CriImage, ImageService } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, list, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { humanSize, json, shortId, table, yaml } from '../output.ts';
import { imageItem } from '../proto.ts';

/** --filter of images and inspecti. */
export const imageFilter = list('filter', 'f', 'Filter output based on provided conditions: dangling=, reference=, before=, since=');

export const images: CrictlCommand = {
  name: 'images',
  aliases: ['image', 'img'],
  short: 'List images',
  usage: '[REPOSITORY[:TAG]]',
  combineShort: true,
  flags: [
    bool('digests', '', 'Show digests'),
    imageFilter,
    bool('no-trunc', '', 'Show output without truncating the ID'),
    text('output', 'o', 'Output format, One of: json|yaml|table'),
    bool('pinned', '', 'Show whether the image is pinned or not'),
    bool('quiet', 'q', 'Only show image IDs'),
    bool('verbose', 'v', 'Show verbose info for images'),
  ],
  run: function* (context) {
    const { flags, args } = context;
    if (args.length > 1) throw new ShowHelp();
    const chosen = yield* listImages(context, yield* context.image(), args[0] ?? '', flags.list('filter'));
    const format = flags.text('output');
    if (format === 'json' || format === 'yaml')
      return yield* context.print(format === 'json' ? json({ images: chosen.map(imageItem) }) : yaml({ images: chosen.map(imageItem) }));
    if (flags.bool('quiet')) return yield* context.print(chosen.map(({ id }) => `${id}\n`).join(''));
    if (flags.bool('verbose')) return yield* context.print(chosen.map(imageDetails).join(''));
    yield* context.print(imageTable(context, chosen));
  },
};

/** Sorted and filtered. */
export function* listImages(context: Context, image: ImageService, name: string, filters: readonly string[]): Routine<readonly CriImage[]> {
  const all = yield* context.call(calls.listImages(), 'listing images: ', () => image.listImages({ image: { image: name } }));
  const sorted: readonly CriImage[] = [...all].sort(byReference);
  return all.length === 0 ? sorted : filters.reduce((left, filter) => applied(filter, left), sorted);
}

function imageTable({ flags }: Context, chosen: readonly CriImage[]): string {
  const full = flags.bool('no-trunc');
  const head = ['IMAGE', 'TAG', ...(flags.bool('digests') ? ['DIGEST'] : []), 'IMAGE ID', 'SIZE', ...(flags.bool('pinned') ? ['PINNED'] : [])];
  const rows = chosen.flatMap((each) => {
    const [, digest] = nameAndDigest(each);
    return namesAndTags(each).map((pair) => [
      ...pair,
      ...(flags.bool('digests') ? [full ? digest : shortId(digest)] : []),
      full ? each.id : shortId(each.id),
      humanSize(each.size),
      ...(flags.bool('pinned') ? [String(each.pinned)] : []),
    ]);
  });
  return table([head, ...rows]);
}

const none = '<none>';
const nameAndDigest = ({ repoDigests: [first] }: CriImage): readonly [name: string, digest: string] => {
  const [name = none, digest = none] = first?.split('@') ?? [];
  return [name, digest];
};

const namesAndTags = (image: CriImage): (readonly [string, string])[] =>
  image.repoTags.length === 0
    ? [[nameAndDigest(image)[0], none]]
    : image.repoTags.map((tag) => [tag.slice(0, tag.lastIndexOf(':')), tag.slice(tag.lastIndexOf(':') + 1)]);

/** By the first tags of both, else the first digests of both, else the ids. */
function byReference(a: CriImage, b: CriImage): number {
  const [left, right] = [a.repoTags[0], b.repoTags[0]];
  if (left !== undefined && right !== undefined) return order(left, right);
  const [leftDigest, rightDigest] = [a.repoDigests[0], b.repoDigests[0]];
  return leftDigest !== undefined && rightDigest !== undefined ? order(leftDigest, rightDigest) : order(a.id, b.id);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The filters by what they begin with. `before` and `since` go by the place in the list, not by time. */
const conditions: Readonly<Record<string, (value: string, left: readonly CriImage[]) => readonly CriImage[]>> = {
  'before=': (value, left) => until(value, [...left].reverse()).reverse(),
  'dangling=': (value, left) => left.filter(({ repoTags }) => (value === 'true' && repoTags.length === 0) || (value === 'false' && repoTags.length > 0)),
  'reference=': byName,
  'since=': until,
};

function applied(filter: string, left: readonly CriImage[]): readonly CriImage[] {
  const found = Object.entries(conditions).find(([start]) => filter.startsWith(start));
  if (!found) throw new Fatal(`listing images: filter images: unknown filter flag: ${filter}`);
  return found[1](filter.slice(found[0].length), left);
}

function until(value: string, left: readonly CriImage[]): CriImage[] {
  const [colon, at] = [value.includes(':'), value.includes('@')];
  const here = (image: CriImage): boolean => {
    if (colon && at) return image.repoDigests[0]?.startsWith(value) ?? false;
    return colon ? namesAndTags(image)[0]?.join(':') === value : image.id.startsWith(value);
  };
  const end = left.findIndex(here);
  return at && !colon ? [] : left.slice(0, end < 0 ? left.length : end);
}

function byName(value: string, left: readonly CriImage[]): readonly CriImage[] {
  try {
    const pattern = RE2JS.compile(value);
    return left.filter((image) => pattern.matcher(nameAndDigest(image)[0]).find());
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new Fatal(`listing images: filter images: ${error.message}`);
  }
}

const imageDetails = (image: CriImage): string =>
  `ID: ${image.id}\n${image.repoTags.map((tag) => `RepoTags: ${tag}\n`).join('')}${image.repoDigests.map((digest) => `RepoDigests: ${digest}\n`).join('')}${image.size === 0 ? '' : `Size: ${image.size}\n`}${image.uid === undefined ? '' : `Uid: value:${image.uid}\n`}${image.username ? `Username: ${image.username}\n` : ''}${image.pinned ? 'Pinned: true\n' : ''}\n`;
