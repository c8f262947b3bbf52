/** The subcommands of docker compose that show something. */
import { sprintValue } from '../../../apimachinery/go-printf.ts';
import { goJson } from '../../../apimachinery/go-text.ts';
import type { ContainerSummary } from '../../../interfaces/docker.ts';
import { imageOf } from '../../compose-project.ts';
import { tabwriter } from '../../tabwriter.ts';
import { psColumns } from '../commands/ps.ts';
import { any, bool, CliError, command, int, list, text } from '../context.ts';
import { shaped } from '../go-structs.ts';
import { ago, formatted, size, table } from '../output.ts';
import { showConfig } from './config.ts';
import { running } from './inside.ts';
import { showLogs } from './logs.ts';
import { containersOf, type Make, nameOf, numberOf, opened, selected, serviceOf, services } from './state.ts';

/** docker compose ps. */
export const ps: Make = (globals) =>
  command(
    'ps',
    'List containers',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      bool('all,a', 'Show all stopped containers (including those created by the run command)'),
      text('format', 'Format output using a custom template'),
      bool('quiet,q', 'Only display IDs'),
      bool('services', 'Display services'),
      bool('no-trunc', "Don't truncate output"),
      list('status', 'Filter services by status'),
      list('filter', 'Filter services by a property (supported filters: status)'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals);
      const { flags, process } = context;
      const wanted = new Set(selected(compose.project, context.args, false).map(({ name }) => name));
      const filters = flags.list('filter').map((each) => each.split('='));
      for (const [key = '', ...value] of filters) {
        if (value.length === 0) throw new CliError('arguments to --filter should be in form KEY=VAL');
        if (key !== 'status')
          throw new CliError(
            key === 'source' ? 'k8s-lab: docker compose ps --filter source is not simulated' : `unknown filter ${key}`,
            key === 'source' ? 70 : 1,
          );
      }
      const status = [...flags.list('status'), ...filters.map(([, value = '']) => value)];
      const rows = containersOf(compose, { all: flags.bool('all') || status.length > 0, oneOff: flags.bool('all') })
        .filter((row) => wanted.has(serviceOf(row)))
        .filter(({ State }) => status.length === 0 || status.includes(State));
      if (flags.bool('quiet')) yield* context.print(rows.map(({ Id }) => `${Id}\n`).join(''));
      else if (flags.bool('services')) yield* context.print([...new Set(rows.map(serviceOf))].map((name) => `${name}\n`).join(''));
      else
        yield* context.print(
          formatted(
            context,
            flags.text('format'),
            [
              ...psColumns(process.now, flags.bool('no-trunc'), false).filter(([key]) => key !== 'Platform' && key !== 'HealthStatus'),
              ['Name', 'NAME', nameOf],
              ['Service', 'SERVICE', serviceOf],
              ['Project', 'PROJECT', () => compose.project.name],
              ['ExitCode', 'EXIT CODE', ({ ExitCode }) => String(ExitCode)],
              ['Publishers', 'PUBLISHERS', (row) => sprintValue(publishers(row))],
              ['Health', 'HEALTH', ({ Status }) => /\((?:health: )?(\w+)\)$/.exec(Status)?.[1] ?? ''],
            ],
            ['Name', 'Image', 'Command', 'Service', 'RunningFor', 'Status', 'Ports'],
            rows,
            { typed: { ExitCode: ({ ExitCode }) => ExitCode, Publishers: publishers } },
          ),
        );
      return 0;
    },
  );

const publishers = ({ Ports }: ContainerSummary): object[] =>
  Ports.map(({ IP: URL = '', PrivatePort: TargetPort, PublicPort: PublishedPort = 0, Type: Protocol }) => {
    const port = { URL, TargetPort, PublishedPort, Protocol };
    return shaped({ ...port }, port, () => `{${Object.values(port).join(' ')}}`);
  });

