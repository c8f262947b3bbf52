/** The line editor at the shell's prompt: a pure step from state and key to state, in graphemes, with history, search and completion. */

/** What a line editor needs of the shell behind it (see Tty's LineReader). */
export type LineSource = {
  readonly history: readonly string[];
  readonly complete: (line: string, cursor: number) => { readonly from: number; readonly candidates: readonly string[] };
};

/** All of the line editor's state; a new one after each key. */
export type Prompt = {
  /** Graphemes of the line. */
  readonly line: readonly string[];
  /** Where the next one goes, 0 to line.length. */
  readonly cursor: number;
  /** How far back in the history; 0 is the line being typed. */
  readonly back: number;
  /** The line being typed, while the history is looked through. */
  readonly draft: readonly string[];
  readonly killed: readonly string[];
  /** Lines of a paste that wait for their turn. */
  readonly queued: readonly string[];
  readonly search: { readonly text: string; readonly skip: number } | undefined;
  /** Candidates shown below the line after a second Tab. */
  readonly candidates: readonly string[];
};

/** Also after each line that was sent. */
export const emptyPrompt: Prompt = { line: [], cursor: 0, back: 0, draft: [], killed: [], queued: [], search: undefined, candidates: [] };

/** A key by name, or text as it came (a grapheme, a word from an input method, a paste). */
export type Key = { readonly name: KeyName } | { readonly text: string };
/** What keys.ts' names come to at the prompt. */
export type KeyName =
  | 'enter'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'home'
  | 'end'
  | 'wordLeft'
  | 'wordRight'
  | 'killToEnd'
  | 'killToStart'
  | 'killWord'
  | 'yank'
  | 'transpose'
  | 'search'
  | 'cancel'
  | 'eof';

/** What a key asks of the session; undefined: the line alone has changed. */
export type Effect = { readonly send: string } | { readonly interrupt: true } | { readonly eof: true } | undefined;

/** Segmenting copies its whole input for each segment: long text is taken in pieces. A cluster across a seam counts as two, which shows nowhere. */
const piece = 256;

/** ASCII, Hangul syllables and jamo of their own, common punctuation, lines: each is a grapheme, whatever stands beside it. */
const single = /^[\x20-\x7e\u00a1-\u00ff\u2010-\u2027\u2190-\u21ff\u2500-\u25ff\u3001-\u3020\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3]*$/;

/** What a reader takes for one character. */
export function graphemes(text: string): string[] {
  if (single.test(text)) return text.split('');
  const segmenter = newSegmenter();
  const points = [...text];
  const out: string[] = [];
  for (let i = 0; i < points.length; i += piece) for (const { segment } of segmenter.segment(points.slice(i, i + piece).join(''))) out.push(segment);
  return out;
}

/** Made when it is needed: Unicode's tables are read with the first one. */
const newSegmenter = (): Intl.Segmenter => new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** As it will be sent. */
export const lineText = ({ line }: Prompt): string => line.join('');

/** A line much longer than this is no command; a paste of megabytes must not stop the screen. */
const longestLine = 64 * 1024;

type Step = { readonly state: Prompt; readonly effect?: Effect };

/** `source` gives history and candidates of the shell that waits. */
export function press(state: Prompt, key: Key, source: LineSource): Step {
  if (state.search) return pressInSearch(state, state.search, key, source);
  return 'text' in key ? insert(state, key.text) : keys[key.name]({ ...state, candidates: key.name === 'tab' ? state.candidates : [] }, source);
}

/** The line of history that a search shows. */
export function found({ search }: Prompt, source: LineSource): string | undefined {
  if (!search) return undefined;
  return [...source.history].reverse().filter((line) => search.text !== '' && line.includes(search.text))[search.skip];
}

/** Text, perhaps with line ends: all but the last line are sent, one after the other. */
function insert(state: Prompt, text: string): Step {
  const [first = '', ...more] = text
    .replace(/\r\n?/g, '\n')
    .slice(0, 16 * 1024 * 1024)
    .split('\n');
  const added = put(state, first);
  if (more.length === 0) return { state: added };
  return { state: { ...emptyPrompt, killed: state.killed, queued: [...state.queued, ...more] }, effect: { send: lineText(added) } };
}

function put(state: Prompt, text: string): Prompt {
  // Control characters have no place in a line; a tab in a paste is a blank.
  const clean = graphemes(
    text
      .slice(0, longestLine)
      .replaceAll('\t', ' ')
      .replace(/[\x00-\x1f\x7f]/g, ''),
  );
  const room = Math.max(0, longestLine - state.line.length);
  const added = clean.slice(0, room);
  return { ...state, line: state.line.toSpliced(state.cursor, 0, ...added), cursor: state.cursor + added.length, back: 0, candidates: [] };
}

/** The next line of a paste, once the shell waits for one. The last, without a line end, stays to be edited. */
export function nextQueued(state: Prompt): Step {
  const [line, ...rest] = state.queued;
  if (line === undefined) return { state };
  const filled = put({ ...state, queued: rest }, line);
  return rest.length === 0 ? { state: filled } : { state: { ...emptyPrompt, killed: state.killed, queued: rest }, effect: { send: lineText(filled) } };
}

