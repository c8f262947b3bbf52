/** What stands in the terminal pane: the screen's rows with the line being edited, or a look back into the history. */
import stringWidth from '../fast-width.ts';
import type { Prompt } from '../prompt.ts';
import type { Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import type { VtScreen } from '../vt/screen.ts';

/** Rows are as wide as the pane at most. */
export type Placed = {
  readonly rows: readonly string[] /** Where the terminal's own cursor stands; undefined hides it. */;
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
};

type PromptView = {
  readonly prompt: Prompt;
  /** What a search in the history has found. */
  readonly found: string | undefined;
  /** A password is typed: nothing shows. */
  readonly hidden: boolean;
};

/** `back`: rows looked back. `more` says how many rows stand below then. */
export function terminalRows(vt: VtScreen, line: PromptView | undefined, back: number, style: Style, more: (rows: number) => string): Placed {
  if (vt.alternate) return { rows: vt.buffer.rows.map(({ text }) => text), cursor: vt.cursorVisible ? clampCursor(vt) : undefined };
  const live = line ? withLine(vt, line) : { rows: screenRows(vt, vt.height), cursor: vt.cursorVisible ? clampCursor(vt) : undefined };
  const extra = Math.max(0, live.rows.length - vt.height);
  if (back === 0) return extra === 0 ? live : { rows: live.rows.slice(extra), cursor: live.cursor && { ...live.cursor, row: live.cursor.row - extra } };
  const shown = vt.height - 1;
  const rows = lookBack(vt, live.rows, back + extra, shown);
  return { rows: [...rows, style('mark', cut(more(back), vt.columns))], cursor: undefined };
}

/** How far back one can look. */
export const mostBack = (vt: VtScreen): number => (vt.alternate ? 0 : vt.history.rowsAt(vt.columns));

function lookBack(vt: VtScreen, live: readonly string[], back: number, count: number): string[] {
  const fromScreen = live.slice(0, Math.max(0, live.length - back)).slice(-count);
  const above = Math.max(0, back - live.length);
  const missing = count - fromScreen.length;
  return [...vt.history.rows(vt.columns, above, missing), ...fromScreen].slice(0, count);
}

const clampCursor = ({ cursor, columns }: VtScreen): { row: number; column: number } => ({ row: cursor.row, column: Math.min(cursor.column, columns - 1) });

const screenRows = (vt: VtScreen, until: number): string[] => vt.buffer.rows.slice(0, until).map(({ text }) => text);

function withLine(vt: VtScreen, view: PromptView): { rows: string[]; cursor: { row: number; column: number } } {
  const { row, column } = vt.cursor;
  const { before, after } = lineParts(view);
  const rows = screenRows(vt, row + 1);
  const here = rows[row] ?? '';
  const started = pad(view.prompt.search ? '' : here, view.prompt.search ? 0 : column);
  const at = flow(view.prompt.search ? 0 : column, before, vt.columns);
  const rest = flow(at.column, after, vt.columns);
  rows[row] = started + (at.rows[0] ?? '') + (at.rows.length === 1 ? (rest.rows[0] ?? '') : '');
  for (let i = 1; i < at.rows.length; i++) rows.push((at.rows[i] ?? '') + (i === at.rows.length - 1 ? (rest.rows[0] ?? '') : ''));
  rows.push(...rest.rows.slice(1));
  const cursor = { row: row + at.rows.length - 1, column: at.column };
  rows.push(...candidateRows(view.prompt.candidates, vt.columns, vt.height));
  while (rows.length < vt.height) rows.push('');
  return { rows, cursor };
}

function lineParts({ prompt, found, hidden }: PromptView): { before: string[]; after: string[] } {
  if (hidden) return { before: [], after: [] };
  if (prompt.search) {
    const label = `(${found === undefined && prompt.search.text !== '' ? 'failed ' : ''}reverse-i-search)\`${prompt.search.text}': `;
    return { before: [...label], after: [...(found ?? prompt.line.join(''))] };
  }
  return { before: prompt.line.slice(0, prompt.cursor), after: prompt.line.slice(prompt.cursor) };
}

/** Where text goes that begins at a column; the cursor after it may stand in a new, empty row. */
function flow(column: number, text: readonly string[], columns: number): { rows: string[]; column: number } {
  const rows = [''];
  let at = column;
  for (const each of text) {
    const shown = /^[\x00-\x1f]/.test(each) ? ' ' : each;
    const width = stringWidth(shown);
    if (at + width > columns) {
      rows.push('');
      at = 0;
    }
    rows[rows.length - 1] += shown;
    at += width;
  }
  if (at >= columns) {
    rows.push('');
    at = 0;
  }
  return { rows, column: at };
}

/** Candidates of a completion in columns, as bash lists them: down, then right. At most half the screen. */
export function candidateRows(candidates: readonly string[], columns: number, height: number): string[] {
  if (candidates.length === 0) return [];
  const names = candidates.map((each) => each.replace(/^.*\/(?=.)/, ''));
  const width = Math.min(columns, Math.max(...names.map((each) => stringWidth(each))) + 2);
  const across = Math.max(1, Math.floor(columns / width));
  const down = Math.ceil(names.length / across);
  const most = Math.max(1, Math.floor(height / 2));
  const rows = Array.from({ length: Math.min(down, most) }, (_, row) =>
    Array.from({ length: across }, (_, column) => names[column * down + row])
      .filter((each) => each !== undefined)
      .map((each) => pad(cut(each, width), width))
      .join('')
      .trimEnd(),
  );
  if (down > most) rows[most - 1] = `… ${names.length}`;
  return rows;
}
