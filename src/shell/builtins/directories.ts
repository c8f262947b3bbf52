/** cd, pwd, pushd, popd, dirs, umask. */
import { Errno } from '../../linux/errno.ts';
import { resolvePath } from '../../linux/path-walk.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Builtin, Shell } from '../shell.ts';
import { fail, invalidOption, readOptions } from './usage.ts';

function* cd(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args[0] === '-' ? ['--', ...args] : args, 'LPe@');
  if (invalid) return yield* invalidOption(shell, 'cd', invalid, 'cd [-L|[-P [-e]] [-@]] [dir]');
  if (rest.length > 1 && shell.flavor === 'bash') return yield* fail(shell, 'cd', 'too many arguments');
  const [asked] = rest;
  const target = asked === undefined ? shell.variables.get('HOME') : asked === '-' ? shell.variables.get('OLDPWD') : asked;
  if (target === undefined) return yield* fail(shell, 'cd', `${asked === '-' ? 'OLDPWD' : 'HOME'} not set`);
  const found = searched(shell, target);
  const failure = enter(shell, found, options.has('P'));
  if (failure) return yield* cannot(shell, asked === '-' ? target : (asked ?? target), failure);
  if (asked === '-' || found !== target) yield* shell.process.print(`${shell.variables.get('PWD')}\n`);
  return 0;
}

function* cannot(shell: Shell, target: string, failure: Errno): Routine<ExitCode> {
  if (shell.flavor === 'bash') return yield* fail(shell, 'cd', `${target}: ${failure.message}`);
  return yield* fail(shell, 'cd', `can't cd to ${target}${shell.flavor === 'ash' ? `: ${failure.message}` : ''}`, 2);
}

/** CDPATH is searched for a name that does not begin with a dot or a slash. */
function searched(shell: Shell, target: string): string {
  const path = shell.variables.get('CDPATH');
  if (!path || /^\.{0,2}(?:\/|$)/.test(target)) return target;
  const folder = path.split(':').find((one) => one !== '' && shell.process.fs.isDirectory(`${one}/${target}`));
  return folder === undefined ? target : `${folder}/${target}`;
}

/** Changes the working directory; symbolic links stay in PWD unless `physical`. */
function enter(shell: Shell, target: string, physical: boolean): Errno | undefined {
  const { process, variables } = shell;
  const logical = resolvePath(variables.get('PWD') ?? process.cwd, target);
  try {
    process.chdir(target === '' ? '.' : physical ? target : logical);
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
  variables.set('OLDPWD', variables.get('PWD') ?? '/');
  variables.set('PWD', physical ? process.cwd : logical);
  return undefined;
}

function* pwd(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  yield* shell.process.print(`${args.includes('-P') ? shell.process.cwd : (shell.variables.get('PWD') ?? shell.process.cwd)}\n`);
  return 0;
}

const here = (shell: Shell): string => shell.variables.get('PWD') ?? shell.process.cwd;

function* pushd(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [target] = args;
  const stack = [here(shell), ...shell.directories];
  if (target === undefined || /^[-+]\d+$/.test(target)) {
    if (stack.length < 2) return yield* fail(shell, 'pushd', 'no other directory');
    const turn = target === undefined ? 1 : target[0] === '+' ? Number(target.slice(1)) : stack.length - 1 - Number(target.slice(1));
    if (stack[turn] === undefined) return yield* fail(shell, 'pushd', `${target}: directory stack index out of range`);
    // Without a number the two on top change places; with one the stack is turned.
    const order = target === undefined ? [stack[1] as string, stack[0] as string, ...stack.slice(2)] : [...stack.slice(turn), ...stack.slice(0, turn)];
    return yield* settle(shell, 'pushd', order);
  }
  return yield* settle(shell, 'pushd', [target, ...stack]);
}

function* settle(shell: Shell, name: string, [top = '/', ...rest]: readonly string[]): Routine<ExitCode> {
  const failure = enter(shell, top, false);
  if (failure) return yield* fail(shell, name, `${top}: ${failure.message}`);
  shell.directories = rest;
  return yield* dirs(shell, []);
}

function* popd(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const stack = [here(shell), ...shell.directories];
  if (stack.length < 2) return yield* fail(shell, 'popd', 'directory stack empty');
  const [text = '+0'] = args;
  const at = text[0] === '-' ? stack.length - 1 - Number(text.slice(1)) : Number(text.slice(1));
  if (stack[at] === undefined) return yield* fail(shell, 'popd', `${text}: directory stack index out of range`);
  return yield* settle(
    shell,
    'popd',
    stack.filter((_, index) => index !== at),
  );
}

function* dirs(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options } = readOptions(args, 'clpv');
  if (options.has('c')) {
    shell.directories = [];
    return 0;
  }
  const home = shell.variables.get('HOME');
  const stack = [here(shell), ...shell.directories].map((path) => (options.has('l') || !home ? path : shorten(path, home)));
  const lines = options.has('v') ? stack.map((path, index) => `${String(index).padStart(2)}  ${path}`) : stack;
  yield* shell.process.print(`${lines.join(options.has('v') || options.has('p') ? '\n' : ' ')}\n`);
  return 0;
}

const shorten = (path: string, home: string): string => (path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);

function* umask(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'pS');
  const [text] = rest;
  const { process } = shell;
  if (text === undefined) {
    const shown = options.has('S') ? symbolic(process.umask) : process.umask.toString(8).padStart(4, '0');
    yield* process.print(`${options.has('p') ? 'umask ' : ''}${shown}\n`);
    return 0;
  }
  if (/^[0-9]/.test(text)) {
    if (!/^[0-7]{1,4}$/.test(text)) return yield* fail(shell, 'umask', `${text}: octal number out of range`);
    process.umask = Number.parseInt(text, 8);
    return 0;
  }
  const changed = applySymbolic(process.umask, text);
  if (changed === undefined) return yield* fail(shell, 'umask', `\`${text[0]}': invalid symbolic mode operator`);
  process.umask = changed;
  return 0;
}

const symbolic = (mask: number): string =>
  ['u', 'g', 'o'].map((who, index) => `${who}=${['r', 'w', 'x'].filter((_, bit) => ((mask >> ((2 - index) * 3)) & (4 >> bit)) === 0).join('')}`).join(',');

function applySymbolic(mask: number, text: string): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (!found) return undefined;
    const [, who = '', operator, letters = ''] = found;
    const bits = [...letters].reduce((all, letter) => all | ({ r: 4, w: 2, x: 1 }[letter] ?? 0), 0);
    for (const [name, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (who !== '' && !who.includes('a') && !who.includes(name)) continue;
      if (operator === '=') allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else allowed = operator === '+' ? allowed | (bits << shift) : allowed & ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}

/** What moves about. */
export const directoryBuiltins: Readonly<Record<string, Builtin>> = { cd, chdir: cd, pwd, pushd, popd, dirs, umask };