/** docker compose logs. */
export const logs: Make = (globals) =>
  command(
    'logs',
    'View output from containers',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      bool('follow,f', 'Follow log output'),
      text('tail,n', 'Number of lines to show from the end of the logs for each container', { default: 'all' }),
      bool('timestamps,t', 'Show timestamps'),
      bool('no-log-prefix', "Don't print prefix in logs"),
      bool('no-color', 'Produce monochrome output'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals);
      const { flags } = context;
      const containers = selected(compose.project, context.args, false).flatMap(({ name }) => containersOf(compose, { all: true, service: name }));
      const tail = /^\d+$/.test(flags.text('tail')) ? flags.number('tail') : -1;
      const shown = { timestamps: flags.bool('timestamps'), prefix: !flags.bool('no-log-prefix'), colored: !flags.bool('no-color') };
      yield* showLogs(compose, containers, { follow: flags.bool('follow'), tail, ...shown });
      return 0;
    },
  );

/** docker compose images. */
export const images: Make = (globals) =>
  command(
    'images',
    'List images used by the created containers',
    `[OPTIONS] ${services}`,
    [0, any],
    [bool('quiet,q', 'Only display IDs')],
    function* (context) {
      const compose = yield* opened(context, globals);
      const { client } = compose;
      const rows = containersOf(compose, { all: true }).map((container) => {
        const image = imageOf(
          compose.project,
          compose.project.services.find(({ name }) => name === serviceOf(container)) ?? { name: serviceOf(container), fields: {}, dependsOn: [], scale: 1 },
        );
        const [repository = '', tag = 'latest'] = [image.replace(/:[^:/]+$/, ''), /:([^:/]+)$/.exec(image)?.[1] ?? 'latest'];
        const { Id, Size, Created } = client.images.inspect(container.ImageID) as Readonly<Record<string, unknown>> & { readonly Id: string };
        return [
          nameOf(container),
          repository,
          tag,
          'linux/amd64',
          Id.slice(7, 19),
          size(Number(Size ?? 0), 3),
          `${ago(context.process.now - Date.parse(String(Created)))} ago`,
          Id.slice(7),
        ];
      });
      yield* context.print(
        context.flags.bool('quiet')
          ? [...new Set(rows.map((row) => `${row[7]}\n`))].join('')
          : table([['CONTAINER', 'REPOSITORY', 'TAG', 'PLATFORM', 'IMAGE ID', 'SIZE', 'CREATED'], ...rows.map((row) => row.slice(0, 7))], 20),
      );
      return 0;
    },
  );

/** docker compose top. */
export const top: Make = (globals) =>
  command('top', 'Display the running processes', services, [0, any], [], function* (context) {
    const compose = yield* opened(context, globals);
    const rows: string[][] = [];
    let head: readonly string[] = [];
    for (const container of containersOf(compose, { all: false })) {
      if (context.args.length > 0 && !context.args.includes(serviceOf(container))) continue;
      const { titles, processes } = yield* compose.client.containers.top(container.Id);
      head = titles;
      for (const fields of processes) rows.push([serviceOf(container), String(numberOf(container)), ...fields]);
    }
    if (rows.length > 0) yield* context.print(tabwriter([['SERVICE', '#', ...head], ...rows], { minimum: 4, padding: 2 }));
    return 0;
  });

/** docker compose port. */
export const port: Make = (globals) =>
  command(
    'port',
    'Print the public port for a port binding',
    '[OPTIONS] SERVICE PRIVATE_PORT',
    [2, 2],
    [int('index', 'Index of the container if service has multiple replicas'), text('protocol', 'tcp or udp', { default: 'tcp' })],
    function* (context) {
      const compose = yield* opened(context, globals);
      const container = running(compose, context.arg(0), context.flags.number('index'));
      const wanted = Number(context.arg(1));
      const found = container.Ports.find(
        ({ PrivatePort, PublicPort, Type }) => PrivatePort === wanted && PublicPort !== undefined && Type === context.flags.text('protocol'),
      );
      if (!found)
        throw new CliError(
          `no port ${wanted}/${context.flags.text('protocol')} for container ${nameOf(container)}: ${container.Ports.filter(
            ({ PublicPort }) => PublicPort !== undefined,
          )
            .map(({ PublicPort, Type }) => `${PublicPort}/${Type}`)
            .join(', ')}`,
        );
      yield* context.print(`${found.IP}:${found.PublicPort}\n`);
      return 0;
    },
  );

