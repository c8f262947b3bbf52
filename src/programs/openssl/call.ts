/** One run of an openssl command: single-dash options, files, complaints. */
import { Errno } from '../../linux/errno.ts';
import { readAll } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';

/** Ends the command; the text is a whole line or several. */
export class Failure extends Error {
  readonly status: number;
  constructor(text: string, status = 1) {
    super(text);
    this.status = status;
  }
}

/** `run` gives the exit status. */
export type OpensslCommand = {
  /** Options with a value, and those without. */
  readonly values: readonly string[];
  readonly switches: readonly string[];
  readonly run: (call: Call) => Routine<number>;
};

/** Options are read as openssl reads them: one dash, and any order. */
export class Call {
  readonly process: Process;
  readonly name: string;
  readonly operands: string[] = [];
  readonly #given = new Map<string, string[]>();

  constructor(process: Process, name: string, command: OpensslCommand, args: readonly string[]) {
    this.process = process;
    this.name = name;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      const option = arg.replace(/^--?/, '');
      if (!arg.startsWith('-') || arg === '-') this.operands.push(arg);
      else if (command.switches.includes(option)) this.#put(option, '');
      else if (command.values.includes(option)) {
        const value = args[++i];
        if (value === undefined) throw new Failure(`${name}: Option -${option} needs a value\n${name}: Use -help for summary.\n`);
        this.#put(option, value);
      } else throw new Failure(`${name}: Unknown option or cipher: ${option}\n${name}: Use -help for summary.\n`);
    }
  }

  /** The last mention counts for the order. */
  #put(option: string, value: string): void {
    const values = [...this.all(option), value];
    this.#given.delete(option);
    this.#given.set(option, values);
  }

  /** All options, in the order in which they are given. */
  get options(): Iterable<string> {
    return this.#given.keys();
  }

  has(option: string): boolean {
    return this.#given.has(option);
  }

  value(option: string): string | undefined {
    return this.#given.get(option)?.at(-1);
  }

  all(option: string): readonly string[] {
    return this.#given.get(option) ?? [];
  }

  #rest: string | undefined = '';

  /** The next line of standard input, without its end. */
  *line(): Routine<string> {
    while (this.#rest !== undefined && !this.#rest.includes('\n')) {
      const more = yield* this.process.stdin.read();
      if (more === undefined || more === '') break;
      this.#rest += more;
    }
    const [line = '', ...others] = (this.#rest ?? '').split('\n');
    this.#rest = others.join('\n');
    return line;
  }

  /** The file after an option, or standard input. */
  *input(option = 'in', what = ''): Routine<string> {
    const path = this.value(option);
    return path === undefined || path === '-' ? yield* readAll(this.process.stdin) : this.read(path, what);
  }

  read(path: string, what = ''): string {
    try {
      return this.process.fs.read(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const code = error.code === 'ENOENT' ? 'No such file or directory' : error.message;
      const where = `40${this.process.pid.toString(16).padStart(6, '0')}7F0000:error:80000002:system library:BIO_new_file:${code}:../crypto/bio/bss_file.c:67:calling fopen(${path}, rb)\n`;
      throw new Failure(
        `${what === '' ? `Can't open "${path}" for reading, ${code}` : `Could not open file or uri for loading ${what} from ${path}: ${code}`}\n${where}40${this.process.pid.toString(16).padStart(6, '0')}7F0000:error:10000080:BIO routines:BIO_new_file:no such file:../crypto/bio/bss_file.c:75:\n`,
      );
    }
  }

  /** To the file after `-out`, or standard output. */
  *output(text: string, option = 'out', mode = 0o644): Routine {
    const path = this.value(option);
    if (path === undefined) return yield* this.process.print(text);
    try {
      this.process.fs.write(path, text, { mode });
      if (mode !== 0o644) this.process.fs.chmod(path, mode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`Can't open "${path}" for writing, ${error.message}\n`);
    }
  }
}
