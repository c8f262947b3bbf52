/** Pipelines, subshells, background jobs, command and process substitution: all that runs in child processes. */
import type { AndOr, CommandNode, CompoundList, ParsedScript, Pipeline, PipelineNode, Subshell } from 'unbash';
import { isErrno } from '../linux/errno.ts';
import { newPipe, type OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { descriptors, forkShell, pidOf, waitForeground } from './child.ts';
import { collect, collectFile } from './collect.ts';
import { expandWords } from './expand.ts';
import type { Shell } from './shell.ts';
import { watchChildren } from './traps.ts';

/** `a | b | c`: one process a stage. */
export function* runPipeline(shell: Shell, node: Pipeline): Routine<ExitCode> {
  const text = textOf(shell, node);
  const { processes, group } = yield* startPipeline(shell, node);
  const last = yield* waitForeground(shell, processes, text, group);
  if (!shell.options.has('pipefail')) return last;
  return shell.pipeStatus.findLast((status) => status !== 0) ?? 0;
}

type Started = { readonly processes: Process[]; readonly group: number | undefined };

function* startPipeline(shell: Shell, node: Pipeline, input?: OpenFile): Routine<Started> {
  const processes: Process[] = [];
  const own = shell.options.has('monitor');
  let group: number | undefined;
  let before = input;
  for (const [index, command] of node.commands.entries()) {
    const pipe = index < node.commands.length - 1 ? newPipe() : undefined;
    const replaced: Record<number, OpenFile> = {};
    if (before) replaced[0] = before;
    if (pipe) replaced[1] = pipe.writer;
    if (pipe && node.operators[index] === '|&') replaced[2] = pipe.writer.retain();
    const started: Process = yield* forkShell(shell, (child) => runStage(child, command), {
      fds: descriptors(shell, replaced),
      ...(own ? { group: group ?? 'new' } : {}),
    });
    if (own) group ??= started.group;
    before = pipe?.reader;
    processes.push(started);
  }
  return { processes, group };
}

/** A stage that is one simple command becomes that command's process. */
function* runStage(child: Shell, node: CommandNode | PipelineNode | AndOr): Routine<ExitCode> {
  child.tail = node.type === 'Command';
  return yield* child.interpreter.node(child, node);
}

/** `( … )`. */
export function* runSubshell(shell: Shell, node: Subshell): Routine<ExitCode> {
  const own = shell.options.has('monitor');
  const process = yield* forkShell(shell, (child) => runBody(child, node.body), own ? { group: 'new' } : {});
  return yield* waitForeground(shell, [process], textOf(shell, node), own ? process.group : undefined);
}

function* runBody(child: Shell, body: CompoundList): Routine<ExitCode> {
  const only = body.commands.length === 1 ? body.commands[0] : undefined;
  child.tail = only?.command.type === 'Command' && only.background !== true;
  return yield* child.interpreter.run(child, body);
}

/** `… &`. */
export function* runInBackground(shell: Shell, node: PipelineNode | AndOr): Routine<ExitCode> {
  const text = textOf(shell, node);
  const own = shell.options.has('monitor');
  watchChildren(shell);
  const started = yield* startBackground(shell, node, own);
  const pids = started.processes.map((process) => pidOf(shell, process));
  const job = shell.jobs.add({ processes: started.processes, pids, text, group: started.group, foreground: false });
  shell.lastBackground = pids[pids.length - 1];
  if (shell.interactive) yield* shell.process.printError(`[${job.id}] ${shell.lastBackground}\n`);
  return 0;
}

function* startBackground(shell: Shell, node: PipelineNode | AndOr, own: boolean): Routine<Started> {
  // Without job control a background command must not eat the shell's input, nor die of its Ctrl-C.
  const input = own ? undefined : shell.process.kernel.open(shell.process, '/dev/null', { read: true });
  const started: Started =
    node.type === 'Pipeline' && node.commands.length > 1 && node.prefixes.length === 0
      ? yield* startPipeline(shell, node, input)
      : yield* one(shell, node, own, input);
  if (!own) {
    for (const process of started.processes) {
      process.onSignal('SIGINT', 'ignore');
      process.onSignal('SIGQUIT', 'ignore');
    }
  }
  return started;
}

function* one(shell: Shell, node: PipelineNode | AndOr, own: boolean, input: OpenFile | undefined): Routine<Started> {
  const process = yield* forkShell(shell, (child) => runStage(child, node), {
    ...(input ? { fds: descriptors(shell, { 0: input }) } : {}),
    ...(own ? { group: 'new' as const } : {}),
  });
  return { processes: [process], group: own ? process.group : undefined };
}

/** A command as `jobs` shows it: its source on one line. */
export function textOf(shell: Shell, node: { readonly pos: number; readonly end: number }): string {
  return shell.source.text
    .slice(node.pos, node.end)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** See Sim.toil: what goes through a pipe is put together, looked through and kept. */
const unitsPerStep = 500;

/** `$( … )`: the output without its last newlines. */
export function* substitute(shell: Shell, script: ParsedScript): Routine<string> {
  const file = yield* fileOnly(shell, script);
  if (file !== undefined) return trimmed(file);
  const pipe = newPipe();
  try {
    const process = yield* forkShell(shell, (child) => runSubstitution(child, script), { fds: descriptors(shell, { 1: pipe.writer }) });
    const output = yield* collect(pipe.reader);
    shell.process.toil(output.length / unitsPerStep);
    while (process.exitStatus === undefined) yield { on: [process.changed] };
    shell.process.reap(process);
    shell.status = process.exitStatus;
    shell.substituted = process.exitStatus;
    if (output.includes('\0')) yield* shell.complain('warning: command substitution: ignored null byte in input');
    return trimmed(output);
  } finally {
    pipe.reader.close();
  }
}

const trimmed = (text: string): string => {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end--;
  const cut = end === text.length ? text : text.slice(0, end);
  return cut.includes('\0') ? cut.replaceAll('\0', '') : cut;
};

function* runSubstitution(child: Shell, script: ParsedScript): Routine<ExitCode> {
  child.options.delete('errexit');
  child.takeSource(script.source);
  const only = script.commands.length === 1 ? script.commands[0] : undefined;
  child.tail = only?.command.type === 'Command' && only.background !== true;
  return yield* child.interpreter.run(child, script);
}

/** `$(<file)` reads the file without a process. */
function* fileOnly(shell: Shell, script: ParsedScript): Routine<string | undefined> {
  const command = script.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (command?.type !== 'Command' || command.name || command.prefix.length + command.suffix.length !== 1) return undefined;
  const one = command.redirects[0];
  if (one?.type !== 'Redirect' || one.operator !== '<' || !one.target) return undefined;
  const [path = ''] = yield* expandWords(shell, [one.target]);
  try {
    return yield* collectFile(shell.process, path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    yield* shell.complain(`${path}: ${error.message}`);
    shell.substituted = 1;
    return '';
  }
}

/** `<( … )` and `>( … )`: a pipe that has the name /dev/fd/N while the command runs. */
export function* processSubstitution(shell: Shell, operator: '<' | '>', script: ParsedScript): Routine<string> {
  const pipe = newPipe();
  const [theirs, ours] = operator === '<' ? [pipe.writer, pipe.reader] : [pipe.reader, pipe.writer];
  watchChildren(shell);
  const process = yield* forkShell(shell, (child) => runSubstitution(child, script), { fds: descriptors(shell, { [operator === '<' ? 1 : 0]: theirs }) });
  let fd = 63;
  while (shell.process.fds.has(fd)) fd--;
  shell.process.fds.set(fd, ours);
  shell.substitutionFds.push(fd);
  shell.lastBackground = pidOf(shell, process);
  return `/dev/fd/${fd}`;
}
