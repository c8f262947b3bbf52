/** vi's normal mode. */
import type { Place } from './buffer.ts';
import type { Vi } from './vi.ts';

/** One key; a count and an operator before it wait in `pending`. */
export function normalKey(vi: Vi, key: string): void {
  if (key === 'escape' || key === '\x03') {
    vi.pending = '';
    return;
  }
  const whole = vi.pending + key;
  const parts = /^([1-9]\d*)?([dyc]?)([1-9]\d*)?(.*)$/s.exec(whole);
  const [, before, operator = '', inner, rest = ''] = parts ?? [];
  const count = Number(before ?? 1) * Number(inner ?? 1);
  if (rest === '' || rest === 'g' || rest === 'r' || rest === 'Z' || (/^[fFtT]$/.test(rest) && key.length === 1)) {
    vi.pending = whole;
    return;
  }
  vi.pending = '';
  if (operator !== '') return operate(vi, operator, rest, count);
  const target = motion(vi, rest, count, before !== undefined);
  if (target) vi.buffer.cursor = target;
  else change(vi, rest, count);
}

function motion(vi: Vi, key: string, count: number, counted: boolean): Place | undefined {
  const { buffer } = vi;
  const { row, column } = buffer.cursor;
  const line = buffer.line;
  switch (key) {
    case 'h':
    case 'left':
    case 'backspace':
      return { row, column: Math.max(0, column - count) };
    case 'l':
    case 'right':
    case ' ':
      return { row, column: column + count };
    case 'j':
    case 'down':
      return { row: row + count, column };
    case 'enter':
    case '+':
      return { row: row + count, column: 0 };
    case 'k':
    case 'up':
      return { row: row - count, column };
    case '0':
    case 'home':
      return { row, column: 0 };
    case '^':
      return { row, column: line.length - line.trimStart().length };
    case '$':
    case 'end':
      return { row, column: Math.max(0, line.length - 1) };
    case 'gg':
      return { row: counted ? count - 1 : 0, column: 0 };
    case 'G':
      return { row: counted ? count - 1 : buffer.lines.length - 1, column: 0 };
    case 'w':
    case 'b':
    case 'e':
      return words(vi, key, count);
    case 'pagedown':
    case '\x06':
      return { row: row + vi.height, column };
    case 'pageup':
    case '\x02':
      return { row: row - vi.height, column };
    case '\x04':
      return { row: row + Math.floor(vi.height / 2), column };
    case '\x15':
      return { row: row - Math.floor(vi.height / 2), column };
    default: {
      const find = /^([ft])(.)$/s.exec(key);
      if (!find) return undefined;
      const found = line.indexOf(find[2] as string, column + 1);
      return found < 0 ? { row, column } : { row, column: find[1] === 't' ? found - 1 : found };
    }
  }
}

function words(vi: Vi, key: 'w' | 'b' | 'e', count: number): Place {
  const { buffer } = vi;
  let { row, column } = buffer.cursor;
  for (let i = 0; i < count; i++) {
    const starts = [...(buffer.lines[row] ?? '').matchAll(/\w+|[^\w\s]+/g)].map((match) => (key === 'e' ? match.index + match[0].length - 1 : match.index));
    const next = key === 'b' ? starts.findLast((start) => start < column) : starts.find((start) => start > column);
    if (next !== undefined) column = next;
    else if (key === 'b' && row > 0) {
      row--;
      column = [...(buffer.lines[row] ?? '').matchAll(/\w+|[^\w\s]+/g)].at(-1)?.index ?? 0;
    } else if (key !== 'b' && row < buffer.lines.length - 1) {
      row++;
      column = /\S/.exec(buffer.lines[row] ?? '')?.index ?? 0;
    } else column = key === 'b' ? 0 : (buffer.lines[row] ?? '').length;
  }
  return { row, column };
}

