/** The variables a shell starts with. */
import type { Shell } from './shell.ts';
import { IndexedArray } from './variable-values.ts';

/** Takes over the environment and sets what every shell has. */
export function initialVariables(shell: Shell): void {
  const { process, variables } = shell;
  const { env } = process;
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_]\w*$/.test(name) || variables.isDynamic(name)) continue;
    variables.set(name, value);
    variables.export(name);
  }
  const level = Number(env['SHLVL'] ?? 0);
  setExported(shell, 'SHLVL', String((Number.isInteger(level) ? level : 0) + 1));
  setExported(shell, 'PWD', process.cwd);
  variables.set('IFS', ' \t\n');
  variables.set('OPTERR', '1');
  variables.set('OPTIND', '1');
  if (env['PATH'] === undefined) variables.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  variables.set('PS4', '+ ');
  if (shell.flavor !== 'bash') return;
  variables.set('BASH', process.exe || '/bin/bash');
  variables.set('BASH_VERSION', '5.2.15(1)-release');
  variables.setArray('BASH_VERSINFO', IndexedArray.from(['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu']));
  variables.set('HOSTNAME', process.namespaces.uts.hostname);
  variables.set('HOSTTYPE', 'x86_64');
  variables.set('MACHTYPE', 'x86_64-pc-linux-gnu');
  variables.set('OSTYPE', 'linux-gnu');
  variables.touch('BASH_VERSINFO').readonly = true;
}

function setExported(shell: Shell, name: string, value: string): void {
  shell.variables.set(name, value);
  shell.variables.export(name);
}
