/** What each control sequence does to the screen: xterm's list, as far as terminal programs use it. */
import type { VtEvent } from './parser.ts';
import { Row } from './row.ts';
import type { VtScreen } from './screen.ts';
import { applySgr } from './sgr.ts';

type Do = (screen: VtScreen, n: number, numbers: readonly number[]) => void;

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
const goto = (screen: VtScreen, row: number, column: number): void => {
  screen.cursor.row = clamp(row, screen.height - 1);
  screen.cursor.column = clamp(column, screen.columns - 1);
};
const move = (rows: number, columns: number): Do => {
  return (screen, n) => goto(screen, screen.cursor.row + rows * n, Math.min(screen.cursor.column, screen.columns - 1) + columns * n);
};
const row = (screen: VtScreen): Row | undefined => screen.buffer.rows[screen.cursor.row];

/** By final letter; `n` is the first number, 1 when it is missing. */
const table: Readonly<Record<string, Do>> = {
  A: move(-1, 0),
  B: move(1, 0),
  C: move(0, 1),
  D: move(0, -1),
  E: (screen, n) => goto(screen, screen.cursor.row + n, 0),
  F: (screen, n) => goto(screen, screen.cursor.row - n, 0),
  G: (screen, n) => goto(screen, screen.cursor.row, n - 1),
  d: (screen, n) => goto(screen, n - 1, screen.cursor.column),
  H: (screen, n, [, column]) => goto(screen, n - 1, (column || 1) - 1),
  f: (screen, n, [, column]) => goto(screen, n - 1, (column || 1) - 1),
  J: (screen, _n, [what = 0]) => eraseScreen(screen, what),
  K: (screen, _n, [what = 0]) => row(screen)?.erase(what === 0 ? screen.cursor.column : 0, what === 1 ? screen.cursor.column + 1 : screen.columns),
  X: (screen, n) => row(screen)?.erase(screen.cursor.column, Math.min(screen.columns, screen.cursor.column + n)),
  P: (screen, n) => row(screen)?.remove(screen.cursor.column, Math.min(n, screen.columns)),
  '@': (screen, n) => row(screen)?.insert(screen.cursor.column, Math.min(n, screen.columns)),
  L: (screen, n) => shiftLines(screen, -n),
  M: (screen, n) => shiftLines(screen, n),
  S: (screen, n) => screen.scroll(n),
  T: (screen, n) => screen.scroll(-n),
  r: (screen, n, [, bottom]) => {
    const { buffer } = screen;
    buffer.top = clamp(n - 1, screen.height - 1);
    buffer.bottom = clamp((bottom || screen.height) - 1, screen.height - 1);
    goto(screen, 0, 0);
  },
  s: (screen) => save(screen),
  u: (screen) => restore(screen),
};

/** Modes set by `h` and reset by `l`, after `?`. */
const modes: Readonly<Record<number, (screen: VtScreen, on: boolean) => void>> = {
  1: (screen, on) => {
    screen.applicationKeys = on;
  },
  7: (screen, on) => {
    screen.autowrap = on;
  },
  25: (screen, on) => {
    screen.cursorVisible = on;
  },
  47: (screen, on) => (on ? screen.enterAlternate() : screen.leaveAlternate()),
  1047: (screen, on) => (on ? screen.enterAlternate() : screen.leaveAlternate()),
  1049: (screen, on) => (on ? screen.enterAlternate() : screen.leaveAlternate()),
};

const escapes: Readonly<Record<string, (screen: VtScreen) => void>> = {
  '7': (screen) => save(screen),
  '8': (screen) => restore(screen),
  D: (screen) => screen.lineFeed(),
  E: (screen) => {
    screen.cursor.column = 0;
    screen.lineFeed();
  },
  M: (screen) => {
    if (screen.cursor.row === screen.buffer.top) screen.scroll(-1);
    else screen.cursor.row = Math.max(0, screen.cursor.row - 1);
  },
  c: (screen) => {
    screen.leaveAlternate();
    eraseScreen(screen, 2);
    eraseScreen(screen, 3);
    goto(screen, 0, 0);
  },
};

export function sequences(screen: VtScreen, event: VtEvent): void {
  if (event.type === 'escape') escapes[event.code]?.(screen);
  if (event.type !== 'csi') return;
  const { mark, numbers, final } = event;
  if (mark === '?' && (final === 'h' || final === 'l')) for (const mode of numbers) modes[mode]?.(screen, final === 'h');
  else if (mark === '' && final === 'm') screen.style = applySgr(screen.style, numbers);
  else if (mark === '' && Object.hasOwn(table, final)) table[final]?.(screen, Math.max(1, numbers[0] ?? 1), numbers);
}

function eraseScreen(screen: VtScreen, what: number): void {
  const { buffer, cursor } = screen;
  if (what === 3) {
    screen.history.clear();
    return;
  }
  if (what === 0) row(screen)?.erase(cursor.column, screen.columns);
  if (what === 1) row(screen)?.erase(0, cursor.column + 1);
  buffer.rows.forEach((each, index) => {
    if (what === 2 || (what === 0 && index > cursor.row) || (what === 1 && index < cursor.row)) {
      each.erase(0, screen.columns);
      each.wrapped = false;
    }
  });
}

/** Lines are taken out at the cursor (or put in, for a negative count); those above stay. */
function shiftLines(screen: VtScreen, count: number): void {
  const { buffer, cursor } = screen;
  if (cursor.row < buffer.top || cursor.row > buffer.bottom) return;
  for (let i = 0; i < Math.min(Math.abs(count), buffer.bottom - cursor.row + 1); i++) {
    buffer.rows.splice(count > 0 ? cursor.row : buffer.bottom, 1);
    buffer.rows.splice(count > 0 ? buffer.bottom : cursor.row, 0, new Row(screen.columns));
  }
}

function save(screen: VtScreen): void {
  screen.buffer.saved = { cursor: { ...screen.cursor }, style: screen.style };
}

function restore(screen: VtScreen): void {
  const { saved } = screen.buffer;
  if (!saved) return;
  goto(screen, saved.cursor.row, saved.cursor.column);
  screen.style = saved.style;
}
