/** Compound commands: loops, `if`, `case`, `select`, functions, `[[ ]]`, `(( ))`. */
import type {
  ArithmeticCommand,
  ArithmeticFor,
  BraceGroup,
  Case,
  CommandNode,
  CompoundList,
  For,
  Function as FunctionNode,
  If,
  Select,
  TestCommand,
  While,
  Word,
} from 'unbash';
import { readLine } from '../linux/line-input.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { runCondition } from './condition.ts';
import { arithmeticValue, expandPattern, expandString, expandWords } from './expand.ts';
import { LoopJump, ShellError } from './flow.ts';
import { matches, parsePattern } from './pattern.ts';
import { matchSteps } from './pattern-edit.ts';
import type { Shell } from './shell.ts';
import { suppressing } from './suppress.ts';
import { trace } from './trace.ts';

/** How each kind of compound command runs; the ones that need a process of their own are in pipeline.ts. */
export const compounds = {
  BraceGroup: (shell: Shell, node: BraceGroup) => shell.interpreter.run(shell, node.body),
  If: runIf,
  While: runWhile,
  For: runFor,
  ArithmeticFor: runArithmeticFor,
  Select: runSelect,
  Case: runCase,
  Function: defineFunction,
  TestCommand: runTest,
  ArithmeticCommand: runArithmetic,
  Coproc: unsupported,
};

function* unsupported(shell: Shell): Routine<ExitCode> {
  yield* shell.process.printError('k8s-lab: coproc is not simulated\n');
  return 70;
}

function* runIf(shell: Shell, node: If): Routine<ExitCode> {
  for (const branch of [node, ...node.elif]) {
    yield* suppressing(shell, shell.interpreter.run(shell, branch.clause));
    if (shell.status === 0) return yield* body(shell, branch.then);
  }
  return node.else ? yield* body(shell, node.else) : 0;
}

function* body(shell: Shell, list: CompoundList): Routine<ExitCode> {
  shell.status = 0;
  return yield* shell.interpreter.run(shell, list);
}

/** Runs the body of a loop once; true when the loop ends here. */
function* iterate(shell: Shell, list: CompoundList): Routine<boolean> {
  try {
    yield* shell.interpreter.run(shell, list);
    return false;
  } catch (flow) {
    if (!(flow instanceof LoopJump)) throw flow;
    if (flow.levels > 1 && shell.loops > 1) {
      flow.levels--;
      throw flow;
    }
    // Both are commands that went well.
    shell.status = 0;
    return flow.kind === 'break';
  }
}

/** Counts loops, so that `break` knows whether it is in one. */
function* inLoop(shell: Shell, routine: Routine<ExitCode>): Routine<ExitCode> {
  shell.loops++;
  try {
    return yield* routine;
  } finally {
    shell.loops--;
  }
}

function runWhile(shell: Shell, node: While): Routine<ExitCode> {
  return inLoop(shell, whileLoop(shell, node));
}

function* whileLoop(shell: Shell, node: While): Routine<ExitCode> {
  let status = 0;
  for (;;) {
    try {
      yield* suppressing(shell, shell.interpreter.run(shell, node.clause));
    } catch (flow) {
      if (!(flow instanceof LoopJump) || flow.levels > 1) throw flow;
      if (flow.kind === 'break') return status;
      continue;
    }
    if ((shell.status === 0) !== (node.kind === 'while')) return status;
    const stop = yield* iterate(shell, node.body);
    status = shell.status;
    if (stop) return status;
  }
}

function* runFor(shell: Shell, node: For): Routine<ExitCode> {
  shell.position = node.pos;
  checkName(node.name.value);
  const items = node.wordlist ? yield* expandWords(shell, node.wordlist) : shell.positional;
  return yield* inLoop(shell, forLoop(shell, node, items));
}

function checkName(name: string): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new ShellError(`\`${name}': not a valid identifier`);
}

function* forLoop(shell: Shell, node: For, items: readonly string[]): Routine<ExitCode> {
  let status = 0;
  for (const item of items) {
    if (shell.options.has('xtrace')) yield* trace(shell, `for ${node.name.value} in ${(node.wordlist ?? []).map((word) => word.text).join(' ') || '"$@"'}`);
    shell.variables.set(node.name.value, item);
    const stop = yield* iterate(shell, node.body);
    status = shell.status;
    if (stop) break;
  }
  return status;
}

