/** Help of cobra programs, read from the table of commands: cobra's own template, docker's and nerdctl's. */

import { type Command, flagsOf } from './flags-commands.ts';
import type { FlagSpec, FlagType } from './flags-values.ts';

const typeNames: Readonly<Record<FlagType, string>> = {
  bool: '',
  string: 'string',
  int: 'int',
  uint: 'uint',
  float: 'float',
  duration: 'duration',
  stringArray: 'stringArray',
  stringSlice: 'strings',
  stringToString: 'stringToString',
  count: 'count',
};

const zeroes: ReadonlySet<string> = new Set(['', '0', 'false', '0s', '[]', '<nil>']);
const helpFlag: FlagSpec = { name: 'help', short: 'h', type: 'bool' };

/** pflag FlagUsages: one line a flag, sorted by name, texts in a column. */
export function flagUsages(specs: readonly FlagSpec[]): string {
  const rows = [...specs]
    .filter((spec) => !spec.hidden)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((spec) => [usageHead(spec), usageText(spec)] as const);
  const width = Math.max(0, ...rows.map(([head]) => head.length));
  return rows.map(([head, text]) => `${head.padEnd(width)}   ${text.replace(/\n/g, `\n${' '.repeat(width + 3)}`)}`.trimEnd() + '\n').join('');
}

function usageHead(spec: FlagSpec): string {
  const [valueName] = unquoted(spec);
  const name = spec.short ? `  -${spec.short}, --${spec.name}` : `      --${spec.name}`;
  const value = valueName === '' ? '' : ` ${valueName}`;
  if (spec.noOptDefault === undefined || spec.noOptDefault === 'true') return name + value;
  return `${name}${value}[=${spec.type === 'string' || spec.type === undefined ? `"${spec.noOptDefault}"` : spec.noOptDefault}]`;
}

function usageText(spec: FlagSpec): string {
  const [, usage] = unquoted(spec);
  const value = spec.default ?? '';
  const shown = zeroes.has(value) ? '' : ` (default ${(spec.type ?? 'string') === 'string' ? JSON.stringify(value) : value})`;
  return `${usage}${shown}${spec.deprecated ? ` (DEPRECATED: ${spec.deprecated})` : ''}`;
}

/** A name in backquotes in the text is the value's name. */
function unquoted(spec: FlagSpec): [string, string] {
  const usage = spec.usage ?? '';
  const name = /`([^`]*)`/.exec(usage)?.[1];
  return [spec.valueName ?? name ?? typeNames[spec.type ?? 'string'], usage.replace(/`([^`]*)`/, '$1')];
}

const pathOf = (chain: readonly Command[]): string => chain.map((command) => command.name).join(' ');
const visible = (command: Command): readonly Command[] => (command.commands ?? []).filter((child) => !child.hidden && !child.deprecated);
const section = (title: string, body: string): string => (body === '' ? '' : `\n${title}\n${body.trimEnd()}\n`);

function commandList(commands: readonly Command[], minimum = 11, gap = 1): string {
  const width = Math.max(minimum, ...commands.map(({ name }) => name.length)) + gap;
  return commands.map(({ name, short = '' }) => `  ${name.padEnd(width)}${short}\n`).join('');
}

const withHelp = (path: string, specs: readonly FlagSpec[]): FlagSpec[] =>
  specs.some((spec) => spec.name === 'help') ? [...specs] : [...specs, { ...helpFlag, usage: `help for ${path}` }];

/** cobra's default help; `chain` leads from the root to the command. */
export function cobraHelp(chain: readonly Command[]): string {
  const about = (chain.at(-1)?.long ?? chain.at(-1)?.short ?? '').trimEnd();
  return `${about === '' ? '' : `${about}\n\n`}${cobraUsage(chain)}`;
}

/** cobra's default usage, which follows an error. */
export function cobraUsage(chain: readonly Command[]): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = pathOf(chain);
  const children = visible(command);
  const own = withHelp(command.name, command.flags ?? []);
  const inherited = flagsOf(chain).filter((flag) => !own.includes(flag));
  const lines = [
    'Usage:\n',
    command.run !== undefined || children.length === 0 ? `  ${path}${command.usage ? ` ${command.usage}` : ''}${own.length > 0 ? ' [flags]' : ''}\n` : '',
    children.length > 0 ? `  ${path} [command]\n` : '',
    section('Aliases:', command.aliases?.length ? `  ${[command.name, ...command.aliases].join(', ')}` : ''),
    section('Examples:', command.examples ?? ''),
    section('Available Commands:', commandList(children)),
    section('Flags:', flagUsages(own)),
    section('Global Flags:', flagUsages(inherited)),
    children.length > 0 ? `\nUse "${path} [command] --help" for more information about a command.\n` : '',
  ];
  return lines.join('');
}

