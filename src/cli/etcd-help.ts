/** The help of etcdctl: its own template, read from the table of commands (etcd pkg/cobrautl/help.go). */
import { type Command, type FlagSpec, flagsOf } from './flags.ts';

type EtcdVersions = { readonly version: string; readonly api: string };

/** `chain` leads from the root to the command. */
export function etcdHelp(chain: readonly Command[], { version, api }: EtcdVersions): string {
  const command = chain.at(-1);
  if (!command) return '';
  const isRoot = chain.length === 1;
  const names = chain.map(({ name }) => name);
  const own: FlagSpec[] = [...(command.flags ?? []), { name: 'help', short: 'h', type: 'bool', usage: `help for ${command.name}` }];
  const inherited = flagsOf(chain).filter((flag) => !own.includes(flag));
  const usage = command.usage ?? (command.commands && !isRoot ? '<subcommand>' : '');
  const rows = runnable(command).map(([name, short]) => [`  ${name}`, short] as const);
  const section = (title: string, body: string): string => (body === '' ? '' : `\n${title}:\n${body}`);
  return `${[
    `NAME:\n  ${(isRoot ? names : names.slice(1)).join(' ')} - ${command.short ?? ''}\n`,
    section('USAGE', `  ${[...names, usage, '[flags]'].filter(Boolean).join(' ')}\n`),
    section('VERSION', isRoot ? `  ${version}\n` : ''),
    section('API VERSION', command.commands ? `  ${api}\n` : ''),
    section('COMMANDS', tabbed(isRoot ? [...rows, ['  help', 'Help about any command'] as const].sort(([a], [b]) => (a < b ? -1 : 1)) : rows)),
    section('OPTIONS', flagRows(own)),
    section('GLOBAL OPTIONS', flagRows(inherited)),
  ].join('')}\n`;
}

/** What can be run below a command, by its path from there: `member add`. */
const runnable = (command: Command, prefix = ''): [string, string][] =>
  (command.commands ?? []).flatMap((child) => [
    ...(child.commands ? [] : [[`${prefix}${child.name}`, child.short ?? ''] as [string, string]]),
    ...runnable(child, `${prefix}${child.name} `),
  ]);

const flagRows = (flags: readonly FlagSpec[]): string =>
  tabbed(
    flags
      .filter(({ hidden }) => !hidden)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((flag) => [`${flag.short ? `  -${flag.short}, ` : '      '}--${flag.name}${defaultOf(flag)}`, flag.usage ?? '']),
  );

function defaultOf({ type = 'string', default: value }: FlagSpec): string {
  if (type === 'bool') return `[=${value || 'false'}]`;
  if (type === 'string') return `=${JSON.stringify(value ?? '')}`;
  if (type === 'stringSlice' || type === 'stringArray') return `=[${value ?? ''}]`;
  return `=${value ?? (type === 'duration' ? '0s' : '0')}`;
}

/** Two columns that tabs hold apart, as text/tabwriter makes them with tabs of 8. */
function tabbed(rows: readonly (readonly [string, string])[]): string {
  const stop = Math.ceil((Math.max(0, ...rows.map(([head]) => head.length)) + 1) / 8);
  return rows.map(([head, text]) => `${head}${'\t'.repeat(stop - Math.floor(head.length / 8))}${text}\n`).join('');
}
