/** What awk's long texts cost the lab: see Sim.toil. */
import type { Call } from '../tool.ts';

/** So much is one step of the engine: units put together, places found by a pattern, parts of a text. */
const unitsPerStep = 5_000;
const matchesPerStep = 12;
const partsPerStep = 25;
/** Shorter ones are in the price of a statement. */
const long = 1_000;
const kept = 65_536;

/** Told by the evaluator. */
export class Strain {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** A text that is put together, or looked at as a whole; very long ones are kept. */
  text(length: number): void {
    if (length <= long) return;
    this.#call.process.toil(length / unitsPerStep);
    if (length > kept) this.#call.memory.charge(length >> 6);
  }

  /** A text that a pattern is looked for in. */
  searched(text: string): string {
    if (text.length > 100) this.#call.memory.goThrough(text.length);
    return text;
  }

  found(): void {
    this.#call.process.toil(1 / matchesPerStep);
  }

  /** Each letter may become a part. */
  split(text: string): string {
    if (text.length > long) this.#call.process.toil(text.length / partsPerStep);
    return this.searched(text);
  }

  parts(count: number): void {
    this.#call.process.toil(count / partsPerStep);
  }
}
