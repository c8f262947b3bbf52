/** The report page that replays a submission: a timeline, the terminal as it was, and what held then. Rows of a window, drawn from one value. */
import type { Language } from '../../lessons/lesson.ts';
import { clock, eventText } from '../../session/event-text.ts';
import { type Frame, type FrameCheck, type Frames, type LessonGrade, resourceText } from '../../session/frames.ts';
import { toldIn } from '../../session/lesson-view.ts';
import stringWidth from '../fast-width.ts';
import type { WindowSize } from '../layout.ts';
import { plainText, type Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import { VtScreen } from '../vt/screen.ts';
import type { Say } from '../words.ts';
import { keysIn, ruleRow } from './chrome.ts';

/** One lesson at one moment. */
export type ReplayState = {
  readonly grade: LessonGrade;
  /** What was found about the whole. */
  readonly notes: Readonly<Record<Language, readonly string[]>>;
  readonly frames: Frames['frames'];
  readonly exceeded: Frames['exceeded'];
  readonly at: number;
  /** Rows that one looks back in the terminal. */
  readonly back: number;
};
type ReplayContext = { readonly size: WindowSize; readonly style: Style; readonly say: Say; readonly language: Language };

/** Keys that are left out first where not all find room. */
const lesserKeys = ['Home', 'PgUp', '↑↓', 'F10', 'Tab'];

/** As many as the window has. */
export function replayRows(state: ReplayState, context: ReplayContext): string[] {
  const { size, style, say } = context;
  const { columns, rows } = size;
  const keys = style('faint', keysIn(say('replayKeys'), columns, lesserKeys));
  const head = [headRow(state, context), noteRow(state, context)];
  if (columns >= 100 && rows >= 20) return [...head, ...sideBySide(state, columns, rows - 3, context), keys];
  const checks = checkRows(state, columns, context).slice(0, Math.max(2, Math.floor(rows / 4)));
  const timeline = timelineRows(state, columns, Math.max(1, Math.floor((rows - checks.length) / 5)), context);
  const height = Math.max(1, rows - head.length - timeline.length - checks.length - 2);
  return [...head, ...timeline, ruleRow(say('terminal'), false, columns), ...terminalRowsAt(state, columns, height), ...checks, keys].slice(0, rows);
}

function sideBySide(state: ReplayState, columns: number, rows: number, context: ReplayContext): string[] {
  const left = Math.max(40, Math.min(76, Math.floor(columns * 0.4)));
  const checks = checkRows(state, left, context).slice(0, Math.floor(rows / 2));
  const timeline = timelineRows(state, left, rows - checks.length, context);
  const terminal = terminalRowsAt(state, columns - left - 3, rows);
  return [...timeline, ...checks].map((row, index) => `${pad(row, left)} │ ${terminal[index] ?? ''}`);
}

function headRow({ grade, frames, at }: ReplayState, { size, style, say }: ReplayContext): string {
  const frame = frames[at];
  const right = ` ${say('replayAt', { n: at, of: frames.length - 1 })} · ${say('replaySteps', { n: frame?.step ?? 0, of: frame?.steps ?? 0 })} `;
  // Whose it is and what it is worth are never cut off by a lesson's long name.
  const points = ` · ${say('pointsOf', { n: grade.points + grade.bonus, of: grade.possible })}`;
  const room = size.columns - stringWidth(right) - stringWidth(points);
  const name = ` ${grade.who} · ${grade.lesson}`;
  const left = room < 12 ? cut(name, size.columns - stringWidth(right)) : cut(name, room) + points;
  return style('title', pad(left, Math.max(0, size.columns - stringWidth(right)))) + right;
}

function noteRow({ grade, notes, exceeded }: ReplayState, { size, style, say, language }: ReplayContext): string {
  const found = notes[language].join('; ');
  const text = exceeded
    ? say('replayExceeded', { n: exceeded.line, text: resourceText(exceeded.what, language) })
    : grade.state === 'refused'
      ? say('replayRefused', { text: found })
      : found;
  return style('bad', cut(` ${text}`, size.columns));
}

/** The events around the present one. */
function timelineRows({ frames, at }: ReplayState, width: number, height: number, { style, say, language }: ReplayContext): string[] {
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), frames.length - height));
  return Array.from({ length: height }, (_, row) => {
    const index = first + row;
    const frame = frames[index];
    if (!frame) return '';
    const text = frame.event ? `${clock(frame.event.at)}  ${eventText(frame.event, language).replace(/\s+/g, ' ')}` : `00:00:00  ${say('replayStart')}`;
    const shown = cut(`${index === at ? '❯' : ' '} ${text}`, width);
    return style(index === at ? 'strong' : 'plain', shown);
  });
}

const marks = { passed: ['✓', 'good'], failed: ['✗', 'bad'], waiting: ['…', 'plain'], impossible: ['✗', 'bad'], none: ['·', 'plain'] } as const;

function checkRows({ frames, at }: ReplayState, width: number, context: ReplayContext): string[] {
  const frame = frames[at];
  if (!frame) return [];
  const { say } = context;
  const title = say('replayChecks', { n: Math.min(frame.step + 1, Math.max(1, frame.steps)) });
  return [ruleRow(title, false, width), ...frame.checks.flatMap((check) => checkRow(check, width, context))];
}

function checkRow({ text, hidden, verdict }: FrameCheck, width: number, { style, say, language }: ReplayContext): string[] {
  const [mark, look] = marks[verdict?.state ?? 'none'];
  const row = `${style(look, mark)} ${cut(`${text[language]}${hidden ? ` (${say('replayHidden')})` : ''}`, width - 2)}`;
  if (verdict?.state !== 'failed') return [row];
  return [row, style('faint', cut(`  ${say('found', { text: toldIn(language, verdict).found ?? '' })}`, width))];
}

/** The terminal as it was: the last rows that fit, or further back. */
function terminalRowsAt({ frames, at, back }: ReplayState, width: number, height: number): string[] {
  const vt = screenAt(frames, at);
  const rows = vt.buffer.rows.map(({ text }) => text);
  const until = vt.alternate ? rows.length : rows.findLastIndex((row) => plainText(row).trim() !== '') + 1;
  const above = vt.alternate ? [] : vt.history.rows(vt.columns, 0, back + height);
  const all = [...above, ...rows.slice(0, until)];
  const end = Math.max(Math.min(height, all.length), all.length - back);
  const shown = all.slice(Math.max(0, end - height), end);
  // Wider than the window: the left part, without its colours.
  return Array.from({ length: height }, (_, index) => fitted(shown[index] ?? '', width));
}

const fitted = (row: string, width: number): string => (stringWidth(plainText(row)) <= width ? row : cut(plainText(row), width));

function screenAt(frames: readonly Frame[], at: number): VtScreen {
  const { columns, rows } = frames[0]?.size ?? { columns: 80, rows: 24 };
  const vt = new VtScreen(columns, rows);
  for (const { output, size } of frames.slice(0, at + 1)) {
    if (size.columns !== vt.columns || size.rows !== vt.height) vt.resize(size.columns, size.rows);
    vt.write(output);
  }
  return vt;
}
