/** docker network and docker volume. */
import { DockerError, type NetworkSummary, type Volume } from '../../../interfaces/docker.ts';
import { any, bool, CliError, command, confirm, type DockerCommand, daemonText, list, pairs, text } from '../context.ts';
import { type Column, formatted, size } from '../output.ts';
import { inspect } from './inspect.ts';

const networkColumns = (full: boolean): Column<NetworkSummary>[] => [
  ['ID', 'NETWORK ID', ({ Id }) => (full ? Id : Id.slice(0, 12))],
  ['Name', 'NAME', ({ Name }) => Name],
  ['Driver', 'DRIVER', ({ Driver }) => Driver],
  ['Scope', 'SCOPE', ({ Scope }) => Scope],
];
const lsFlags = [
  list('filter,f', 'Provide filter values', { valueName: 'filter' }),
  text('format', 'Format output using a custom template'),
  bool('no-trunc', 'Do not truncate the output'),
  bool('quiet,q', 'Only display IDs'),
];
type Filters<Row> = Readonly<Record<string, (row: Row, value: string) => boolean>>;

const labelled = (labels: Readonly<Record<string, string>> | null, value: string): boolean => {
  const [key = '', wanted] = value.split(/=(.*)/s);
  return labels !== null && key in labels && (wanted === undefined || labels[key] === wanted);
};
const predefined = ['bridge', 'host', 'none'];
const isYes = (value: string): boolean => value === 'true' || value === '1';

const networkFilters: Filters<NetworkSummary> = {
  driver: ({ Driver }, value) => Driver === value,
  id: ({ Id }, value) => Id.startsWith(value),
  label: ({ Labels }, value) => labelled(Labels, value),
  name: ({ Name }, value) => Name.includes(value),
  scope: ({ Scope }, value) => Scope === value,
  type: ({ Name }, value) => predefined.includes(Name) === (value === 'builtin'),
  dangling: (row, value) => (!predefined.includes(row.Name) && Object.keys((row['Containers'] ?? {}) as object).length === 0) === isYes(value),
};
const volumeFilters = (used: ReadonlySet<string>): Filters<Volume> => ({
  dangling: ({ Name }, value) => !used.has(Name) === isYes(value),
  driver: ({ Driver }, value) => Driver === value,
  label: ({ Labels }, value) => labelled(Labels, value),
  name: ({ Name }, value) => Name.includes(value),
});

/** Values of one key are alternatives, keys are not. */
function selected<Row>(rows: readonly Row[], filters: Filters<Row>, given: readonly string[]): Row[] {
  const pairsOf = given.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  const bad = pairsOf.find(([key]) => !filters[key]);
  if (bad) throw new CliError(`Error response from daemon: invalid filter '${bad[0]}'`);
  const keys = [...new Set(pairsOf.map(([key]) => key))];
  return rows.filter((row) => keys.every((key) => pairsOf.some(([own, value]) => own === key && filters[key]?.(row, value))));
}

