/** A script on standard input, read line by line: the commands in it may read the rest themselves. */

import { readLine } from '../linux/line-input.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { parseFor } from './dialect.ts';
import { reportProblem, runPiece } from './interpret.ts';
import type { Shell } from './shell.ts';
import { parseScript, SourceText } from './source.ts';

/** Reads and runs until the input ends. */
export function* runStdin(shell: Shell): Routine<ExitCode> {
  let pending: string[] = [];
  let from = 0;
  let all: string[] = [];
  for (;;) {
    const line = yield* readLine(shell.process.stdin);
    if (line === undefined) break;
    pending.push(line);
    all.push(line);
    const text = pending.join('\n');
    const { problem } = parseFor(shell.flavor, text);
    if (problem?.incomplete) continue;
    if (problem) return yield* reportProblem(shell, problem, shell.name, from, all);
    yield* runPiece(shell, new SourceText(text, shell.name, from + 1));
    from += pending.length;
    pending = [];
    if (all.length > 10_000) all = all.map(() => '');
  }
  if (pending.length === 0) return shell.status;
  const text = pending.join('\n');
  const { problem } = parseScript(`${text}\n`);
  if (problem && problem.message !== '') return yield* reportProblem(shell, problem, shell.name, from, all);
  return yield* runPiece(shell, new SourceText(text, shell.name, from + 1));
}
