/** A shell at a prompt. */

import { readLine } from '../linux/line-input.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { expandAliases } from './alias.ts';
import { notifyJobs, setForeground } from './child.ts';
import { lineReader } from './completion.ts';
import { parseFor } from './dialect.ts';
import { Discard, ShellError } from './flow.ts';
import { expandHistory } from './history-expansion.ts';
import { reportProblem, runPiece } from './interpret.ts';
import type { Invocation } from './invocation.ts';
import { jobState } from './job-table.ts';
import { defaultPrompt, promptText } from './prompt.ts';
import type { Shell } from './shell.ts';
import { parseScript, SourceText } from './source.ts';
import { readStartupFiles, sourceIfThere } from './startup.ts';
import { installInteractive, runPendingTraps, watchChildren } from './traps.ts';
import { interruptible } from './wait.ts';

/** Reads and runs lines until the input ends or `exit`. */
export function* runInteractive(shell: Shell, invocation: Invocation): Routine<ExitCode> {
  yield* begin(shell, invocation);
  for (;;) {
    try {
      const text = yield* readCommand(shell);
      if (text === undefined) {
        if (yield* mayLeave(shell)) return shell.status;
        continue;
      }
      if (text.trim() !== '') yield* runTyped(shell, text);
    } catch (flow) {
      yield* recover(shell, flow);
    }
  }
}

function* begin(shell: Shell, invocation: Invocation): Routine {
  for (const name of ['monitor', 'histexpand', 'history', 'emacs']) shell.options.add(name);
  for (const name of ['expand_aliases', 'checkwinsize']) shell.shopt.add(name);
  installInteractive(shell);
  watchChildren(shell);
  setForeground(shell, shell.process.group);
  if (shell.variables.get('PS1') === undefined || shell.variables.find('PS1')?.exported) shell.variables.set('PS1', defaultPrompt(shell));
  shell.variables.set('PS2', shell.variables.get('PS2') ?? '> ');
  shell.variables.set('HISTSIZE', shell.variables.get('HISTSIZE') ?? '500');
  if (shell.flavor === 'bash') shell.variables.set('HISTFILE', `${shell.variables.get('HOME') ?? ''}/.bash_history`);
  try {
    yield* startupFiles(shell, invocation);
  } catch (flow) {
    yield* recover(shell, flow);
  }
  shell.status = 0;
}

function* startupFiles(shell: Shell, invocation: Invocation): Routine {
  if (invocation.login && !invocation.noProfile) return yield* readStartupFiles(shell);
  if (shell.flavor !== 'bash') {
    const env = shell.variables.get('ENV');
    return env ? yield* sourceIfThere(shell, env) : undefined;
  }
  if (invocation.noRc) return;
  if (invocation.rcFile === undefined) yield* sourceIfThere(shell, '/etc/bash.bashrc');
  yield* sourceIfThere(shell, invocation.rcFile ?? `${shell.variables.get('HOME') ?? ''}/.bashrc`);
}

/** What was thrown to the prompt. Anything else goes on, and ends the shell. */
function* recover(shell: Shell, flow: unknown): Routine {
  shell.loops = 0;
  shell.suppressed = 0;
  shell.frames = [];
  shell.depth = 0;
  if (flow instanceof Discard) shell.status = flow.status;
  else if (flow instanceof ShellError) {
    yield* shell.complain(flow.message);
    shell.status = flow.status;
  } else throw flow;
}

/** One complete command: a line, or several while it is unfinished. Undefined at the end of the input. */
function* readCommand(shell: Shell): Routine<string | undefined> {
  yield* notifyJobs(shell);
  yield* runPendingTraps(shell);
  const hook = shell.variables.get('PROMPT_COMMAND');
  if (hook) {
    const { status } = shell;
    yield* shell.interpreter.evaluate(shell, new SourceText(hook, shell.name));
    shell.status = status;
  }
  let text = '';
  for (;;) {
    const line = yield* promptedLine(shell, text === '' ? 'PS1' : 'PS2');
    if (line === undefined) return yield* cutShort(shell, text);
    const expanded = yield* withHistory(shell, line);
    if (expanded === undefined) return '';
    text = text === '' ? expanded : `${text}\n${expanded}`;
    const seen = shell.aliases.size > 0 ? expandAliases(shell.aliases, text) : text;
    const { problem } = parseFor(shell.flavor, seen);
    if (problem?.incomplete) continue;
    remember(shell, text);
    if (!problem) return text;
    yield* reportProblem(shell, problem, shell.name, 0, []);
    return '';
  }
}

