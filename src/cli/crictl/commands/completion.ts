/** completion: the shell code that knows crictl's commands and flags. */
import type { CrictlCommand } from '../command.ts';
import { Fatal, ShowHelp } from '../context.ts';
import { notSimulated } from '../schema.ts';

const bash = (words: readonly string[]): string => `_crictl() {
    local cur opts base
    COMPREPLY=()
    cur="\${COMP_WORDS[COMP_CWORD]}"
    opts="${words.join('\n')}"
    COMPREPLY=( $(compgen -W "\${opts}" -- \${cur}) )
    return 0
}

complete -F _crictl crictl
`;

const zsh = (commands: readonly string[], options: readonly string[]): string => `#compdef crictl

_crictl() {

  local -a cmds
  cmds=('${commands.join("' '")}')
  _describe 'commands' cmds

  local -a opts
  opts=('${options.join("' '")}')
  _describe 'global options' opts

  return
}

compdef _crictl crictl
`;

/** `tree` gives the commands, of which this is one itself. */
export const completion = (tree: () => CrictlCommand): CrictlCommand => ({
  name: 'completion',
  short: 'Output shell completion code',
  usage: 'SHELL',
  flags: [],
  run: function* (context) {
    const [shell = 'bash'] = context.args;
    if (context.args.length > 1) throw new ShowHelp();
    const { commands = [], flags = [] } = tree();
    const help = { name: 'help', aliases: ['h'], short: 'Shows a list of commands or help for one command' };
    const named = [...commands, help].flatMap((command) => [command.name, ...(command.aliases ?? [])].map((name) => [name, command.short ?? ''] as const));
    const options = [...flags.map(({ name }) => name), 'help'].map((name) => `--${name}`);
    if (shell === 'bash') return yield* context.print(bash([...named.map(([name]) => name), ...options]));
    if (shell === 'zsh')
      return yield* context.print(
        zsh(
          named.map(([name, usage]) => `${name}:${usage}`),
          options,
        ),
      );
    if (shell === 'fish') return yield* notSimulated(context, 'crictl completion fish');
    throw new Fatal('only bash, zsh or fish are supported');
  },
});
