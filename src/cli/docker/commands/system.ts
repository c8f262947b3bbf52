/** docker system and the prune commands. */
import type { Routine } from '../../../sim/routine.ts';
import { bool, CliError, type Context, command, confirm, type DockerCommand, list, text } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { type Column, formatted, size } from '../output.ts';
import { info } from './about.ts';
import { verboseUsage } from './disk-usage.ts';
import { events } from './events.ts';

type DfRow = { readonly type: string; readonly total: number; readonly active: number; readonly size: number; readonly reclaimable: number };
const dfColumns: Column<DfRow>[] = [
  ['Type', 'TYPE', ({ type }) => type],
  ['TotalCount', 'TOTAL', ({ total }) => String(total)],
  ['Active', 'ACTIVE', ({ active }) => String(active)],
  ['Size', 'SIZE', (row) => size(row.size)],
  [
    'Reclaimable',
    'RECLAIMABLE',
    (row) => `${size(row.reclaimable)}${row.size > 0 && row.type !== 'Build Cache' ? ` (${Math.floor((row.reclaimable / row.size) * 100)}%)` : ''}`,
  ],
];

const df = command(
  'df',
  'Show docker disk usage',
  '[OPTIONS]',
  [0, 0],
  [text('format', 'Format output using a custom template'), bool('verbose,v', 'Show detailed information on space usage')],
  function* (context) {
    if (context.flags.bool('verbose')) {
      if (context.flags.text('format') !== '') throw new CliError('k8s-lab: docker system df --verbose with --format is not simulated', 70);
      yield* context.print(verboseUsage(context));
      return 0;
    }
    const client = context.client();
    const { images, containers, volumes, layersSize } = client.diskUsage();
    const cache = client.images.buildCache();
    const sum = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((total, each) => total + of(each), 0);
    const idle = containers.filter(({ State }) => !['running', 'paused', 'restarting'].includes(State));
    const rows: DfRow[] = [
      {
        type: 'Images',
        total: images.length,
        active: images.filter(({ Containers }) => Containers > 0).length,
        size: layersSize,
        reclaimable: sum(
          images.filter(({ Containers }) => Containers === 0),
          ({ Size }) => Size,
        ),
      },
      {
        type: 'Containers',
        total: containers.length,
        active: containers.length - idle.length,
        size: sum(containers, ({ SizeRw }) => SizeRw),
        reclaimable: sum(idle, ({ SizeRw }) => SizeRw),
      },
      {
        type: 'Local Volumes',
        total: volumes.length,
        active: volumes.filter(({ links }) => links > 0).length,
        size: sum(volumes, (each) => each.size),
        reclaimable: sum(
          volumes.filter(({ links }) => links === 0),
          (each) => each.size,
        ),
      },
      { type: 'Build Cache', total: cache.length, active: 0, size: sum(cache, (each) => each.size), reclaimable: sum(cache, (each) => each.size) },
    ];
    yield* context.print(formatted(context, context.flags.text('format'), dfColumns, ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'], rows));
    return 0;
  },
);

const force = bool('force,f', 'Do not prompt for confirmation');
const filter = list('filter', 'Provide filter values (e.g. "label=<key>=<value>")', { valueName: 'filter' });
const filtersOf = ({ flags }: Context): ReturnType<typeof parseFilters> => parseFilters(flags.list('filter'));

export const containerPrune = command('prune', 'Remove all stopped containers', '[OPTIONS]', [0, 0], [filter, force], function* (context) {
  yield* confirm(context, 'This will remove all stopped containers.');
  const { deleted, space } = yield* context.client().containers.prune(filtersOf(context));
  if (deleted.length > 0) yield* context.print(`Deleted Containers:\n${deleted.join('\n')}\n\n`);
  yield* context.print(`Total reclaimed space: ${size(space)}\n`);
  return 0;
});

function* deletedImages(context: Context, all: boolean): Routine<number> {
  const { deleted, space } = yield* context.client().images.prune({ all, filters: filtersOf(context) });
  const lines = deleted.map((each) => ('Untagged' in each ? `untagged: ${each.Untagged}` : `deleted: ${each.Deleted}`));
  if (lines.length > 0) yield* context.print(`Deleted Images:\n${lines.join('\n')}\n\n`);
  return space;
}

export const imagePrune = command(
  'prune',
  'Remove unused images',
  '[OPTIONS]',
  [0, 0],
  [bool('all,a', 'Remove all unused images, not just dangling ones'), filter, force],
  function* (context) {
    yield* confirm(
      context,
      context.flags.bool('all') ? 'This will remove all images without at least one container associated to them.' : 'This will remove all dangling images.',
    );
    yield* context.print(`Total reclaimed space: ${size(yield* deletedImages(context, context.flags.bool('all')))}\n`);
    return 0;
  },
);

const systemPrune = command(
  'prune',
  'Remove unused data',
  '[OPTIONS]',
  [0, 0],
  [bool('all,a', 'Remove all unused images not just dangling ones'), filter, force, bool('volumes', 'Prune anonymous volumes')],
  function* (context) {
    const all = context.flags.bool('all');
    const filters = filtersOf(context);
    if (context.flags.bool('volumes') && filters.some(([key]) => key === 'until'))
      throw new CliError('ERROR: The "until" filter is not supported with "--volumes"');
    const lines = [
      'all stopped containers',
      'all networks not used by at least one container',
      ...(context.flags.bool('volumes') ? ['all anonymous volumes not used by at least one container'] : []),
      all ? 'all images without at least one container associated to them' : 'all dangling images',
      all ? 'all build cache' : 'unused build cache',
    ];
    yield* confirm(
      context,
      `This will remove:\n${lines.map((line) => `  - ${line}\n`).join('')}${filters.length > 0 ? `\n  Items to be pruned will be filtered with:\n${filters.map(([key, value]) => `  - ${key}=${value}\n`).join('')}` : ''}`,
    );
    const client = context.client();
    const containers = yield* client.containers.prune(filters);
    if (containers.deleted.length > 0) yield* context.print(`Deleted Containers:\n${containers.deleted.join('\n')}\n\n`);
    const networks = client.networks.prune(filters);
    if (networks.length > 0) yield* context.print(`Deleted Networks:\n${networks.join('\n')}\n\n`);
    const volumes = context.flags.bool('volumes') ? client.volumes.prune({ all: false, filters }) : { deleted: [], space: 0 };
    if (volumes.deleted.length > 0) yield* context.print(`Deleted Volumes:\n${volumes.deleted.join('\n')}\n\n`);
    const space = yield* deletedImages(context, context.flags.bool('all'));
    yield* context.print(`Total reclaimed space: ${size(containers.space + volumes.space + space)}\n`);
    return 0;
  },
);

export const system: DockerCommand = { name: 'system', short: 'Manage Docker', commands: [df, events, info, systemPrune] };

/** A command that says that it is none here. */
export const notSimulated = (path: string, short: string): DockerCommand => ({
  name: path.slice(path.lastIndexOf(' ') + 1),
  short,
  raw: true,
  *run() {
    throw new CliError(`k8s-lab: docker ${path} is not simulated`, 70);
  },
});