function* cutShort(shell: Shell, text: string): Routine<string | undefined> {
  if (text === '') return undefined;
  const { problem } = parseScript(`${text}\n`);
  if (!problem || problem.message === '') return text;
  yield* reportProblem(shell, problem, shell.name, 0, []);
  return '';
}

function* promptedLine(shell: Shell, variable: 'PS1' | 'PS2'): Routine<string | undefined> {
  const { process } = shell;
  const { tty } = process.stdin;
  shell.interrupted = false;
  yield* process.printError(yield* promptText(shell, variable));
  // What was typed ahead has been echoed in the midst of other output: readline shows it once more, behind the prompt.
  const ahead = tty !== undefined && tty.waiting > 0 && tty.echo;
  if (tty) tty.reader = lineReader(shell);
  tty?.changed.notify();
  try {
    const line = yield* interruptible(shell, readLine(process.stdin));
    if (ahead && line !== undefined) tty.write(`${line}\n`);
    return line;
  } finally {
    if (tty) tty.reader = undefined;
    tty?.changed.notify();
  }
}

/** History expansion; undefined when it failed (and was told). */
function* withHistory(shell: Shell, line: string): Routine<string | undefined> {
  if (!shell.options.has('histexpand') || !/[!^]/.test(line) || shell.flavor !== 'bash') return line;
  const { line: text, changed, error } = expandHistory(line, shell.history, shell.historyOffset);
  if (error !== undefined) {
    yield* shell.process.printError(`bash: ${error}\n`);
    return undefined;
  }
  if (changed) yield* shell.process.printError(`${text}\n`);
  return text;
}

function remember(shell: Shell, text: string): void {
  if (text.trim() === '') return;
  const control = shell.variables.get('HISTCONTROL') ?? '';
  if (/ignorespace|ignoreboth/.test(control) && text.startsWith(' ')) return;
  if (/ignoredups|ignoreboth/.test(control) && shell.history[shell.history.length - 1] === text) return;
  shell.history.push(joined(text));
  const size = Number(shell.variables.get('HISTSIZE') ?? 500);
  while (size >= 0 && shell.history.length > size) {
    shell.history.shift();
    shell.historyOffset++;
  }
}

/** A command of several lines becomes one entry of one line (cmdhist), unless a here-document needs its lines. */
function joined(text: string): string {
  if (!text.includes('\n') || /<<-?\s*['"\\]?\w/.test(text) || /['"]/.test(text)) return text;
  return text
    .split('\n')
    .map((line) => line.trim())
    .reduce(
      (all, line) =>
        /(?:\b(?:do|then|else|in)|[|&;({])$/.test(all) || all === ''
          ? `${all} ${line}`.trim()
          : all.endsWith('\\')
            ? all.slice(0, -1) + line
            : `${all}; ${line}`,
      '',
    );
}

function* runTyped(shell: Shell, text: string): Routine {
  shell.warnedOfJobs = shell.warnedOfJobs && /^\s*(?:exit|logout)\b/.test(text);
  const size = shell.process.tty?.size;
  if (size) {
    shell.variables.set('COLUMNS', String(size.columns));
    shell.variables.set('LINES', String(size.rows));
  }
  yield* runPiece(shell, new SourceText(text, shell.name));
}

/** Ctrl-D: leaves, unless there are stopped jobs that were not yet told of. */
function* mayLeave(shell: Shell): Routine<boolean> {
  const word = shell.flavor === 'bash' ? (shell.login ? 'logout\n' : 'exit\n') : '\n';
  yield* shell.process.printError(word);
  if (shell.warnedOfJobs || !shell.jobs.all.some((job) => jobState(job) === 'Stopped')) return true;
  shell.warnedOfJobs = true;
  yield* shell.process.printError('There are stopped jobs.\n');
  return false;
}