export const network: DockerCommand = {
  name: 'network',
  short: 'Manage networks',
  commands: [
    command(
      'connect',
      'Connect a container to a network',
      '[OPTIONS] NETWORK CONTAINER',
      [2, 2],
      [list('alias', 'Add network-scoped alias for the container'), text('ip', 'IPv4 address (e.g., "172.30.100.104")')],
      function* (context) {
        const ip = context.flags.text('ip');
        context.client().networks.connect(context.arg(0), context.arg(1), { aliases: context.flags.list('alias'), ...(ip === '' ? {} : { ip }) });
        return 0;
      },
    ),
    command(
      'create',
      'Create a network',
      '[OPTIONS] NETWORK',
      [1, 1],
      [
        text('driver,d', 'Driver to manage the Network', { default: 'bridge' }),
        bool('internal', 'Restrict external access to the network'),
        text('subnet', 'Subnet in CIDR format that represents a network segment'),
        text('gateway', 'IPv4 or IPv6 Gateway for the master subnet'),
        list('label', 'Set metadata on a network'),
        bool('attachable', 'Enable manual container attachment'),
      ],
      function* (context) {
        const { flags } = context;
        const id = context.client().networks.create({
          name: context.arg(0),
          driver: flags.text('driver'),
          internal: flags.bool('internal'),
          labels: pairs(flags.list('label')),
          ...(flags.has('subnet') ? { subnet: flags.text('subnet') } : {}),
          ...(flags.has('gateway') ? { gateway: flags.text('gateway') } : {}),
        });
        yield* context.print(`${id}\n`);
        return 0;
      },
    ),
    command(
      'disconnect',
      'Disconnect a container from a network',
      '[OPTIONS] NETWORK CONTAINER',
      [2, 2],
      [bool('force,f', 'Force the container to disconnect from a network')],
      function* (context) {
        context.client().networks.disconnect(context.arg(0), context.arg(1));
        return 0;
      },
    ),
    inspect('network'),
    command(
      'ls',
      'List networks',
      '[OPTIONS]',
      [0, 0],
      lsFlags,
      function* (context) {
        const { flags } = context;
        const rows = selected(context.client().networks.list(), networkFilters, flags.list('filter'));
        const full = flags.bool('no-trunc');
        if (flags.bool('quiet')) yield* context.print(rows.map(({ Id }) => `${full ? Id : Id.slice(0, 12)}\n`).join(''));
        else yield* context.print(formatted(flags.text('format'), networkColumns(full), ['ID', 'Name', 'Driver', 'Scope'], rows));
        return 0;
      },
      { aliases: ['list'] },
    ),
    command('prune', 'Remove all unused networks', '[OPTIONS]', [0, 0], [bool('force,f', 'Do not prompt for confirmation')], function* (context) {
      yield* confirm(context, 'network prune', 'This will remove all custom networks not used by at least one container.');
      const names = context.client().networks.prune();
      if (names.length > 0) yield* context.print(`Deleted Networks:\n${names.join('\n')}\n\n`);
      return 0;
    }),
    command(
      'rm',
      'Remove one or more networks',
      'NETWORK [NETWORK...]',
      [1, any],
      [bool('force,f', 'Do not error if the network does not exist')],
      function* (context) {
        let status = 0;
        for (const name of context.args) {
          try {
            context.client().networks.remove(name);
            yield* context.print(`${name}\n`);
          } catch (error) {
            if (!(error instanceof DockerError)) throw error;
            if (context.flags.bool('force') && error.status === 404) continue;
            status = 1;
            yield* context.printError(`${daemonText(error)}\n`);
          }
        }
        if (status !== 0) yield* context.printError('exit status 1\n');
        return status;
      },
      { aliases: ['remove'] },
    ),
  ],
};

const volumeColumns: Column<Volume>[] = [
  ['Driver', 'DRIVER', ({ Driver }) => Driver],
  ['Name', 'VOLUME NAME', ({ Name }) => Name],
  ['Mountpoint', 'MOUNTPOINT', ({ Mountpoint }) => Mountpoint],
  ['Scope', 'SCOPE', ({ Scope }) => Scope],
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
        yield* context.print(`${context.client().volumes.create(context.arg(0) || context.flags.text('name'), pairs(context.flags.list('label'))).Name}\n`);
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
        const rows = selected(client.volumes.list(), volumeFilters(used), flags.list('filter'));
        if (flags.bool('quiet')) yield* context.print(rows.map(({ Name }) => `${Name}\n`).join(''));
        else yield* context.print(formatted(flags.text('format'), volumeColumns, ['Driver', 'Name'], rows));
        return 0;
      },
      { aliases: ['list'] },
    ),
    command(
      'prune',
      'Remove unused local volumes',
      '[OPTIONS]',
      [0, 0],
      [bool('all,a', 'Remove all unused volumes, not just anonymous ones'), bool('force,f', 'Do not prompt for confirmation')],
      function* (context) {
        yield* confirm(
          context,
          'volume prune',
          context.flags.bool('all')
            ? 'This will remove all local volumes not used by at least one container.'
            : 'This will remove anonymous local volumes not used by at least one container.',
        );
        const { deleted, space } = context.client().volumes.prune({ all: context.flags.bool('all') });
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
