/** Simple commands: assignments, redirections, and what a name means: function, builtin or program. */
import type { Assignment, Command, Word } from 'unbash';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { applyAssignment, arrayElements } from './assignment.ts';
import { callBuiltin, callFunction } from './call.ts';
import { isFailure, waitForeground } from './child.ts';
import { expandString, expandWords } from './expand.ts';
import { runExternal } from './external.ts';
import { Discard, ExitShell, ShellError } from './flow.ts';
import { textOf } from './pipeline.ts';
import { quoteIfNeeded } from './quote.ts';
import { redirect } from './redirect.ts';
import type { ArrayArgument, Shell, ShellFunction } from './shell.ts';
import { parseWord } from './source.ts';
import { trace } from './trace.ts';
import { runTrap } from './traps.ts';

/** Runs one simple command. Mistakes in it are printed here; those of an expansion end what is being run. */
export function* runSimple(shell: Shell, node: Command): Routine<ExitCode> {
  const { tail } = shell;
  shell.tail = false;
  shell.position = node.pos;
  const substitutions = shell.substitutionFds.length;
  try {
    if (shell.traps.has('DEBUG') && !shell.inTrap) yield* debugTrap(shell, node);
    return yield* attempt(shell, node, tail);
  } catch (error) {
    if (isFailure(error)) {
      yield* shell.complain(`${node.name?.value ?? ''}: ${error.path ? `${error.path}: ` : ''}${error.message}`);
      return 1;
    }
    if (!(error instanceof ShellError)) throw error;
    yield* shell.complain(error.message);
    if (!error.fatal) return error.status;
    // POSIX: a mistake in an expansion ends a shell that is not interactive.
    if (shell.flavor !== 'bash' && !shell.interactive) throw new ExitShell(2);
    shell.status = error.status === 2 || (error.status === 127 && shell.options.has('command') && shell.level === 0) ? error.status : 1;
    if (error.status !== 1 && !shell.interactive) throw new ExitShell(shell.status);
    throw new Discard(1);
  } finally {
    if (shell.substitutionFds.length > substitutions) closeSubstitutions(shell, substitutions);
  }
}

function* debugTrap(shell: Shell, node: Command): Routine {
  shell.inTrap = true;
  shell.commandText = textOf(shell, node);
  yield* runTrap(shell, shell.traps.get('DEBUG') ?? '');
  shell.inTrap = false;
}

function closeSubstitutions(shell: Shell, from: number): void {
  // A program that takes the shell's place still reads them.
  if (shell.replaced) return;
  for (const fd of shell.substitutionFds.splice(from)) {
    shell.process.fds.get(fd)?.close();
    shell.process.fds.delete(fd);
  }
}

function* attempt(shell: Shell, node: Command, tail: boolean): Routine<ExitCode> {
  const assignments = node.prefix.filter((item): item is Assignment => item.type === 'Assignment');
  shell.substituted = 0;
  const arrays = new Map<number, ArrayArgument>();
  const words = yield* argumentsOf(shell, node, arrays);
  const { redirects } = node;
  if (words.length === 0) return yield* onlyAssignments(shell, assignments, redirects);
  if (redirects.length === 0) return yield* withWords(shell, node, { words, arrays, assignments, tail });
  const changes = yield* redirect(shell, redirects);
  try {
    const status = yield* withWords(shell, node, { words, arrays, assignments, tail });
    if (words[0] === 'exec') changes.keep();
    return status;
  } finally {
    changes.undo();
  }
}

/** Commands whose arguments are assignments, with the expansions of assignments. */
const declarations: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

function* argumentsOf(shell: Shell, node: Command, arrays: Map<number, ArrayArgument>): Routine<string[]> {
  if (!node.name) return [];
  const words = yield* expandWords(shell, [node.name]);
  if (node.suffix.length === 0) return words;
  const declaring = declarations.has(words[0] ?? '');
  if (!declaring) {
    const rest = yield* expandWords(
      shell,
      node.args.map((arg) => (arg.type === 'Word' ? arg : asWord(arg))),
    );
    return words.length === 0 ? rest : words.concat(rest);
  }
  for (const arg of node.args) {
    if (arg.type === 'Word') words.push(...(yield* expandWords(shell, [arg])));
    else yield* declarationArgument(shell, arg, words, arrays);
  }
  return words;
}

/** `alias l='ls -l'`: unbash sees an assignment where bash sees a word. */
const asWord = (assignment: Assignment): Word => parseWord(assignment.text);

function* declarationArgument(shell: Shell, arg: Assignment, words: string[], arrays: Map<number, ArrayArgument>): Routine {
  const operator = arg.append ? '+=' : '=';
  if (arg.value.type === 'ArrayValue') {
    arrays.set(words.length - 1, { name: arg.name, append: arg.append ?? false, elements: yield* arrayElements(shell, arg.value) });
    words.push(arg.name);
  } else {
    const index = arg.index ? `[${yield* expandString(shell, arg.index)}]` : '';
    words.push(`${arg.name}${index}${operator}${yield* expandString(shell, arg.value)}`);
  }
}

function* onlyAssignments(shell: Shell, assignments: readonly Assignment[], redirects: Command['redirects']): Routine<ExitCode> {
  for (const assignment of assignments) {
    const text = yield* applyAssignment(shell, assignment);
    if (shell.options.has('xtrace')) yield* trace(shell, text);
  }
  if (redirects.length > 0) (yield* redirect(shell, redirects)).undo();
  return shell.substituted;
}

type Prepared = {
  readonly words: readonly string[];
  readonly arrays: ReadonlyMap<number, ArrayArgument>;
  readonly assignments: readonly Assignment[];
  readonly tail: boolean;
};

function* withWords(shell: Shell, node: Command, prepared: Prepared): Routine<ExitCode> {
  const { words, assignments } = prepared;
  const name = words[0] as string;
  if (shell.options.has('xtrace')) yield* traceCommand(shell, words);
  shell.lastArgument = words[words.length - 1] as string;
  const found = shell.functions.get(name);
  if (!found && !shell.hasBuiltin(name)) return yield* external(shell, node, prepared);
  if (assignments.length === 0) return yield* inShell(shell, prepared, found);
  shell.variables.push();
  try {
    for (const assignment of assignments) {
      shell.variables.local(assignment.name);
      yield* applyAssignment(shell, assignment);
      shell.variables.export(assignment.name);
    }
    return yield* inShell(shell, prepared, found);
  } finally {
    shell.variables.pop();
  }
}

function inShell(shell: Shell, prepared: Prepared, found: ShellFunction | undefined): Routine<ExitCode> {
  const [name = '', ...args] = prepared.words;
  return found ? callFunction(shell, name, found, args) : callBuiltin(shell, name, args, prepared.arrays);
}

function* traceCommand(shell: Shell, words: readonly string[]): Routine {
  yield* trace(shell, words.map(quoteIfNeeded).join(' '));
}

function* external(shell: Shell, node: Command, prepared: Prepared): Routine<ExitCode> {
  const env: Record<string, string> = {};
  for (const assignment of prepared.assignments) if (assignment.value.type === 'Word') env[assignment.name] = yield* expandString(shell, assignment.value);
  const text = shell.options.has('monitor') || !shell.interactive ? textOf(shell, node) : '';
  const started = yield* runExternal(shell, prepared.words, { env, tail: prepared.tail });
  if (typeof started === 'number') return started;
  return yield* waitForeground(shell, [started], text, shell.options.has('monitor') ? started.group : undefined);
}
