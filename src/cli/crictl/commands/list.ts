/** pods, ps, images. */
import type { Container, CriImage, PodSandbox } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, list, text } from '../command.ts';
import { type Context, calls, Fatal } from '../context.ts';
import { humanAge, humanSize, json, moment, shortId, table, yaml } from '../output.ts';
import { containerItem, imageItem, podItem } from '../proto.ts';
import { chooseContainers, choosePods, containerFilters, podFilters, podName, podNamespace } from '../selection.ts';

const listing = [
  bool('no-trunc', '', 'Show output without truncating the ID'),
  text('output', 'o', 'Output format, One of: json|yaml|table', 'table'),
  bool('quiet', 'q', 'list only IDs'),
  bool('verbose', 'v', 'show verbose info'),
];

export const pods: CrictlCommand = {
  name: 'pods',
  short: 'List pods',
  flags: [...podFilters, ...listing],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const chosen = yield* choosePods(context, runtime);
    if (context.flags.bool('quiet')) return yield* printIds(context, chosen);
    if (yield* structured(context, 'listing pod sandboxes', { items: chosen.map(podItem) })) return;
    if (context.flags.bool('verbose')) return yield* context.print(chosen.map(podDetails).join(''));
    const full = context.flags.bool('no-trunc');
    const rows = chosen.map((pod) => [
      full ? pod.id : shortId(pod.id),
      age(context, pod.createdAt),
      podState(pod),
      pod.metadata.name,
      pod.metadata.namespace,
      String(pod.metadata.attempt ?? 0),
      pod.runtimeHandler || '(default)',
    ]);
    yield* context.print(table([['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], ...rows]));
  },
};

export const ps: CrictlCommand = {
  name: 'ps',
  short: 'List containers',
  flags: [...containerFilters, ...listing, bool('resolve-image-path', 'r', 'Show image path instead of image id')],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const image = yield* context.image();
    const chosen = yield* chooseContainers(context, runtime, image);
    if (context.flags.bool('quiet')) return yield* printIds(context, chosen);
    if (yield* structured(context, 'listing containers', { containers: chosen.map(containerItem) })) return;
    if (context.flags.bool('verbose')) return yield* context.print(chosen.map(containerDetails).join(''));
    const full = context.flags.bool('no-trunc');
    const shown = (each: Container): string => {
      const name = each.image.userSpecifiedImage || each.image.image;
      if (context.flags.bool('resolve-image-path')) return image.imageStatus({ image: each.imageId }, false).image?.repoTags[0] ?? name;
      return /^(sha256:)?[0-9a-f]{64}$/.test(name) && !full ? shortId(name) : name;
    };
    const rows = chosen.map((each) => [
      full ? each.id : shortId(each.id),
      shown(each),
      age(context, each.createdAt),
      containerState(each),
      each.metadata.name,
      String(each.metadata.attempt ?? 0),
      full ? each.podSandboxId : shortId(each.podSandboxId),
      podName(each),
      ...(context.legacy ? [] : [podNamespace(each)]),
    ]);
    const head = ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', ...(context.legacy ? [] : ['NAMESPACE'])];
    yield* context.print(table([head, ...rows]));
  },
};

export const images: CrictlCommand = {
  name: 'images',
  aliases: ['image', 'img'],
  short: 'List images',
  usage: '[REPOSITORY[:TAG]]',
  flags: [
    bool('digests', '', 'Show digests'),
    list('filter', 'f', 'Filter output based on provided conditions. Available filters: dangling, before, since, reference'),
    bool('no-trunc', '', 'Show output without truncating the ID'),
    text('output', 'o', 'Output format, One of: json|yaml|table', 'table'),
    bool('pinned', '', 'Show whether the image is pinned or not'),
    bool('quiet', 'q', 'Only show image IDs'),
    bool('verbose', 'v', 'Show verbose info for images'),
  ],
  run: function* (context) {
    const image = yield* context.image();
    const all = yield* context.call(calls.listImages(), 'listing images: ', () => image.listImages());
    const chosen = filtered([...all].sort(byName), context.flags.list('filter'));
    const format = context.flags.text('output');
    if (format === 'json' || format === 'yaml')
      return yield* context.print(format === 'json' ? json({ images: chosen.map(imageItem) }) : yaml({ images: chosen.map(imageItem) }));
    if (context.flags.bool('quiet')) return yield* context.print(chosen.map(({ id }) => `${id}\n`).join(''));
    if (context.flags.bool('verbose')) return yield* context.print(chosen.map(imageDetails).join(''));
    yield* context.print(imageTable(context, chosen));
  },
};

function imageTable({ flags }: Context, chosen: readonly CriImage[]): string {
  const full = flags.bool('no-trunc');
  const head = ['IMAGE', 'TAG', ...(flags.bool('digests') ? ['DIGEST'] : []), 'IMAGE ID', 'SIZE', ...(flags.bool('pinned') ? ['PINNED'] : [])];
  const rows = chosen.flatMap((each) =>
    (each.repoTags.length > 0 ? each.repoTags : [undefined]).map((tag) => {
      const digest = each.repoDigests[0]?.split('@')[1] ?? '<none>';
      const name = tag?.replace(/:[^:/]*$/, '') ?? each.repoDigests[0]?.split('@')[0] ?? '<none>';
      return [
        name,
        tag === undefined ? '<none>' : tag.slice(name.length + 1),
        ...(flags.bool('digests') ? [full ? digest : shortId(digest)] : []),
        full ? each.id : shortId(each.id),
        humanSize(each.size),
        ...(flags.bool('pinned') ? [String(each.pinned)] : []),
      ];
    }),
  );
  return table([head, ...rows]);
}

const byName = (a: CriImage, b: CriImage): number => {
  const [left = '', right = ''] = [a.repoTags[0] ?? a.repoDigests[0], b.repoTags[0] ?? b.repoDigests[0]];
  return left < right ? -1 : left > right ? 1 : 0;
};

function filtered(all: readonly CriImage[], filters: readonly string[]): CriImage[] {
  return all.filter((image) =>
    filters.every((filter) => {
      const [key, value = ''] = filter.split('=');
      if (key === 'reference')
        return [...image.repoTags, ...image.repoDigests].some(
          (name) => name.split('/').some((part) => part.split(/[:@]/)[0] === value || part === value) || name === value || name.startsWith(value),
        );
      if (key === 'dangling') return (image.repoTags.length === 0) === (value === 'true');
      throw new Fatal(`unknown filter: ${JSON.stringify(key)}`);
    }),
  );
}

const age = (context: Context, at: number): string => `${humanAge(context.process.now - at)} ago`;
const podState = (pod: PodSandbox): string => (pod.state === 'SANDBOX_READY' ? 'Ready' : 'NotReady');
const containerStates = { CONTAINER_CREATED: 'Created', CONTAINER_RUNNING: 'Running', CONTAINER_EXITED: 'Exited', CONTAINER_UNKNOWN: 'Unknown' };
export const containerState = (container: { readonly state: keyof typeof containerStates }): string => containerStates[container.state];

function* printIds(context: Context, items: readonly { readonly id: string }[]): Routine {
  yield* context.print(items.map(({ id }) => `${id}\n`).join(''));
}

/** JSON or YAML; false for a table. */
function* structured(context: Context, doing: string, value: object): Routine<boolean> {
  const format = context.flags.text('output');
  if (format === 'table' || format === '') return false;
  if (format !== 'json' && format !== 'yaml') throw new Fatal(`${doing}: unsupported output format ${JSON.stringify(format)}`);
  yield* context.print(format === 'json' ? json(value) : yaml(value));
  return true;
}

const pairs = (title: string, map: Readonly<Record<string, string>>): string => {
  const keys = Object.keys(map).sort();
  return keys.length === 0 ? '' : `${title}:\n${keys.map((key) => `\t${key} -> ${map[key]}\n`).join('')}`;
};

const created = (at: number): string => moment(at).replace('T', ' ').replace('Z', ' +0000 UTC');

const podDetails = (pod: PodSandbox): string =>
  `ID: ${pod.id}\nName: ${pod.metadata.name}\nUID: ${pod.metadata.uid}\nNamespace: ${pod.metadata.namespace}\n${pod.metadata.attempt ? `Attempt: ${pod.metadata.attempt}\n` : ''}Status: ${podState(pod)}\nCreated: ${created(pod.createdAt)}\n${pairs('Labels', pod.labels)}${pairs('Annotations', pod.annotations)}Runtime: ${pod.runtimeHandler || '(default)'}\n\n`;

const containerDetails = (each: Container): string =>
  `ID: ${each.id}\nPodID: ${each.podSandboxId}\nNamespace: ${podNamespace(each)}\nName: ${each.metadata.name}\n${each.metadata.attempt ? `Attempt: ${each.metadata.attempt}\n` : ''}State: ${containerState(each)}\nImage: ${each.image.userSpecifiedImage || each.image.image}\nCreated: ${created(each.createdAt)}\n${pairs('Labels', each.labels)}${pairs('Annotations', each.annotations)}\n`;

const imageDetails = (image: CriImage): string =>
  `ID: ${image.id}\n${image.repoTags.map((tag) => `RepoTags: ${tag}\n`).join('')}${image.repoDigests.map((digest) => `RepoDigests: ${digest}\n`).join('')}Size: ${humanSize(image.size)}\n${image.uid === undefined ? '' : `Uid: ${image.uid}\n`}${image.username ? `Username: ${image.username}\n` : ''}\n`;
