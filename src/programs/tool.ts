/** The frame of every small program: options, help, buffered output, complaints in GNU's form. */
import { Errno } from '../linux/errno.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { ExitCode, Program } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { inBusyboxWords, isBusybox } from './busybox-words.ts';
import { LineReader, openInput, readWhole } from './input.ts';
import { Memory, MemoryExhausted } from './memory.ts';
import { describeOptions, type GivenOption, OptionError, type OptionLine, optionParser } from './options.ts';
import { Output, WriteError } from './output.ts';
import { quoteIfNeeded } from './quote.ts';

/** How long a small program takes to start. */
export const startMilliseconds = 1;

type ToolSpec = {
  /** After the name, in `Usage:`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly OptionLine[];
  readonly inOrder?: boolean;
  readonly digits?: string;
  readonly negativeOperands?: boolean;
  /** Exit status for wrong usage; 1 unless told. */
  readonly trouble?: ExitCode;
  /** grep and a few others show a usage line before the hint. */
  readonly usageFirst?: boolean;
  /** Makes an old notation (`tar czf`, `ps aux`) a new one. */
  readonly normalize?: (args: readonly string[]) => readonly string[];
  /** Not for options: everything is an operand (echo, expr, [). */
  readonly raw?: boolean;
  run(call: Call): Routine<ExitCode>;
};

/** Wrong use of a program, with the text after its name; `hint` adds "Try '… --help'". */
export class UsageError extends Error {
  readonly hint: boolean;
  constructor(message: string, hint = true) {
    super(message);
    this.hint = hint;
  }
}

/** Ends the program with a complaint; `bare` without the program's name before it, which only busybox always puts there. */
export class Failure extends Error {
  readonly status: ExitCode;
  readonly bare: boolean;
  constructor(message: string, status: ExitCode = 1, bare = false) {
    super(message);
    this.status = status;
    this.bare = bare;
  }
}

/** One run of a program. */
export class Call {
  readonly process: Process;
  /** The process's command line when it began; another one tells that it has become another program. */
  readonly argv: readonly string[];
  /** As it was called: complaints begin with it. */
  readonly name: string;
  readonly operands: readonly string[];
  readonly given: readonly GivenOption[];
  readonly out: Output;
  readonly memory: Memory;
  /** Worst status so far. */
  status: ExitCode = 0;

  constructor(process: Process, name: string, given: readonly GivenOption[], operands: readonly string[]) {
    this.process = process;
    this.argv = process.argv;
    this.name = name;
    this.given = given;
    this.operands = operands;
    this.out = new Output(process);
    this.memory = new Memory(process);
  }

  has(key: string): boolean {
    return this.given.some((option) => option.key === key);
  }

  /** Value of the last such option. */
  value(key: string): string | undefined {
    return this.given.findLast((option) => option.key === key)?.value;
  }

  all(key: string): string[] {
    return this.given.flatMap((option) => (option.key === key && option.value !== undefined ? [option.value] : []));
  }

  /** Which of these options came last. */
  last(...keys: readonly string[]): string | undefined {
    return this.given.findLast((option) => keys.includes(option.key))?.key;
  }

  /** Says what went wrong and goes on; the exit status will be (at least) `status`. */
  *complain(text: string, status: ExitCode = 1): Routine {
    yield* this.out.flush();
    const said = isBusybox(this.process) ? inBusyboxWords(this.name, text, status) : { text, status };
    this.status = Math.max(this.status, said.status);
    yield* this.process.printError(`${this.name}: ${said.text}\n`);
  }

  /** `name: file: No such file or directory`. */
  *complainAbout(path: string, error: unknown, status: ExitCode = 1): Routine {
    if (!(error instanceof Errno) || error.code === 'EPIPE') throw error;
    yield* this.complain(`${quoteIfNeeded(path)}: ${error.message}`, status);
  }

  *print(text: string): Routine {
    yield* this.out.write(text);
  }

