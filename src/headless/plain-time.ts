/** Skipping the world's time, without a screen to watch it. */
import type { Session } from '../session/session.ts';
import { markOf } from '../tui/app/looks.ts';

const longest = 10 * 60_000;
const slice = 1_000;

/** Lets time pass until a check, a node or a pod has changed. The seconds that are left to wait then: none. */
export function skipTime(session: Session): number {
  const mark = markOf(session);
  const until = session.elapsed + longest;
  while (markOf(session) === mark && session.elapsed < until) session.cluster.sim.advance(slice);
  return 0;
}
