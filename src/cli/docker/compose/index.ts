/** docker-compose: the plugin that runs the services of a YAML file (docker/compose v5). */
import type { Program } from '../../../linux/program.ts';
import { sleep } from '../../../sim/routine.ts';
import { absent, dockerHelp, FlagError, parseFlags, refuseAbsent } from '../../flags.ts';
import { notSimulated } from '../commands/system.ts';
import { bool, type DockerCommand, int, list, text } from '../context.ts';
import { dispatchTree } from '../dispatch.ts';
import { withAbsentFlags } from './absent-flags.ts';
import { composeCommands } from './commands.ts';

/** Before the subcommand; -f means another thing after it. */
const globalFlags = [
  list('file,f', 'Compose configuration files'),
  text('project-name,p', 'Project name'),
  text('project-directory', 'Specify an alternate working directory'),
  list('profile', 'Specify a profile to enable'),
  list('env-file', 'Specify an alternate environment file'),
  ...absent([
    text('ansi', 'Control when to print ANSI control characters ("never"|"always"|"auto")', { default: 'auto' }),
    text('progress', 'Set type of progress output (auto, tty, plain, json, quiet)', { default: 'auto' }),
    bool('all-resources', 'Include all resources, even those not used by services'),
    bool('compatibility', 'Run compose in backward compatibility mode'),
    bool('dry-run', 'Execute command in dry run mode'),
  ]),
  // Everything is done in turn, which no limit changes.
  int('parallel', 'Control max parallelism, -1 for unlimited', { default: '-1' }),
];

/** What compose has and this one does not. */
const missing: readonly DockerCommand[] = (
  [
    ['attach', "Attach local standard input, output, and error streams to a service's running container"],
    ['bridge', 'Convert compose files into another model'],
    ['commit', "Create a new image from a service container's changes"],
    ['cp', 'Copy files/folders between a service container and the local filesystem'],
    ['events', 'Receive real time events from containers'],
    ['export', "Export a service container's filesystem as a tar archive"],
    ['publish', 'Publish compose application'],
    ['push', 'Push service images'],
    ['stats', 'Display a live stream of container(s) resource usage statistics'],
    ['volumes', 'List volumes'],
    ['wait', 'Block until containers of all (or specified) services stop.'],
    ['watch', 'Watch build context for service and rebuild/refresh containers when files are updated'],
  ] as const
).map(([name, short]) => ({ ...notSimulated(`compose ${name}`, short) }));

/** `docker-compose compose …`, as the docker command calls it. */
export const dockerCompose: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(14, 22));
  const words = argv[1] === 'compose' ? argv.slice(2) : argv.slice(1);
  try {
    const { flags, args } = parseFlags(words, globalFlags, { interspersed: false });
    refuseAbsent(flags, 'docker compose');
    const own = composeCommands(flags).map(withAbsentFlags);
    const others = missing.filter(({ name }) => !own.some((each) => each.name === name));
    const tree: DockerCommand = {
      name: 'docker compose',
      usage: '[OPTIONS] COMMAND',
      long: 'Define and run multi-container applications with Docker',
      flags: [...globalFlags, bool('version,v', 'Show the Docker Compose version information')],
      commands: [...own, ...others].sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
    if (
      args[0] !== undefined &&
      !args[0].startsWith('-') &&
      ![...own, ...others].some(({ name, aliases = [] }) => [name, ...aliases].includes(args[0] ?? '')) &&
      args[0] !== 'help'
    ) {
      yield* process.printError(`unknown docker command: ${JSON.stringify(`compose ${args[0]}`)}\n`);
      return 1;
    }
    return yield* dispatchTree(tree, args.length === 0 ? ['--help'] : args, process);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    if (error.kind === 'absent') {
      yield* process.printError(`${error.message}\n`);
      return 70;
    }
    if (error.kind === 'help') {
      yield* process.print(
        dockerHelp([
          {
            name: 'docker compose',
            usage: '[OPTIONS] COMMAND',
            long: 'Define and run multi-container applications with Docker',
            flags: globalFlags,
            commands: [],
          },
        ]),
      );
      return 0;
    }
    yield* process.printError(`${error.message}\n`);
    return 1;
  }
};
