/** nerdctl ps. */
import type { ContainerdContainer, ContainerdTask } from '../../../interfaces/containerd.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import { OverlayDirectory } from '../../../linux/overlay.ts';
import { bool, type Context, int, type NerdctlCommand, NerdctlError, slice, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { labels } from '../labels.ts';
import { networksOf } from '../networks.ts';
import { ago, type Column, humanSize, listText, moment } from '../output.ts';
import { portText } from '../ports.ts';
import { readPorts } from '../store.ts';

type Row = {
  readonly Command: string;
  readonly CreatedAt: string;
  readonly ID: string;
  readonly Image: string;
  readonly Platform: string;
  readonly Names: string;
  readonly Ports: string;
  readonly Status: string;
  readonly Runtime: string;
  readonly Size: string;
  readonly Labels: string;
  readonly LabelsMap: Readonly<Record<string, string>>;
  readonly CreatedSince: string;
  readonly Networks: string;
};

const columns: readonly Column<Row>[] = [
  ['CONTAINER ID', (row) => row.ID],
  ['IMAGE', (row) => row.Image],
  ['COMMAND', (row) => row.Command],
  ['CREATED', (row) => row.CreatedSince],
  ['STATUS', (row) => row.Status],
  ['PORTS', (row) => row.Ports],
  ['NAMES', (row) => row.Names],
];
const wide: readonly Column<Row>[] = [
  ['RUNTIME', (row) => row.Runtime],
  ['PLATFORM', (row) => row.Platform],
];
const size: Column<Row> = ['SIZE', (row) => row.Size];

export const ps: NerdctlCommand = {
  name: 'ps',
  short: 'List containers',
  flags: [
    bool('all,a', 'Show all containers (default shows just running)'),
    int('last,n', 'Show n last created containers (includes all states)', '-1'),
    bool('latest,l', 'Show the latest created container (includes all states)'),
    bool('no-trunc', "Don't truncate output"),
    bool('quiet,q', 'Only display container IDs'),
    bool('size,s', 'Display total file sizes'),
    text('format', "Format the output using the given Go template, e.g, '{{json .}}', 'wide'"),
    slice('filter,f', "Filter matches containers based on given conditions. When specifying the condition 'status', it filters all containers"),
  ],
  run: function* (context) {
    const { flags } = context;
    const last = flags.bool('latest') ? 1 : flags.number('last');
    const filters = flags.list('filter').map(parseFilter);
    const all = flags.bool('all') || last > 0 || filters.some(({ key }) => key === 'status' || key === 'exited');
    let found = [...context.client().containers.list(context.namespace)]
      .sort((a, b) => b.createdAt - a.createdAt)
      .map((container) => ({ container, task: taskOf(context, container.id) }))
      .filter(({ task }) => all || task?.status === 'RUNNING' || task?.status === 'UNKNOWN')
      .filter((each) => matches(context, each, filters));
    if (last > 0) found = found.slice(0, last);
    if (flags.bool('quiet') && !['', 'table', 'wide'].includes(flags.text('format'))) throw new NerdctlError('format and quiet must not be specified together');
    if (flags.bool('quiet')) {
      yield* context.print(found.map(({ container }) => `${flags.bool('no-trunc') ? container.id : container.id.slice(0, 12)}\n`).join(''));
      return 0;
    }
    const isWide = flags.text('format') === 'wide';
    const shown = [...columns, ...(isWide ? wide : []), ...(isWide || flags.bool('size') ? [size] : [])];
    yield* context.print(
      listText(
        context,
        found.map((each) => rowOf(context, each)),
        shown,
      ),
    );
    return 0;
  },
};

type Found = { readonly container: ContainerdContainer; readonly task: ContainerdTask | undefined };

function rowOf(context: Context, { container, task }: Found): Row {
  const full = context.flags.bool('no-trunc');
  const command = container.spec.process.args.join(' ');
  const sorted = Object.entries(container.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    Command: JSON.stringify(full || command.length <= 20 ? command : `${command.slice(0, 19)}…`),
    CreatedAt: moment(container.createdAt),
    ID: full ? container.id : container.id.slice(0, 12),
    Image: container.image,
    Platform: container.labels[labels.platform] ?? '',
    Names: nameOf(container),
    Ports: portText(readPorts(context, container.id)),
    Status: statusText(context, container, task),
    Runtime: container.runtime.name,
    Size: sizeText(context, container),
    Labels: sorted.map(([key, value]) => `${key}=${value}`).join(','),
    LabelsMap: Object.fromEntries(sorted),
    CreatedSince: ago(context.process.now, container.createdAt),
    Networks: networksOf(container.labels).join(','),
  };
}

/** formatter.ContainerStatus. */
export function statusText(context: Context, container: ContainerdContainer, task: ContainerdTask | undefined): string {
  if (!task) return 'Created';
  if (task.status === 'RUNNING') return 'Up';
  if (task.status !== 'STOPPED') return `${task.status[0]}${task.status.slice(1).toLowerCase()}`;
  const own = container.labels;
  const restarts = own[labels.restartStatus] === 'running' && own[labels.explicitlyStopped] !== 'true' && wouldRestart(own, task.exitStatus);
  return `${restarts ? 'Restarting' : 'Exited'} (${task.exitStatus}) ${ago(context.process.now, task.exitedAt)}`;
}

function wouldRestart(own: Readonly<Record<string, string>>, status: number): boolean {
  const [policy, limit] = (own[labels.restartPolicy] ?? 'always').split(':');
  if (policy !== 'on-failure') return true;
  return status !== 0 && (limit === undefined || Number(own[labels.restartCount] ?? 0) < Number(limit));
}

function sizeText(context: Context, { snapshotter, snapshotKey }: ContainerdContainer): string {
  if (!context.flags.bool('size') && context.flags.text('format') !== 'wide') return '';
  const { snapshots } = context.client();
  const root = snapshots.directory(context.namespace, snapshotter, snapshotKey);
  const own = root instanceof OverlayDirectory ? root.upperUsage().bytes : root instanceof DirectoryNode ? 0 : 0;
  let total = own;
  for (
    let key = snapshots.stat(context.namespace, snapshotter, snapshotKey).parent;
    key !== '';
    key = snapshots.stat(context.namespace, snapshotter, key).parent
  )
    total += snapshots.usage(context.namespace, snapshotter, key).size;
  return `${humanSize(own)} (virtual ${humanSize(total)})`;
}

type Filter = { readonly key: string; readonly value: string };

const keys = ['id', 'name', 'exited', 'status', 'label', 'before', 'since', 'volume', 'network'];

function parseFilter(given: string): Filter {
  const at = given.indexOf('=');
  const key = given.slice(0, at < 0 ? undefined : at);
  if (at < 0 || !keys.includes(key)) throw new NerdctlError(`invalid filter '${at < 0 ? given : key}'`);
  return { key, value: given.slice(at + 1) };
}

/** Values of one key are alternatives (labels are not). */
function matches(context: Context, found: Found, filters: readonly Filter[]): boolean {
  const byKey = new Map<string, string[]>();
  for (const { key, value } of filters) byKey.set(key, [...(byKey.get(key) ?? []), value]);
  for (const [key, values] of byKey) {
    const test = (value: string): boolean => holds(context, found, key, value);
    if (key === 'label' ? !values.every(test) : !values.some(test)) return false;
  }
  return true;
}

function holds(context: Context, { container, task }: Found, key: string, value: string): boolean {
  const own = container.labels;
  switch (key) {
    case 'id':
      return container.id.startsWith(value);
    case 'name':
      return nameOf(container).includes(value.replace(/^\^|\$$/g, ''));
    case 'label': {
      const [name = '', wanted] = value.split('=');
      return own[name] !== undefined && (wanted === undefined || own[name] === wanted);
    }
    case 'status':
      return stateOf(task) === value;
    case 'exited':
      return task?.status === 'STOPPED' && String(task.exitStatus) === value;
    case 'network':
      return networksOf(own).includes(value);
    case 'volume':
      return (JSON.parse(own[labels.mounts] ?? '[]') as { Name?: string; Source: string; Destination: string }[]).some((each) =>
        [each.Name, each.Source, each.Destination].includes(value),
      );
    default: {
      const other = context
        .client()
        .containers.list(context.namespace)
        .find((each) => nameOf(each) === value || each.id.startsWith(value));
      return other !== undefined && (key === 'before' ? container.createdAt < other.createdAt : container.createdAt > other.createdAt);
    }
  }
}

/** Docker's words for states. */
export function stateOf(task: ContainerdTask | undefined): string {
  if (!task) return 'created';
  return task.status === 'STOPPED' ? 'exited' : task.status.toLowerCase();
}
