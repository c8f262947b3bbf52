/** A submission moment by moment, for a teacher who looks through it: what the terminal got, and what held, after each event. */
import type { Budget } from '../grading/budget.ts';
import type { History, StandingEvent } from '../grading/history.ts';
import { isHidden } from '../grading/score.ts';
import type { SubmittedLesson } from '../grading/submission.ts';
import type { Verdict } from '../grading/verdict.ts';
import type { Language, LoadedLesson } from '../lessons/lesson.ts';
import { fill } from '../lessons/variables.ts';
import { Driver, type Replay, submittedSession } from './regrade.ts';
import type { Session } from './session.ts';

export type { LessonGrade } from '../grading/grade.ts';
export { resourceText } from '../grading/problem-words.ts';

/** `verdict` is undefined before the check was first made. */
export type FrameCheck = {
  readonly id: string;
  readonly text: Readonly<Record<Language, string>>;
  readonly hidden: boolean;
  readonly verdict: Verdict | undefined;
};

/** The world after one event. */
export type Frame = {
  /** undefined: before anything was typed. */
  readonly event: StandingEvent | undefined;
  /** Lines typed so far. */
  readonly line: number;
  /** Virtual time at the end of this moment. */
  readonly until: number;
  /** What the terminal was sent since the frame before; the size it has. */
  readonly output: string;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly step: number;
  readonly steps: number;
  readonly points: number;
  /** Of the step that is worked on; of the last one when all are done. */
  readonly checks: readonly FrameCheck[];
};

/** In order; `exceeded` as in Replay. */
export type Frames = { readonly frames: readonly Frame[]; readonly exceeded: Replay['exceeded'] };

/** Gives the share that is done, between pieces of work. */
export function* framesOf(loaded: LoadedLesson, submitted: SubmittedLesson, { standing }: History, budget?: Budget): Generator<number, Frames> {
  const session = submittedSession(loaded, submitted.seed);
  const driver = new Driver(session, budget);
  const frames: Frame[] = [];
  let line = 0;
  const take = (index: number): void => {
    const event = standing[index];
    // As the session itself does when the next event comes.
    session.look();
    if (event && 'line' in event) line++;
    frames.push(frameOf(session, loaded, event, line));
  };
  for (const index of driver.playing(standing)) {
    take(index - 1);
    yield index / (standing.length + 1);
  }
  driver.end(submitted.until, true);
  take(Math.min(frames.length, standing.length) - 1);
  return { frames, exceeded: driver.exceeded };
}

function frameOf(session: Session, loaded: LoadedLesson, event: StandingEvent | undefined, line: number): Frame {
  const { tty, run, elapsed } = session;
  let output = '';
  for (let text = tty.output.take(); text !== undefined; text = tty.output.take()) output += text;
  const step = run?.current ?? 0;
  const shown = Math.min(step, (run?.steps.length ?? 1) - 1);
  const verdicts = run?.steps[shown]?.verdicts;
  const facts = run?.lesson.steps[shown];
  const prose = (language: Language, id: string): string =>
    fill(loaded.prose[language].steps[facts?.id ?? '']?.checks?.[id] ?? id.replaceAll('-', ' '), session.values);
  return {
    event,
    line,
    until: elapsed,
    output,
    size: tty.size,
    step,
    steps: run?.steps.length ?? 0,
    points: run?.points ?? 0,
    checks: (facts?.checks ?? []).map((check) => {
      const id = check.id ?? '';
      return { id, text: { en: prose('en', id), ko: prose('ko', id) }, hidden: isHidden(check), verdict: verdicts?.get(id) };
    }),
  };
}
