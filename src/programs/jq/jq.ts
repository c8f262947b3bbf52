/** jq 1.7. */
import { Errno } from '../../linux/errno.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput, readWhole } from '../input.ts';
import { MemoryExhausted } from '../memory.ts';
import { Call, Failure, startMilliseconds } from '../tool.ts';
import { Break, type Definition, JqError, JqSyntaxError, type Node } from './ast.ts';
import { findUndefined } from './check.ts';
import { type Context, Halt } from './context.ts';
import { Environment } from './environment.ts';
import { values } from './evaluate.ts';
import { type Json, stringify, truthy } from './json.ts';
import { natives } from './natives.ts';
import { type JqOptions, JqUsageError, readOptions } from './options.ts';
import { parseDefinitions, parseJq } from './parser.ts';
import { prelude } from './prelude.ts';
import { print } from './printer.ts';
import { JsonReader, JsonSyntaxError } from './reader.ts';
import { help } from './usage.ts';

/** The prelude, read when jq first runs: a start of the lab without jq does not pay for it. */
const library: { definitions?: readonly Definition[] } = {};
const preludeDefinitions = (): readonly Definition[] => (library.definitions ??= parseDefinitions(prelude));

const badUsage = 2;
const badProgram = 3;
const runtimeError = 5;

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

type Compiled = { readonly program: Node; readonly environment: Environment };

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

class Run {
  readonly #call: Call;
  readonly #options: JqOptions;
  readonly #compiled: Compiled;
  readonly #context: Context;
  readonly #queue: string[] = [];
  #source: JsonReader | undefined;
  #inputName: string | undefined;
  #complaints = '';
  #last: Json | undefined;
  #status = 0;