/** d, y and c with a motion or doubled. */
function operate(vi: Vi, operator: string, rest: string, count: number): void {
  const { buffer } = vi;
  const { row, column } = buffer.cursor;
  buffer.save();
  if (rest === operator || rest === 'j' || rest === 'k' || rest === 'G' || rest === 'gg' || rest === 'down' || rest === 'up') {
    const target = rest === operator ? row + count - 1 : (motion(vi, rest, count, false)?.row ?? row);
    const [from, to] = [Math.max(0, Math.min(row, target)), Math.min(buffer.lines.length - 1, Math.max(row, target))];
    vi.register = { lines: buffer.lines.slice(from, to + 1), linewise: true };
    if (operator === 'y') return;
    if (operator === 'c') {
      buffer.lines.splice(from, to - from + 1, '');
      buffer.changed = true;
      buffer.cursor = { row: from, column: 0 };
      return vi.insertMode();
    }
    buffer.deleteLines(from, to - from + 1);
    buffer.cursor = { row: Math.min(from, buffer.lines.length - 1), column: 0 };
    return;
  }
  const inside = rest === 'iw' ? wordAt(buffer.line, column) : undefined;
  const target = inside ? undefined : motion(vi, operator === 'c' && rest === 'w' ? 'e' : rest, count, false);
  if (!target && !inside) return;
  const line = buffer.line;
  const inclusive = ['e', '$', 'end'].includes(rest) || (operator === 'c' && rest === 'w') || /^[ft]/.test(rest);
  const end = inside ? inside[1] : target && target.row !== row ? line.length : (target?.column ?? column) + (inclusive ? 1 : 0);
  const [from, to] = inside ? inside : [Math.min(column, end), Math.max(column, end)];
  vi.register = { lines: [line.slice(from, to)], linewise: false };
  if (operator === 'y') return;
  buffer.line = line.slice(0, from) + line.slice(to);
  buffer.cursor.column = from;
  if (operator === 'c') vi.insertMode();
}

function wordAt(line: string, column: number): [number, number] {
  for (const match of line.matchAll(/\w+|[^\w\s]+|\s+/g))
    if (column >= match.index && column < match.index + match[0].length) return [match.index, match.index + match[0].length];
  return [column, column];
}

/** Keys that change the text or the mode. */
function change(vi: Vi, key: string, count: number): void {
  const { buffer } = vi;
  const insert = (column: number): void => {
    buffer.save();
    buffer.cursor.column = column;
    vi.insertMode();
  };
  const open = (row: number): void => {
    buffer.save();
    buffer.lines.splice(row, 0, '');
    buffer.changed = true;
    buffer.cursor = { row, column: 0 };
    vi.insertMode();
  };
  const { row, column } = buffer.cursor;
  const actions: Readonly<Record<string, () => void>> = {
    i: () => insert(column),
    I: () => insert(buffer.line.length - buffer.line.trimStart().length),
    a: () => insert(Math.min(buffer.line.length, column + 1)),
    A: () => insert(buffer.line.length),
    o: () => open(row + 1),
    O: () => open(row),
    x: () => operate(vi, 'd', 'l', count),
    delete: () => operate(vi, 'd', 'l', count),
    X: () => operate(vi, 'd', 'h', count),
    D: () => operate(vi, 'd', '$', 1),
    C: () => operate(vi, 'c', '$', 1),
    S: () => operate(vi, 'c', 'c', count),
    s: () => operate(vi, 'c', 'l', count),
    Y: () => operate(vi, 'y', 'y', count),
    p: () => put(vi, true),
    P: () => put(vi, false),
    u: () => {
      vi.message = buffer.undo() ? '' : 'Already at oldest change';
    },
    J: () => {
      const next = buffer.lines[row + 1];
      if (next === undefined) return;
      buffer.save();
      buffer.lines.splice(row, 2, `${buffer.line} ${next.trimStart()}`);
      buffer.changed = true;
    },
    '~': () => {
      const character = buffer.line[column] ?? '';
      buffer.line =
        buffer.line.slice(0, column) +
        (character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()) +
        buffer.line.slice(column + 1);
      buffer.cursor.column++;
    },
    R: () => {
      buffer.save();
      vi.mode = 'replace';
    },
    n: () => vi.findNext(true),
    N: () => vi.findNext(false),
    ':': () => vi.startCommand(':'),
    '/': () => vi.startCommand('/'),
    '?': () => vi.startCommand('?'),
    ZZ: () => vi.finish(),
    ZQ: () => vi.quit(),
  };
  const replace = /^r(.)$/s.exec(key);
  if (replace) {
    buffer.save();
    buffer.line = buffer.line.slice(0, column) + replace[1] + buffer.line.slice(column + 1);
  } else actions[key]?.();
}

function put(vi: Vi, after: boolean): void {
  const { buffer, register } = vi;
  if (register.lines.length === 0) return;
  buffer.save();
  buffer.changed = true;
  if (register.linewise) {
    const row = buffer.cursor.row + (after ? 1 : 0);
    buffer.lines.splice(row, 0, ...register.lines);
    buffer.cursor = { row, column: 0 };
  } else {
    buffer.cursor.column = Math.min(buffer.line.length, buffer.cursor.column + (after ? 1 : 0));
    buffer.insert(register.lines[0] ?? '');
    buffer.cursor.column--;
  }
}
