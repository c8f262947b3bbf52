/** Commands that take several things at once: each is tried, and what failed comes at the end (cri-tools AggregateGoroutines). */
import type { Routine } from '../../sim/routine.ts';
import { type Context, Fatal } from './context.ts';

/** Does `work` for each. crictl before 1.30 told each failure at once where `legacy` names the words for its end. */
export function* forEach<T>(context: Context, items: Iterable<T>, work: (item: T) => Routine, legacy?: string): Routine {
  const problems: string[] = [];
  for (const item of items) {
    try {
      yield* work(item);
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      if (context.legacy && legacy !== undefined) yield* context.log('error', error.message);
      problems.push(error.message);
    }
  }
  if (problems.length === 0) return;
  if (!context.legacy) throw new Fatal(problems.join('\n'));
  throw new Fatal(legacy ?? (problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`));
}

/** Puts words before what goes wrong in `work`. */
export function* prefixed<T>(prefix: string, work: () => Routine<T>): Routine<T> {
  try {
    return yield* work();
  } catch (error) {
    if (error instanceof Fatal) throw new Fatal(prefix + error.message);
    throw error;
  }
}
