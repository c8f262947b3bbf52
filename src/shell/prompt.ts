/** Prompts: the escapes of PS1 and PS2, then expansion. */
import { remembered } from '../sim/remembered.ts';
import type { Routine } from '../sim/routine.ts';
import { expandText } from './expand.ts';
import type { Shell } from './shell.ts';
import { strftime } from './strftime.ts';

/** The prompt in a variable, ready to print. */
export function* promptText(shell: Shell, variable: 'PS1' | 'PS2'): Routine<string> {
  const raw = shell.variables.get(variable) ?? '';
  const text = shell.flavor === 'dash' || !raw.includes('\\') ? raw : escapes(shell, raw);
  if (!/[$`]/.test(text.replaceAll('\u0001', ''))) return text.replaceAll('\u0001', '');
  const { status } = shell;
  const expanded = yield* expandText(shell, text);
  shell.status = status;
  return expanded.replaceAll('\u0001', '');
}

/** What PS1 is when nobody set it: Debian's prompt, busybox's, dash's. */
export function defaultPrompt(shell: Shell): string {
  if (shell.flavor === 'bash') return '\\u@\\h:\\w\\$ ';
  return shell.flavor === 'ash' ? '\\w \\$ ' : shell.process.uid === 0 ? '# ' : '$ ';
}

const table: Readonly<Record<string, (shell: Shell) => string>> = {
  u: (shell) => userName(shell),
  h: (shell) => shell.process.namespaces.uts.hostname.split('.')[0] ?? '',
  H: (shell) => shell.process.namespaces.uts.hostname,
  w: (shell) => shortDirectory(shell),
  W: (shell) => lastName(shortDirectory(shell)),
  // Marked, so that the expansion which follows leaves it alone.
  $: (shell) => (shell.process.uid === 0 ? '#' : '\\$'),
  n: () => '\n',
  r: () => '\r',
  a: () => '\x07',
  e: () => '\x1b',
  '[': () => '',
  ']': () => '',
  '\\': () => '\\\\',
  s: (shell) => shell.shortName,
  v: () => '5.2',
  V: () => '5.2.15',
  j: (shell) => String(shell.jobs.all.length),
  l: (shell) => lastName(shell.process.tty?.name ?? 'tty'),
  '!': (shell) => String(shell.history.length + shell.historyOffset + 1),
  '#': (shell) => String(shell.history.length + 1),
  t: (shell) => strftime('%H:%M:%S', shell.process.now),
  T: (shell) => strftime('%I:%M:%S', shell.process.now),
  '@': (shell) => strftime('%I:%M %p', shell.process.now),
  A: (shell) => strftime('%H:%M', shell.process.now),
  d: (shell) => strftime('%a %b %d', shell.process.now),
};

type Piece = string | ((shell: Shell) => string);

const escapes = (shell: Shell, text: string): string => {
  let prompt = '';
  for (const piece of piecesOf(text)) prompt += typeof piece === 'string' ? piece : piece(shell);
  return prompt;
};

/** What stands in a prompt as it is, and what is worked out each time. */
const piecesOf = remembered((text: string): readonly Piece[] => {
  const expands = /[$`]/.test(text.replace(/\\./gs, ''));
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: all, 1: what = '', 2: format, index } of text.matchAll(/\\(D\{([^}]*)\}|[0-7]{1,3}|[\s\S])/g)) {
    pieces.push(text.slice(from, index), pieceOf(all, what, format, expands));
    from = index + all.length;
  }
  return [...pieces, text.slice(from)];
});

function pieceOf(all: string, what: string, format: string | undefined, expands: boolean): Piece {
  if (format !== undefined) return (shell) => strftime(format === '' ? '%X' : format, shell.process.now);
  if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8));
  // Backslashes are for the expansion that follows; without one they must not show.
  const shown = (value: string): string => (expands || !value.includes('\\') ? value : value.replace(/\\(.)/g, '$1'));
  const make = table[what];
  return make ? (shell) => shown(make(shell)) : shown(all);
}

const lastName = (path: string): string => (path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1));

function shortDirectory(shell: Shell): string {
  const here = shell.variables.get('PWD') ?? shell.process.cwd;
  const home = shell.variables.get('HOME');
  return home && home !== '/' && (here === home || here.startsWith(`${home}/`)) ? `~${here.slice(home.length)}` : here;
}

/** The user's name by /etc/passwd. */
function userName(shell: Shell): string {
  const passwd = shell.process.fs.find('/etc/passwd');
  if (passwd?.type === 'file') {
    const text = passwd.read();
    const { uid } = shell.process;
    // Root's line is the first on every machine.
    if (uid === 0 && text.startsWith('root:x:0:')) return 'root';
    for (const line of text.split('\n')) {
      const [name, , number] = line.split(':');
      if (number === String(uid)) return name ?? '';
    }
  }
  return shell.process.uid === 0 ? 'root' : 'I have no name!';
}
