/** The menu's entries: lessons by track, then language, name, end. */
import type { Language } from '../../lessons/lesson.ts';
import stringWidth from '../fast-width.ts';
import type { Kept, TrackEntry } from '../services.ts';
import type { Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import type { Say } from '../words.ts';

/** `heading` stands above the entry, after a blank row. */
export type MenuEntry = { readonly id: string; readonly text: string; readonly heading: string | undefined; readonly apart: boolean };

export function menuEntries(tracks: readonly TrackEntry[], kept: Kept, language: Language, width: number, style: Style, say: Say): MenuEntry[] {
  const entries: MenuEntry[] = [];
  for (const { title, lessons } of tracks) {
    const done = lessons.filter(({ key }) => kept.lessons[key]?.done).length;
    lessons.forEach((lesson, index) => {
      const state = kept.lessons[lesson.key];
      const facts = state?.done ? say('points', { n: state.points }) : state?.session ? say('started') : '';
      const right = `${say('minutes', { n: lesson.minutes }).padStart(7)}  ${pad(facts, 11)}`;
      const room = Math.max(10, Math.min(70, width - 8 - stringWidth(right)));
      const name = pad(cut(lesson.title[language], room), room);
      entries.push({
        id: lesson.key,
        text: `${state?.done ? style('good', '✓') : state?.session ? '·' : ' '} ${name} ${style('faint', right)}`,
        heading: index === 0 ? `${style('title', title[language])}  ${style('faint', `${done}/${lessons.length}`)}` : undefined,
        apart: index === 0,
      });
    });
  }
  const last = (id: string, text: string, apart = false): void => void entries.push({ id, text: `  ${text}`, heading: undefined, apart });
  last('language', say('languageItem'), true);
  last('name', say('nameItem', { name: kept.name || say('noName') }));
  last('submit', say('submitItem'));
  last('quit', say('quitItem'));
  return entries;
}

/** How many entries cut, with their headings. */
export function menuLimit(entries: readonly MenuEntry[], rows: number): number {
  const costs = entries.map(({ heading, apart }) => 1 + (heading === undefined ? 0 : 1) + (apart ? 1 : 0));
  // Scrolled, any entries that follow each other may be the ones that show.
  const fits = (count: number): boolean => costs.every((_, from) => costs.slice(from, from + count).reduce((sum, each) => sum + each, 0) <= rows);
  let count = entries.length;
  while (count > 1 && !fits(count)) count--;
  return count;
}
