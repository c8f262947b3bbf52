/** docker ps. */
import type { ContainerSummary, PortSummary } from '../../../interfaces/docker.ts';
import { bool, CliError, type Context, command, int, list, text } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { shaped } from '../go-structs.ts';
import { naturally } from '../listing.ts';
import { ago, type Column, formatted, render, size } from '../output.ts';

const byPort = (a: PortSummary, b: PortSummary): number =>
  a.PrivatePort - b.PrivatePort || byAddress(a.IP ?? '', b.IP ?? '') || (a.PublicPort ?? 0) - (b.PublicPort ?? 0) || (a.Type < b.Type ? -1 : 1);
const byAddress = (a: string, b: string): number =>
  a === b ? 0 : a.includes(':') !== b.includes(':') ? Number(a.includes(':')) - Number(b.includes(':')) : naturally(a, b);

/** Neighbours of one kind are joined; what is published elsewhere comes last (cli/command/formatter DisplayablePorts). */
function portText({ Ports }: Pick<ContainerSummary, 'Ports'>): string {
  const groups: { readonly IP: string | undefined; readonly Type: string; readonly first: number; last: number }[] = [];
  const joined: string[] = [];
  const mapped: string[] = [];
  const host = (IP: string): string => (IP.includes(':') ? `[${IP}]` : IP);
  const told = ({ IP, Type, first, last }: (typeof groups)[number]): string => {
    const ports = first === last ? `${first}` : `${first}-${last}`;
    return IP === undefined ? `${ports}/${Type}` : `${host(IP)}:${ports}->${ports}/${Type}`;
  };
  for (const { IP, PrivatePort, PublicPort, Type } of [...Ports].sort(byPort)) {
    if (IP !== undefined && PublicPort !== PrivatePort) {
      mapped.push(`${host(IP)}:${PublicPort}->${PrivatePort}/${Type}`);
      continue;
    }
    const at = groups.findIndex((each) => each.IP === IP && each.Type === Type);
    const group = groups[at];
    const begun = { IP, Type, first: PrivatePort, last: PrivatePort };
    if (!group) groups.push(begun);
    else if (PrivatePort === group.last + 1) group.last = PrivatePort;
    else {
      joined.push(told(group));
      groups[at] = begun;
    }
  }
  return [...joined, ...groups.map(told), ...mapped].join(', ');
}

const short = (value: string, length: number): string => (value.length > length ? `${value.slice(0, length - 1)}…` : value);

