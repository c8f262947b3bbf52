/** Redirections: changes of the process's descriptors, and how to take them back. */
import type { Redirect, Redirection, Word } from 'unbash';
import { Errno, type ErrnoCode } from '../linux/errno.ts';
import { type OpenFile, textFile } from '../linux/open-file.ts';
import type { Routine } from '../sim/routine.ts';
import { expandParts, expandString, expandText, expandWords } from './expand.ts';
import { ShellError } from './flow.ts';
import type { Shell } from './shell.ts';

/** Changes to a process's descriptors that can be undone. */
class Changes {
  readonly #shell: Shell;
  readonly #saved: [number, OpenFile | undefined][] = [];

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** Puts a file (taken over) in place of a descriptor; undefined closes it. `lasting` is not undone: `{fd}>file`. */
  set(fd: number, file: OpenFile | undefined, lasting = false): void {
    const { fds } = this.#shell.process;
    const limit = this.#shell.process.rlimits['RLIMIT_NOFILE']?.soft ?? -1;
    if (file && limit >= 0 && fd >= limit) throw new ShellError(`${fd}: Bad file descriptor`);
    const old = fds.get(fd);
    if (lasting) old?.close();
    else this.#saved.push([fd, old]);
    if (file) fds.set(fd, file);
    else fds.delete(fd);
  }

  readonly undo = (): void => {
    const { process, replaced } = this.#shell;
    if (replaced) return this.keep();
    for (const [fd, old] of this.#saved.splice(0).reverse()) {
      process.fds.get(fd)?.close();
      // A process that was killed meanwhile has given up its descriptors already.
      if (old && process.exitStatus === undefined) process.fds.set(fd, old);
      else {
        process.fds.delete(fd);
        old?.close();
      }
    }
  };

  /** Makes the changes last: `exec >file`. */
  readonly keep = (): void => {
    for (const [, old] of this.#saved.splice(0)) old?.close();
  };
}

/** Applies redirections from left to right. A failure takes back what was done and throws ShellError. */
export function* redirect(shell: Shell, redirects: readonly Redirection[]): Routine<{ readonly undo: () => void; readonly keep: () => void }> {
  const changes = new Changes(shell);
  try {
    for (const one of redirects) yield* apply(shell, changes, one);
  } catch (error) {
    changes.undo();
    throw error;
  }
  return changes;
}

function* apply(shell: Shell, changes: Changes, one: Redirection): Routine {
  if (one.type === 'Redirect') return yield* applyFile(shell, changes, one);
  const text = one.type === 'HereString' ? `${one.target ? yield* expandString(shell, one.target) : ''}\n` : yield* hereDocument(shell, one);
  place(shell, changes, one, 0, textFile(text));
}

function* hereDocument(shell: Shell, document: Extract<Redirection, { type: 'HereDoc' }>): Routine<string> {
  const { text, parts } = document.body;
  if (document.delimiter?.quoted) return document.operator === '<<-' ? withoutTabs(text) : text;
  if (document.operator === '<<-' && parts) return yield* expandText(shell, withoutTabs(text));
  return parts ? yield* expandParts(shell, parts) : unescaped(document.operator === '<<-' ? withoutTabs(text) : text);
}

/** A text without anything to expand comes without parts: its backslashes count none the less. */
const unescaped = (text: string): string => text.replace(/\\([$`\\\n])/g, (_, letter: string) => (letter === '\n' ? '' : letter));

const withoutTabs = (text: string): string => text.replace(/^\t+/gm, '');

function place(shell: Shell, changes: Changes, one: Redirection, standard: number, file: OpenFile | undefined): void {
  const { descriptor } = one;
  if (descriptor?.type !== 'FileDescriptorVariable') return changes.set(descriptor?.value ?? standard, file);
  let fd = 10;
  while (shell.process.fds.has(fd)) fd++;
  if (file) shell.variables.set(descriptor.name, String(fd));
  changes.set(file ? fd : Number(shell.variables.get(descriptor.name)), file, true);
}

function* applyFile(shell: Shell, changes: Changes, one: Redirect): Routine {
  const { operator } = one;
  const target = yield* targetOf(shell, one.target);
  if (operator === '>&' || operator === '<&') {
    const found = /^(\d+)?(-)?$/.exec(target);
    if (found && target !== '') return duplicate(shell, changes, one, found[1], found[2] === '-');
    if (operator === '<&' || one.descriptor !== undefined) throw new ShellError(`${one.target?.text ?? ''}: ambiguous redirect`);
  }
  const file = openTarget(shell, operator, target);
  if (operator === '&>' || operator === '&>>' || operator === '>&') {
    changes.set(1, file);
    changes.set(2, file.retain());
  } else place(shell, changes, one, operator.startsWith('<') ? 0 : 1, file);
}

function duplicate(shell: Shell, changes: Changes, one: Redirect, from: string | undefined, close: boolean): void {
  const standard = one.operator === '<&' ? 0 : 1;
  if (from === undefined) return place(shell, changes, one, standard, undefined);
  const file = shell.process.fds.get(Number(from));
  if (!file) throw new ShellError(`${from}: Bad file descriptor`);
  place(shell, changes, one, standard, file.retain());
  if (close) changes.set(Number(from), undefined);
}

function* targetOf(shell: Shell, word: Word | undefined): Routine<string> {
  if (!word) return '';
  const words = yield* expandWords(shell, [word]);
  if (words.length !== 1) throw new ShellError(`${word.text}: ambiguous redirect`);
  return words[0] as string;
}

const flags = {
  '<': { read: true },
  '<>': { read: true, write: true, create: true },
  '>': { write: true, create: true, truncate: true },
  '>|': { write: true, create: true, truncate: true },
  '>&': { write: true, create: true, truncate: true },
  '&>': { write: true, create: true, truncate: true },
  '>>': { write: true, create: true, append: true },
  '&>>': { write: true, create: true, append: true },
  '<&': { read: true },
} as const;

function openTarget(shell: Shell, operator: keyof typeof flags, path: string): OpenFile {
  const { process } = shell;
  const clobbers = shell.options.has('noclobber') && (operator === '>' || operator === '&>');
  if (clobbers && process.fs.find(path)?.type === 'file') throw new ShellError(`${path}: cannot overwrite existing file`);
  try {
    return process.kernel.open(process, path, flags[operator]);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new ShellError(openMessage(shell, operator, path, error), { status: shell.flavor === 'dash' ? 2 : 1 });
  }
}

const ashTexts: { readonly [code in ErrnoCode]?: readonly [open: string, create: string] } = { ENOENT: ['no such file', 'nonexistent directory'] };
const dashTexts: { readonly [code in ErrnoCode]?: readonly [open: string, create: string] } = { ENOENT: ['No such file', 'Directory nonexistent'] };

function openMessage(shell: Shell, operator: string, path: string, error: Errno): string {
  if (shell.flavor === 'bash') return `${path}: ${error.message}`;
  const index = operator.startsWith('<') ? 0 : 1;
  const verb = index === 0 ? 'open' : 'create';
  if (shell.flavor === 'dash') return `cannot ${verb} ${path}: ${dashTexts[error.code]?.[index] ?? error.message}`;
  return `can't ${verb} ${path}: ${ashTexts[error.code]?.[index] ?? error.message}`;
}
