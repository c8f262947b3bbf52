/** awk, with the manners of mawk 1.3.4 and the functions of gawk that people use. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { RegexError } from '../regex/node.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { AwkError, type AwkProgram, AwkSyntaxError } from './ast.ts';
import { Interpreter } from './interpreter.ts';
import { unescapeString } from './lexer.ts';
import { parseAwk } from './parser.ts';
import { Runtime } from './runtime.ts';

export const awk = tool({
  usage: '[-F FS] [-v VAR=VALUE] [-f FILE | PROGRAM] [FILE]...',
  summary: 'Scan FILEs for patterns and process what is found.',
  trouble: 2,
  inOrder: true,
  options: [
    ['F,field-separator=FS', 'set the field separator, FS, to the given value'],
    ['v,assign=VAR=VALUE', 'assign VALUE to program variable VAR before the program runs'],
    ['f,file=FILE', 'take the program from FILE instead of the command line'],
    ['W=OPTION', '(ignored)'],
  ],
  *run(call) {
    const { source, operands } = yield* readProgram(call);
    const program = parse(source);
    const runtime = new Runtime(call, operands);
    if (call.has('F')) runtime.set('FS', separator(call.value('F') ?? ' '));
    for (const text of call.all('v')) if (!runtime.setFromCommandLine(text)) throw new Failure(`improper assignment: -v ${text}`, 2);
    return yield* execute(program, runtime);
  },
});

function* readProgram(call: Call): Routine<{ readonly source: string; readonly operands: readonly string[] }> {
  if (call.has('f')) {
    let source = '';
    for (const file of call.all('f')) source += `${yield* call.slurp(file, 2)}\n`;
    return { source, operands: call.operands };
  }
  const [source, ...operands] = call.operands;
  if (source === undefined) throw new Failure('no program given', 2);
  return { source, operands };
}

function parse(source: string): AwkProgram {
  try {
    return parseAwk(source);
  } catch (error) {
    if (error instanceof AwkSyntaxError) throw new Failure(error.message, 2);
    throw error;
  }
}

function* execute(program: AwkProgram, runtime: Runtime): Routine<ExitCode> {
  try {
    return yield* new Interpreter(program, runtime).run();
  } catch (error) {
    if (error instanceof AwkError || error instanceof RegexError) throw new Failure(error.message, 2);
    throw error;
  } finally {
    runtime.nextFile();
    runtime.streams.abandon();
  }
}

/** `-Ft` is a tab, as POSIX has it; escapes are read as in a string. */
const separator = (text: string): string => (text === 't' ? '\t' : unescapeString(text));
