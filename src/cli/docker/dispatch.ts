/** Command lines of docker and its plugins: from the words to the command, and what is said when they are wrong (docker/cli cli/cobra.go). */
import { DockerError } from '../../interfaces/docker.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { CommandFlagError, dockerHelp, oldDockerHelp, resolveCobra, UnknownCommandError } from '../flags.ts';
import { versionLine } from './commands/about.ts';
import { CliError, Context, type DockerCommand, daemonText, HelpError, type Run, ValueError } from './context.ts';
import { currentContext, findContext } from './context-store.ts';
import { isOld, oldCountText, oldTree } from './release.ts';

const helpOf = (chain: readonly DockerCommand[], process: Process): string => (isOld(process) ? oldDockerHelp(chain) : dockerHelp(chain));

/** Runs the command that a command line means. */
export function* dispatchTree(given: DockerCommand, args: readonly string[], process: Process): Routine<number> {
  const tree = isOld(process) && given.name === 'docker' && given.commands?.some(({ group }) => group === 'Common Commands:') ? oldTree(given) : given;
  if (args[0] === 'help') {
    if (args[1] !== undefined && !isOld(process) && !tree.commands?.some(({ name, aliases }) => name === args[1] || aliases?.includes(args[1] ?? ''))) {
      yield* process.printError(`unknown help topic: ${args.slice(1).join(' ')}\n`);
      return 1;
    }
    return yield* dispatchTree(tree, [...args.slice(1), '--help'], process);
  }
  let resolved: ReturnType<typeof resolveCobra<Run>>;
  try {
    resolved = resolveCobra<Run>(tree, args);
  } catch (error) {
    return yield* wrong(error, tree, process);
  }
  const { flags, chain } = resolved;
  const command: DockerCommand = resolved.command;
  if (chain.length === 1 && tree.name === 'docker' && flags.bool('version')) {
    yield* process.print(versionLine(process));
    return 0;
  }
  if (!command.run) return yield* noCommand(resolved.args, chain, process);
  const count = resolved.args.length;
  const [least, most] = command.takes ?? [0, Number.POSITIVE_INFINITY];
  if (count < least || count > most) return yield* wrongCount(least, most, chain, process);
  const context = new Context(process, { flags, args: resolved.args, path: resolved.path, host: hostOf(args, process) });
  try {
    return (yield* command.run(context)) ?? 0;
  } catch (error) {
    if (error instanceof DockerError) return yield* daemonError(error, command, resolved.path, process);
    if (!(error instanceof CliError)) throw error;
    if (error instanceof HelpError) {
      yield* process.printError(withHelp(error.message, resolved.path, process));
      return error.status;
    }
    if (error instanceof ValueError) {
      yield* process.printError(valueText(error.message, resolved.path, command, process));
      return error.status;
    }
    if (error.unreachable && command.prefixed) {
      yield* process.printError(withHelp(error.message, resolved.path, process));
      return 125;
    }
    yield* process.printError(`${error.message}\n`);
    return error.status;
  }
}

const withHelp = (message: string, path: string, process: Process): string =>
  isOld(process) ? `docker: ${message}.\nSee '${path} --help'.\n` : `docker: ${message}\n\nRun '${path} --help' for more information\n`;

const valueText = (message: string, path: string, { usage }: DockerCommand, process: Process): string =>
  isOld(process)
    ? `${message}\nSee '${path} --help'.\n`
    : `${message}\n\nUsage:  ${path}${usage === undefined ? '' : ` ${usage.trim()}`}\n\nRun '${path} --help' for more information\n`;

function* daemonError(error: DockerError, command: DockerCommand, path: string, process: Process): Routine<number> {
  const own = error.message.startsWith('k8s-lab: ');
  if (command.prefixed && !own) {
    yield* process.printError(
      isOld(process) ? `docker: ${daemonText(error)}.\nSee '${path} --help'.\n` : `docker: ${daemonText(error)}\n\nRun '${path} --help' for more information\n`,
    );
    return 125;
  }
  yield* process.printError(`${daemonText(error)}\n`);
  return own ? 70 : 1;
}

