/** Everything that reaches a world from outside, stamped with virtual time: a session is its inputs, and replaying them gives the same bytes. */
import type { Milliseconds } from '../sim/routine.ts';

/** One thing that reached the world from outside; JSON as it stands in submissions. */
export type Input =
  | { readonly line: string }
  | { readonly keys: string }
  | { readonly interrupt: true }
  | { readonly endOfFile: true }
  | { readonly resize: readonly [columns: number, rows: number] }
  | { readonly answer: readonly string[]; readonly step: string }
  | { readonly hint: string }
  /** Goes on from a step that only has to be read, or from a prediction's outcome. */
  | { readonly next: string };

/** `at` counts from the moment when the world was ready. */
export type StampedInput = Input & { readonly at: Milliseconds };

/** Inputs that an undo or a restart took back, and how many stood before them. */
export type Undone = { readonly after: number; readonly inputs: readonly StampedInput[]; readonly at: Milliseconds };

/** What is saved, and what a replay needs. */
export type SessionRecord = {
  readonly version: 1;
  readonly engine: string;
  readonly world: string;
  readonly seed: number;
  readonly lesson?: { readonly track: string; readonly id: string; readonly hash: string };
  readonly inputs: readonly StampedInput[];
  /** What was taken back, oldest first: hints that were read, answers that were tried. */
  readonly undone?: readonly Undone[];
  /** When it began and when something was last typed, by the clock on the wall; whoever has such a clock fills it in. */
  readonly began?: string;
  readonly ended?: string;
  /** How long the world had run when it was saved. */
  readonly until: Milliseconds;
};

/** A session to be taken up again: played up to `until` (virtual milliseconds since its start) before the learner types. */
export type Earlier = { readonly inputs: readonly StampedInput[]; readonly until: Milliseconds };

/** Inputs up to, not including, the last typed line: one step of undo. Answers and hints since then are undone with it. */
export function withoutLastLine(inputs: readonly StampedInput[]): Earlier | undefined {
  const last = inputs.findLastIndex((input) => 'line' in input && input.line.trim() !== '');
  if (last < 0) return undefined;
  return { inputs: inputs.slice(0, last), until: inputs[last]?.at ?? 0 };
}