  /** Files of the operands (standard input when there are none), each opened, used and closed; those that cannot be are complained about. */
  *eachFile(use: (file: OpenFile, name: string) => Routine, names: readonly string[] = this.operands): Routine {
    for (const name of names.length === 0 ? ['-'] : names) {
      let file: OpenFile;
      try {
        file = openInput(this.process, name);
      } catch (error) {
        yield* this.complainAbout(name, error);
        continue;
      }
      try {
        yield* use(file, name);
      } finally {
        file.close();
      }
    }
  }

  lines(file: OpenFile, delimiter = '\n'): LineReader {
    return new LineReader(file, { out: this.out, memory: this.memory, delimiter });
  }

  *whole(file: OpenFile): Routine<string> {
    return yield* readWhole(file, this.memory);
  }

  /** A named file, or standard input for `-`; Failure when it cannot be read. */
  open(name: string, status: ExitCode = 1): OpenFile {
    try {
      return openInput(this.process, name);
    } catch (error) {
      if (error instanceof Errno) throw new Failure(`${quoteIfNeeded(name)}: ${error.message}`, status);
      throw error;
    }
  }

  /** Content of a named file; Failure when it cannot be read. */
  *slurp(name: string, status: ExitCode = 1): Routine<string> {
    const file = this.open(name, status);
    try {
      return yield* this.whole(file);
    } finally {
      file.close();
    }
  }
}

/** Makes a Program of its description. */
export function tool(spec: ToolSpec): Program {
  const parse = optionParser(spec);
  return function* (argv, process): Routine<ExitCode> {
    yield* process.work(startMilliseconds);
    const name = argv[0] ?? '';
    let call = new Call(process, name, [], argv.slice(1));
    try {
      if (!spec.raw) {
        const args = argv.slice(1);
        const parsed = parse(spec.normalize?.(args) ?? args);
        call = new Call(process, name, parsed.given, parsed.operands);
        if (call.has('help') || call.has('version')) return yield* introduce(spec, call);
      }
      const status = yield* spec.run(call);
      yield* call.out.flush();
      return status;
    } catch (error) {
      return yield* report(spec, call, error);
    }
  };
}

function* report(spec: ToolSpec, call: Call, error: unknown): Routine<ExitCode> {
  const trouble = spec.trouble ?? 1;
  if (error instanceof OptionError || error instanceof UsageError) {
    const hint = !(error instanceof UsageError) || error.hint;
    const lines = [
      ...(error.message === '' ? [] : [`${call.name}: ${error.message}`]),
      ...(spec.usageFirst ? [`Usage: ${call.name} ${spec.usage}`] : []),
      ...(hint ? [`Try '${call.name} --help' for more information.`] : []),
    ];
    yield* call.out.flush();
    yield* call.process.printError(`${lines.join('\n')}\n`);
    return trouble;
  }
  if (error instanceof MemoryExhausted) yield* call.process.printError(`${call.name}: memory exhausted\n`);
  else if (error instanceof WriteError) yield* call.process.printError(`${call.name}: write error: ${error.message}\n`);
  else if (error instanceof Failure) {
    // What the lab does not do, it says in its own name.
    if (error.message.startsWith('k8s-lab: ') || (error.bare && !isBusybox(call.process))) {
      yield* call.out.flush();
      yield* call.process.printError(`${error.message}
`);
    } else yield* call.complain(error.message);
    return error.status;
  } else throw error;
  return trouble;
}

function* introduce(spec: ToolSpec, call: Call): Routine<ExitCode> {
  const name = call.name.slice(call.name.lastIndexOf('/') + 1);
  if (call.last('help', 'version') === 'version') {
    yield* call.print(`${name} (k8s-lab)\n`);
    yield* call.out.flush();
    return 0;
  }
  const options = describeOptions(spec.options);
  yield* call.print(`Usage: ${call.name} ${spec.usage}\n${spec.summary}\n${options === '' ? '' : `\n${options}`}`);
  yield* call.out.flush();
  return 0;
}
