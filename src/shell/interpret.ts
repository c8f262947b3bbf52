/** Running source text: whole scripts, pieces typed or read line by line, `eval` and `.`. */
import type { Script, Statement } from 'unbash';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { expandAliases } from './alias.ts';
import { parseFor } from './dialect.ts';
import { Discard } from './flow.ts';
import { inWordsOf } from './posix-messages.ts';
import type { Shell } from './shell.ts';
import { parseScript, SourceText, type SyntaxProblem } from './source.ts';

/** Parses and runs a text in the shell as it is: `eval`, `.`, traps, `-c`. A mistake ends it with status 2, after the lines before it have run. */
export function* evaluateSource(shell: Shell, source: SourceText): Routine<ExitCode> {
  const { source: before, position } = shell;
  try {
    return yield* runSource(shell, source);
  } finally {
    shell.source = before;
    shell.position = position;
  }
}

/** As `evaluateSource`, and leaves the source in place: for what the shell was started with. */
export function* runSource(shell: Shell, source: SourceText): Routine<ExitCode> {
  const { script, problem } = parseFor(shell.flavor, source.text);
  if (problem && !onlyUnclosedHeredoc(problem)) return yield* runByLines(shell, source);
  if (shell.shopt.has('expand_aliases') || source.text.includes('expand_aliases')) return yield* runByLines(shell, source);
  shell.source = source;
  return yield* runStatements(shell, script, source);
}

const onlyUnclosedHeredoc = (problem: SyntaxProblem): boolean => problem.incomplete && problem.message === '';

/** After an error in an expansion bash drops the rest of the line and goes on with the next. */
function* runStatements(shell: Shell, script: Script, source: SourceText): Routine<ExitCode> {
  let rest: readonly Statement[] = script.commands;
  shell.status = rest.length === 0 ? 0 : shell.status;
  while (rest.length > 0) {
    const part = rest;
    try {
      yield* shell.interpreter.run(shell, { ...script, commands: part });
      break;
    } catch (flow) {
      if (!(flow instanceof Discard) || flow.interrupted || shell.interactive) throw flow;
      shell.status = flow.status;
      const line = source.lineAt(statementAt(part, shell.position).end);
      rest = part.filter((statement) => source.lineAt(statement.pos) > line);
    }
  }
  return shell.status;
}

function statementAt(statements: readonly Statement[], position: number): Statement {
  return statements.find((statement) => position < statement.end) ?? (statements[statements.length - 1] as Statement);
}

/** Line by line, as bash reads: what stands before a mistake runs. */
function* runByLines(shell: Shell, source: SourceText): Routine<ExitCode> {
  const lines = source.text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  let from = 0;
  shell.status = 0;
  for (let to = 1; to <= lines.length; to++) {
    const text = lines.slice(from, to).join('\n');
    const { problem } = parseFor(shell.flavor, text);
    if (problem?.incomplete && to < lines.length) continue;
    if (problem && !onlyUnclosedHeredoc(problem)) {
      const ended = shell.flavor === 'bash' || source.text.endsWith('\n');
      const whole = problem.incomplete && ended ? (parseScript(`${text}\n`).problem ?? problem) : problem;
      return yield* reportProblem(shell, whole, source.name, from, lines);
    }
    const piece = new SourceText(text, source.name, source.lineAt(0) + from);
    yield* runPiece(shell, piece);
    from = to;
  }
  return shell.status;
}

/** Runs one complete piece, aliases expanded. */
export function* runPiece(shell: Shell, piece: SourceText): Routine<ExitCode> {
  const expanded =
    shell.aliases.size > 0 && shell.shopt.has('expand_aliases') ? new SourceText(expandAliases(shell.aliases, piece.text), piece.name, piece.lineAt(0)) : piece;
  shell.source = expanded;
  return yield* runStatements(shell, parseScript(expanded.text).script, expanded);
}

/** Prints a syntax error as bash does, with the line it is on. */
export function* reportProblem(shell: Shell, problem: SyntaxProblem, name: string, before: number, lines: readonly string[]): Routine<ExitCode> {
  shell.status = 2;
  if (shell.interactive) {
    yield* shell.process.printError(`${shell.flavor === 'bash' ? 'bash' : shell.shortName}: ${inWordsOf(shell.flavor, problem.message)}\n`);
    return 2;
  }
  const line = problem.line + before;
  const evaluated = shell.evaluating > 0 ? 'eval: ' : shell.options.has('command') ? '-c: ' : '';
  const head = shell.flavor === 'bash' ? `${name}: ${evaluated}line ${line}: ` : shell.flavor === 'dash' ? `${name}: ${line}: ` : `${name}: `;
  yield* shell.process.printError(`${head}${inWordsOf(shell.flavor, problem.message)}\n`);
  if (problem.token !== undefined && shell.flavor === 'bash') yield* shell.process.printError(`${head}\`${lines[line - 1] ?? ''}'\n`);
  return 2;
}
