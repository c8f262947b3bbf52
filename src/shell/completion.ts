/** Tab completion: commands, variables, users' homes, what a command's own completer says, files. */
import type { LineReader } from '../linux/tty.ts';
import { hasPattern } from './pattern.ts';
import type { Shell } from './shell.ts';

/** What the terminal's line editor asks the shell. */
export function lineReader(shell: Shell): LineReader {
  const { kernel, namespaces } = shell.process;
  return {
    history: () => shell.history,
    complete: (line, cursor) => complete(shell, line, cursor),
    place: () => ({ kernel, container: namespaces.pid !== kernel.host.pid }),
  };
}

type Answer = { readonly from: number; readonly candidates: readonly string[] };

/** Candidates for the word before the cursor. */
function complete(shell: Shell, line: string, cursor: number): Answer {
  const { words, from } = currentCommand(line.slice(0, cursor));
  const raw = words[words.length - 1] ?? '';
  const variable = /(?:^|[^\\])(\$\{?)(\w*)$/.exec(raw);
  if (variable && !raw.startsWith("'")) return variables(shell, cursor - (variable[2] as string).length, variable[1] as string, variable[2] as string);
  const word = unquote(raw);
  const index = words.length - 1;
  if (index === 0 && !word.includes('/')) return { from, candidates: quoted(commands(shell, word), raw) };
  const known = index > 0 ? fromCompleter(shell, words.map(unquote)) : undefined;
  if (known !== undefined) return completed(known, word, from, raw);
  return { from, candidates: quoted(files(shell, word, words[0] === 'cd' || words[0] === 'pushd' || words[0] === 'rmdir', index === 0), raw) };
}

/** A completer's candidates may complete only the part after `=` or `:`; they are taken as whole words. */
const completed = (known: readonly string[], word: string, from: number, raw: string): Answer => ({
  from,
  candidates: quoted(
    known.filter((candidate) => candidate.startsWith(word)),
    raw,
  ),
});

/** The words of the command the cursor is in, the last being the one to complete (perhaps empty). */
function currentCommand(text: string): { readonly words: string[]; readonly from: number } {
  let words: string[] = [];
  let word = '';
  let from = 0;
  let quote = '';
  let open = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\' && quote !== "'") {
      if (!open) from = i;
      open = true;
      word += text.slice(i, i + 2);
      i++;
      continue;
    }
    if (quote === '' && /[\s;&|()<>`]/.test(char)) {
      if (open) words.push(word);
      if (/[;&|(`\n]/.test(char)) words = [];
      if (/[<>]/.test(char)) words.push(char);
      word = '';
      open = false;
      from = i + 1;
      continue;
    }
    if (quote === char) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    if (!open) from = i;
    open = true;
    word += char;
  }
  if (!open) from = text.length;
  return { words: plainCommand([...words, word]), from };
}

const openers: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'sudo',
  'exec',
  'command',
  'nohup',
  'watch',
  'xargs',
]);

/** Without keywords, assignments and redirections in front. */
function plainCommand(words: string[]): string[] {
  let start = 0;
  while (start < words.length - 1 && (openers.has(words[start] as string) || /^\w+=/.test(words[start] as string))) start++;
  return words.slice(start);
}

function unquote(word: string): string {
  return word.replace(/^["']|["']$/g, '').replace(/\\(.)/g, '$1');
}

/** Candidates as they must be typed. */
function quoted(candidates: readonly string[], raw: string): string[] {
  const mark = /^["']/.exec(raw)?.[0] ?? '';
  return candidates.map((text) => (mark ? mark + text : text.replace(/[\s"'\\$`&|;<>()*?[\]#!{}]/g, '\\$&')));
}

const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));

const reserved = ['case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'in', 'select', 'then', 'time', 'until', 'while'];

/** Names of commands that begin so. */
export function commands(shell: Shell, start: string): string[] {
  const names = [...shell.interpreter.builtins.keys(), ...shell.functions.keys(), ...shell.aliases.keys(), ...reserved];
  for (const folder of (shell.variables.get('PATH') ?? '').split(':')) {
    const inode = shell.process.fs.find(folder);
    if (inode?.type !== 'directory') continue;
    for (const [name] of shell.process.fs.list(folder)) {
      if (!name.startsWith(start)) continue;
      const file = shell.process.fs.find(`${folder}/${name}`);
      if (file?.type === 'file' && shell.process.fs.may(file, 1)) names.push(name);
    }
  }
  return unique(names.filter((name) => name.startsWith(start)));
}

function variables(shell: Shell, from: number, sign: string, start: string): Answer {
  const names = unique([...shell.variables.names(), ...shell.variables.dynamicNames()]).filter((name) => name.startsWith(start));
  return { from, candidates: sign === '${' ? names.map((name) => `${name}}`) : names };
}

/** Asks the completer of the command, behind its alias if it is one. */
function fromCompleter(shell: Shell, words: readonly string[]): readonly string[] | undefined {
  const [name = '', ...rest] = words;
  const spec = shell.completions.get(name);
  if (spec?.words) return spec.words;
  const alias = shell.aliases.get(name)?.trim().split(/\s+/);
  const expanded = spec?.command ? [spec.command, ...rest] : alias ? [...alias, ...rest] : words;
  const completer = shell.interpreter.completers.get((expanded[0] ?? '').replace(/^.*\//, ''));
  return completer?.(expanded, expanded.length - 1, shell.process);
}

/** Files whose path begins so; directories end in a slash. */
export function files(shell: Shell, word: string, onlyDirectories: boolean, executable = false): string[] {
  const slash = word.lastIndexOf('/');
  const shown = word.slice(0, slash + 1);
  const start = word.slice(slash + 1);
  const home = shell.variables.get('HOME') ?? '/';
  const folder = shown === '' ? '.' : shown.startsWith('~/') ? home + shown.slice(1) : shown;
  if (hasPattern(folder) || !shell.process.fs.isDirectory(folder)) return [];
  const out: string[] = [];
  for (const [name] of listSafely(shell, folder)) {
    if (!name.startsWith(start) || (name.startsWith('.') && !start.startsWith('.'))) continue;
    const inode = shell.process.fs.find(`${folder}/${name}`);
    const directory = inode?.type === 'directory';
    if (!directory && (onlyDirectories || (executable && !(inode && shell.process.fs.may(inode, 1))))) continue;
    out.push(shown + name + (directory ? '/' : ''));
  }
  return out;
}

function listSafely(shell: Shell, folder: string): readonly (readonly [string, unknown])[] {
  const inode = shell.process.fs.find(folder);
  return inode && shell.process.fs.may(inode, 4) ? shell.process.fs.list(folder) : [];
}
