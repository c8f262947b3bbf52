/** Which pods and containers a command line means. */
import { RE2JS } from 're2js';
import type { Container, ContainerFilter, CriContainerState, ImageService, PodSandbox, PodSandboxFilter, RuntimeService } from '../../interfaces/cri.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { bool, int, labelsOf, list, text } from './command.ts';
import { type Context, calls, Fatal } from './context.ts';

export const podFilters = [
  text('id', '', 'Filter by pod id'),
  list('label', '', 'Filter by key=value label'),
  bool('latest', 'l', 'Show the most recently created pod'),
  text('name', '', 'filter by pod name regular expression pattern'),
  text('namespace', '', 'filter by pod namespace regular expression pattern'),
  int('last', 'n', 'Show last n recently created pods. Set 0 for unlimited', '0'),
  text('state', 's', 'filter by pod state'),
];

export const containerFilters = [
  bool('all', 'a', 'Show all containers'),
  text('id', '', 'Filter by container id'),
  text('image', '', 'Filter by container image'),
  list('label', '', 'Filter by key=value label'),
  bool('latest', 'l', 'Show the most recently created container (includes all states)'),
  text('name', '', 'filter by container name regular expression pattern'),
  text('namespace', '', 'filter by pod namespace regular expression pattern'),
  int('last', 'n', 'Show last n recently created containers (includes all states). Set 0 for unlimited.', '0'),
  text('pod', 'p', 'Filter by pod id'),
  text('state', 's', 'Filter by container state'),
];

/** A command may have only some of the filters: what it has not counts as not given. */
const reader = (flags: Flags) => ({
  text: (name: string): string => (flags.spec(name) ? flags.text(name) : ''),
  bool: (name: string): boolean => flags.spec(name) !== undefined && flags.bool(name),
  number: (name: string): number => (flags.spec(name) ? flags.number(name) : 0),
  list: (name: string): readonly string[] => (flags.spec(name) ? flags.list(name) : []),
});

/** Go's log package, which crictl uses for these two mistakes. */
class BadState extends Fatal {}

export function* choosePods(context: Context, runtime: RuntimeService): Routine<PodSandbox[]> {
  const { flags } = context;
  const read = reader(flags);
  const state = read.text('state').toLowerCase();
  if (state !== '' && state !== 'ready' && state !== 'notready') throw new BadState(`go-log:--state should be ready or notready`);
  const id = read.text('id');
  const labels = read.list('label');
  const filter: PodSandboxFilter = {
    ...(id === '' ? {} : { id }),
    ...(state === '' ? {} : { state: state === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY' }),
    ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}),
  };
  const pods = yield* context.call(calls.listPodSandbox(filter), 'listing pod sandboxes: ', () => runtime.listPodSandbox(filter));
  const named = pods.filter((pod) => matches(read.text('name'), pod.metadata.name) && matches(read.text('namespace'), pod.metadata.namespace));
  return newest(named, flags);
}

const states: Readonly<Record<string, CriContainerState>> = {
  created: 'CONTAINER_CREATED',
  running: 'CONTAINER_RUNNING',
  exited: 'CONTAINER_EXITED',
  unknown: 'CONTAINER_UNKNOWN',
};

export function* chooseContainers(context: Context, runtime: RuntimeService, image: ImageService | undefined): Routine<Container[]> {
  const { flags } = context;
  const read = reader(flags);
  const state = read.text('state').toLowerCase();
  if (state !== '' && !states[state]) throw new BadState('go-log:--state should be one of created, running, exited or unknown');
  const everything = read.bool('all') || read.bool('latest') || read.number('last') > 0;
  const wanted = state === '' ? (everything ? undefined : 'CONTAINER_RUNNING') : states[state];
  const labels = read.list('label');
  const filter: ContainerFilter = {
    ...(read.text('id') === '' ? {} : { id: read.text('id') }),
    ...(read.text('pod') === '' ? {} : { podSandboxId: read.text('pod') }),
    ...(wanted === undefined ? {} : { state: wanted }),
    ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}),
  };
  const containers = yield* context.call(calls.listContainers(filter), 'listing containers: ', () => runtime.listContainers(filter));
  const reference = read.text('image');
  const imageId = reference === '' ? undefined : image?.imageStatus({ image: reference }, false).image?.id;
  const chosen = containers.filter(
    (each) =>
      matches(read.text('name'), each.metadata.name) &&
      matches(read.text('namespace'), podNamespace(each)) &&
      (reference === '' || each.imageId === imageId || each.image.image === reference),
  );
  return newest(chosen, flags);
}

export const podName = (container: Container): string => container.labels['io.kubernetes.pod.name'] ?? 'unknown';
export const podNamespace = (container: Container): string => container.labels['io.kubernetes.pod.namespace'] ?? 'unknown';

function newest<T extends { readonly createdAt: number }>(items: readonly T[], flags: Flags): T[] {
  const read = reader(flags);
  const sorted = [...items].sort((a, b) => b.createdAt - a.createdAt);
  const count = read.bool('latest') ? 1 : read.number('last');
  return count > 0 ? sorted.slice(0, count) : sorted;
}

/** An empty pattern fits all; one that is no regular expression fits none. */
export function matches(pattern: string, text: string): boolean {
  if (pattern === '') return true;
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith('RE2JS')) throw error;
    return false;
  }
}
