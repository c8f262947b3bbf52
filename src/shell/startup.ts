/** Files a shell reads when it starts. */
import type { Routine } from '../sim/routine.ts';
import type { Shell } from './shell.ts';
import { SourceText } from './source.ts';

/** /etc/profile and the user's profile for a login shell; BASH_ENV for a script. */
export function* readStartupFiles(shell: Shell): Routine {
  if (!shell.login) return;
  yield* sourceIfThere(shell, '/etc/profile');
  const home = shell.variables.get('HOME') ?? '/';
  const own = ['.bash_profile', '.bash_login', '.profile'].map((name) => `${home}/${name}`);
  const first = own.slice(shell.flavor === 'bash' ? 0 : 2).find((path) => shell.process.fs.find(path)?.type === 'file');
  if (first !== undefined) yield* sourceIfThere(shell, first);
}

/** Runs a file in this shell, if it exists. */
export function* sourceIfThere(shell: Shell, path: string): Routine {
  const inode = shell.process.fs.find(path);
  if (inode?.type !== 'file' || !shell.process.fs.may(inode, 4)) return;
  yield* shell.interpreter.evaluate(shell, new SourceText(inode.read(), path));
}