  constructor(call: Call, options: JqOptions, compiled: Compiled) {
    this.#call = call;
    this.#options = options;
    this.#compiled = compiled;
    this.#context = {
      natives,
      memory: call.memory,
      now: () => call.process.now,
      environmentVariables: () => new Map(Object.entries(call.process.env)),
      nextInput: () => this.#nextValue(),
      inputLine: () => this.#source?.line ?? 0,
      inputName: () => this.#inputName,
      complain: (text) => {
        this.#complaints += text;
      },
      steps: 0,
      depth: 0,
    };
  }

  *all(): Routine<number> {
    const options = this.#options;
    // `jq . ` over a stream that goes on (kubectl get -w -o json) answers value by value.
    const names = options.files.length === 0 ? ['-'] : options.files;
    if (options.nullInput) {
      yield* this.#load(names);
      if (yield* this.#one(null)) return this.#status;
    } else if (options.slurp || options.raw || options.files.length > 0) {
      yield* this.#load(names);
      if (yield* this.#loaded()) return this.#status;
    } else if (yield* this.#streaming()) return this.#status;
    return this.#finalStatus();
  }

  #finalStatus(): number {
    if (this.#status !== 0 || !this.#options.exitStatus) return this.#status;
    if (this.#last === undefined) return 4;
    return truthy(this.#last) ? 0 : 1;
  }

  *#load(names: readonly string[]): Routine {
    // With -n nothing is read unless the program asks for it.
    if (this.#options.nullInput && names[0] === '-' && !/\binputs?\b/.test(this.#options.program ?? 'input')) return;
    for (const name of names) {
      try {
        const file = openInput(this.#call.process, name);
        try {
          this.#queue.push(yield* readWhole(file, this.#call.memory));
          this.#inputName = name === '-' ? undefined : name;
        } finally {
          file.close();
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        yield* this.#call.process.printError(`jq: error: Could not open ${name}: ${error.message}\n`);
        this.#status = badUsage;
      }
    }
    this.#source = new JsonReader(this.#queue.join(''));
  }

  #nextValue(): { readonly value: Json } | undefined {
    if (this.#options.raw) {
      const line = this.#lines().next();
      return line.done ? undefined : { value: line.value };
    }
    try {
      return this.#source?.next();
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw new JqError(error.message);
      throw error;
    }
  }

  #lineIterator: Iterator<string, undefined> | undefined;

  #lines(): Iterator<string, undefined> {
    const text = this.#queue.join('');
    this.#lineIterator ??= (text === '' ? [] : text.replace(/\n$/, '').split('\n'))[Symbol.iterator]() as Iterator<string, undefined>;
    return this.#lineIterator;
  }

  /** True when the program ended the run. */
  *#loaded(): Routine<boolean> {
    const { slurp, raw } = this.#options;
    if (slurp && raw) return yield* this.#one(this.#queue.join(''));
    if (raw) {
      for (let next = this.#nextValue(); next; next = this.#nextValue()) if (yield* this.#one(next.value)) return true;
      return false;
    }
    return slurp ? yield* this.#slurped() : yield* this.#drain();
  }

  *#slurped(): Routine<boolean> {
    const items: Json[] = [];
    try {
      for (let next = this.#source?.next(); next; next = this.#source?.next()) items.push(next.value);
    } catch (error) {
      return yield* this.#badInput(error);
    }
    return yield* this.#one(items);
  }

  *#drain(): Routine<boolean> {
    for (;;) {
      let next: { readonly value: Json } | undefined;
      try {
        next = this.#source?.next();
      } catch (error) {
        return yield* this.#badInput(error);
      }
      if (!next) return false;
      if (yield* this.#one(next.value)) return true;
    }
  }

  *#badInput(error: unknown): Routine<boolean> {
    if (!(error instanceof JsonSyntaxError)) throw error;
    yield* this.#call.out.flush();
    yield* this.#call.process.printError(`jq: parse error: ${error.message}\n`);
    this.#status = badUsage;
    return true;
  }

  /** Takes values as they become whole. */
  *#streaming(): Routine<boolean> {
    const { stdin } = this.#call.process;
    let text = '';
    let done = 0;
    for (let piece = yield* stdin.read(); piece !== undefined; piece = yield* stdin.read()) {
      text += piece;
      this.#call.memory.charge(piece.length);
      const end = completeUpTo(text, done);
      if (end > done) {
        this.#source = new JsonReader(text.slice(0, end));
        for (let skip = 0; skip < this.#taken; skip++) this.#source.next();
        if (yield* this.#drainCounting()) return true;
        done = end;
        if (text.length > 1_000_000 && done === text.length) {
          text = '';
          done = 0;
          this.#taken = 0;
        }
        yield* this.#call.out.flush();
      }
    }
    this.#source = new JsonReader(text);
    try {
      for (let skip = 0; skip < this.#taken; skip++) this.#source.next();
    } catch (error) {
      return yield* this.#badInput(error);
    }
    return yield* this.#drain();
  }

  #taken = 0;

  *#drainCounting(): Routine<boolean> {
    for (;;) {
      let next: { readonly value: Json } | undefined;
      try {
        next = this.#source?.next();
      } catch (error) {
        return yield* this.#badInput(error);
      }
      if (!next) return false;
      this.#taken++;
      if (yield* this.#one(next.value)) return true;
    }
  }

  #where(): string {
    return this.#options.nullInput || !this.#source ? '<unknown>' : `${this.#inputName ?? '<stdin>'}:${this.#source.line}`;
  }

  /** Runs the program on one value; true when it asked to end. */
  *#one(value: Json): Routine<boolean> {
    this.#context.depth = 0;
    const results = values(this.#context, this.#compiled.program, this.#compiled.environment, value)[Symbol.iterator]();
    for (;;) {
      let result: IteratorResult<Json>;
      try {
        result = results.next();
      } catch (error) {
        yield* this.#sayComplaints();
        return yield* this.#failed(error);
      }
      yield* this.#sayComplaints();
      if (result.done) return false;
      this.#last = result.value;
      this.#show(result.value);
      if (this.#call.out.full || this.#options.unbuffered) yield* this.#call.out.flush();
    }
  }

  *#sayComplaints(): Routine {
    if (this.#complaints === '') return;
    yield* this.#call.out.flush();
    yield* this.#call.process.printError(this.#complaints);
    this.#complaints = '';
  }

  *#failed(error: unknown): Routine<boolean> {
    yield* this.#call.out.flush();
    if (error instanceof Halt) {
      if (error.text !== '') yield* this.#call.process.printError(error.text);
      this.#status = error.status;
      return true;
    }
    if (error instanceof RangeError) throw new Failure('k8s-lab: recursion this deep is not simulated', 70);
    if (error instanceof Break) yield* this.#call.process.printError(`jq: error (at ${this.#where()}): break\n`);
    else if (error instanceof JqError) {
      const { value } = error;
      const text = typeof value === 'string' ? `: ${value}` : ` (not a string): ${stringify(value)}`;
      yield* this.#call.process.printError(`jq: error (at ${this.#where()})${text}\n`);
    } else throw error;
    this.#status = runtimeError;
    return false;
  }

  #show(value: Json): void {
    const { out } = this.#call;
    const options = this.#options;
    const color = options.color ?? this.#call.process.stdout.tty !== undefined;
    const text =
      options.rawOutput && typeof value === 'string'
        ? value
        : print(value, { indent: options.indent, sortKeys: options.sortKeys, ascii: options.ascii, color });
    out.add(`${options.seq ? '\x1e' : ''}${text}${options.join ? '' : options.rawOutput0 ? '\0' : '\n'}`);
  }
}

/** Where the last whole value of a text ends: at a line break outside all brackets and strings. */
function completeUpTo(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  let end = from;
  for (let i = from; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth <= 0 && !inString && (character === '\n' || character === '}' || character === ']')) end = i + 1;
  }
  return end;
}
