/** What is kept of a lesson: how far a learner is, and the session to be taken up again or handed in. */
import type { SessionRecord } from './inputs.ts';
import type { Session } from './session.ts';

/** In the learner's progress file; `points` are those of the best session. */
export type KeptLesson = {
  readonly done: boolean;
  readonly points: number;
  /** The session in progress, to be taken up again. */
  readonly session?: SessionRecord;
  /** The best session that was finished, to be handed in. */
  readonly record?: SessionRecord;
};

/** By the clock on the wall: when the session began, and now. */
type WallClock = { readonly began: string; readonly now: string };

/** `before`: what was kept until now. A lesson once done stays done, with its best points. */
export function keptLesson(session: Session, engine: string, before: KeptLesson | undefined, clock?: WallClock): KeptLesson {
  const { finished = false, points = 0 } = session.run ?? {};
  const record = clock ? stamped(session.record(engine), before?.session, clock) : session.record(engine);
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

/** Keeping it again, with nothing typed since, does not make it end later. */
function stamped(record: SessionRecord, before: SessionRecord | undefined, { began, now }: WallClock): SessionRecord {
  const untouched = before?.began === began && before.ended !== undefined && eventsIn(before) === eventsIn(record);
  return { ...record, began, ended: untouched ? (before.ended ?? now) : now };
}

const eventsIn = ({ inputs, undone = [] }: SessionRecord): number => inputs.length + undone.reduce((sum, each) => sum + each.inputs.length + 1, 0);
