/** pods and ps. */
import type { Container, ImageService, PodSandbox } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { humanAge, json, moment, shortId, table, yaml } from '../output.ts';
import { containerItem, podItem } from '../proto.ts';
import { chooseContainers, choosePods, containerFilters, podFilters, podName, podNamespace } from '../selection.ts';

const listing = (quiet: string, verbose: string) => [
  bool('no-trunc', '', 'Show output without truncating the ID'),
  text('output', 'o', 'Output format, One of: json|yaml|table', 'table'),
  bool('quiet', 'q', quiet),
  bool('verbose', 'v', verbose),
];

export const pods: CrictlCommand = {
  name: 'pods',
  short: 'List pods',
  combineShort: true,
  flags: [text('id', '', 'filter by pod id'), ...podFilters, ...listing('List only pod IDs', 'Show verbose info for pods')],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const chosen = yield* choosePods(context, runtime, 'listing pod sandboxes: list pod sandboxes: ');
    if (yield* structured(context, 'listing pod sandboxes', { items: chosen.map(podItem) })) return;
    if (context.flags.bool('quiet')) return yield* printIds(context, chosen);
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
  combineShort: true,
  flags: [
    text('id', '', 'Filter by container id'),
    ...containerFilters,
    ...listing('Only display container IDs', 'Show verbose information for containers'),
    bool('resolve-image-path', 'r', 'Show image path instead of image id'),
  ],
  run: function* (context) {
    if (context.args.length > 0 && !context.legacy) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const image = yield* context.image();
    const chosen = yield* chooseContainers(context, runtime, image, 'listing containers: list containers: ');
    if (yield* structured(context, 'listing containers', { containers: chosen.map(containerItem) })) return;
    if (context.flags.bool('quiet')) return yield* printIds(context, chosen);
    if (context.flags.bool('verbose')) return yield* context.print(chosen.map((each) => containerDetails(context, each)).join(''));
    const full = context.flags.bool('no-trunc');
    const rows = chosen.map((each) => [
      full ? each.id : shortId(each.id),
      imageOf(context, image, each),
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

/** kubelet gives an image's id; it is cut, or turned into a name. */
function imageOf({ flags }: Context, image: ImageService, each: Container): string {
  const name = each.image.image;
  const shown = flags.bool('no-trunc') || !/^sha256:[0-9a-f]{64}$/.test(name) ? name : shortId(name);
  return flags.bool('resolve-image-path') ? (image.imageStatus({ image: shown }, false).image?.repoTags[0] ?? shown) : shown;
}

const age = (context: Context, at: number): string => `${humanAge(context.process.now - at)} ago`;
const podState = (pod: PodSandbox): string => (pod.state === 'SANDBOX_READY' ? 'Ready' : 'NotReady');
const containerStates = { CONTAINER_CREATED: 'Created', CONTAINER_RUNNING: 'Running', CONTAINER_EXITED: 'Exited', CONTAINER_UNKNOWN: 'Unknown' };
const containerState = (container: { readonly state: keyof typeof containerStates }): string => containerStates[container.state];

function* printIds(context: Context, items: readonly { readonly id: string }[]): Routine {
  yield* context.print(items.map(({ id }) => `${id}\n`).join(''));
}

/** JSON or YAML; false for a table. */
function* structured(context: Context, doing: string, value: object): Routine<boolean> {
  const format = context.flags.text('output');
  if (format === 'table') return false;
  if (format !== 'json' && format !== 'yaml') throw new Fatal(`${doing}: unsupported output format ${JSON.stringify(format)}`);
  yield* context.print(format === 'json' ? json(value) : yaml(value));
  return true;
}

/** `Labels:` and what stands below; nothing for an empty map. */
export const pairs = (title: string, map: Readonly<Record<string, string>>): string => {
  const keys = Object.keys(map).sort();
  return keys.length === 0 ? '' : `${title}:\n${keys.map((key) => `\t${key} -> ${map[key]}\n`).join('')}`;
};

/** A time as Go prints one. */
export const goTime = (at: number): string => moment(at).replace('T', ' ').replace('Z', ' +0000 UTC');

const podDetails = (pod: PodSandbox): string =>
  `ID: ${pod.id}\nName: ${pod.metadata.name}\nUID: ${pod.metadata.uid}\nNamespace: ${pod.metadata.namespace}\n${pod.metadata.attempt ? `Attempt: ${pod.metadata.attempt}\n` : ''}Status: ${podState(pod)}\nCreated: ${goTime(pod.createdAt)}\n${pairs('Labels', pod.labels)}${pairs('Annotations', pod.annotations)}Runtime: ${pod.runtimeHandler || '(default)'}\n\n`;

const containerDetails = (context: Context, each: Container): string =>
  `ID: ${each.id}\nPodID: ${each.podSandboxId}\nNamespace: ${podNamespace(each)}\nName: ${each.metadata.name}\nAttempt: ${each.metadata.attempt ?? 0}\nState: ${containerState(each)}\nImage: ${each.image.image}\nCreated: ${age(context, each.createdAt)}\n${pairs('Labels', each.labels)}${pairs('Annotations', each.annotations)}\n`;
