/** From the events as they came, undone ones too, to what still stands and to what else was tried. */
import type { Language } from '../lessons/lesson.ts';
import { problemWords } from './problem-words.ts';
import { limits, type SubmittedEvent, type SubmittedLesson } from './submission.ts';

/** An event that no undo has taken back. */
export type StandingEvent = Exclude<SubmittedEvent, { readonly undo: number }>;

/** `ways` are for findings: what was tried and given up. */
export type History = {
  /** What a replay types. */
  readonly standing: readonly StandingEvent[];
  /** Every way that was gone, the standing one last. */
  readonly ways: readonly (readonly StandingEvent[])[];
  readonly undos: number;
};

/** What cannot have happened, for people. */
type Impossible = { readonly event: number; readonly message: string };

/** Impossible: undoes more than there is, or time that runs backwards. */
export function historyOf({ events, until, began, ended }: SubmittedLesson, language?: Language): History | Impossible {
  const words = problemWords(language);
  let standing: StandingEvent[] = [];
  const ways: (readonly StandingEvent[])[] = [];
  let now = 0;
  for (const [index, event] of events.entries()) {
    const impossible = (message: string): Impossible => ({ event: index + 1, message });
    if (event.at < now) return impossible(words.backwards(index + 1, event.at, now));
    if (event.at > limits.until) return impossible(words.overAYear(index + 1));
    if (!('undo' in event)) {
      standing.push(event);
      now = event.at;
      continue;
    }
    const first = standing[standing.length - event.undo];
    if (!first) return impossible(words.overdone(index + 1, event.undo, standing.length));
    ways.push(standing);
    standing = standing.slice(0, standing.length - event.undo);
    // An undone world goes on from the moment of what was taken back; a restarted one from its beginning.
    now = standing.length === 0 ? 0 : first.at;
  }
  if (until < now || until > limits.until) return { event: events.length, message: words.earlyEnd(until, now) };
  if (began && ended && Date.parse(ended) < Date.parse(began)) return { event: events.length, message: words.endBeforeStart(ended, began) };
  return { standing, ways: [...ways, standing], undos: ways.length };
}

/** Hints uncovered for a step in the way that uncovered most: what was read cannot be undone. */
export const hintsUncovered = ({ ways }: History, step: string): number =>
  Math.max(...ways.map((way) => way.filter((event) => 'hint' in event && event.hint === step).length));

/** Answers given to a step on the way where most were. */
export const answersGiven = ({ ways }: History, step: string): number =>
  Math.max(...ways.map((way) => way.filter((event) => 'answer' in event && event.step === step).length));
