import type { Milliseconds } from '../sim/routine.ts';
import { constants } from './constants.ts';

type Expected = { creations: number; readonly deletions: Set<string>; readonly since: Milliseconds };

/**
 * What a controller has done that its informer has not shown yet; until then it must not count its pods again.
 * UIDTrackingControllerExpectations in pkg/controller/controller_utils.go.
 */
export class Expectations {
  readonly #expected = new Map<string, Expected>();

  satisfied(key: string, now: Milliseconds): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    return (expected.creations <= 0 && expected.deletions.size === 0) || now - expected.since > constants.expectationsTimeout.value;
  }

  expect(key: string, now: Milliseconds, what: { readonly creations?: number; readonly deletions?: readonly string[] }): void {
    this.#expected.set(key, { creations: what.creations ?? 0, deletions: new Set(what.deletions ?? []), since: now });
  }

  /** Seen by the informer, or never done after all. */
  created(key: string, count = 1): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) expected.creations -= count;
  }

  deleted(key: string, podKey: string): void {
    this.#expected.get(key)?.deletions.delete(podKey);
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }
}
