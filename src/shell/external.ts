/** Starting a program: its process, and the messages when there is none. */
import { Errno } from '../linux/errno.ts';
import type { Process } from '../linux/process.ts';
import type { ExitCode, Program } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { callFunction } from './call.ts';
import { fork } from './child.ts';
import { Replace } from './flow.ts';
import type { Shell } from './shell.ts';

/** Starts a program; a number is the status of a failure that has been told already. */
export function* runExternal(
  shell: Shell,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly tail: boolean },
): Routine<Process | ExitCode> {
  const env = environmentFor(shell, words[0] as string, options.env);
  try {
    if (options.tail && !shell.traps.has('EXIT')) throw replacement(shell, words, env);
    return yield* start(shell, words, env);
  } catch (error) {
    if (!(error instanceof Errno) || error.code === 'EPIPE') throw error;
    if (error.code === 'ENOEXEC') return yield* runAsScript(shell, words, env, error);
    return yield* notFound(shell, words, error);
  }
}

/** The exported variables, those set for this command, and bash's `_`: the path of the program. */
function environmentFor(shell: Shell, name: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  const env = { ...shell.process.env, ...extra };
  if (shell.flavor === 'bash') env['_'] = pathOf(shell, name, env['PATH']) ?? name;
  return env;
}

function pathOf(shell: Shell, name: string, path: string | undefined): string | undefined {
  if (name.includes('/')) return name;
  const hashed = shell.hashed.get(name);
  if (hashed) return hashed.path;
  try {
    return shell.process.kernel.lookup(shell.process, name, path).path;
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}

function* start(shell: Shell, words: readonly string[], env: Readonly<Record<string, string>>): Routine<Process> {
  const name = words[0] as string;
  const process = yield* fork(shell, { argv: words, env, ...(shell.options.has('monitor') ? { group: 'new' as const } : {}) });
  if (!name.includes('/')) shell.hashed.set(name, { path: process.exe, hits: (shell.hashed.get(name)?.hits ?? 0) + 1 });
  return process;
}

/** The process itself becomes the program. */
export function replacement(shell: Shell, words: readonly string[], env: Readonly<Record<string, string>>): Replace {
  const prepared = shell.process.exec(words, env);
  shell.replaced = true;
  return new Replace(prepared.program, prepared.argv);
}

/** A file without `#!` is run by a shell of the same kind; anything with a zero byte is no script. */
function* runAsScript(shell: Shell, words: readonly string[], env: Readonly<Record<string, string>>, error: Errno): Routine<Process | ExitCode> {
  const path = shell.process.kernel.lookup(shell.process, words[0] as string, env['PATH']).path;
  const inode = shell.process.fs.find(path);
  if (inode?.type !== 'file' || inode.program !== undefined || inode.read().slice(0, 80).includes('\0')) {
    yield* shell.complain(`${words[0]}: cannot execute binary file: ${error.message}`);
    return 126;
  }
  const argv = [shell.process.argv[0] ?? 'bash', path, ...words.slice(1)];
  const program: Program = (_, process) => shell.interpreter.program(argv, process);
  return yield* fork(shell, { argv, env, program, ...(shell.options.has('monitor') ? { group: 'new' as const } : {}) });
}

function* notFound(shell: Shell, words: readonly string[], error: Errno): Routine<ExitCode> {
  const name = words[0] as string;
  const handler = shell.functions.get('command_not_found_handle');
  if (error.code === 'ENOENT' && !name.includes('/')) {
    if (handler) return yield* callFunction(shell, 'command_not_found_handle', handler, words);
    shell.process.kernel.onSpawn(shell.process, words);
    yield* shell.complain(`${name}: ${shell.flavor === 'bash' ? 'command not found' : 'not found'}`);
    return 127;
  }
  const directory = shell.process.fs.isDirectory(name) && shell.flavor === 'bash';
  if (error.code === 'ENOENT' && shell.process.fs.exists(name) && shell.flavor === 'bash') {
    yield* shell.complain(`${name}: cannot execute: required file not found`);
    return 127;
  }
  const text = error.code === 'ENOENT' && shell.flavor !== 'bash' ? 'not found' : error.message;
  yield* shell.complain(`${name}: ${directory ? 'Is a directory' : text}`);
  return error.code === 'ENOENT' ? 127 : 126;
}
