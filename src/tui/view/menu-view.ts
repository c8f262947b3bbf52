/** The menu: lessons by track, then language, name, end; which of them stand in the window. */
import type { Language } from '../../lessons/lesson.ts';
import stringWidth from '../fast-width.ts';
import type { WindowSize } from '../layout.ts';
import type { Kept, TrackEntry } from '../services.ts';
import type { Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import type { Say } from '../words.ts';
import { moreAbove, moreBelow, windowAround } from './window.ts';

/** `heading` stands above the entry, after a blank row. */
type MenuEntry = { readonly id: string; readonly text: string; readonly heading: string | undefined; readonly apart: boolean };

type MenuContext = {
  readonly tracks: readonly TrackEntry[];
  readonly kept: Kept;
  readonly language: Language;
  readonly size: WindowSize;
  readonly style: Style;
  readonly say: Say;
};

/** Lower windows show entries only. */
const isTall = ({ rows }: WindowSize): boolean => rows >= 12;

/** `id` is what Actions.menu gets. */
export function menuEntries({ tracks, kept, language, size, style, say }: MenuContext): MenuEntry[] {
  const entries: MenuEntry[] = [];
  for (const { title, lessons } of tracks) {
    const done = lessons.filter(({ key }) => kept.lessons[key]?.done).length;
    lessons.forEach((lesson, index) => {
      const state = kept.lessons[lesson.key];
      const facts = state?.done ? say('points', { n: state.points }) : state?.session ? say('started') : '';
      const minutes = say('minutes', { n: lesson.minutes });
      const right = `${' '.repeat(Math.max(0, 7 - stringWidth(minutes)))}${minutes}  ${pad(facts, 11)}`;
      const room = Math.max(10, Math.min(70, size.columns - 8 - stringWidth(right)));
      const name = pad(cut(lesson.title[language], room), room);
      entries.push({
        id: lesson.key,
        text: `${state?.done ? style('good', '✓') : state?.session ? '·' : ' '} ${name} ${style('faint', right)}`,
        heading: index === 0 ? `${style('title', cut(title[language], size.columns - 10))}  ${style('faint', `${done}/${lessons.length}`)}` : undefined,
        apart: index === 0 && entries.length > 0,
      });
    });
  }
  const last = (id: string, text: string, apart = false): void =>
    void entries.push({ id, text: `  ${cut(text, size.columns - 6)}`, heading: undefined, apart });
  last('language', say('languageItem'), true);
  last('name', say('nameItem', { name: kept.name || say('noName') }));
  last('submit', say('submitItem'));
  last('quit', say('quitItem'));
  return entries;
}

/** Where the pointer stands at first: at the lesson that was left last; if that one is done, at the next after it that is not. */
export function firstChoice(entries: readonly MenuEntry[], kept: Kept): number {
  const ends = entries.map(({ id }) => (kept.lessons[id]?.session ?? kept.lessons[id]?.record)?.ended ?? '');
  const last = ends.indexOf(ends.reduce((latest, end) => (end > latest ? end : latest), ''));
  const open = (entry: MenuEntry, index: number): boolean =>
    entry.id.includes('/') && (!kept.lessons[entry.id]?.done || (index === last && kept.lessons[entry.id]?.session !== undefined));
  const after = entries.findIndex((entry, index) => index >= last && ends[last] !== '' && open(entry, index));
  return Math.max(0, after >= 0 ? after : entries.findIndex(open));
}

/** All rows of the menu while the pointer is at one entry; `notice` stands in the place of the keys. */
export function menuRows(entries: readonly MenuEntry[], at: number, notice: string | undefined, context: MenuContext): string[] {
  const { tracks, kept, size, style, say } = context;
  const tall = isTall(size);
  const telling = size.rows >= 6;
  const head = tall
    ? [
        `${style('title', 'k8s-lab')}  ${cut(say('subtitle'), Math.max(0, size.columns - 12))}`,
        ...(kept.name ? [cut(say('hello', { name: kept.name }), size.columns - 2)] : []),
        ...(tracks.length === 0 ? [say('noLessons')] : []),
      ]
    : [];
  const keys = tall ? [style('faint', cut(notice ?? say('menuKeys'), size.columns - 2))] : [];
  const blocks = entries.map((entry) => entryRows(entry, tall));
  const room = size.rows - head.length - keys.length - (telling ? 2 : 0);
  const window = windowAround(
    blocks.map(({ length }) => length),
    at,
    room,
  );
  const shown = blocks.slice(window.from, window.to).flatMap((rows, index) => {
    const own = rows.at(-1) ?? '';
    return [...rows.slice(0, -1), window.from + index === at ? style('strong', `❯ ${own}`) : `  ${own}`];
  });
  const more = (text: string): string[] => (telling ? [style('faint', text)] : []);
  return [...head, ...more(moreAbove(window, say)), ...shown, ...more(moreBelow(window, entries.length, say)), ...keys];
}

/** An entry with what stands above it; its own row is the last one. */
const entryRows = ({ text, heading, apart }: MenuEntry, tall: boolean): string[] => [
  ...(tall && apart ? [''] : []),
  ...(tall && heading !== undefined ? [heading] : []),
  text,
];
