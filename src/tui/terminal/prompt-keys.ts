/** Which key does what in the line editor: readline's. */
import type { Key, KeyName } from '../prompt.ts';
import type { KeyEvent } from './keys.ts';

const names: Readonly<Record<string, KeyName>> = {
  enter: 'enter',
  'ctrl-j': 'enter',
  tab: 'tab',
  backspace: 'backspace',
  delete: 'delete',
  left: 'left',
  'ctrl-b': 'left',
  right: 'right',
  'ctrl-f': 'right',
  up: 'up',
  'ctrl-p': 'up',
  down: 'down',
  'ctrl-n': 'down',
  home: 'home',
  'ctrl-a': 'home',
  end: 'end',
  'ctrl-e': 'end',
  'ctrl-left': 'wordLeft',
  'alt-left': 'wordLeft',
  'alt-b': 'wordLeft',
  'ctrl-right': 'wordRight',
  'alt-right': 'wordRight',
  'alt-f': 'wordRight',
  'ctrl-k': 'killToEnd',
  'ctrl-u': 'killToStart',
  'ctrl-w': 'killWord',
  'alt-backspace': 'killWord',
  'ctrl-y': 'yank',
  'ctrl-t': 'transpose',
  'ctrl-r': 'search',
  'ctrl-c': 'cancel',
  'ctrl-g': 'cancel',
  'ctrl-d': 'eof',
};

/** undefined for a key that means nothing at the prompt. */
export function promptKey(event: KeyEvent): Key | undefined {
  if (event.type !== 'key') return { text: event.text };
  const name = Object.hasOwn(names, event.name) ? names[event.name] : undefined;
  return name && { name };
}
