/** A shell from its command line to its end. */
import { Errno } from '../linux/errno.ts';
import type { OpenFile } from '../linux/open-file.ts';
import { readAll } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { runToEnd } from './child.ts';
import { initialVariables } from './environment.ts';
import { ExitShell } from './flow.ts';
import { runInteractive } from './interactive.ts';
import { runSource } from './interpret.ts';
import { type Invocation, parseInvocation, usageText } from './invocation.ts';
import { type Flavor, type Interpreter, Shell } from './shell.ts';
import { parseScript, SourceText } from './source.ts';
import { readStartupFiles } from './startup.ts';
import { runStdin } from './stdin-script.ts';

/** The Program behind every name of the shell. */
export function* shellMain(interpreter: Interpreter, argv: readonly string[], process: Process): Routine<ExitCode> {
  const invocation = parseInvocation(argv);
  const flavor = flavorOf(invocation.name, process);
  const shell = new Shell(process, { interpreter, flavor, source: new SourceText('', argv[0] ?? 'bash') });
  if (invocation.problem !== undefined) {
    const option = invocation.problem.startsWith('--') ? '--' : (/^(\S+): invalid option/.exec(invocation.problem)?.[1] ?? invocation.problem);
    yield* process.printError(
      flavor === 'dash' ? `${shell.name}: 0: Illegal option ${option}\n` : `${shell.name}: ${invocation.problem}\n${option === '--' ? usageText : ''}`,
    );
    return 2;
  }
  prepare(shell, invocation);
  initialVariables(shell);
  return yield* runToEnd(shell, start(shell, invocation));
}

/** What calls itself sh is dash where there is a bash beside it, as on Debian; else, and on Alpine, busybox's ash. */
function flavorOf(name: string, process: Process): Flavor {
  if (name === 'bash') return 'bash';
  if (name === 'dash' || name === 'ash') return name;
  const { fs } = process;
  return fs.exists('/bin/bash') && !(fs.exists('/bin/busybox') && fs.exists('/etc/alpine-release')) ? 'dash' : 'ash';
}

function prepare(shell: Shell, invocation: Invocation): void {
  shell.login = invocation.login;
  if (shell.flavor !== 'bash') shell.options.delete('braceexpand');
  if (shell.login) shell.shopt.add('login_shell');
  for (const [name, on] of invocation.options) {
    if (on) shell.options.add(name);
    else shell.options.delete(name);
  }
  for (const [name, on] of invocation.shopt) {
    if (on) shell.shopt.add(name);
    else shell.shopt.delete(name);
  }
  if (invocation.command !== undefined) shell.options.add('command');
  shell.positional = invocation.args;
  if (invocation.command !== undefined && invocation.script !== undefined) shell.name = invocation.script;
}

function* start(shell: Shell, invocation: Invocation): Routine<ExitCode> {
  const { command, script } = invocation;
  const terminal = shell.process.fds.get(0)?.tty !== undefined && shell.process.fds.get(2)?.tty !== undefined;
  shell.interactive = invocation.interactive || (command === undefined && script === undefined && terminal);
  if (command !== undefined) return yield* runCommand(shell, command, invocation.noProfile);
  if (script !== undefined) return yield* runFile(shell, script);
  shell.options.add('stdin');
  return shell.interactive ? yield* runInteractive(shell, invocation) : yield* runStdin(shell);
}

function* runCommand(shell: Shell, text: string, noProfile: boolean): Routine<ExitCode> {
  if (!noProfile) yield* readStartupFiles(shell);
  const source = new SourceText(text, shell.name);
  const { script, problem } = parseScript(text);
  const only = script.commands.length === 1 ? script.commands[0] : undefined;
  // The last command takes the shell's place, as bash does it to save a process.
  if (!problem && only?.command.type === 'Command' && only.background !== true) shell.tail = true;
  return yield* runSource(shell, source);
}

function* runFile(shell: Shell, path: string): Routine<ExitCode> {
  shell.name = path;
  const text = yield* readScript(shell, path);
  shell.source = new SourceText(text, path);
  if (text.slice(0, 80).includes('\0')) {
    yield* shell.process.printError(`${path}: ${path}: cannot execute binary file\n`);
    return 126;
  }
  return yield* runSource(shell, shell.source);
}

function* readScript(shell: Shell, path: string): Routine<string> {
  const { process } = shell;
  try {
    const file: OpenFile = process.kernel.open(process, path, { read: true });
    const text = yield* readAll(file);
    file.close();
    return text;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const name = shell.flavor === 'bash' ? 'bash' : shell.process.argv[0];
    if (shell.flavor === 'dash' && error.code === 'ENOENT') {
      yield* process.printError(`${name}: 0: cannot open ${path}: No such file\n`);
      throw new ExitShell(2);
    }
    yield* process.printError(shell.flavor === 'ash' ? `${name}: can't open '${path}': ${error.message}\n` : `${name}: ${path}: ${error.message}\n`);
    throw new ExitShell(error.code === 'ENOENT' ? 127 : 126);
  }
}
