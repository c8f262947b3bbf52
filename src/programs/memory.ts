/** What a program holds in memory: charged to its cgroup, and bounded so that the lab itself does not run out. */
import type { Process } from '../linux/process.ts';

const step = 1024 * 1024;
const limit = 64 * 1024 * 1024;
const lettersPerStep = 100;
/** What is kept is made, indexed and collected: so many pieces, and bytes, of it cost as much as one step of the engine. */
const piecesPerStep = 8;
const bytesPerStep = 4_096;

/** No text of the lab is longer than this: what was kept once, being the same over and over, would be laid out whole. */
const longestText = 128 * 1024 * 1024;

/** malloc failed. */
export class MemoryExhausted extends Error {}

/** Given back when the program ends, by its cgroup. */
export class Memory {
  readonly #process: Process;
  #held = 0;
  #charged = 0;
  #stored = 0;

  constructor(process: Process) {
    this.#process = process;
  }

  /** So many bytes more. `stored` tells how much of that the lab really keeps (repeated chunks are kept once). Throws MemoryExhausted. */
  charge(bytes: number, stored = bytes): void {
    this.#held += bytes;
    this.#stored += stored;
    if (this.#stored > limit) throw new MemoryExhausted();
    this.#process.toil(1 / piecesPerStep + stored / bytesPerStep);
    while (this.#held - this.#charged >= step) {
      this.#charged += step;
      this.#process.allocate(step);
    }
  }

  /** Pieces become one text. Throws MemoryExhausted. */
  join(pieces: readonly string[], end = ''): string {
    if (pieces.reduce((sum, { length }) => sum + length, 0) > longestText) throw new MemoryExhausted();
    return pieces.join('') + end;
  }

  /** Text that is gone through line by line or character by character: see Sim.toil. */
  goThrough(length: number): void {
    this.#process.toil(length / lettersPerStep);
  }

  release(bytes: number, stored = bytes): void {
    this.#held -= bytes;
    this.#stored -= stored;
  }
}
