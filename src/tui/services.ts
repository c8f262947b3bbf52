/** What the screen needs of those who started it: the curriculum, kept progress, and worlds. Heavy parts come when they are asked for. */

import type { Language } from '../lessons/lesson.ts';
import type { SessionRecord, StampedInput } from '../session/inputs.ts';
import type { KeptLesson } from '../session/kept.ts';
import type { Session } from '../session/session.ts';
import type { Colours } from './text/style.ts';
import type { Trouble } from './troubles.ts';

/** What the menu shows before the lesson is loaded. */
export type LessonEntry = {
  /** `track/lesson`. */
  readonly key: string;
  readonly minutes: number;
  readonly title: Readonly<Record<Language, string>>;
  readonly world: string;
};
/** Lessons in the order in which they build on each other. */
export type TrackEntry = { readonly id: string; readonly title: Readonly<Record<Language, string>>; readonly lessons: readonly LessonEntry[] };

/** The progress file. */
export type Kept = { readonly language?: Language; readonly name?: string; readonly lessons: Readonly<Record<string, KeptLesson>> };

/** Opens worlds; a generator so that a long replay leaves room for the screen. It says what share is done. */
export type Worlds = {
  /** Without a key: a shell in a world of its own. */
  readonly open: (key: string | undefined) => Generator<number, Session>;
  readonly resume: (key: string, record: SessionRecord) => Generator<number, Session>;
  /** The same world as another session's, with other inputs. */
  readonly replay: (like: Session, inputs: readonly StampedInput[], until: number) => Generator<number, Session>;
  /** The lesson as it is now is the one that was begun. */
  readonly same: (key: string, record: SessionRecord) => boolean;
};

/** Given by headless/, which has disk and clock. */
export type Services = {
  readonly tracks: readonly TrackEntry[];
  readonly language: Language;
  readonly colours: Colours;
  /** Open this at once: a lesson's key, or a shell. */
  readonly target: { readonly lesson: string } | 'shell' | undefined;
  readonly worlds: () => Promise<Worlds>;
  readonly kept: () => Kept;
  /** What went wrong, or undefined. */
  readonly keep: (change: Partial<Kept>) => Trouble | undefined;
  /** What was wrong with the learner's files at the start. */
  readonly troubles?: readonly Trouble[];
  /** A world that is only looked at, out of a replay: one leaves it to go back there, and nothing is kept. */
  readonly visiting?: boolean;
  /** Why what was done last could not be kept. */
  readonly unsaved?: () => Trouble | undefined;
  /** Stamped into records. */
  readonly engine: string;
  /** Writes what is handed in, whole or not at all; `exists`: there is such a file already, and it was not to be written over. */
  readonly handIn: (who: string, path: string, over: boolean) => HandedIn;
};

/** What became of `submit`: a file, a problem in words, or a file that is there already. */
export type HandedIn =
  | { readonly file: string; readonly lessons: number }
  | { readonly problem: string /** The system's (ENOSPC …), or `nothing` to hand in. */; readonly code?: string }
  | 'exists';

/** By `track/lesson`; undefined where it is not among them. */
export const entryOf = (tracks: readonly TrackEntry[], key: string): LessonEntry | undefined =>
  tracks.flatMap(({ lessons }) => lessons).find((lesson) => lesson.key === key);
