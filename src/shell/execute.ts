/** Running the syntax tree: statements, lists, pipelines and compound commands. */
import type { AndOr, CommandNode, CompoundList, Pipeline, PipelineNode, Script, Statement } from 'unbash';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { compounds } from './compound.ts';
import { ExitShell, ShellError } from './flow.ts';
import { runInBackground, runPipeline, runSubshell } from './pipeline.ts';
import { redirect } from './redirect.ts';
import type { Shell } from './shell.ts';
import { runSimple } from './simple.ts';
import { suppressing } from './suppress.ts';
import { timed } from './time.ts';
import { runErrorTrap, runPendingTraps } from './traps.ts';

/** Runs statements one after the other; the status is that of the last. */
export function* runList(shell: Shell, list: Script | CompoundList): Routine<ExitCode> {
  for (const statement of list.commands) yield* runStatement(shell, statement);
  return shell.status;
}

function* runStatement(shell: Shell, statement: Statement): Routine {
  if (shell.mustPause) {
    yield* shell.pause();
    yield* runPendingTraps(shell);
  }
  if (shell.options.has('noexec') && !shell.interactive) return;
  if (statement.background) shell.status = yield* runInBackground(shell, statement.command);
  else yield* runNode(shell, statement.command);
  if (shell.pending.length > 0) yield* runPendingTraps(shell);
}

/** Runs one node and sets `$?`. */
export function* runNode(shell: Shell, node: PipelineNode | AndOr | CompoundList): Routine<ExitCode> {
  switch (node.type) {
    case 'Command':
      shell.status = yield* runSimple(shell, node);
      shell.pipeStatus = shell.status === shell.pipeStatus[0] && shell.pipeStatus.length === 1 ? shell.pipeStatus : [shell.status];
      if (shell.status !== 0) yield* failed(shell);
      return shell.status;
    case 'AndOr':
      return yield* runAndOr(shell, node);
    case 'Pipeline':
      return yield* runWholePipeline(shell, node);
    case 'CompoundList':
      return yield* runList(shell, node);
    case 'Redirected':
      return yield* runRedirected(shell, node);
    case 'Subshell':
      shell.position = node.pos;
      shell.status = yield* runSubshell(shell, node);
      shell.pipeStatus = [shell.status];
      if (shell.status !== 0) yield* failed(shell);
      return shell.status;
    default:
      return yield* runCompound(shell, node);
  }
}

function* runCompound(shell: Shell, node: Exclude<CommandNode, { type: 'Command' | 'Redirected' | 'Subshell' }>): Routine<ExitCode> {
  const run = compounds[node.type] as (shell: Shell, node: CommandNode) => Routine<ExitCode>;
  shell.status = yield* run(shell, node);
  const tests = node.type === 'TestCommand' || node.type === 'ArithmeticCommand';
  if (tests) shell.pipeStatus = [shell.status];
  if (tests && shell.status !== 0) yield* failed(shell);
  return shell.status;
}

/** After a failure: the ERR trap and `set -e`. */
function* failed(shell: Shell): Routine {
  if (shell.suppressed > 0) return;
  if (shell.traps.has('ERR')) yield* runErrorTrap(shell);
  if (shell.options.has('errexit')) throw new ExitShell(shell.status);
}

function* runAndOr(shell: Shell, node: AndOr): Routine<ExitCode> {
  const last = node.commands.length - 1;
  for (const [index, command] of node.commands.entries()) {
    if (index > 0 && (node.operators[index - 1] === '&&') !== (shell.status === 0)) continue;
    if (index === last) yield* runNode(shell, command);
    else yield* suppressing(shell, runNode(shell, command));
  }
  return shell.status;
}

function* runWholePipeline(shell: Shell, node: Pipeline): Routine<ExitCode> {
  const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1;
  const time = node.prefixes.find((prefix) => prefix.type === 'Time');
  if (time && shell.flavor === 'dash') {
    yield* shell.complain('time: not found');
    shell.status = 127;
    return 127;
  }
  const run = time?.type === 'Time' ? timed(shell, time, pipelineBody(shell, node)) : pipelineBody(shell, node);
  if (!negated) {
    yield* run;
    if (node.commands.length > 1 && shell.status !== 0) yield* failed(shell);
    return shell.status;
  }
  yield* suppressing(shell, run);
  shell.status = shell.status === 0 ? 1 : 0;
  return shell.status;
}

function* pipelineBody(shell: Shell, node: Pipeline): Routine {
  const [first] = node.commands;
  if (node.commands.length === 1 && first) yield* runNode(shell, first);
  else if (first) shell.status = yield* runPipeline(shell, node);
}

function* runRedirected(shell: Shell, node: Extract<CommandNode, { type: 'Redirected' }>): Routine<ExitCode> {
  shell.position = node.pos;
  const { undo } = yield* guarded(shell, redirect(shell, node.redirects));
  if (!undo) return shell.status;
  try {
    return yield* runNode(shell, node.command);
  } finally {
    undo();
  }
}

function* guarded(shell: Shell, changes: ReturnType<typeof redirect>): Routine<{ readonly undo: (() => void) | undefined }> {
  try {
    return yield* changes;
  } catch (error) {
    if (!(error instanceof ShellError) || error.fatal) throw error;
    yield* shell.complain(error.message);
    shell.status = 1;
    yield* failed(shell);
    return { undo: undefined };
  }
}
