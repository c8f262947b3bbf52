/** Which pods and containers a command line means. */
import type { Container, ContainerFilter, CriContainerState, ImageService, PodSandbox, PodSandboxFilter, RuntimeService } from '../../interfaces/cri.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { isFound } from '../pattern.ts';
import { calls } from './calls.ts';
import { bool, int, list, text } from './command.ts';
import { type Context, Fatal } from './context.ts';

/** What `pods` and `inspectp` can choose by. */
export const podFilters = [
  list('label', '', 'Filter by key=value label'),
  bool('latest', 'l', 'Show the most recently created pod'),
  text('name', '', 'Filter by pod name regular expression pattern'),
  text('namespace', '', 'Filter by pod namespace regular expression pattern'),
  int('last', 'n', 'Show last n recently created pods. Set 0 for unlimited', '0'),
  text('state', 's', 'Filter by pod state'),
];

/** What `ps` and `inspect` can choose by. */
export const containerFilters = [
  bool('all', 'a', 'Show all containers'),
  text('image', '', 'Filter by container image'),
  list('label', '', 'Filter by key=value label'),
  bool('latest', 'l', 'Show the most recently created container (includes all states)'),
  text('name', '', 'Filter by container name regular expression pattern'),
  text('namespace', '', 'Filter by pod namespace regular expression pattern'),
  int('last', 'n', 'Show last n recently created containers (includes all states). Set 0 for unlimited.', '0'),
  text('pod', 'p', 'Filter by pod id'),
  text('state', 's', 'Filter by container state'),
];

/** A command may have only some of the filters: what it has not counts as not given. */
const reader = (flags: Flags, ignored: readonly string[] = []) => ({
  text: (name: string): string => (flags.spec(name) && !ignored.includes(name) ? flags.text(name) : ''),
  bool: (name: string): boolean => flags.spec(name) !== undefined && flags.bool(name),
  number: (name: string): number => (flags.spec(name) ? flags.number(name) : 0),
  list: (name: string): readonly string[] => (flags.spec(name) ? flags.list(name) : []),
});

/** Go's log package, which crictl uses for these two mistakes. */
class BadState extends Fatal {}

/** `k=v` pairs of repeated --label flags; urfave takes commas between them too. */
export const labelsOf = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs
      .flatMap((pair) => pair.split(','))
      .map((pair) => {
        const parts = pair.split('=');
        if (parts.length !== 2) throw new Fatal(`incorrectly specified label: ${pair}`);
        return [parts[0], parts[1]];
      }),
  );

/** `prefix` says what was being done, before the words of crictl's own list call. */
export function* choosePods(context: Context, runtime: RuntimeService, prefix: string): Routine<PodSandbox[]> {
  const { flags } = context;
  const read = reader(flags);
  const labels = read.list('label');
  const labelSelector = labelsOf(labels);
  const state = read.text('state').toLowerCase();
  if (state !== '' && state !== 'ready' && state !== 'notready') throw new BadState(`go-log:--state should be ready or notready`);
  const id = read.text('id');
  const filter: PodSandboxFilter = {
    ...(id === '' ? {} : { id }),
    ...(state === '' ? {} : { state: state === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY' }),
    ...(labels.length > 0 ? { labelSelector } : {}),
  };
  const pods = yield* context.call(calls.listPodSandbox(filter), context.legacy ? 'listing pod sandboxes: ' : `${prefix}call list sandboxes RPC: `, () =>
    runtime.listPodSandbox(filter),
  );
  const named = pods.filter((pod) => isFound(read.text('name'), pod.metadata.name) && isFound(read.text('namespace'), pod.metadata.namespace));
  return newest(named, flags);
}

const states: Readonly<Record<string, CriContainerState>> = {
  created: 'CONTAINER_CREATED',
  running: 'CONTAINER_RUNNING',
  exited: 'CONTAINER_EXITED',
  unknown: 'CONTAINER_UNKNOWN',
};

/** `prefix` as for pods; `ignored` are flags that a command takes and does not heed. */
export function* chooseContainers(
  context: Context,
  runtime: RuntimeService,
  image: ImageService,
  prefix: string,
  ignored: readonly string[] = [],
): Routine<Container[]> {
  const { flags } = context;
  const read = reader(flags, ignored);
  const labels = read.list('label');
  const labelSelector = labelsOf(labels);
  const state = read.text('state').toLowerCase();
  if (state !== '' && !states[state]) throw new BadState('go-log:--state should be one of created, running, exited or unknown');
  const anyState = read.bool('latest') || read.number('last') > 0;
  const wanted = anyState ? undefined : state !== '' ? states[state] : read.bool('all') ? undefined : 'CONTAINER_RUNNING';
  const filter: ContainerFilter = {
    ...(read.text('id') === '' ? {} : { id: read.text('id') }),
    ...(read.text('pod') === '' ? {} : { podSandboxId: read.text('pod') }),
    ...(wanted === undefined ? {} : { state: wanted }),
    ...(labels.length > 0 ? { labelSelector } : {}),
  };
  const containers = yield* context.call(calls.listContainers(filter), context.legacy ? 'listing containers: ' : `${prefix}call list containers RPC: `, () =>
    runtime.listContainers(filter),
  );
  const reference = read.text('image');
  const idOf = (name: string): string | undefined => image.imageStatus({ image: name }, false).image?.id;
  const imageId = reference === '' ? undefined : idOf(reference);
  const chosen = containers.filter(
    (each) =>
      isFound(read.text('name'), each.metadata.name) &&
      isFound(read.text('namespace'), podNamespace(each)) &&
      (reference === '' || (imageId !== undefined && idOf(each.image.image) === imageId)),
  );
  return newest(chosen, flags);
}

/** What kubelet writes on its containers; `unknown` on others. */
export const podName = (container: Container): string => container.labels['io.kubernetes.pod.name'] ?? 'unknown';
/** By the kubelet's label. */
export const podNamespace = (container: Container): string => container.labels['io.kubernetes.pod.namespace'] ?? 'unknown';

function newest<T extends { readonly createdAt: number }>(items: readonly T[], flags: Flags): T[] {
  const read = reader(flags);
  const sorted = [...items].sort((a, b) => b.createdAt - a.createdAt);
  const count = read.number('last') > 0 ? read.number('last') : read.bool('latest') ? 1 : 0;
  return count > 0 ? sorted.slice(0, count) : sorted;
}
