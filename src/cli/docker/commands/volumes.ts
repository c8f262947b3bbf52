/** docker volume. */
import type { Volume } from '../../../interfaces/docker.ts';
import { any, bool, CliError, command, confirm, type DockerCommand, list, pairs, text } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { type Filters, isYes, labelled, labelsText, lsFlags, naturally, pruneFilter, selected } from '../listing.ts';
import { type Column, formatted, size } from '../output.ts';
import { inspect } from './inspect.ts';

const volumeFilters = (used: ReadonlySet<string>): Filters<Volume> => ({
  dangling: ({ Name }, value) => !used.has(Name) === isYes(value),
  driver: ({ Driver }, value) => Driver === value,
  label: ({ Labels }, value) => labelled(Labels, value),
  name: ({ Name }, value) => Name.includes(value),
});

/** A yes or a no, once. */
function checkDangling(key: string, values: readonly string[]): void {
  if (key === 'dangling' && !/^(true|false|1|0)$/.test(values.join(' ')))
    throw new CliError(`Error response from daemon: invalid filter 'dangling=[${values.join(' ')}]'`);
}

const volumeColumns: Column<Volume>[] = [
  ['Driver', 'DRIVER', ({ Driver }) => Driver],
  ['Name', 'VOLUME NAME', ({ Name }) => Name],
  ['Mountpoint', 'MOUNTPOINT', ({ Mountpoint }) => Mountpoint],
  ['Scope', 'SCOPE', ({ Scope }) => Scope],
  ['Labels', 'LABELS', ({ Labels }) => labelsText(Labels)],
  ['Links', 'LINKS', () => 'N/A'],
  ['Size', 'SIZE', () => 'N/A'],
  ['Availability', 'AVAILABILITY', () => 'N/A'],
  ['Group', 'GROUP', () => 'N/A'],
  ['Status', 'STATUS', () => 'N/A'],
];

export const volume: DockerCommand = {
  name: 'volume',
  short: 'Manage volumes',
  commands: [
    command(
      'create',
      'Create a volume',
      '[OPTIONS] [VOLUME]',
      [0, 1],
      [
        text('driver,d', 'Specify volume driver name', { default: 'local' }),
        list('label', 'Set metadata for a volume'),
        list('opt,o', 'Set driver specific options'),
        text('name', 'Specify volume name', { hidden: true }),
      ],
      function* (context) {
        const driver = context.flags.text('driver');
        if (driver !== 'local')
          throw new CliError(
            `Error response from daemon: create ${context.arg(0)}: error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`,
          );
        const { flags } = context;
        if (context.args.length > 0 && flags.text('name') !== '')
          throw new CliError('conflicting options: cannot specify a volume-name through both --name and as a positional arg');
        const made = context.client().volumes.create(context.arg(0) || flags.text('name'), pairs(flags.list('label')), pairs(flags.list('opt')));
        yield* context.print(`${made.Name}\n`);
        return 0;
      },
    ),
    inspect('volume'),
    command(
      'ls',
      'List volumes',
      '[OPTIONS]',
      [0, 0],
      lsFlags.filter(({ name }) => name !== 'no-trunc'),
      function* (context) {
        const { flags } = context;
        const client = context.client();
        const used = new Set(client.containers.list({ all: true }).flatMap(({ Mounts }) => Mounts.flatMap((mount) => mount.Name ?? [])));
        const rows = selected(client.volumes.list(), volumeFilters(used), flags.list('filter'), checkDangling).sort((a, b) => naturally(a.Name, b.Name));
        if (flags.bool('quiet')) yield* context.print(rows.map(({ Name }) => `${Name}\n`).join(''));
        else
          yield* context.print(
            formatted(context, flags.text('format'), volumeColumns, ['Driver', 'Name'], rows, {
              type: '*formatter.volumeContext',
              raw: 'name: {{.Name}}\ndriver: {{.Driver}}\n',
              labels: ({ Labels }) => Labels ?? {},
            }),
          );
        return 0;
      },
      { aliases: ['list'] },
    ),
    command(
      'prune',
      'Remove unused local volumes',
      '[OPTIONS]',
      [0, 0],
      [bool('all,a', 'Remove all unused volumes, not just anonymous ones'), pruneFilter, bool('force,f', 'Do not prompt for confirmation')],
      function* (context) {
        yield* confirm(
          context,
          context.flags.bool('all')
            ? 'This will remove all local volumes not used by at least one container.'
            : 'This will remove anonymous local volumes not used by at least one container.',
        );
        const { deleted, space } = context.client().volumes.prune({ all: context.flags.bool('all'), filters: parseFilters(context.flags.list('filter')) });
        if (deleted.length > 0) yield* context.print(`Deleted Volumes:\n${deleted.join('\n')}\n\n`);
        yield* context.print(`Total reclaimed space: ${size(space)}\n`);
        return 0;
      },
    ),
    command(
      'rm',
      'Remove one or more volumes',
      '[OPTIONS] VOLUME [VOLUME...]',
      [1, any],
      [bool('force,f', 'Force the removal of one or more volumes')],
      (context) =>
        context.each(context.args, function* (name) {
          context.client().volumes.remove(name, { force: context.flags.bool('force') });
          return name;
        }),
      { aliases: ['remove'] },
    ),
  ],
};
