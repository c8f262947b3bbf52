/** The help of etcdctl and etcdutl: their own template, read from the table of commands (etcdctl/ctlv3/help.go). */
import { type Command, flagsOf, flagUsages } from './flags.ts';

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `\t${line}`))
    .join('\n');

/** `chain` leads from the root to the command; `more` stands between usage and commands of the root. */
export function etcdHelp(chain: readonly Command[], more = ''): string {
  const command = chain.at(-1);
  if (!command) return '';
  const path = chain.map(({ name }) => name).join(' ');
  const own = [...(command.flags ?? []), { name: 'help', short: 'h', type: 'bool' as const, usage: `help for ${command.name}` }];
  const inherited = flagsOf(chain).filter((flag) => !own.includes(flag));
  const commands = leaves(command);
  const width = Math.max(0, ...commands.map(([name]) => name.length));
  return [
    `NAME:\n\t${
      chain.length > 1
        ? chain
            .slice(1)
            .map(({ name }) => name)
            .join(' ')
        : path
    } - ${command.short ?? ''}\n\n`,
    `USAGE:\n\t${path}${command.usage ? ` ${command.usage}` : ''}${chain.length === 1 ? ' [flags]' : ''}\n\n`,
    chain.length === 1 ? more : '',
    commands.length > 0 ? `COMMANDS:\n${commands.map(([name, short]) => `\t${name.padEnd(width)}\t${short}\n`).join('')}\n` : '',
    `OPTIONS:\n${indented(flagUsages(own).replace(/^/gm, '').trimEnd())}\n`,
    inherited.length > 0 ? `\nGLOBAL OPTIONS:\n${indented(flagUsages(inherited).trimEnd())}\n` : '',
  ].join('');
}

/** Commands with those below them, as one list: `member add`. */
const leaves = (command: Command, prefix = ''): [string, string][] =>
  (command.commands ?? []).flatMap((child) => [
    [`${prefix}${child.name}`, child.short ?? ''] as [string, string],
    ...(prefix === '' ? leaves(child, `${child.name} `) : []),
  ]);
