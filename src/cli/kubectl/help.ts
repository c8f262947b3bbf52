/** kubectl's help pages: kubernetes kubectl/pkg/util/templates. */
import { type CommandEntry, childrenOf, nameOfCommand } from './command.ts';
import { type CommandGroup, commandGroups } from './commands/groups.ts';
import { deprecatedFlags, globalFlags, ownFlags, usageOf } from './flag-table.ts';
import { flagUsage } from './flag-usage.ts';
import type { Flag } from './flags.ts';

/** What `kubectl <path> --help` prints. */
export function helpText(commands: readonly CommandEntry[], path: string): string {
  if (path === '') return rootHelp(commands);
  if (path === 'options') return '';
  const command = commands.find((each) => each.path === path);
  const sections = [
    longText(command),
    command?.aliases?.length ? `Aliases:\n${[nameOfCommand(command), ...command.aliases].join(', ')}` : '',
    command?.examples ? `Examples:\n${indent(command.examples)}` : '',
    subcommands(commands, path),
    flagSection(ownFlags(path).filter(({ name }) => deprecatedFlags[path]?.[name] === undefined)),
    ...(command?.bare ? [] : [`Usage:\n  kubectl ${usageOf(path)} [options]`]),
    footer(commands, path, command?.bare !== true),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const longText = (command: CommandEntry | undefined): string =>
  command?.about ? command.about : command?.long ? `${command.short}.\n\n ${command.long.replace(/\n(?=.)/g, '\n ')}` : `${command?.short ?? ''}.`;

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

function footer(commands: readonly CommandEntry[], path: string, withOptions = true): string {
  const more = childrenOf(commands, path).length > 0 ? `Use "kubectl ${path} <command> --help" for more information about a given command.\n` : '';
  return !withOptions ? more.trimEnd() : `${more}Use "kubectl options" for a list of global command-line options (applies to all commands).`;
}

function subcommands(commands: readonly CommandEntry[], path: string): string {
  const children = childrenOf(commands, path).filter((each) => !each.hidden);
  return children.length === 0 ? '' : `Available Commands:\n${columns(children)}`;
}

function columns(children: readonly CommandEntry[]): string {
  const width = Math.max(11, ...children.map((each) => nameOfCommand(each).length)) + 3;
  return children.map((each) => `  ${nameOfCommand(each).padEnd(width)}${each.short}`).join('\n');
}

function flagSection(flags: readonly Flag[]): string {
  return flags.length === 0 ? '' : `Options:\n${flags.map(flagText).join('\n\n')}`;
}

/** One flag with its default and what it is for. */
function flagText(flag: Flag): string {
  const short = flag.short === '' ? '' : `-${flag.short}, `;
  return `    ${short}--${flag.name}=${defaultText(flag)}:\n\t${flagUsage[flag.name] ?? `Sets ${flag.name.replaceAll('-', ' ')}.`}`;
}

const defaultText = ({ type, value }: Flag): string => {
  if (type === 'bool') return value === '' ? 'false' : value;
  if (type === 'list' || type === 'array') return `[${value}]`;
  if (type === 'string') return `'${value}'`;
  return value;
};

/** `kubectl options`. */
export const optionsText = (): string => `The following options can be passed to any command:\n\n${globalFlags().map(flagText).join('\n\n')}\n`;

function rootHelp(commands: readonly CommandEntry[]): string {
  const sections = commandGroups.map((group) => groupText(commands, group));
  return `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

${sections.join('\n\n')}

Usage:
  kubectl [flags] [options]

Use "kubectl <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;
}

function groupText(commands: readonly CommandEntry[], group: CommandGroup): string {
  const members = group.commands.flatMap((name) => commands.filter((each) => each.path === name));
  return `${group.title}${members.length > 0 ? `\n${members.map((each) => `  ${each.path.padEnd(16)}${each.short}`).join('\n')}` : ''}`;
}
