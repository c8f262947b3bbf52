/** The header, the status line, and the lines between panes. */

import { isAsking, type LessonState } from '../app/state.ts';
import stringWidth from '../fast-width.ts';
import type { Style } from '../text/style.ts';
import { cut } from '../text/wrap.ts';
import type { Say, WordKey } from '../words.ts';

/** Title left, step and points right. */
export function headerRow({ title, view }: LessonState, width: number, style: Style, say: Say): string {
  const right = view
    ? `${view.finished ? '✓' : say('step', { n: view.current + 1, of: view.steps.length })} · ${say('pointsOf', { n: view.points, of: view.pointsPossible })} `
    : '';
  const left = cut(` k8s-lab · ${title}`, Math.max(10, width - stringWidth(right) - 1));
  return style('title', left) + ' '.repeat(Math.max(1, width - stringWidth(left) - stringWidth(right))) + cut(right, width);
}

/** Clock and speed, where keys go, and which there are. */
export function statusRow(lesson: LessonState, width: number, style: Style, say: Say): string {
  const { clock, speed, paused, skipping, focus, notice, raw, pane } = lesson;
  const state = skipping ? say('skipping') : paused ? say('paused') : say('speed', { n: speed });
  const where = focus === 'terminal' ? say('terminal') : paneTitle(pane, say);
  const whole = ` ${clock} ${state} [${cut(where, 16)}] `;
  const keys = raw
    ? say('keysRaw')
    : pane === 'lesson'
      ? say(keysOfLesson(lesson))
      : say(focus === 'pane' ? 'keysExtra' : 'keysBeside', { key: openers[pane] });
  // Little room: the line above the terminal tells too where keys go, and the keys are told in fewer words.
  const narrow = !notice && focus === 'terminal' && pane === 'lesson' && !raw && stringWidth(whole + keys) > width;
  const left = narrow ? ` ${clock} ${state}  ` : whole;
  const room = width - stringWidth(left);
  const rest = notice ? cut(notice, room) : narrow ? keysIn(say('keysNarrow'), room, lesserNarrow) : keysIn(keys, room);
  return style('strong', cut(left, width)) + style(notice ? 'plain' : 'faint', rest);
}

const keysOfLesson = (lesson: LessonState): WordKey => (lesson.focus === 'terminal' ? 'keysTerminal' : isAsking(lesson) ? 'keysAsked' : 'keysPane');
/** The key that has opened a pane closes it. */
const openers = { xray: 'F2', cluster: 'F3', help: 'F1' } as const;

/** Keys that are left out first where not all find room; the help page has them all. */
const lesser = ['F6', 'F5', 'F8', 'F3', 'F7', 'F2', '↑↓', 'F4'];
const lesserNarrow = ['F2', 'F5–7', 'F8', 'F4'];

/** Whole keys, as many as find room. */
export function keysIn(keys: string, room: number, leftOut: readonly string[] = lesser): string {
  let shown = keys.split(' · ');
  for (const key of leftOut) {
    if (stringWidth(shown.join(' · ')) <= room) break;
    shown = shown.filter((each) => !each.startsWith(`${key} `));
  }
  return cut(shown.join(' · '), room);
}

/** `── Terminal ─────`; the pane that has the keys is marked. */
export function ruleRow(label: string, active: boolean, width: number): string {
  const text = cut(`── ${active ? '▸ ' : ''}${label} `, width);
  return text + '─'.repeat(Math.max(0, width - stringWidth(text)));
}

const titles: Readonly<Record<LessonState['pane'], WordKey>> = { lesson: 'lesson', xray: 'xray', cluster: 'cluster', help: 'help' };
/** In the learner's language. */
export const paneTitle = (pane: LessonState['pane'], say: Say): string => say(titles[pane]);

/** A slice of rows, filled up to a height; `first` may be anything. */
export function slice(rows: readonly string[], first: number, height: number): string[] {
  const from = Math.max(0, Math.min(first, Math.max(0, rows.length - height)));
  return rows.slice(from, from + height);
}

/** The same; what stands below is told in the last row, with the keys that lead there unless it is `rowsMore`. */
export function sliceTold(rows: readonly string[], first: number, height: number, style: Style, say: Say, word: WordKey = 'rowsMoreKeys'): string[] {
  const from = Math.max(0, Math.min(first, rows.length - height));
  const shown = slice(rows, from, height);
  const below = rows.length - from - height;
  if (below <= 0 || height < 3) return shown;
  return [...shown.slice(0, -1), style('faint', say(word, { n: below + 1 }))];
}