/** The columns of ps, by their names in templates. */
export const psColumns = (now: number, full: boolean, measured = true): Column<ContainerSummary>[] => [
  ['ID', 'CONTAINER ID', ({ Id }) => (full ? Id : Id.slice(0, 12))],
  // One that was made from an id, as the kubelet does, is shown by its id.
  ['Image', 'IMAGE', ({ Image }) => (!full && /^sha256:[0-9a-f]{64}$/.test(Image) ? Image.slice(7, 19) : Image)],
  ['Command', 'COMMAND', ({ Command }) => `"${full ? Command : short(Command, 20)}"`],
  ['RunningFor', 'CREATED', ({ Created }) => `${ago(now - Created * 1000)} ago`],
  ['CreatedAt', 'CREATED AT', ({ Created }) => `${new Date(Created * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`],
  ['Status', 'STATUS', ({ Status }) => Status],
  ['State', 'STATE', ({ State }) => State],
  ['Ports', 'PORTS', portText],
  ['Names', 'NAMES', ({ Names }) => Names.map((name) => name.slice(1)).join(',')],
  ['Size', 'SIZE', ({ SizeRw, SizeRootFs }) => (measured ? `${size(SizeRw, 3)} (virtual ${size(SizeRootFs, 3)})` : '0B')],
  [
    'Labels',
    'LABELS',
    ({ Labels }) =>
      Object.entries(Labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  ],
  ['Networks', 'NETWORKS', ({ Networks }) => Networks.join(',')],
  ['Mounts', 'MOUNTS', ({ Mounts }) => Mounts.map(({ Name, Source }) => Name ?? Source).join(',')],
  ['Platform', 'PLATFORM', () => 'linux/amd64'],
  ['HealthStatus', 'HEALTH STATUS', ({ Status }) => /\((?:health: )?(healthy|unhealthy|starting)\)$/.exec(Status)?.[1] ?? ''],
  ['LocalVolumes', 'LOCAL VOLUMES', ({ Mounts }) => String(Mounts.filter(({ Type }) => Type === 'volume').length)],
];

/** Printed as one text, read and marshalled as what it consists of. */
const platform = (): object => shaped({ Architecture: 'amd64', OS: 'linux' }, { architecture: 'amd64', os: 'linux' }, () => 'linux/amd64');

const raw = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`;

type Filter = (row: ContainerSummary, value: string, all: readonly ContainerSummary[]) => boolean;

const find = (all: readonly ContainerSummary[], text: string): ContainerSummary | undefined =>
  all.find(({ Id, Names }) => Names.includes(`/${text}`) || Id.startsWith(text));

const filters: Readonly<Record<string, Filter>> = {
  name: ({ Names }, value) =>
    Names.some((name) => name.includes(value.replace(/^[/^]+|\$$/g, '')) && (!/^\^.*\$$/.test(value) || name === `/${value.replace(/^\^\/?|\$$/g, '')}`)),
  id: ({ Id }, value) => Id.startsWith(value),
  status: ({ State }, value) => State === value,
  label: ({ Labels }, value) => (value.includes('=') ? Labels[value.split('=')[0] ?? ''] === value.slice(value.indexOf('=') + 1) : value in Labels),
  exited: ({ State, ExitCode }, value) => State === 'exited' && String(ExitCode) === value,
  ancestor: ({ Image }, value) => Image === value || Image.startsWith(`${value}:`) || Image === value.replace(/:latest$/, ''),
  network: ({ Networks }, value) => Networks.includes(value),
  publish: ({ Ports }, value) => Ports.some(({ PublicPort }) => String(PublicPort) === value.split('/')[0]),
  expose: ({ Ports }, value) => Ports.some(({ PrivatePort, Type }) => (value.includes('/') ? `${PrivatePort}/${Type}` : String(PrivatePort)) === value),
  health: ({ Status }, value) => (/\((?:health: )?(\w+)\)$/.exec(Status)?.[1]?.replace('Paused', 'none') ?? 'none') === value,
  before: ({ Created, Id }, value, all) => {
    const other = find(all, value);
    return other !== undefined && other.Id !== Id && all.findIndex((each) => each.Id === Id) > all.indexOf(other) && Created <= other.Created;
  },
  since: ({ Created, Id }, value, all) => {
    const other = find(all, value);
    return other !== undefined && other.Id !== Id && all.findIndex((each) => each.Id === Id) < all.indexOf(other) && Created >= other.Created;
  },
  'is-task': (_row, value) => value === 'false' || value === '0',
  isolation: () => true,
  volume: ({ Mounts }, value) => Mounts.some(({ Name, Destination }) => Name === value || Destination === value),
};

export const ps = command(
  'ps',
  'List containers',
  '[OPTIONS]',
  [0, 0],
  [
    bool('all,a', 'Show all containers (default shows just running)'),
    list('filter,f', 'Filter output based on conditions provided', { valueName: 'filter' }),
    text('format', 'Format output using a custom template'),
    int('last,n', 'Show n last created containers (includes all states)', { default: '-1' }),
    bool('latest,l', 'Show the latest created container (includes all states)'),
    bool('no-trunc', "Don't truncate output"),
    bool('quiet,q', 'Only display container IDs'),
    bool('size,s', 'Display total file sizes'),
  ],
  function* (context) {
    const { flags } = context;
    const given = parseFilters(flags.list('filter'));
    for (const [key, value] of given) checkFilter(key, value);
    for (const [key] of given) if (!filters[key]) throw new CliError(`Error response from daemon: invalid filter '${key}'`);
    if (flags.text('format') !== '' && flags.bool('quiet'))
      yield* context.printError('WARNING: Ignoring custom format, because both --format and --quiet are set.\n');
    checkFormat(context, flags.text('format'));
    const last = flags.bool('latest') ? 1 : flags.number('last');
    const all = flags.bool('all') || last >= 0 || given.some(([key]) => key === 'status' || key === 'exited');
    const keys = [...new Set(given.map(([key]) => key))];
    const every = context.client().containers.list({ all: true });
    for (const [key, value] of given)
      if ((key === 'before' || key === 'since') && !find(every, value)) throw new CliError(`Error response from daemon: No such container: ${value}`);
    const rows = context
      .client()
      .containers.list({ all })
      .filter((row) => keys.every((key) => given.some(([own, value]) => own === key && filters[key]?.(row, value, every))));
    const shown = last >= 0 ? rows.slice(0, last) : rows;
    if (flags.bool('quiet')) yield* context.print(shown.map(({ Id }) => `${flags.bool('no-trunc') ? Id : Id.slice(0, 12)}\n`).join(''));
    else
      yield* context.print(
        formatted(
          context,
          flags.text('format'),
          psColumns(context.process.now, flags.bool('no-trunc'), flags.bool('size') || /\.Size\b|\{\{\s*json\s+\.\s*\}\}/.test(flags.text('format'))),
          ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names', ...(flags.bool('size') ? ['Size'] : [])],
          shown,
          {
            type: '*formatter.ContainerContext',
            labels: ({ Labels }) => Labels,
            typed: { Platform: platform },
            raw: flags.bool('size') ? `${raw}size: {{.Size}}\n` : raw,
          },
        ),
      );
    return 0;
  },
);

const choices: Readonly<Record<string, readonly [what: string, words: readonly string[]]>> = {
  status: ['state', ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']],
  health: ['health', ['none', 'starting', 'healthy', 'unhealthy']],
};

/** moby daemon/list.go foldFilter. */
function checkFilter(key: string, value: string): void {
  const wrong = (why: string): CliError => new CliError(`Error response from daemon: invalid filter '${key}=${why}`);
  const [what, words] = (Object.hasOwn(choices, key) ? choices[key] : undefined) ?? [];
  if (words && !words.includes(value)) throw wrong(`${value}': invalid value for ${what} (${value}): must be one of ${words.join(', ')}`);
  if (key === 'exited' && !/^[-+]?\d+$/.test(value)) throw wrong(`${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (key === 'is-task' && !/^(1|0|true|false)$/.test(value)) throw wrong(`[${value}]'`);
}

/** What `--format` is, is looked at before the containers are asked for: on a container that has nothing (cli/command/container/list.go). */
function checkFormat(context: Context, format: string): void {
  try {
    render(context, format, Object.defineProperty(Object.fromEntries(psColumns(0, false).map(([key]) => [key, ''])), 'Label', { value: () => '' }), false, {
      type: '*formatter.ContainerContext',
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const text = error.message.replace(/^template parsing error: /, '');
    throw new CliError(`failed to ${/executing/.test(text) ? 'execute' : 'parse'} template: ${text}`);
  }
}
