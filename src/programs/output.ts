/** Buffered output of a program: gathered while input is at hand, written before it waits. */
import { Errno } from '../linux/errno.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';

const fullAt = 16 * 1024;
/** About 200 MB a second: output without end must let the clock go on. */
const millisecondsPerUnit = 5e-6;
const millisecondsPerWrite = 1e-3;
/** About two million lines a second that a program makes one by one. */
const millisecondsPerPiece = 5e-4;
/** What costs the lab as much as one step of its engine: so many pieces put together, or so much text carried to a reader. */
const piecesPerStep = 25;
const unitsPerStep = 6_000;

/** An output that could not be written, other than for want of a reader. */
export class WriteError extends Error {}

/** Several small writes become one; a reader that has gone is EPIPE at the next flush. */
export class Output {
  readonly #process: Process;
  readonly #file: () => OpenFile;
  #text = '';
  #owed = 0;
  #pieces = 0;

  constructor(process: Process, file: () => OpenFile = () => process.stdout) {
    this.#process = process;
    this.#file = file;
  }

  /** Takes text to be written at the next flush. */
  add(text: string): void {
    this.#text += text;
    this.#pieces++;
  }

  /** Time to flush. */
  get full(): boolean {
    return this.#text.length >= fullAt;
  }

  get empty(): boolean {
    return this.#text === '';
  }

  /** Writes now. Throws EPIPE when the reader has gone, WriteError for everything else. */
  *flush(): Routine {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    try {
      yield* this.#file().write(text);
    } catch (error) {
      if (error instanceof Errno && error.code !== 'EPIPE') throw new WriteError(error.message);
      throw error;
    }
    this.#process.kernel.sim.toil(1 + this.#pieces / piecesPerStep + text.length / unitsPerStep);
    this.#owed += millisecondsPerWrite + text.length * millisecondsPerUnit + this.#pieces * millisecondsPerPiece;
    this.#pieces = 0;
    if (this.#owed < 0.05) return;
    const owed = this.#owed;
    this.#owed = 0;
    yield* this.#process.work(owed);
  }

  *write(text: string): Routine {
    this.#text += text;
    this.#pieces++;
    if (this.#text.length >= fullAt) yield* this.flush();
  }
}