/** docker compose ls. */
export const ls: Make = () =>
  command(
    'ls',
    'List running compose projects',
    '[OPTIONS]',
    [0, 0],
    [
      bool('all,a', 'Show all stopped Compose projects'),
      bool('quiet,q', 'Only display project names'),
      text('format', 'Format the output. Values: [table | json]', { default: 'table' }),
      list('filter', 'Filter output based on conditions provided', { valueName: 'filter' }),
    ],
    function* (context) {
      const { flags } = context;
      const format = flags.text('format');
      if (!['table', 'json', 'pretty'].includes(format)) throw new CliError(`format value ${JSON.stringify(format)} could not be parsed: parsing failed`);
      const wanted = flags.list('filter').map((each) => {
        if (!each.startsWith('name=')) throw new CliError(`unknown filter ${each.split('=')[0]}`);
        return each.slice(5);
      });
      const projects = new Map<string, ContainerSummary[]>();
      for (const row of context.client().containers.list({ all: context.flags.bool('all') })) {
        const name = row.Labels['com.docker.compose.project'];
        if (name !== undefined && (wanted.length === 0 || wanted.some((each) => name.includes(each)))) projects.set(name, [...(projects.get(name) ?? []), row]);
      }
      const rows = [...projects]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, containers]) => {
          const states = [...new Set(containers.map(({ State }) => State))].sort();
          return [
            name,
            states.map((state) => `${state}(${containers.filter(({ State }) => State === state).length})`).join(', '),
            containers[0]?.Labels['com.docker.compose.project.config_files'] ?? '',
          ];
        });
      if (format === 'json' && !flags.bool('quiet')) {
        yield* context.print(`${goJson(rows.map(([Name, Status, ConfigFiles]) => ({ Name, Status, ConfigFiles })))}\n`);
        return 0;
      }
      yield* context.print(context.flags.bool('quiet') ? rows.map(([name]) => `${name}\n`).join('') : table([['NAME', 'STATUS', 'CONFIG FILES'], ...rows], 20));
      return 0;
    },
  );

/** docker compose config. */
export const config: Make = (globals) =>
  command(
    'config',
    'Parse, resolve and render compose file in canonical format',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      bool('quiet,q', "Only validate the configuration, don't print anything"),
      bool('services', 'Print the service names, one per line.'),
      bool('images', 'Print the image names, one per line.'),
      bool('volumes', 'Print the volume names, one per line.'),
      bool('networks', 'Print the network names, one per line.'),
      bool('profiles', 'Print the profile names, one per line.'),
      text('format', 'Format the output. Values: [yaml | json]', { default: 'yaml' }),
    ],
    function* (context) {
      // Names of profiles are those of all services.
      const { project } = yield* opened(context, globals, context.flags.bool('profiles') ? ['*'] : context.args);
      yield* context.print(showConfig({ ...project, services: selected(project, context.args) }, context.flags));
      return 0;
    },
    { aliases: ['convert'] },
  );

/** docker compose version. */
export const version: Make = () =>
  command(
    'version',
    'Show the Docker Compose version information',
    '[OPTIONS]',
    [0, 0],
    [bool('short', "Shows only Compose's version number"), text('format,f', 'Format the output. Values: [pretty | json]')],
    function* (context) {
      yield* context.print(
        context.flags.bool('short') ? '5.1.0\n' : context.flags.text('format') === 'json' ? '{"version":"v5.1.0"}\n' : 'Docker Compose version v5.1.0\n',
      );
      return 0;
    },
  );