function* runArithmeticFor(shell: Shell, node: ArithmeticFor): Routine<ExitCode> {
  const part = (from: { readonly pos: number; readonly end: number } | undefined): string => (from ? shell.source.text.slice(from.pos, from.end) : '');
  return yield* inLoop(shell, arithmeticLoop(shell, node, { initialize: part(node.initialize), test: part(node.test), update: part(node.update) }));
}

function* arithmeticLoop(
  shell: Shell,
  node: ArithmeticFor,
  texts: { readonly initialize: string; readonly test: string; readonly update: string },
): Routine<ExitCode> {
  let status = 0;
  yield* arithmeticValue(shell, texts.initialize);
  while (texts.test === '' || (yield* arithmeticValue(shell, texts.test)) !== 0n) {
    const stop = yield* iterate(shell, node.body);
    status = shell.status;
    if (stop) break;
    yield* arithmeticValue(shell, texts.update);
    if (shell.mustPause) yield* shell.pause();
  }
  return status;
}

function* runCase(shell: Shell, node: Case): Routine<ExitCode> {
  shell.position = node.pos;
  const word = yield* expandString(shell, node.word);
  if (shell.options.has('xtrace')) yield* trace(shell, `case ${word} in`);
  let status = 0;
  let falling = false;
  for (const item of node.items) {
    if (!falling && !(yield* matchesAny(shell, word, item.pattern))) continue;
    status = yield* body(shell, item.body);
    if (item.terminator !== ';&' && item.terminator !== ';;&') return status;
    falling = item.terminator === ';&';
  }
  return status;
}

function* matchesAny(shell: Shell, word: string, patterns: readonly Word[]): Routine<boolean> {
  for (const pattern of patterns) {
    const parsed = parsePattern(yield* expandPattern(shell, pattern), shell.shopt.has('nocasematch'));
    shell.process.toil(matchSteps(parsed, word));
    if (matches(parsed, word)) return true;
  }
  return false;
}

function* runSelect(shell: Shell, node: Select): Routine<ExitCode> {
  const items = node.wordlist ? yield* expandWords(shell, node.wordlist) : shell.positional;
  return items.length === 0 ? 0 : yield* inLoop(shell, selectLoop(shell, node, items));
}

function* selectLoop(shell: Shell, node: Select, items: readonly string[]): Routine<ExitCode> {
  const width = String(items.length).length;
  const menu = items.map((item, index) => `${String(index + 1).padStart(width)}) ${item}\n`).join('');
  let show = true;
  for (;;) {
    yield* shell.process.printError((show ? menu : '') + (shell.variables.get('PS3') ?? '#? '));
    const line = yield* readLine(shell.process.stdin);
    if (line === undefined) {
      yield* shell.process.print('\n');
      return 1;
    }
    show = line === '';
    if (show) continue;
    shell.variables.set('REPLY', line);
    shell.variables.set(node.name.value, items[Number(line) - 1] ?? '');
    if (yield* iterate(shell, node.body)) return shell.status;
  }
}

function defineFunction(shell: Shell, node: FunctionNode): Routine<ExitCode> {
  const { body: functionBody, name } = node;
  return defining(shell, name.value, functionBody as CommandNode | CompoundList, shell.source.text.slice(functionBody.pos, functionBody.end));
}

function* defining(shell: Shell, name: string, functionBody: CommandNode | CompoundList, text: string): Routine<ExitCode> {
  shell.functions.set(name, { body: functionBody, source: shell.source, text });
  return 0;
}

function* runTest(shell: Shell, node: TestCommand): Routine<ExitCode> {
  shell.position = node.pos;
  if (shell.flavor === 'dash') {
    yield* shell.complain('[[: not found');
    return 127;
  }
  try {
    return (yield* runCondition(shell, node.expression)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    yield* shell.complain(`[[: ${error.message}`);
    return error.fatal ? 1 : 2;
  }
}

function* runArithmetic(shell: Shell, node: ArithmeticCommand): Routine<ExitCode> {
  shell.position = node.pos;
  if (shell.options.has('xtrace')) yield* trace(shell, `(( ${node.body} ))`);
  try {
    return (yield* arithmeticValue(shell, node.body)) === 0n ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    yield* shell.complain(`((: ${error.message}`);
    return 1;
  }
}
