/** The files that a sed script reads and writes: r, R, w, W and the w flag of s. */
import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { type LineReader, openInput } from '../input.ts';
import { type Call, Failure } from '../tool.ts';
import type { Command } from './script.ts';

/** Opened once for a whole run; what is read line by line goes on where it stopped. */
export class SedFiles {
  readonly #call: Call;
  readonly #writers = new Map<string, OpenFile>();
  readonly #readers = new Map<string, { readonly file: OpenFile; readonly lines: LineReader }>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** `r`: the whole file; '' for one that is not there. */
  text(name: string): string {
    const { fs } = this.#call.process;
    return fs.find(name)?.type === 'file' ? fs.read(name) : '';
  }

  /** `R`: the next line, each time another; undefined at the end. */
  *line(name: string): Routine<string | undefined> {
    let reader = this.#readers.get(name);
    if (!reader) {
      if (!this.#call.process.fs.exists(name)) return undefined;
      const file = openInput(this.#call.process, name);
      reader = { file, lines: this.#call.lines(file) };
      this.#readers.set(name, reader);
    }
    return yield* reader.lines.next();
  }

  /** Files of w are emptied at the start, whether anything is written or not. */
  open(commands: readonly Command[]): void {
    for (const command of commands) {
      const name = command.name === 'w' || command.name === 'W' ? command.text : command.substitution?.write;
      if (name === undefined || name === '/dev/stdout' || this.#writers.has(name)) continue;
      try {
        this.#writers.set(
          name,
          name === '/dev/stderr'
            ? this.#call.process.stderr.retain()
            : this.#call.process.kernel.open(this.#call.process, name, { write: true, create: true, truncate: true }),
        );
      } catch (error) {
        if (error instanceof Errno) throw new Failure(`couldn't open file ${name}: ${error.message}`, 4);
        throw error;
      }
    }
  }

  /** undefined for /dev/stdout, which is the machine's own output. */
  writer(name: string): OpenFile | undefined {
    return this.#writers.get(name);
  }

  close(): void {
    for (const file of this.#writers.values()) file.close();
    for (const { file } of this.#readers.values()) file.close();
  }
}
