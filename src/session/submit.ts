/** Makes what is handed in from what was recorded. */
import { chainOf, learnerSeed, plainName, sealOf } from '../grading/chain.ts';
import { type Submission, type SubmittedEvent, type SubmittedLesson, submissionFormat, submissionVersion } from '../grading/submission.ts';
import type { SessionRecord, StampedInput } from './inputs.ts';

/** `made` is the moment of handing in. Records without a lesson are left out. */
export function newSubmission(name: string, records: readonly SessionRecord[], made: string): Submission {
  const who = plainName(name);
  const lessons = records.flatMap((record) => submittedLesson(who, record) ?? []).sort((a, b) => (a.lesson < b.lesson ? -1 : 1));
  const chains = lessons.map(({ chain }) => chain);
  return { format: submissionFormat, version: submissionVersion, who, made, lessons, seal: sealOf(who, made, chains) };
}

function submittedLesson(who: string, record: SessionRecord): SubmittedLesson | undefined {
  const { lesson, engine, world, seed, until, began, ended } = record;
  if (!lesson) return undefined;
  const head = { lesson: `${lesson.track}/${lesson.id}`, hash: lesson.hash, engine, world, seed, ...(began ? { began } : {}), ...(ended ? { ended } : {}) };
  const events = eventsOf(record);
  const { links, chain } = chainOf(who, head, events, { ...head, until });
  return { ...head, events: events.map((event, index) => ({ ...event, link: links[index] ?? '' })), until, chain };
}

/** Everything in the order in which it came: each way that was gone, and each way back. */
export function eventsOf({ inputs, undone = [] }: Pick<SessionRecord, 'inputs' | 'undone'>): SubmittedEvent[] {
  // Each way began as the one before it, up to where that was left: so from the last one backwards.
  const ways: (readonly StampedInput[])[] = [inputs];
  for (const { after, inputs: taken } of [...undone].reverse()) ways.unshift([...(ways[0] ?? []).slice(0, after), ...taken]);
  const events: SubmittedEvent[] = [];
  let standing = 0;
  for (const [index, way] of ways.entries()) {
    events.push(...way.slice(standing));
    const back = undone[index];
    if (!back) break;
    events.push({ at: back.at, undo: way.length - back.after });
    standing = back.after;
  }
  return events;
}

/** Whether a session's seed is that of a name; nobody's is that of no name. */
export const seedIsOf = (who: string, seed: number): boolean => plainName(who) !== '' && seed === learnerSeed(plainName(who));
