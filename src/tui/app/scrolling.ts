/** How far what is shown can be scrolled: keys that go further move nothing, and need no way back. */
import { layoutOf } from '../layout.ts';
import { unstyled } from '../text/style.ts';
import { debriefPage } from '../view/debrief-view.ts';
import { extraRows } from '../view/extra-rows.ts';
import type { Span } from '../view/lesson-rows.ts';
import { lessonPage, lessonSpan } from '../view/lesson-window.ts';
import { newSay } from '../words.ts';
import { type AppState, shownOf } from './state.ts';

/** In rows, from where the pane stands by itself: up (a negative number) and down. */
export function scrollBounds({ size, language, screen, lesson, tracks }: AppState): Span {
  if (!lesson?.view) return [0, 0];
  const drawing = { style: unstyled, say: newSay(language), language };
  const from = (rows: number, height: number): Span => [0, Math.max(0, rows - height)];
  if (screen === 'debrief') {
    const { rows, height } = debriefPage(lesson, tracks, size, drawing);
    return from(rows.length, height);
  }
  const layout = layoutOf(size, shownOf(lesson));
  if (layout.extra) return from(extraRows(lesson, layout.extra.columns - 2, drawing).length, layout.extra.rows);
  if (!layout.lesson) return [0, 0];
  const { text, height } = lessonPage(lesson.view, layout.lesson, lesson.focus, drawing);
  return lessonSpan(text, { ...lesson, height });
}
