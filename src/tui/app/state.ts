/** All that is drawn, as one value. */

import type { Language } from '../../lessons/lesson.ts';
import type { ClusterView } from '../../session/cluster-view.ts';
import type { LessonView } from '../../session/lesson-view.ts';
import type { XrayHop } from '../../session/xray.ts';
import type { Focus, Pane, Shown, WindowSize } from '../layout.ts';
import type { HandedIn, Kept, TrackEntry } from '../services.ts';
import type { Colours } from '../text/style.ts';
import type { Opening } from '../view/opening-view.ts';

/** A question with a few answers, over everything else. */
export type ChoiceState = { readonly question: string; readonly note?: string; readonly options: readonly { readonly id: string; readonly label: string }[] };

/** Of the lesson that is open. */
export type LessonState = {
  readonly title: string;
  readonly view: LessonView | undefined;
  readonly pane: Pane;
  readonly focus: Focus;
  /** Rows that the pane in focus was scrolled, from where it stands by itself. */
  readonly scroll: number;
  /** There is something in the lesson that has not been read yet: a story, a note. */
  readonly fresh: boolean;
  /** What the learner was told since the last line was typed: it is brought into sight. */
  readonly told: 'situation' | 'hint' | undefined;
  /** What was told last in this step, before that line: it stays in sight where not all finds room. */
  readonly heard: LessonState['told'];
  readonly hops: readonly XrayHop[];
  readonly cluster: ClusterView | undefined;
  readonly clock: string;
  readonly speed: number;
  readonly paused: boolean;
  readonly skipping: boolean;
  readonly raw: boolean;
  readonly notice: string | undefined;
};

/** Every screen is drawn from it alone. */
export type AppState = {
  readonly size: WindowSize;
  readonly language: Language;
  readonly colours: Colours;
  readonly screen: 'menu' | 'name' | 'submit' | 'opening' | 'lesson' | 'debrief' | 'blank';
  /** What came of handing in. */
  readonly handedIn: HandedIn | undefined;
  readonly tracks: readonly TrackEntry[];
  readonly kept: Kept;
  readonly opening: Opening;
  readonly choice: ChoiceState | undefined;
  readonly lesson: LessonState | undefined;
  readonly notice: string | undefined;
};

/** The step is a question that waits for an answer, or a page that waits to be turned. */
export function isAsking(lesson: LessonState | undefined): boolean {
  const step = lesson?.view?.steps[lesson.view.current];
  return step !== undefined && (step.ask !== undefined || step.kind === 'read');
}

/** What decides where everything stands. */
export const shownOf = (lesson: LessonState): Shown => ({
  pane: lesson.pane,
  focus: lesson.focus,
  asking: isAsking(lesson),
  // A word on what was done, or a hint, is read beside the task.
  fresh: lesson.fresh || lesson.told !== undefined,
  opening: lesson.fresh && lesson.view?.current === 0,
  heard: lesson.heard !== undefined,
  hasLesson: lesson.view !== undefined,
});

/** What the question is answered with: one of a list, several of one, or typed text. */
export function askingOf(lesson: LessonState | undefined): 'list' | 'boxes' | 'field' | undefined {
  const type = lesson?.view?.steps[lesson.view.current]?.ask?.type;
  if (!isAsking(lesson)) return undefined;
  return type === 'fill' || type === 'number' ? 'field' : type === 'multi' || type === 'order' || type === 'match' ? 'boxes' : 'list';
}

/** A hint or a word on what was done that was not there before, in the same step. */
export function newlyTold({ view: before }: LessonState, after: LessonView | undefined): LessonState['told'] {
  if (!before || !after || before.current !== after.current) return undefined;
  const [was, is] = [before.steps[before.current], after.steps[after.current]];
  if (!was || !is || was.task !== is.task) return undefined;
  return is.hints.length > was.hints.length ? 'hint' : is.situations.some((text) => !was.situations.includes(text)) ? 'situation' : undefined;
}

/** What the step says already when one comes back to it. */
export function toldBefore(view: LessonView | undefined): LessonState['told'] {
  const step = view?.steps[view.current];
  return step?.situations.length ? 'situation' : step?.hints.length ? 'hint' : undefined;
}

/** The world stands in a dead end of the step. */
export const isStuck = ({ view }: LessonState): boolean => view?.steps[view.current]?.deadEnd !== undefined;

/** Before the world has come up. */
export const newLessonState = (title: string): LessonState => ({
  title,
  view: undefined,
  pane: 'lesson',
  focus: 'terminal',
  scroll: 0,
  fresh: true,
  told: undefined,
  heard: undefined,
  hops: [],
  cluster: undefined,
  clock: '',
  speed: 1,
  paused: false,
  skipping: false,
  raw: false,
  notice: undefined,
});
