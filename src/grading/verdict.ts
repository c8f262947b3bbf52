/** The answer of a check. `expected`, `found` and `where` are facts for the teaching layers to word. */
export type Verdict =
  | { readonly state: 'passed' }
  | { readonly state: 'failed'; readonly expected: string; readonly found: string; readonly where: string }
  /** A probe is under way, or the world has not answered yet. */
  | { readonly state: 'waiting' }
  /** The check could not be made at all: a lesson's mistake, or a part of the world that is down. */
  | { readonly state: 'impossible'; readonly reason: string };

export const passed: Verdict = { state: 'passed' };
export const failed = (expected: string, found: string, where: string): Verdict => ({ state: 'failed', expected, found, where });
