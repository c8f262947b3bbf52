/** Which key goes where: a pure table from what is shown and the key to a command. */
import type { KeyEvent } from '../terminal/keys.ts';
import { type AppState, askingOf } from './state.ts';

/** What the application does for a key; `ink` gives it to the components. */
export type Command =
  | 'help'
  | 'xray'
  | 'cluster'
  | 'hint'
  | 'pause'
  | 'speed'
  | 'skip'
  | 'undo'
  | 'restart'
  | 'language'
  | 'leave'
  | 'quit'
  | 'back'
  | 'switch'
  | 'scrollUp'
  | 'scrollDown'
  | 'pageUp'
  | 'pageDown'
  /** To the shell, or the program that has the terminal. */
  | 'terminal'
  /** To the shell, which gets the focus with it. */
  | 'terminalFocus'
  /** To Ink's components. */
  | 'ink'
  /** Typed where nothing is typed: somebody who means the shell. */
  | 'stray'
  | 'none';

type RouteContext = {
  readonly screen: 'menu' | 'name' | 'submit' | 'opening' | 'lesson' | 'debrief' | 'blank';
  readonly choice: boolean;
  readonly focus: 'terminal' | 'pane';
  /** X-ray, cluster or help stand beside the terminal. */
  readonly extra: boolean;
  /** A program has all keys. */
  readonly raw: boolean;
  /** The lesson pane shows a question, answered so. */
  readonly asking: ReturnType<typeof askingOf>;
  /** Letters that meant nothing were typed last: an Enter after them was not meant for a list. */
  readonly strayed: boolean;
};

/** `raw`: a program has the terminal. */
export const contextOf = ({ screen, choice, lesson }: AppState, raw: boolean, strayed = false): RouteContext => ({
  screen,
  choice: choice !== undefined,
  focus: lesson?.focus ?? 'terminal',
  extra: lesson !== undefined && lesson.pane !== 'lesson',
  raw,
  asking: lesson?.pane === 'lesson' ? askingOf(lesson) : undefined,
  strayed,
});

const functionKeys: Readonly<Record<string, Command>> = {
  f1: 'help',
  f2: 'xray',
  f3: 'cluster',
  f4: 'hint',
  f5: 'pause',
  f6: 'speed',
  f7: 'skip',
  f8: 'undo',
  f9: 'restart',
  f10: 'language',
};
/** While the shell edits a line. */
const lessonKeys: Readonly<Record<string, Command>> = {
  'ctrl-x': 'xray',
  'ctrl-o': 'switch',
  escape: 'switch',
  'ctrl-q': 'leave',
  'ctrl-_': 'undo',
  'alt-up': 'pageUp',
  'alt-down': 'pageDown',
};
const scrollKeys: Readonly<Record<string, Command>> = { up: 'scrollUp', down: 'scrollDown', pageup: 'pageUp', pagedown: 'pageDown' };

/** Keys for the shell are not touched while it has the focus, but for a few. */
export function route(event: KeyEvent, context: RouteContext): Command {
  const name = event.type === 'key' ? event.name : '';
  if (context.choice) return name === 'escape' || name === 'ctrl-c' ? 'back' : ofList(event, context);
  switch (context.screen) {
    case 'menu':
      return name === 'f10'
        ? 'language'
        : name === 'ctrl-c' || name === 'ctrl-q' || name === 'ctrl-d' || (text(event) === 'q' && !context.strayed)
          ? 'quit'
          : ofList(event, context);
    case 'name':
    case 'submit':
      if (name === 'f10') return 'language';
      return name === 'escape' || name === 'ctrl-c' ? 'back' : 'ink';
    case 'debrief':
      return name === 'f10'
        ? 'language'
        : name === 'pageup' || name === 'pagedown'
          ? (scrollKeys[name] ?? 'none')
          : name === 'escape' || name === 'ctrl-c'
            ? 'back'
            : ofList(event, context);
    case 'opening':
      return name === 'ctrl-c' ? 'quit' : 'none';
    case 'lesson':
      return lessonKey(event, name, context);
    default:
      return 'none';
  }
}

/** What a list understands goes to it: single digits and the pointer's keys. Letters of a command typed too late choose nothing, nor does the Enter that ends them. */
function ofList(event: KeyEvent, { strayed }: RouteContext): Command {
  if (event.type !== 'key') return /^[1-9jk]$/.test(event.text) && !strayed ? 'ink' : 'stray';
  return strayed && event.name === 'enter' ? 'none' : 'ink';
}

/** A question beside the shell: what its kind of answer takes; all other letters are for the shell. */
function ofQuestion(event: KeyEvent, asking: NonNullable<RouteContext['asking']>): Command {
  // A field would take the letter of Ctrl-U for a letter.
  if (event.type === 'key') return asking === 'field' && /^(ctrl|alt)-/.test(event.name) ? 'none' : 'ink';
  if (asking === 'field') return 'ink';
  const own = asking === 'list' ? /^[1-9]$/ : /^ $/;
  return own.test(event.text) ? 'ink' : event.text.trim() === '' ? 'none' : 'terminalFocus';
}

const text = (event: KeyEvent): string | undefined => (event.type === 'text' ? event.text : undefined);

function lessonKey(event: KeyEvent, name: string, { focus, extra, raw, asking }: RouteContext): Command {
  const ours = functionKeys[name];
  if (ours) return ours;
  if (focus === 'terminal') return raw ? 'terminal' : (lessonKeys[name] ?? 'terminal');
  const general = lessonKeys[name];
  if (general) return general;
  if (name === 'tab' || name === 'ctrl-c') return 'switch';
  const scrolls = scrollKeys[name];
  if (scrolls && !(asking && (name === 'up' || name === 'down'))) return scrolls;
  if (asking) return ofQuestion(event, asking);
  if (text(event) === 'q') return extra ? 'switch' : 'leave';
  if (text(event) === '?') return 'help';
  return event.type === 'key' && name !== 'enter' ? 'none' : name === 'enter' ? 'switch' : 'terminalFocus';
}
