/** What a lesson's end says. */
import type { Language } from '../../lessons/lesson.ts';
import type { LessonView } from '../../session/lesson-view.ts';
import type { LessonState } from '../app/state.ts';
import type { WindowSize } from '../layout.ts';
import type { TrackEntry } from '../services.ts';
import { inline, markdownRows } from '../text/markdown.ts';
import type { Style } from '../text/style.ts';
import { wrapSpans } from '../text/wrap.ts';
import type { Say } from '../words.ts';
import type { Drawing } from './lesson-window.ts';

/** With the last step's note, which would not be seen otherwise. */
export function debriefRows(view: LessonView, width: number, style: Style, say: Say): string[] {
  const rows = [style('title', view.title), style('good', `✓ ${say('lessonDone', { n: view.points, of: view.pointsPossible })}`), ''];
  const last = view.steps.at(-1);
  // What the last answer or task had to say would never be seen otherwise.
  for (const { choice, text, right } of last?.feedback ?? []) {
    const name = last?.choices.find(({ id }) => id === choice)?.text ?? choice;
    if (text)
      rows.push(
        ...wrapSpans([{ text: right ? '✓ ' : '✗ ', look: right ? 'good' : 'bad' }, ...inline(name, 'faint'), ...inline(` ${text}`)], width, style, {
          first: '',
          rest: '  ',
        }),
      );
  }
  if (last?.note) rows.push(...markdownRows(last.note, width, style), '');
  else if ((last?.feedback.length ?? 0) > 0) rows.push('');
  rows.push(style('title', say('debriefTitle')));
  view.debrief.forEach((text, index) => {
    if (index > 0) rows.push('');
    rows.push(...markdownRows(text, width, style));
  });
  return rows;
}

/** All of the page, and how many of its rows find room above the options. */
export function debriefPage(
  { view, title }: Pick<LessonState, 'view' | 'title'>,
  tracks: readonly TrackEntry[],
  size: WindowSize,
  { style, say, language }: Drawing,
) {
  const rows = view ? debriefRows(view, Math.min(100, size.columns - 2), style, say) : [];
  const options = debriefOptions(title, tracks, language, say);
  return { rows, options, height: Math.max(1, size.rows - options.length - 2) };
}

type DebriefOption = { readonly id: string; readonly label: string };

/** `title`: of the lesson that is done, in the language shown. */
export function debriefOptions(title: string, tracks: readonly TrackEntry[], language: Language, say: Say): DebriefOption[] {
  const all = tracks.flatMap(({ lessons }) => lessons);
  const next = all[all.findIndex((lesson) => lesson.title[language] === title) + 1];
  return [
    ...(next ? [{ id: `lesson:${next.key}`, label: say('nextLesson', { title: next.title[language] }) }] : []),
    { id: 'menu', label: say('back') },
    { id: 'stay', label: say('stayHere') },
    { id: 'again', label: say('againLesson') },
  ];
}
