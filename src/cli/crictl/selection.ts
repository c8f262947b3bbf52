/** Which pods and containers a command line means. */
import { RE2JS } from 're2js';
import type { Container, ContainerFilter, CriContainerState, ImageService, PodSandbox, RuntimeService } from '../../interfaces/cri.ts';
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

/** Go's log package, which crictl uses for these two mistakes. */
class BadState extends Fatal {}

export function* choosePods(context: Context, runtime: RuntimeService): Routine<PodSandbox[]> {
  const { flags } = context;
  const state = flags.text('state').toLowerCase();
  if (state !== '' && state !== 'ready' && state !== 'notready') throw new BadState(`go-log:--state should be ready or notready`);
  const id = flags.text('id');
  const labels = flags.list('label');
  const pods = yield* context.call(calls.plain, 'listing pod sandboxes: ', () =>
    runtime.listPodSandbox({
      ...(id === '' ? {} : { id }),
      ...(state === '' ? {} : { state: state === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY' }),
      ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}),
    }),
  );
  const named = pods.filter((pod) => matches(flags.text('name'), pod.metadata.name) && matches(flags.text('namespace'), pod.metadata.namespace));
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
  const state = flags.text('state').toLowerCase();
  if (state !== '' && !states[state]) throw new BadState('go-log:--state should be one of created, running, exited or unknown');
  const everything = flags.bool('all') || flags.bool('latest') || flags.number('last') > 0;
  const wanted = state === '' ? (everything ? undefined : 'CONTAINER_RUNNING') : states[state];
  const labels = flags.list('label');
  const filter: ContainerFilter = {
    ...(flags.text('id') === '' ? {} : { id: flags.text('id') }),
    ...(flags.text('pod') === '' ? {} : { podSandboxId: flags.text('pod') }),
    ...(wanted === undefined ? {} : { state: wanted }),
    ...(labels.length > 0 ? { labelSelector: labelsOf(labels) } : {}),
  };
  const containers = yield* context.call(calls.plain, 'listing containers: ', () => runtime.listContainers(filter));
  const reference = flags.text('image');
  const imageId = reference === '' ? undefined : image?.imageStatus({ image: reference }, false).image?.id;
  const chosen = containers.filter(
    (each) =>
      matches(flags.text('name'), each.metadata.name) &&
      matches(flags.text('namespace'), podNamespace(each)) &&
      (reference === '' || each.imageId === imageId || each.image.image === reference),
  );
  return newest(chosen, flags);
}

export const podName = (container: Container): string => container.labels['io.kubernetes.pod.name'] ?? 'unknown';
export const podNamespace = (container: Container): string => container.labels['io.kubernetes.pod.namespace'] ?? 'unknown';

function newest<T extends { readonly createdAt: number }>(items: readonly T[], flags: Flags): T[] {
  const sorted = [...items].sort((a, b) => b.createdAt - a.createdAt);
  const count = flags.bool('latest') ? 1 : flags.number('last');
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
