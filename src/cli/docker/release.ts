/** Docker 20.10's command line, where it differs: its tree, its help, its words (docker/cli 20.10 cli/cobra.go, cli/required.go). */
import type { Process } from '../../linux/process.ts';
import { releaseOf } from '../../linux/program.ts';
import type { Command } from '../flags.ts';
import { CliError, command, type DockerCommand } from './context.ts';

/** Which release's facts the command tells. */
export const clientRelease = (process: Process): string => releaseOf(process) ?? '29.7.2';

/** Before 23, when BuildKit became what builds. */
export const isOld = (process: Process): boolean => Number.parseInt(clientRelease(process), 10) < 23;

const shorts: Readonly<Record<string, string>> = {
  exec: 'Run a command in a running container',
  login: 'Log in to a Docker registry',
  logout: 'Log out from a Docker registry',
  pull: 'Pull an image or a repository from a registry',
  push: 'Push an image or a repository to a registry',
  run: 'Run a command in a new container',
  search: 'Search the Docker Hub for images',
};
const swarm: readonly (readonly [name: string, short: string])[] = [
  ['config', 'Manage Docker configs'],
  ['node', 'Manage Swarm nodes'],
  ['plugin', 'Manage plugins'],
  ['secret', 'Manage Docker secrets'],
  ['service', 'Manage services'],
  ['stack', 'Manage Docker stacks'],
  ['swarm', 'Manage Swarm'],
  ['trust', 'Manage trust on Docker images'],
];
const byName = (a: DockerCommand, b: DockerCommand): number => (a.name < b.name ? -1 : 1);

/** The tree of 20.10: commands that have commands, then the others, each sorted by name. */
export function oldTree(tree: DockerCommand): DockerCommand {
  const others = (tree.commands ?? []).filter(({ name }) => !swarm.some(([each]) => each === name)) as readonly DockerCommand[];
  const renamed = others.map((each) => ({ ...each, short: shorts[each.name] ?? each.short ?? '' }));
  const management = [...renamed.filter((each) => each.commands), ...swarm.map(([name, short]) => missing(name, short))].sort(byName);
  return {
    ...tree,
    commands: [
      ...management.map((each) => ({ ...each, group: 'Management Commands:' })),
      ...renamed
        .filter((each) => !each.commands)
        .sort(byName)
        .map((each) => ({ ...each, group: 'Commands:' })),
    ],
  };
}

const missing = (name: string, short: string): DockerCommand => ({
  ...command(name, short, '', [0, Number.POSITIVE_INFINITY], [], function* () {
    yield* [];
    throw new CliError(`k8s-lab: docker ${name} is not simulated`, 70);
  }),
  interspersed: false,
  // Listed with those that have commands.
  commands: [],
});

/** A wrong number of arguments. */
export function oldCountText(path: string, least: number, most: number, last: Command | undefined): string {
  const s = (count: number): string => `${count} argument${count === 1 ? '' : 's'}`;
  const what =
    most === 0
      ? 'accepts no arguments'
      : least === most
        ? `requires exactly ${s(least)}`
        : Number.isFinite(most)
          ? least === 0
            ? `requires at most ${s(most)}`
            : `requires at least ${least} and at most ${s(most)}`
          : `requires at least ${s(least)}`;
  const usage = last?.usage ?? '';
  return `"${path}" ${what}.\nSee '${path} --help'.\n\nUsage:  ${path}${usage === '' ? '' : ` ${usage}`}\n\n${last?.short ?? ''}\n`;
}

/** What docker version tells of itself. */
export const oldFacts = { ApiVersion: '1.41', GoVersion: 'go1.19.7', GitCommit: '297e128', BuildTime: 'Tue Apr  4 18:21:03 2023' };
