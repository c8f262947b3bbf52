/** Where everything stands, for a window's size: side by side, stacked, the terminal alone, or nothing but a word about the size. */

/** Of the real terminal, in cells. */
export type WindowSize = { readonly columns: number; readonly rows: number };
/** In cells, from 0. */
export type Area = { readonly row: number; readonly column: number; readonly columns: number; readonly rows: number };
/** What stands beside or above the terminal. */
export type Pane = 'lesson' | 'xray' | 'cluster' | 'help';
/** Where keys go. */
export type Focus = 'terminal' | 'pane';

/** Undefined areas are not shown. */
export type Layout = {
  readonly kind: 'side' | 'stacked' | 'alone' | 'none';
  readonly lesson: Area | undefined;
  /** X-ray, cluster or help; with a title row above it. */
  readonly extra: Area | undefined;
  readonly terminal: Area;
};

const none: Area = { row: 0, column: 0, columns: 1, rows: 1 };

/** What the size of the panes depends on. */
export type Shown = {
  readonly pane: Pane;
  readonly focus: Focus;
  /** The step is a question, which needs room. */
  readonly asking: boolean;
  /** There is something new to read in the lesson: it gets room until the next line is typed. */
  readonly fresh: boolean;
  /** The first step: a story to read, and nothing in the terminal yet. */
  readonly opening: boolean;
  /** A word on what was done, or a hint, stands below the task. */
  readonly heard: boolean;
  readonly hasLesson: boolean;
};

/** Below 40 by 10 nothing fits. */
export function layoutOf(size: WindowSize, show: Shown): Layout {
  const { columns, rows } = size;
  if (columns < 40 || rows < 10) return { kind: 'none', lesson: undefined, extra: undefined, terminal: none };
  const body: Area = { row: 1, column: 0, columns, rows: rows - 2 };
  if (columns < 60 || rows < 18) return { kind: 'alone', lesson: undefined, extra: undefined, terminal: body };
  if (columns < 100) return stacked(body, show);
  const wantsExtra = show.pane !== 'lesson';
  const extraRows = wantsExtra ? Math.floor(body.rows * 0.48) : 0;
  const upper: Area = { ...body, rows: body.rows - extraRows };
  const extra = wantsExtra ? { ...body, row: body.row + upper.rows + 1, rows: extraRows - 1 } : undefined;
  if (!show.hasLesson) return { kind: 'side', lesson: undefined, extra, terminal: upper };
  const left = Math.max(40, Math.min(76, Math.floor(columns * 0.42)));
  return {
    kind: 'side',
    lesson: { ...upper, columns: left },
    extra,
    // A column for the line between, and a blank on its both sides.
    terminal: { ...upper, column: left + 3, columns: columns - left - 3 },
  };
}

function stacked(body: Area, { pane, focus, asking, fresh, opening, heard, hasLesson }: Shown): Layout {
  if (pane === 'lesson' && !hasLesson) return { kind: 'stacked', lesson: undefined, extra: undefined, terminal: body };
  const reading = fresh ? (opening ? 0.8 : 0.67) : heard ? 0.52 : 0.45;
  const ofLesson = focus === 'pane' ? Math.max(reading, asking ? 0.72 : 0.67) : reading;
  const share = pane === 'lesson' ? ofLesson : focus === 'pane' ? 0.75 : 0.52;
  // One row is the line between.
  const top = Math.max(5, Math.floor((body.rows - 1) * share));
  const area: Area = { ...body, rows: top };
  const terminal: Area = { ...body, row: body.row + top + 1, rows: body.rows - top - 1 };
  return pane === 'lesson'
    ? { kind: 'stacked', lesson: area, extra: undefined, terminal }
    : { kind: 'stacked', lesson: undefined, extra: { ...area, row: area.row + 1, rows: area.rows - 1 }, terminal };
}
