/** Looks at a session: what has changed since the last one. */
import { clusterView } from '../../session/cluster-view.ts';
import type { LessonView } from '../../session/lesson-view.ts';
import type { Session } from '../../session/session.ts';
import { xray } from '../../session/xray.ts';
import type { Pump } from './pump.ts';
import { type LessonState, newlyTold, toldBefore } from './state.ts';

/** What a skip at the prompt waits for: a check, a node or a pod that has changed. */
export function markOf(session: Session): string {
  const { run } = session;
  const checks = run ? [...(run.steps[run.current]?.verdicts.values() ?? [])].map((each) => each.state) : [];
  const { nodes, unplaced } = clusterView(session);
  return JSON.stringify([run?.current, checks, nodes.map(({ status, runtime, pods }) => [status, runtime, pods]), unplaced]);
}

/** The old value where the new one says the same: nothing is drawn anew then. */
const same = <Value>(value: Value, before: Value): Value => (JSON.stringify(value) === JSON.stringify(before) ? before : value);
/** Views by identity: they are made anew when they change. */
export const changed = (next: LessonState, before: LessonState): boolean =>
  next.view !== before.view ||
  next.hops !== before.hops ||
  next.cluster !== before.cluster ||
  JSON.stringify({ ...next, view: 0, hops: 0, cluster: 0 }) !== JSON.stringify({ ...before, view: 0, hops: 0, cluster: 0 });

/** What is shown of a session, after a look at it; `pump` is not there before the first. */
export const lookedAt = (before: LessonState, view: LessonView | undefined, session: Session, pump: Pump | undefined): LessonState => ({
  ...before,
  view: same(view, before.view),
  told: newlyTold(before, view) ?? before.told,
  heard: before.heard ?? toldBefore(view),
  hops: before.pane === 'xray' ? (same(xray(session.crossings), before.hops) ?? []) : before.hops,
  cluster: before.pane === 'cluster' ? same(clusterView(session), before.cluster) : before.cluster,
  clock: clockText(session.cluster.sim.now),
  speed: pump?.speed ?? 1,
  paused: pump?.paused ?? false,
  skipping: pump?.skipping ?? false,
  raw: session.tty.mode === 'raw',
  title: view?.title ?? before.title,
});

/** The world's time of day; its days are counted only where it matters. */
const clockText = (now: number): string => new Date(now).toISOString().slice(11, 19);
