/** Looks at a session: what has changed since the last one. */
import { clusterView } from '../../session/cluster-view.ts';
import type { Session } from '../../session/session.ts';
import type { LessonState } from './state.ts';

/** What a skip at the prompt waits for: a check, a node or a pod that has changed. */
export function markOf(session: Session): string {
  const { run } = session;
  const checks = run ? [...(run.steps[run.current]?.verdicts.values() ?? [])].map((each) => each.state) : [];
  const { nodes, unplaced } = clusterView(session);
  return JSON.stringify([run?.current, checks, nodes.map(({ status, runtime, pods }) => [status, runtime, pods]), unplaced]);
}

/** The old value where the new one says the same: nothing is drawn anew then. */
export const same = <Value>(value: Value, before: Value): Value => (JSON.stringify(value) === JSON.stringify(before) ? before : value);
/** By identity: views are made anew when they change. */
export const changed = (next: LessonState, before: LessonState): boolean =>
  next.view !== before.view || next.hops !== before.hops || next.cluster !== before.cluster;

/** The world's time of day; its days are counted only where it matters. */
export const clockText = (now: number): string => new Date(now).toISOString().slice(11, 19);
