/** One run of a jq program over its inputs. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput, readWhole } from '../input.ts';
import { type Call, Failure } from '../tool.ts';
import { Break, JqError, type Node } from './ast.ts';
import { type Context, Halt } from './context.ts';
import type { Environment } from './environment.ts';
import { evaluate } from './evaluate.ts';
import { values } from './filter.ts';
import { type Json, stringify, truthy } from './json.ts';
import { natives } from './natives.ts';
import type { JqOptions } from './options.ts';
import { print } from './printer.ts';
import { JsonReader, JsonSyntaxError } from './reader.ts';

/** Exit statuses. */
export const badUsage = 2;
const runtimeError = 5;

/** The program and the names that `--arg` and the library give it. */
export type Compiled = { readonly program: Node; readonly environment: Environment };

/** Gives the exit status that jq would. */
export class Run {
  readonly #call: Call;
  readonly #options: JqOptions;
  readonly #compiled: Compiled;
  readonly #context: Context;
  readonly #queue: string[] = [];
  #source: JsonReader | undefined;
  #inputName: string | undefined;
  #complaints = '';
  #last: Json | undefined;
  /** Values taken from what is still growing: it is read anew from its start each time. */
  #taken = 0;
  #status = 0;

  constructor(call: Call, options: JqOptions, compiled: Compiled) {
    this.#call = call;
    this.#options = options;
    this.#compiled = compiled;
    this.#context = {
      evaluate,
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
      this.#taken++;
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
        if (yield* this.#drain()) return true;
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
