/** Which key goes where: a pure table from what is shown and the key to a command. */
import type { KeyEvent } from '../terminal/keys.ts';
import { type AppState, isAsking } from './state.ts';

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
  | 'none';

type RouteContext = {
  readonly screen: 'menu' | 'name' | 'submit' | 'opening' | 'lesson' | 'debrief' | 'blank';
  readonly choice: boolean;
  readonly focus: 'terminal' | 'pane';
  /** A program has all keys. */
  readonly raw: boolean;
  /** The lesson pane shows a question. */
  readonly asking: boolean;
};

/** `raw`: a program has the terminal. */
export const contextOf = ({ screen, choice, lesson }: AppState, raw: boolean): RouteContext => ({
  screen,
  choice: choice !== undefined,
  focus: lesson?.focus ?? 'terminal',
  raw,
  asking: isAsking(lesson) && lesson?.pane === 'lesson',
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
  if (context.choice) return name === 'escape' || name === 'ctrl-c' ? 'back' : 'ink';
  switch (context.screen) {
    case 'menu':
      return name === 'f10' ? 'language' : name === 'ctrl-c' || name === 'ctrl-q' || name === 'ctrl-d' || text(event) === 'q' ? 'quit' : 'ink';
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
            : 'ink';
    case 'opening':
      return name === 'ctrl-c' ? 'quit' : 'none';
    case 'lesson':
      return lessonKey(event, name, context);
    default:
      return 'none';
  }
}

const text = (event: KeyEvent): string | undefined => (event.type === 'text' ? event.text : undefined);

function lessonKey(event: KeyEvent, name: string, { focus, raw, asking }: RouteContext): Command {
  const ours = functionKeys[name];
  if (ours) return ours;
  if (focus === 'terminal') return raw ? 'terminal' : (lessonKeys[name] ?? 'terminal');
  const general = lessonKeys[name];
  if (general) return general;
  if (name === 'tab' || name === 'ctrl-c') return 'switch';
  const scrolls = scrollKeys[name];
  if (scrolls && !(asking && (name === 'up' || name === 'down'))) return scrolls;
  if (asking) return 'ink';
  if (text(event) === 'q') return 'leave';
  if (text(event) === '?') return 'help';
  return event.type === 'key' && name !== 'enter' ? 'none' : name === 'enter' ? 'switch' : 'terminalFocus';
}
