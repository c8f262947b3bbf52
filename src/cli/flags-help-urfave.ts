/** Help of urfave/cli v2 programs, read from the table of commands. */

import type { Command } from './flags-commands.ts';
import type { FlagSpec } from './flags-values.ts';

/** What differs between programs and versions of urfave/cli. */
export type UrfaveApp = {
  readonly version?: string;
  /** Newer versions list the help command below every command, and not only below those that have others (ctr 2.x). */
  readonly leafHelp?: boolean;
  /** Newer versions say no `command` in the usage line of a command that has others. */
  readonly shortUsage?: boolean;
  /** urfave/cli v1 (runc): flags that are off have no default, and those of commands without others do not name help. */
  readonly v1?: boolean;
  /** The text of --help: `show help` unless told. */
  readonly helpUsage?: string;
};

const helpCommand: Command = { name: 'help', aliases: ['h'], short: 'Shows a list of commands or help for one command' };
const helpSpec: FlagSpec = { name: 'help', short: 'h', type: 'bool' };

/** The help of a command; `chain` leads from the root to it. Help and version stand last (App.Setup). */
export function urfaveHelp(chain: readonly Command[], app: UrfaveApp = {}): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = chain.map(({ name }) => name).join(' ');
  const children = [...(command.commands ?? []).filter((child) => !child.hidden), ...(command.commands || app.leafHelp ? [helpCommand] : [])];
  const flags = command.flags ?? [];
  const isVersion = ({ name }: FlagSpec): boolean => chain.length === 1 && name === 'version';
  const options = [
    ...flags.filter((each) => !isVersion(each)),
    ...(flags.some(({ name }) => name === 'help') || (app.v1 && chain.length > 1 && !command.commands)
      ? []
      : [{ ...helpSpec, usage: app.helpUsage ?? 'show help' }]),
    ...flags.filter(isVersion),
  ];
  const isRoot = chain.length === 1;
  return [
    `NAME:\n   ${path}${command.short ? ` - ${wrapped(command.short, path.length + 6)}` : ''}\n`,
    `\nUSAGE:\n   ${path} ${usageOf(command, isRoot, app)}\n`,
    isRoot && app.version ? `\nVERSION:\n   ${app.version}\n` : '',
    command.long ? `\nDESCRIPTION:\n   ${wrapped(command.long.trimEnd(), 3)}\n` : '',
    children.length > 0 ? `\nCOMMANDS:\n${commandRows(children)}` : '',
    options.some(({ hidden }) => !hidden) ? `\n${isRoot ? 'GLOBAL OPTIONS' : 'OPTIONS'}:\n${optionRows(options, app)}` : '',
    app.v1 && !isRoot && options.some(({ hidden }) => !hidden) ? '   \n' : '',
  ].join('');
}

function usageOf(command: Command, isRoot: boolean, app: UrfaveApp): string {
  if (isRoot) return command.usage ?? '[global options] command [command options]';
  if (app.v1) return `${command.flags?.some(({ hidden }) => !hidden) ? '[command options] ' : ''}${command.usage ?? '[arguments...]'}`;
  const options = command.commands && !app.shortUsage ? 'command [command options]' : '[command options]';
  return command.usage ? `${options} ${command.usage}` : options;
}

/** Further lines below the first. */
const wrapped = (text: string, offset: number): string => text.replace(/\n(?=.)/g, `\n${' '.repeat(offset)}`);

function commandRows(commands: readonly Command[]): string {
  const rows = commands.map((command) => [[command.name, ...(command.aliases ?? [])].join(', '), command.short ?? ''] as const);
  return align(rows);
}

function optionRows(specs: readonly FlagSpec[], app: UrfaveApp): string {
  return align(specs.filter((spec) => !spec.hidden).map((spec) => [optionHead(spec, app), optionText(spec, app)] as const));
}

/** Two columns with two blanks between. */
function align(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([head]) => head.length));
  return rows.map(([head, text]) => `   ${`${head.padEnd(width)}  ${text}`.trimEnd()}\n`).join('');
}

function optionHead(spec: FlagSpec, { v1 }: UrfaveApp): string {
  const value = spec.type === 'bool' ? '' : ` ${spec.valueName ?? /`([^`]*)`/.exec(spec.usage ?? '')?.[1] ?? 'value'}`;
  const names = [spec.name, ...(spec.short ? [spec.short] : []), ...(spec.aliases ?? [])];
  const shown = names.map((name) => `${name.length === 1 ? '-' : '--'}${name}${value}`);
  const repeated = !v1 && (spec.type === 'stringArray' || spec.type === 'stringSlice') ? shown.flatMap((name) => [name, `[ ${name} ]`]) : shown;
  return repeated.join(', ').replace(/, \[/g, ' [');
}

function optionText(spec: FlagSpec, { v1 }: UrfaveApp): string {
  const usage = (spec.usage ?? '').replace(/`([^`]*)`/, '$1');
  const env = spec.env?.length ? ` [${spec.env.map((name) => `$${name}`).join(', ')}]` : '';
  return `${usage}${v1 && spec.type === 'bool' ? '' : defaultText(spec)}${env}`;
}

function defaultText({ name, type = 'string', default: value }: FlagSpec): string {
  if (name === 'help' || name === 'version') return '';
  if (type === 'bool') return ` (default: ${value || 'false'})`;
  if (type === 'string') return value ? ` (default: ${JSON.stringify(value)})` : '';
  if (type === 'int' || type === 'uint' || type === 'float') return ` (default: ${value || '0'})`;
  if (type === 'duration') return ` (default: ${value || '0s'})`;
  return value ? ` (default: ${JSON.stringify(value)})` : '';
}