/** The value of one of docker's own options, which stand before the command. */
export function ownOption(args: readonly string[], name: string, letter = ''): string | undefined {
  const own = ['-H', '--host', '-c', '--context', '-l', '--log-level', '--config'];
  const first = args.findIndex((arg, i) => !arg.startsWith('-') && !own.includes(args[i - 1] ?? ''));
  const at = args.findIndex((arg) => arg === `--${name}` || arg === `-${letter}` || arg.startsWith(`--${name}=`));
  if (at < 0 || (first >= 0 && at >= first)) return undefined;
  return args[at]?.startsWith(`--${name}=`) ? args[at]?.slice(name.length + 3) : args[at + 1];
}

/** `-H` before the command, then DOCKER_HOST. */
export function hostOf(args: readonly string[], process: Process): string {
  const given = ownOption(args, 'host', 'H');
  if (given !== undefined) return given;
  const named = ownOption(args, 'context', 'c');
  const name = named ?? currentContext(process);
  if (name === 'default') return process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';
  return findContext(process, name)?.Endpoints.docker.Host ?? `context:${name}`;
}

function* noCommand(args: readonly string[], chain: readonly DockerCommand[], process: Process): Routine<number> {
  const path = chain.map(({ name }) => name).join(' ');
  if (args.length === 0) {
    yield* process.print(helpOf(chain, process));
    return 0;
  }
  if (isOld(process)) {
    yield* process.print(helpOf(chain, process));
    return 1;
  }
  // Two groups have the word in their use line (cli/command/manifest, volume).
  const use = /^docker (manifest|volume)$/.test(path) ? `${path} COMMAND` : path;
  yield* process.printError(`docker: unknown command: ${path} ${args[0]}\n\nUsage:  ${use}\n\nRun '${path} --help' for more information\n`);
  return 1;
}

function* wrongCount(least: number, most: number, chain: readonly DockerCommand[], process: Process): Routine<number> {
  const path = chain.map(({ name }) => name).join(' ');
  if (isOld(process)) {
    yield* process.printError(oldCountText(path, least, most, chain.at(-1)));
    return 1;
  }
  const s = (count: number): string => `${count} argument${count === 1 ? '' : 's'}`;
  const what =
    most === 0
      ? 'accepts no arguments'
      : least === most
        ? `requires ${s(least)}`
        : Number.isFinite(most)
          ? least === 0
            ? `requires at most ${s(most)}`
            : `requires at least ${least} and at most ${s(most)}`
          : `requires at least ${s(least)}`;
  const usage = chain.at(-1)?.usage ?? '';
  // Only cli.RequiresMinArgs says See.
  const look = least !== most && !Number.isFinite(most) ? 'See' : 'Run';
  yield* process.printError(
    `docker: '${path}' ${what}\n\nUsage:  ${path}${usage === '' ? '' : ` ${usage}`}\n\n${look} '${path} --help' for more information\n`,
  );
  return 1;
}

function* wrong(error: unknown, tree: DockerCommand, process: Process): Routine<number> {
  if (error instanceof UnknownCommandError) {
    yield* process.printError(
      isOld(process)
        ? `docker: '${error.typed}' is not a docker command.\nSee 'docker --help'\n`
        : `docker: unknown command: ${tree.name} ${error.typed}\n\nRun '${tree.name} --help' for more information\n`,
    );
    return 1;
  }
  if (!(error instanceof CommandFlagError)) throw error;
  if (error.kind === 'absent') {
    yield* process.printError(`${error.message}\n`);
    return 70;
  }
  const chain = error.chain as DockerCommand[];
  if (error.kind === 'help') {
    yield* process.print(helpOf(chain, process));
    return 0;
  }
  if (isOld(process)) {
    yield* process.printError(`${error.message}\nSee '${error.path} --help'.\n`);
    return 125;
  }
  const usage = chain.length === 1 ? '[OPTIONS] COMMAND [ARG...]' : (chain.at(-1)?.usage ?? '');
  yield* process.printError(
    `${error.message}\n\nUsage:  ${error.path}${usage === '' ? '' : ` ${usage.trim()}`}\n\nRun '${error.path} --help' for more information\n`,
  );
  return 125;
}
