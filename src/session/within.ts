import type { Check } from '../lessons/lesson.ts';
import type { Milliseconds } from '../sim/routine.ts';

/** Virtual time that a check gives the world; 0 when it names none. */
export function withinOf(check: Check): Milliseconds {
  const match = /^(\d+)(ms|s|m|h)$/.exec(check.within ?? '');
  if (!match) return 0;
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}
