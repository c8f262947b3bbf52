/** Which rows of a lesson stand in a pane: by itself the present task from its first row on, and with it of the step before what finds room. */

import type { Language } from '../../lessons/lesson.ts';
import type { LessonView } from '../../session/lesson-view.ts';
import type { LessonState } from '../app/state.ts';
import type { Area, Focus } from '../layout.ts';
import type { Style } from '../text/style.ts';
import type { Say } from '../words.ts';
import { sliceTold } from './chrome.ts';
import { type LessonRows, lessonRows, type Span } from './lesson-rows.ts';
import { type QuestionView, questionView } from './question.ts';

/** How to say and how to style things. */
export type Drawing = { readonly style: Style; readonly say: Say; readonly language: Language };

/** `height`: rows for the text; `asked`: those below it for the question. */
type LessonPage = { readonly text: LessonRows; readonly question: QuestionView | undefined; readonly height: number; readonly asked: number };

/** Text and question of the pane, as its size wants them. */
export function lessonPage(view: LessonView, area: Pick<Area, 'columns' | 'rows'>, focus: Focus, { style, say, language }: Drawing): LessonPage {
  const width = area.columns - 2;
  const text = lessonRows(view, { width, style, say, language, compact: area.rows < 16 });
  const question = questionView(view.steps[view.current], width, style, say, focus === 'pane');
  // What is asked, and what was wrong with an answer, must be seen beside the choices.
  const kept = Math.min(Math.max(2, text.currentEnd - text.currentStart), Math.floor(area.rows / 2));
  const asked = question ? Math.min(question.rows, Math.max(3, area.rows - kept)) : 0;
  return { text, question, height: Math.max(1, area.rows - asked), asked };
}

/** What a pane of this height is about. */
type Wanted = Pick<LessonState, 'scroll' | 'fresh' | 'told' | 'heard'> & { readonly height: number };

/** In so few rows a task that does not fit has all of them. */
const leastTold = 6;
/** Of a task, beside what was told. */
const leastTask = 3;

/** As many rows as there is height, at most. */
export function shownRows(text: LessonRows, wanted: Wanted, style: Style, say: Say): string[] {
  const { first, above } = standing(text, wanted);
  if (wanted.scroll !== 0) return sliceTold(text.rows, first + wanted.scroll, wanted.height, style, say);
  const kept = wordKept(text, wanted, style, say);
  if (kept) return kept;
  const height = wanted.height - above.length;
  const below = text.rows.slice(first, first + height);
  // That there are hints is told by the status line too: for their sake alone no row is taken.
  return [...above, ...(first + height >= text.currentEnd ? below : sliceTold(text.rows, first, height, style, say))];
}

/** How far one can scroll from where the pane stands by itself: up (a negative number) and down. */
export function lessonSpan(text: LessonRows, wanted: Omit<Wanted, 'scroll'>): Span {
  const { first } = standing(text, wanted);
  return [-first, Math.max(0, text.rows.length - wanted.height - first)];
}

/**
 * Where the pane stands before anybody scrolls. A step that begins is read with what the one before came to, if both find room; else from the top of
 * the pane, below one row that says what was done. What was just said to the learner is in sight always.
 */
function standing(text: LessonRows, { height, fresh, told }: Omit<Wanted, 'scroll'>): { readonly first: number; readonly above: readonly string[] } {
  const { rows, settledStart, lastStart, currentStart, currentEnd } = text;
  if (text.told > 0) return { first: Math.max(Math.min(currentStart, rows.length - height), currentEnd - height, 0), above: [] };
  const whole = [settledStart, lastStart].find((start) => currentEnd - start <= height);
  if (whole !== undefined) return { first: whole, above: [] };
  if (told) return { first: inSight(text.newest[told], currentStart, height, currentEnd), above: [] };
  if (!fresh) return { first: currentStart, above: [] };
  // A lesson begins with its story.
  if (text.passed.length === 0) return { first: 0, above: [] };
  const room = height - (currentEnd - currentStart);
  const inShort = room >= text.passed.length ? text.passed : text.passed.slice(0, room >= 1 || height >= leastTold ? 1 : 0);
  return { first: currentStart, above: inShort };
}

/** Of a task that does not fit: its beginning, without the row that the header repeats, and what was told last. */
function wordKept(text: LessonRows, { height, fresh, told, heard }: Wanted, style: Style, say: Say): string[] | undefined {
  const { rows, newest, currentStart, currentEnd } = text;
  if (!heard || fresh || told || text.told > 0 || currentEnd - currentStart <= height) return undefined;
  const [from, to] = newest[heard];
  const word = rows.slice(from, to).slice(0, Math.max(0, height - leastTask));
  const task = [...rows.slice(currentStart + 1, from), ...rows.slice(to)];
  return word.length === 0 ? undefined : [...sliceTold(task, 0, height - word.length, style, say), ...word];
}

/** Moved down as far as it takes to see these rows; the last row of a pane may be taken by what tells of more. */
function inSight([from, to]: Span, first: number, height: number, total: number): number {
  const room = to < total ? height - 1 : height;
  return Math.max(first, Math.min(from, to - room));
}
