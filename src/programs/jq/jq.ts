/** jq 1.7. */
import { Errno } from '../../linux/errno.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput, readWhole } from '../input.ts';
import { MemoryExhausted } from '../memory.ts';
import { Call, Failure, startMilliseconds } from '../tool.ts';
import { type Definition, JqSyntaxError } from './ast.ts';
import { findUndefined } from './check.ts';
import { Environment } from './environment.ts';
import type { Json } from './json.ts';
import { natives } from './natives.ts';
import { type JqOptions, JqUsageError, readOptions } from './options.ts';
import { parseDefinitions, parseJq } from './parser.ts';
import { prelude } from './prelude.ts';
import { JsonReader, JsonSyntaxError } from './reader.ts';
import { badUsage, type Compiled, Run } from './run.ts';
import { help } from './usage.ts';

/** The prelude, read when jq first runs: a start of the lab without jq does not pay for it. */
const library: { definitions?: readonly Definition[] } = {};

const preludeDefinitions = (): readonly Definition[] => (library.definitions ??= parseDefinitions(prelude));

const badProgram = 3;

export const jq: Program = function* (argv, process) {
  yield* process.work(startMilliseconds);
  const call = new Call(process, argv[0] ?? 'jq', [], argv.slice(1));
  try {
    const status = yield* main(call);
    yield* call.out.flush();
    return status;
  } catch (error) {
    if (error instanceof JqUsageError) yield* process.printError(error.message);
    else if (error instanceof Failure) yield* call.complain(error.message);
    else if (error instanceof MemoryExhausted) yield* process.printError('jq: error: cannot allocate memory\n');
    else throw error;
    return error instanceof Failure ? error.status : badUsage;
  }
};

function* main(call: Call): Routine<number> {
  const options = readOptions(call.operands);
  if (options.help || options.version) {
    yield* call.print(options.version ? 'jq-1.7.1\n' : help);
    return 0;
  }
  const source = options.programFile === undefined ? options.program : yield* call.slurp(options.programFile, 2);
  if (source === undefined) throw new JqUsageError(help);
  const named = yield* namedValues(call, options);
  const compiled = compile(source, named);
  if (typeof compiled === 'string') {
    yield* call.process.printError(compiled);
    return badProgram;
  }
  return yield* new Run(call, options, compiled).all();
}

function compile(source: string, named: ReadonlyMap<string, Json>): Compiled | string {
  const definitions = preludeDefinitions();
  let environment = new Environment();
  for (const definition of definitions) environment = environment.withFunction(definition);
  for (const [name, value] of named) environment = environment.withValue(name, value);
  const failed = (text: string, line = 1): string => `jq: error: ${text} at <top-level>, line ${line}:\n${source}\njq: 1 compile error\n`;
  try {
    const program = parseJq(source);
    const functions = new Set([...Object.keys(natives), ...definitions.map(({ name, parameters }) => `${name}/${parameters.length}`)]);
    const unknown = findUndefined(program, functions, new Set([...named.keys(), 'ENV']));
    return unknown ? failed(`${unknown.name} is not defined`, unknown.line) : { program, environment };
  } catch (error) {
    if (error instanceof JqSyntaxError) return failed(error.message);
    throw error;
  }
}

/** --arg, --argjson, --slurpfile, --rawfile and $__prog_args. */
function* namedValues(call: Call, options: JqOptions): Routine<Map<string, Json>> {
  const named = new Map<string, Json>();
  for (const { kind, name, text } of options.named) {
    if (kind === 'arg') named.set(name, text);
    else if (kind === 'argjson') named.set(name, parseArgument(text, `Invalid JSON text passed to --argjson`));
    else {
      const content = yield* readNamed(call, name, text);
      if (kind === 'rawfile') named.set(name, content);
      else {
        const items: Json[] = [];
        const reader = new JsonReader(content);
        for (let next = reader.next(); next; next = reader.next()) items.push(next.value);
        named.set(name, items);
      }
    }
  }
  const positional: Json[] = options.positional.map(({ json, text }) => (json ? parseArgument(text, 'Invalid JSON text passed to --jsonargs') : text));
  named.set('__prog_args', positional);
  named.set(
    'ARGS',
    new Map<string, Json>([
      ['positional', positional],
      ['named', new Map([...named].filter(([name]) => name !== '__prog_args'))],
    ]),
  );
  return named;
}

function* readNamed(call: Call, name: string, file: string): Routine<string> {
  try {
    const input = openInput(call.process, file);
    try {
      return yield* readWhole(input, call.memory);
    } finally {
      input.close();
    }
  } catch (error) {
    if (error instanceof Errno) throw new JqUsageError(`jq: Bad JSON in --slurpfile ${name} ${file}: Could not open ${file}: ${error.message}\n`);
    throw error;
  }
}

function parseArgument(text: string, complaint: string): Json {
  try {
    const found = new JsonReader(text).next();
    if (found) return found.value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  throw new JqUsageError(
    `jq: ${complaint}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n`,
  );
}