const move = (state: Prompt, cursor: number): Step => ({ state: { ...state, cursor: Math.max(0, Math.min(state.line.length, cursor)) } });

function cut(state: Prompt, from: number, to: number): Step {
  if (from === to) return { state };
  return { state: { ...state, line: state.line.toSpliced(from, to - from), cursor: from, killed: state.line.slice(from, to) } };
}

const blank = (text: string | undefined): boolean => text === undefined || /^\s$/.test(text);

function wordStart({ line, cursor }: Prompt): number {
  let at = cursor;
  while (at > 0 && blank(line[at - 1])) at--;
  while (at > 0 && !blank(line[at - 1])) at--;
  return at;
}

function wordEnd({ line, cursor }: Prompt): number {
  let at = cursor;
  while (at < line.length && blank(line[at])) at++;
  while (at < line.length && !blank(line[at])) at++;
  return at;
}

function fromHistory(state: Prompt, back: number, { history }: LineSource): Step {
  if (back < 0 || back > history.length) return { state };
  const draft = state.back === 0 ? state.line : state.draft;
  const line = back === 0 ? draft : graphemes(history[history.length - back] ?? '');
  return { state: { ...state, line, draft, back, cursor: line.length } };
}

function complete(state: Prompt, source: LineSource): Step {
  const text = lineText(state);
  const cursor = state.line.slice(0, state.cursor).join('').length;
  const { from, candidates } = source.complete(text, cursor);
  if (candidates.length === 0) return { state };
  const common = commonPrefix(candidates);
  const typed = text.slice(from, cursor);
  const single = candidates.length === 1;
  // A folder is gone into, not finished; options that end in = wait for their value, pods that end in : for a path.
  const ending = single && !/[/=:]$/.test(common) ? ' ' : '';
  if (single || common.length > typed.length) {
    const before = graphemes(text.slice(0, from) + common + ending);
    return { state: { ...state, line: [...before, ...graphemes(text.slice(cursor))], cursor: before.length, candidates: [] } };
  }
  return { state: { ...state, candidates } };
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? '';
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}

const keys: Readonly<Record<KeyName, (state: Prompt, source: LineSource) => Step>> = {
  enter: (state) => ({ state: { ...emptyPrompt, killed: state.killed, queued: state.queued }, effect: { send: lineText(state) } }),
  tab: complete,
  backspace: (state) => (state.cursor === 0 ? { state } : { state: { ...state, line: state.line.toSpliced(state.cursor - 1, 1), cursor: state.cursor - 1 } }),
  delete: (state) => ({ state: { ...state, line: state.line.toSpliced(state.cursor, 1) } }),
  left: (state) => move(state, state.cursor - 1),
  right: (state) => move(state, state.cursor + 1),
  up: (state, source) => fromHistory(state, state.back + 1, source),
  down: (state, source) => fromHistory(state, state.back - 1, source),
  home: (state) => move(state, 0),
  end: (state) => move(state, state.line.length),
  wordLeft: (state) => move(state, wordStart(state)),
  wordRight: (state) => move(state, wordEnd(state)),
  killToEnd: (state) => cut(state, state.cursor, state.line.length),
  killToStart: (state) => cut(state, 0, state.cursor),
  killWord: (state) => cut(state, wordStart(state), state.cursor),
  yank: (state) => ({ state: put(state, state.killed.join('')) }),
  transpose: (state) => {
    const at = Math.min(state.cursor, state.line.length - 1);
    if (at < 1) return { state };
    return { state: { ...state, line: state.line.toSpliced(at - 1, 2, state.line[at] ?? '', state.line[at - 1] ?? ''), cursor: at + 1 } };
  },
  search: (state) => ({ state: { ...state, search: { text: '', skip: 0 } } }),
  cancel: (state) => ({ state: { ...emptyPrompt, killed: state.killed }, effect: { interrupt: true } }),
  eof: (state) => (state.line.length > 0 ? keys.delete(state, noSource) : { state, effect: { eof: true } }),
};

const noSource: LineSource = { history: [], complete: () => ({ from: 0, candidates: [] }) };

/** Ctrl-R: text narrows the search, Ctrl-R again goes further back, Enter runs what is shown, an arrow takes it for editing. */
function pressInSearch(state: Prompt, search: NonNullable<Prompt['search']>, key: Key, source: LineSource): Step {
  if ('text' in key && !/[\r\n]/.test(key.text)) return { state: { ...state, search: { text: search.text + key.text, skip: 0 } } };
  const shown = found(state, source);
  const line = shown === undefined ? state.line : graphemes(shown);
  const taken: Prompt = { ...state, search: undefined, line, cursor: line.length };
  if ('text' in key) return keys.enter(taken, source);
  if (key.name === 'search') return { state: { ...state, search: { ...search, skip: shown === undefined ? search.skip : search.skip + 1 } } };
  if (key.name === 'backspace') return { state: { ...state, search: { text: graphemes(search.text).slice(0, -1).join(''), skip: 0 } } };
  if (key.name === 'cancel') return { state: { ...state, search: undefined } };
  return key.name === 'enter' ? keys.enter(taken, source) : { state: taken };
}
