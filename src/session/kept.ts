/** What is kept of a lesson: how far a learner is, and the session to be taken up again or handed in. */
import type { SessionRecord } from './inputs.ts';
import type { Session } from './session.ts';

export type KeptLesson = {
  readonly done: boolean;
  readonly points: number;
  /** The session in progress, to be taken up again. */
  readonly session?: SessionRecord;
  /** The best session that was finished, to be handed in. */
  readonly record?: SessionRecord;
};

/** `before`: what was kept until now. A lesson once done stays done, with its best points. */
export function keptLesson(session: Session, engine: string, before: KeptLesson | undefined): KeptLesson {
  const { finished = false, points = 0 } = session.run ?? {};
  const record = session.record(engine);
  if (!finished)
    return {
      done: before?.done ?? false,
      points: before?.done ? before.points : points,
      session: record,
      ...(before?.record ? { record: before.record } : {}),
    };
  const better = !before?.done || !before.record || points >= before.points;
  return { done: true, points: before?.done ? Math.max(before.points, points) : points, record: better ? record : (before?.record ?? record) };
}
