/** docker-buildx: the plugin that builds with BuildKit (docker/buildx 0.30). */
import type { CacheRecord } from '../../../interfaces/docker.ts';
import type { Program } from '../../../linux/program.ts';
import { sleep } from '../../../sim/routine.ts';
import { tabwriter } from '../../tabwriter.ts';
import { bool, type Context, command, type DockerCommand, list, text } from '../context.ts';
import { dispatchTree } from '../dispatch.ts';
import { ago, size } from '../output.ts';
import { bake } from './bake.ts';
import { build } from './build.ts';
import { imagetools } from './imagetools.ts';

const version = command('version', 'Show buildx version information', '', [0, 0], [], function* (context) {
  yield* context.print('github.com/docker/buildx v0.30.1 9e66234aa13328a5e75b75aa5574e1ca6d6d9c01\n');
  return 0;
});

const platforms = 'linux/amd64, linux/386';

const ls = command(
  'ls',
  'List builder instances',
  '',
  [0, 0],
  [text('format', 'Format the output'), bool('no-trunc', "Don't truncate output")],
  function* (context) {
    const running = reachable(context);
    yield* context.print(
      tabwriter(
        [
          ['NAME/NODE', 'DRIVER/ENDPOINT', 'STATUS', 'BUILDKIT', 'PLATFORMS'],
          ['default*', 'docker', '', '', ''],
          [' \\_ default', ' \\_ default', running ? 'running' : 'error', running ? 'v0.26.3' : '', running ? platforms : ''],
        ],
        { padding: 4 },
      ),
    );
    return 0;
  },
);

const inspect = command(
  'inspect',
  'Inspect current builder instance',
  '[NAME]',
  [0, 1],
  [bool('bootstrap', 'Ensure builder has booted before inspecting')],
  function* (context) {
    const name = context.arg(0) || 'default';
    if (name !== 'default') {
      yield* context.printError(`ERROR: no builder ${JSON.stringify(name)} found\n`);
      return 1;
    }
    const running = reachable(context);
    yield* context.print(
      `Name:          default\nDriver:        docker\nLast Activity: 0001-01-01 00:00:00 +0000 UTC\n\nNodes:\nName:             default\nEndpoint:         default\nStatus:           ${running ? 'running' : 'error'}\nBuildKit version: v0.26.3\nPlatforms:        ${platforms}\n`,
    );
    return 0;
  },
);

function reachable(context: Context): boolean {
  return context.process.fs.exists(context.host.replace(/^unix:\/\//, ''));
}

const total = (records: readonly CacheRecord[]): string => size(records.reduce((sum, each) => sum + each.size, 0));

const du = command(
  'du',
  'Disk usage',
  '',
  [0, 0],
  [bool('verbose', 'Provide a more verbose output'), list('filter', 'Provide filter values')],
  function* (context) {
    const records = context.client().images.buildCache();
    const { now } = context.process;
    yield* context.print(
      tabwriter(
        [
          ['ID', 'RECLAIMABLE', 'SIZE', 'LAST ACCESSED'],
          ...records.map((each) => [each.id.slice(0, 25), 'true', size(each.size), `${ago(now - each.lastUsedAt)} ago`]),
        ],
        {
          padding: 3,
        },
      ),
    );
    yield* context.print(`Reclaimable:\t${total(records)}\nTotal:\t\t${total(records)}\n`);
    return 0;
  },
);

const prune = command(
  'prune',
  'Remove build cache',
  '',
  [0, 0],
  [bool('all,a', 'Include internal/frontend images'), bool('force,f', 'Do not prompt for confirmation')],
  function* (context) {
    if (!context.flags.bool('force')) {
      yield* context.print('WARNING! This will remove all dangling build cache. Are you sure you want to continue? [y/N] ');
      if (!/^y/i.test(((yield* context.process.stdin.read()) ?? '').trim())) return 0;
    }
    const gone = context.client().images.pruneBuildCache();
    const rows = gone.map((each) => [each.id.slice(0, 25), 'true', size(each.size), '']);
    if (rows.length > 0) yield* context.print(tabwriter([['ID', 'RECLAIMABLE', 'SIZE', 'LAST ACCESSED'], ...rows], { padding: 3 }));
    yield* context.print(`Total:\t${total(gone)}\n`);
    return 0;
  },
);

const absent = (name: string, short: string): DockerCommand => ({
  name,
  short,
  raw: true,
  *run(context) {
    yield* context.printError(`k8s-lab: docker buildx ${name} is not simulated\n`);
    return 70;
  },
});

const buildxTree: DockerCommand = {
  name: 'docker buildx',
  usage: '[OPTIONS] COMMAND',
  long: 'Extended build capabilities with BuildKit',
  flags: [text('builder', 'Override the configured builder instance', { persistent: true }), bool('debug,D', 'Enable debug logging')],
  commands: [
    bake,
    { ...build, aliases: ['b'] },
    absent('create', 'Create a new builder instance'),
    du,
    imagetools,
    inspect,
    ls,
    prune,
    absent('rm', 'Remove one or more builder instances'),
    absent('stop', 'Stop builder instance'),
    absent('history', 'Commands to work on build records'),
    absent('use', 'Set the current builder instance'),
    version,
  ],
};

/** `docker-buildx buildx …`, as the docker command calls it. */
export const dockerBuildx: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(8, 14));
  return yield* dispatchTree(buildxTree, argv[1] === 'buildx' ? argv.slice(2) : argv.slice(1), process);
};
