/** What there is of a project in the daemon, and how compose tells what it does. */
import type { ContainerSummary, DockerApi } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { ComposeFileError } from '../../compose-interpolate.ts';
import { loadCompose, type Project, selected as pick, type Service } from '../../compose-project.ts';
import type { Flags } from '../../flags.ts';
import { CliError, type Context, type DockerCommand } from '../context.ts';

/** A run of a compose command: the flags before it are kept beside its own. */
export type Compose = { readonly context: Context; readonly client: DockerApi; readonly project: Project };

/** Throws compose's error where there is no file. */
export function* opened(context: Context, globals: Flags, services: readonly string[] = []): Routine<Compose> {
  const given = {
    files: globals.list('file'),
    projectDirectory: globals.text('project-directory'),
    envFiles: globals.list('env-file'),
    projectName: globals.text('project-name'),
    profiles: globals.list('profile'),
    services,
  };
  try {
    return { context, project: yield* loadCompose(context.process, given), client: context.client() };
  } catch (error) {
    if (error instanceof ComposeFileError) throw new CliError(error.message);
    throw error;
  }
}

/** The services that are named, or all; those that they need with them. */
export function selected(project: Project, names: readonly string[], dependencies = true): readonly Service[] {
  try {
    return pick(project, names, dependencies);
  } catch (error) {
    if (error instanceof ComposeFileError) throw new CliError(error.message);
    throw error;
  }
}

/** Containers of the project, in the order of their names; one-off ones only when asked. */
export function containersOf(
  { client, project }: Compose,
  options: { readonly all: boolean; readonly service?: string; readonly oneOff?: boolean },
): ContainerSummary[] {
  return client.containers
    .list({ all: options.all })
    .filter(({ Labels }) => Labels['com.docker.compose.project'] === project.name)
    .filter(({ Labels }) => options.service === undefined || Labels['com.docker.compose.service'] === options.service)
    .filter(({ Labels }) => options.oneOff || Labels['com.docker.compose.oneoff'] !== 'True')
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Without the slash. */
export const nameOf = ({ Names }: ContainerSummary): string => (Names[0] ?? '').slice(1);
/** '' for a container that compose did not make. */
export const serviceOf = ({ Labels }: ContainerSummary): string => Labels['com.docker.compose.service'] ?? '';
/** From 1. */
export const numberOf = ({ Labels }: ContainerSummary): number => Number(Labels['com.docker.compose.container-number'] ?? 0);

/** Progress in plain lines: ` Container web-1  Started `. On a terminal a check mark stands before what is done. */
export function* tell(context: Context, resource: string, text: string): Routine {
  const { stderr } = context.process;
  if (!stderr.tty) return yield* context.printError(` ${resource} ${text} \n`);
  if (!/ing$/.test(text)) yield* context.printError(` \x1b[32m✔\x1b[0m ${resource.padEnd(28)} \x1b[32m${text}\x1b[0m\n`);
}

/** By which compose knows its own again. */
export const labelsFor = (project: Project, kind: 'network' | 'volume', name: string): Record<string, string> => ({
  'com.docker.compose.project': project.name,
  [`com.docker.compose.${kind}`]: name,
  'com.docker.compose.version': '5.1.0',
});

/** Those that others need go last. */
export const inReverse = (services: readonly Service[]): readonly Service[] => [...services].reverse();

/** A subcommand, given the flags that stood before it. */
export type Make = (globals: Flags) => DockerCommand;
/** For usage lines. */
export const services = '[SERVICE...]';
/** Paused ones are not. */
export const isRunning = ({ State }: ContainerSummary): boolean => State === 'running';
/** `--timeout`, where it was given. */
export const howLong = ({ flags }: Context): { readonly timeout?: number } => (flags.has('timeout') ? { timeout: flags.number('timeout') } : {});
