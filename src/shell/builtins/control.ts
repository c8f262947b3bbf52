/** Builtins that change what runs next: break, return, exit, eval, source, exec, colon. */
import { Errno } from '../../linux/errno.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { onFreshStack } from '../call.ts';
import { collectFile } from '../collect.ts';
import { replacement } from '../external.ts';
import { ExitShell, LoopJump, Return, ShellError } from '../flow.ts';
import { jobState } from '../job-table.ts';
import { type Builtin, recursionLimit, type Shell } from '../shell.ts';
import { SourceText } from '../source.ts';
import { fail, readOptions } from './usage.ts';

const jump =
  (kind: 'break' | 'continue'): Builtin =>
  (shell, args) => {
    if (shell.loops === 0) return noLoop(shell, kind);
    const levels = Number(args[0] ?? 1);
    if (args[0] !== undefined && (!Number.isInteger(levels) || levels < 1)) return badCount(shell, kind, args[0]);
    throw new LoopJump(kind, levels);
  };

function* noLoop(shell: Shell, kind: string): Routine<ExitCode> {
  if (shell.flavor === 'bash') yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
  return 0;
}

function* badCount(shell: Shell, kind: string, text: string): Routine<ExitCode> {
  const number = /^[-+]?\d+$/.test(text);
  yield* shell.complain(`${kind}: ${text}: ${number ? 'loop count out of range' : 'numeric argument required'}`);
  if (number) throw new LoopJump('break', shell.loops);
  throw new ExitShell(128);
}

function* statusArgument(shell: Shell, name: string, args: readonly string[]): Routine<ExitCode> {
  const [text] = args;
  if (text === undefined) return shell.status;
  if (!/^\s*[-+]?\d+\s*$/.test(text)) return yield* fail(shell, name, `${text}: numeric argument required`, 2);
  return Number(BigInt.asUintN(8, BigInt(text.trim())));
}

function* returnBuiltin(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (shell.frames.length === 0) {
    return yield* fail(shell, 'return', "can only `return' from a function or sourced script", 2);
  }
  throw new Return(yield* statusArgument(shell, 'return', args));
}

function* exit(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (shell.interactive) {
    yield* shell.process.printError(shell.login && shell.flavor === 'bash' ? 'logout\n' : shell.flavor === 'bash' ? 'exit\n' : '');
    const stopped = shell.jobs.all.some((job) => jobState(job) === 'Stopped');
    if (stopped && !shell.warnedOfJobs) {
      shell.warnedOfJobs = true;
      yield* shell.process.printError('There are stopped jobs.\n');
      return 1;
    }
  }
  if (args.length > 1 && /^[-+]?\d+$/.test(args[0] ?? '')) return yield* fail(shell, 'exit', 'too many arguments');
  throw new ExitShell(yield* statusArgument(shell, 'exit', args));
}

function* logout(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (!shell.login) return yield* fail(shell, 'logout', "not login shell: use `exit'");
  return yield* exit(shell, args);
}

function* evalBuiltin(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const text = args[0] === '--' ? args.slice(1).join(' ') : args.join(' ');
  if (text === '') return 0;
  tooDeep('eval', shell.evaluating);
  shell.evaluating++;
  try {
    const body = shell.interpreter.evaluate(shell, new SourceText(text, shell.source.name, shell.line));
    return shell.evaluating % 20 === 0 ? ((yield* shell.process.sim.go(body).join()) ?? shell.status) : yield* body;
  } finally {
    shell.evaluating--;
  }
}

function tooDeep(name: string, depth: number): void {
  if (depth >= recursionLimit) throw new ShellError(`maximum ${name} nesting level exceeded (${recursionLimit})`, { fatal: true });
}

function* source(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [path, ...positional] = args[0] === '--' ? args.slice(1) : args;
  if (path === undefined) {
    yield* shell.complain('source: filename argument required');
    yield* shell.process.printError('source: usage: source filename [arguments]\n');
    return 2;
  }
  const found = path.includes('/') ? path : (inPath(shell, path) ?? path);
  let text: string;
  try {
    text = yield* collectFile(shell.process, found);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* shell.complain(
      shell.flavor === 'bash'
        ? `${path}: ${error.code === 'EISDIR' ? 'is a directory' : error.message}`
        : shell.flavor === 'dash'
          ? `.: cannot open ${path}: No such file`
          : `.: can't open '${path}': ${error.message}`,
    );
    return shell.flavor === 'dash' ? 2 : 1;
  }
  return yield* runSourced(shell, new SourceText(text, path), positional);
}

function* runSourced(shell: Shell, file: SourceText, positional: readonly string[]): Routine<ExitCode> {
  tooDeep('source', shell.frames.length);
  const before = { positional: shell.positional, frames: shell.frames };
  shell.frames = [...shell.frames, { name: 'source', source: file, line: shell.line, sourced: true }];
  if (positional.length > 0) shell.positional = positional;
  try {
    return yield* onFreshStack(shell, shell.interpreter.evaluate(shell, file));
  } catch (flow) {
    if (flow instanceof Return) return flow.status;
    throw flow;
  } finally {
    shell.frames = before.frames;
    if (positional.length > 0) shell.positional = before.positional;
  }
}

function inPath(shell: Shell, name: string): string | undefined {
  const folders = (shell.variables.get('PATH') ?? '').split(':');
  return folders.map((folder) => `${folder || '.'}/${name}`).find((path) => shell.process.fs.find(path)?.type === 'file');
}

function* exec(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'cl', 'a');
  if (rest.length === 0) return 0;
  try {
    const env = options.has('c') ? {} : shell.process.env;
    const replaced = replacement(shell, rest, env);
    const [, ...others] = replaced.argv;
    const name = options.get('a') ?? (options.has('l') ? `-${rest[0]}` : undefined);
    if (name === undefined) throw replaced;
    shell.process.argv = [name, ...others];
    throw Object.assign(replaced, { argv: shell.process.argv });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const missing = error.code === 'ENOENT' && !(rest[0] ?? '').includes('/');
    yield* shell.complain(shell.flavor === 'bash' ? `exec: ${rest[0]}: ${missing ? 'not found' : error.message}` : `exec: ${rest[0]}: not found`);
    if (!shell.interactive) throw new ExitShell(error.code === 'ENOENT' ? 127 : 126);
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

/** What steers. */
export const controlBuiltins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  break: jump('break'),
  continue: jump('continue'),
  return: returnBuiltin,
  exit,
  logout,
  eval: evalBuiltin,
  '.': source,
  source,
  exec,
};
