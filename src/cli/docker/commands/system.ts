/** docker system, context, events, prune, login. */
import type { DockerEvent } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, CliError, type Context, command, confirm, type DockerCommand, list, text } from '../context.ts';
import { type Column, formatted, render, size, table } from '../output.ts';
import { info } from './about.ts';

const eventText = ({ Type, Action, Actor, timeNano }: DockerEvent): string => {
  const attributes = Object.entries(Actor.Attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  const ms = timeNano / 1e6;
  const stamp = `${new Date(ms).toISOString().slice(0, 23)}${String(Math.floor((ms % 1) * 1e6)).padStart(6, '0')}Z`;
  return `${stamp} ${Type} ${Action} ${Actor.ID}${attributes === '' ? '' : ` (${attributes})`}\n`;
};

export const events = command(
  'events',
  'Get real time events from the server',
  '[OPTIONS]',
  [0, 0],
  [
    list('filter,f', 'Filter output based on conditions provided', { valueName: 'filter' }),
    text('format', 'Format output using a custom template'),
    text('since', 'Show all events created since timestamp'),
    text('until', 'Stream events until this timestamp'),
  ],
  function* (context) {
    if (context.flags.has('since') || context.flags.has('until')) throw new CliError('k8s-lab: docker events --since and --until are not simulated', 70);
    const channel = context.client().events();
    const wanted = (event: DockerEvent): boolean =>
      context.flags.list('filter').every((each) => {
        const [key, value] = each.split('=');
        if (key === 'event') return event.Action === value;
        if (key === 'type') return event.Type === value;
        return key !== 'container' || event.Actor.Attributes['name'] === value || event.Actor.ID.startsWith(value ?? '');
      });
    const format = context.flags.text('format');
    try {
      for (let event = yield* channel.receive(); event !== undefined; event = yield* channel.receive())
        if (wanted(event)) yield* context.print(format === '' ? eventText(event) : `${render(format, event)}\n`);
    } finally {
      channel.break();
    }
    return 0;
  },
);

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
    if (context.flags.bool('verbose')) throw new CliError('k8s-lab: docker system df --verbose is not simulated', 70);
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
    yield* context.print(formatted(context.flags.text('format'), dfColumns, ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'], rows));
    return 0;
  },
);

const force = bool('force,f', 'Do not prompt for confirmation');

export const containerPrune = command('prune', 'Remove all stopped containers', '[OPTIONS]', [0, 0], [force], function* (context) {
  yield* confirm(context, 'container prune', 'This will remove all stopped containers.');
  const { deleted, space } = yield* context.client().containers.prune();
  if (deleted.length > 0) yield* context.print(`Deleted Containers:\n${deleted.join('\n')}\n\n`);
  yield* context.print(`Total reclaimed space: ${size(space)}\n`);
  return 0;
});

function* deletedImages(context: Context, all: boolean): Routine<number> {
  const { deleted, space } = yield* context.client().images.prune({ all });
  const lines = deleted.map((each) => ('Untagged' in each ? `untagged: ${each.Untagged}` : `deleted: ${each.Deleted}`));
  if (lines.length > 0) yield* context.print(`Deleted Images:\n${lines.join('\n')}\n\n`);
  return space;
}

export const imagePrune = command(
  'prune',
  'Remove unused images',
  '[OPTIONS]',
  [0, 0],
  [bool('all,a', 'Remove all unused images, not just dangling ones'), force],
  function* (context) {
    yield* confirm(
      context,
      'image prune',
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
  [bool('all,a', 'Remove all unused images not just dangling ones'), force, bool('volumes', 'Prune anonymous volumes')],
  function* (context) {
    const all = context.flags.bool('all');
    const lines = [
      'all stopped containers',
      'all networks not used by at least one container',
      ...(context.flags.bool('volumes') ? ['all anonymous volumes not used by at least one container'] : []),
      all ? 'all images without at least one container associated to them' : 'all dangling images',
      all ? 'all build cache' : 'unused build cache',
    ];
    yield* confirm(context, 'system prune', `This will remove:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
    const client = context.client();
    const containers = yield* client.containers.prune();
    if (containers.deleted.length > 0) yield* context.print(`Deleted Containers:\n${containers.deleted.join('\n')}\n\n`);
    const networks = client.networks.prune();
    if (networks.length > 0) yield* context.print(`Deleted Networks:\n${networks.join('\n')}\n\n`);
    const volumes = context.flags.bool('volumes') ? client.volumes.prune({ all: false }) : { deleted: [], space: 0 };
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
  interspersed: false,
  *run() {
    throw new CliError(`k8s-lab: docker ${path} is not simulated`, 70);
  },
});

const contextShorts = {
  create: 'Create a context',
  export: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  import: 'Import a context from a tar or zip file',
  rm: 'Remove one or more contexts',
  update: 'Update a context',
} as const;

export const contextCommand: DockerCommand = {
  name: 'context',
  short: 'Manage contexts',
  commands: [
    command(
      'ls',
      'List contexts',
      '[OPTIONS]',
      [0, 0],
      [text('format', 'Format output using a custom template'), bool('quiet,q', 'Only show context names')],
      function* (context) {
        if (context.flags.bool('quiet')) yield* context.print('default\n');
        else
          yield* context.print(
            table([
              ['NAME', 'DESCRIPTION', 'DOCKER ENDPOINT', 'ERROR'],
              ['default *', 'Current DOCKER_HOST based configuration', context.host, ''],
            ]),
          );
        return 0;
      },
      { aliases: ['list'] },
    ),
    command(
      'inspect',
      'Display detailed information on one or more contexts',
      '[OPTIONS] [CONTEXT] [CONTEXT...]',
      [0, Number.POSITIVE_INFINITY],
      [text('format,f', 'Format output using a custom template')],
      function* (context) {
        const names = context.args.length > 0 ? context.args : ['default'];
        const unknown = names.find((name) => name !== 'default');
        if (unknown !== undefined) throw new CliError(`[]\ncontext ${JSON.stringify(unknown)}: context not found`);
        const one = {
          Name: 'default',
          Metadata: {},
          Endpoints: { docker: { Host: context.host, SkipTLSVerify: false } },
          TLSMaterial: {},
          Storage: { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' },
        };
        const format = context.flags.text('format');
        yield* context.print(
          format === ''
            ? `${JSON.stringify(
                names.map(() => one),
                null,
                4,
              )}\n`
            : names.map(() => `${render(format, one, true)}\n`).join(''),
        );
        return 0;
      },
    ),
    command('use', 'Set the current docker context', 'CONTEXT', [1, 1], [], function* (context) {
      if (context.arg(0) !== 'default') throw new CliError(`context ${JSON.stringify(context.arg(0))}: context not found`);
      yield* context.print('default\n');
      yield* context.printError('Current context is now "default"\n');
      return 0;
    }),
    ...(['create', 'export', 'import', 'rm', 'update'] as const).map((name) => notSimulated(`context ${name}`, contextShorts[name])),
    command('show', 'Print the name of the current context', '', [0, 0], [], function* (context) {
      yield* context.print('default\n');
      return 0;
    }),
  ].sort((a, b) => (a.name < b.name ? -1 : 1)),
};
