/** docker-compose: the plugin that runs the services of a YAML file (docker/compose v5). */
import type { Program } from '../../../linux/program.ts';
import { sleep } from '../../../sim/routine.ts';
import { dockerHelp, FlagError, parseFlags } from '../../flags.ts';
import { bool, type DockerCommand, list, text } from '../context.ts';
import { dispatchTree } from '../dispatch.ts';
import { composeCommands } from './commands.ts';

/** Before the subcommand; -f means another thing after it. */
const globalFlags = [
  list('file,f', 'Compose configuration files'),
  text('project-name,p', 'Project name'),
  text('project-directory', 'Specify an alternate working directory'),
  list('profile', 'Specify a profile to enable'),
  list('env-file', 'Specify an alternate environment file'),
  text('ansi', 'Control when to print ANSI control characters ("never"|"always"|"auto")', { default: 'auto' }),
  text('progress', 'Set type of progress output (auto, tty, plain, json, quiet)', { default: 'auto' }),
];

/** `docker-compose compose …`, as the docker command calls it. */
export const dockerCompose: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(14, 22));
  const words = argv[1] === 'compose' ? argv.slice(2) : argv.slice(1);
  try {
    const { flags, args } = parseFlags(words, globalFlags, { interspersed: false });
    const tree: DockerCommand = {
      name: 'docker compose',
      usage: '[OPTIONS] COMMAND',
      long: 'Define and run multi-container applications with Docker',
      flags: [...globalFlags, bool('version,v', 'Show the Docker Compose version information')],
      commands: composeCommands(flags),
    };
    return yield* dispatchTree(tree, args.length === 0 ? ['--help'] : args, process);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
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