/** Docker 20.10's: an empty line first, options before commands, one column for all names. */
export function oldDockerHelp(chain: readonly Command[]): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = pathOf(chain);
  const children = visible(command);
  const width = Math.max(11, ...children.map(({ name }) => name.length));
  const titles = [...new Set(children.map((child) => child.group ?? 'Commands:'))];
  const usage = command.usage ?? (children.length > 0 ? 'COMMAND' : '');
  return [
    `\nUsage:  ${path}${usage === '' ? '' : ` ${usage}`}\n\n${command.long ?? command.short ?? ''}\n`,
    section('Aliases:', command.aliases?.length ? `  ${command.name}, ${command.aliases.join(', ')}` : ''),
    section('Options:', flagUsages((command.flags ?? []).filter((flag) => flag.name !== 'help'))),
    ...titles.map((title) =>
      section(
        title,
        commandList(
          children.filter((child) => (child.group ?? 'Commands:') === title),
          width,
        ),
      ),
    ),
    children.length > 0 ? `\nRun '${path} COMMAND --help' for more information on a command.\n` : '',
    chain.length === 1 ? '\nTo get more help with docker, check out our guides at https://docs.docker.com/go/guides/\n' : '',
  ].join('');
}

/** The groups whose commands docker has at its top as well; `image ls` is `docker images` there. */
const twice: Readonly<Record<string, string>> = {
  container: 'attach commit cp create diff exec export kill logs pause port rename restart run start stats stop top unpause update wait rm',
  image: 'build history import load pull push save tag',
  system: 'events info',
};
const named: Readonly<Record<string, string>> = {
  ps: 'docker container ls, docker container list, docker container ps, docker ps',
  rm: 'docker container rm, docker container remove, docker rm',
  build: 'docker image build, docker build, docker builder build',
  images: 'docker image ls, docker image list, docker images',
  rmi: 'docker image rm, docker image remove, docker rmi',
};
const inGroup: Readonly<Record<string, string>> = {
  'container ls': 'ps',
  'container rm': 'rm',
  'image build': 'build',
  'builder build': 'build',
  'image ls': 'images',
  'image rm': 'rmi',
};

/** All the names of a command, in full (cli/cobra.go commandAliases and its annotations). */
function dockerAliases(chain: readonly Command[]): string {
  const [root, ...path] = chain.map(({ name }) => name);
  const last = path.at(-1) ?? '';
  const group = path.length === 1 ? Object.keys(twice).find((each) => twice[each]?.split(' ').includes(last)) : path[0];
  const all = root !== 'docker' ? undefined : named[path.length === 1 ? last : (inGroup[path.join(' ')] ?? '')];
  if (all !== undefined) return `  ${all}`;
  if (root === 'docker' && path.length < 3 && group !== undefined && twice[group]?.split(' ').includes(last))
    return `  docker ${group} ${last}, docker ${last}`;
  const above = pathOf(chain.slice(0, -1));
  const aliases = chain.at(-1)?.aliases ?? [];
  return aliases.length > 0 ? `  ${[pathOf(chain), ...aliases.map((alias) => `${above} ${alias}`)].join(', ')}` : '';
}

/** docker's help: usage first, then what the command is. Groups of commands by their `group`. */
export function dockerHelp(chain: readonly Command[]): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = pathOf(chain);
  const children = visible(command);
  const options = (command.flags ?? []).filter((flag) => chain.length > 1 || flag.name !== 'help');
  const usage = command.usage ?? (children.length > 0 ? (chain.length === 1 ? ' [OPTIONS] COMMAND' : 'COMMAND') : '');
  const title = chain.length === 1 ? 'Global Options:' : 'Options:';
  return [
    `Usage:  ${path}${usage === '' ? '' : ` ${usage}`}\n`,
    `\n${command.long ?? command.short ?? ''}\n`,
    section('Aliases:', dockerAliases(chain)),
    section('Examples:', command.examples ?? ''),
    ...grouped(children, 'Commands:'),
    section(title, flagUsages(options)),
    children.length > 0 ? `\nRun '${path} COMMAND --help' for more information on a command.\n` : '',
  ].join('');
}

/** nerdctl's help. */
export function nerdctlHelp(chain: readonly Command[]): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = pathOf(chain);
  const children = visible(command);
  const usage = command.usage ? ` ${command.usage}` : children.length > 0 ? ' [command]' : '';
  return [
    `${command.long ?? command.short ?? ''}\n\n`,
    `Usage: ${path}${children.length > 0 ? usage : ` [flags]${command.usage ? ` ${command.usage}` : ''}`}\n`,
    section('Aliases:', command.aliases?.length ? `  ${[command.name, ...command.aliases].join(', ')}` : ''),
    ...grouped(children, 'Commands:'),
    section('Flags:', flagUsages(withHelp(command.name, command.flags ?? []))),
    children.length > 0 ? `\nRun '${path} COMMAND --help' for more information on a command.\n` : '',
    chain.length > 1 ? `\nSee also '${chain[0]?.name} --help' for the global flags such as '--namespace', '--snapshotter', and '--cgroup-manager'.\n` : '',
  ].join('');
}

/** Commands below their headings, in the order in which headings first come. */
function grouped(commands: readonly Command[], other: string): string[] {
  const titles = [...new Set(commands.map((command) => command.group ?? other))];
  return titles.map((title) =>
    section(
      title,
      commandList(
        commands.filter((command) => (command.group ?? other) === title),
        0,
        3,
      ),
    ),
  );
}
