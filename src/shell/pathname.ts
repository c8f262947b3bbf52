/** Pathname expansion: the files that a pattern names. */

import { Errno } from '../linux/errno.ts';
import type { Inode } from '../linux/inode.ts';
import { hasPattern, matches, parsePattern } from './pattern.ts';
import type { Shell } from './shell.ts';

/** Walking more entries than this would only hold the world up. */
const maxEntries = 200_000;

/** Names of files that match, sorted; none when nothing does. Quoted characters have a backslash in `pattern`. */
export function expandPathname(shell: Shell, pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  const parts = splitPath(pattern);
  let found: string[] = [absolute ? '/' : ''];
  const budget = { left: maxEntries };
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === '') {
      // A trailing slash asks for directories.
      found = last ? found.filter((path) => isDirectory(shell, path)).map((path) => (path.endsWith('/') ? path : `${path}/`)) : found;
      continue;
    }
    found = found.flatMap((base) => step(shell, base, part, last, budget));
    if (found.length === 0) return [];
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Splits at slashes that are not in brackets. */
function splitPath(pattern: string): string[] {
  return pattern.replace(/^\/+/, '').split(/\/+/);
}

const join = (base: string, name: string): string => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);

function step(shell: Shell, base: string, part: string, last: boolean, budget: { left: number }): string[] {
  if (part === '**' && shell.shopt.has('globstar')) return deep(shell, base, last, budget);
  if (!hasPattern(part.replace(/\\./g, ''))) {
    const name = part.replace(/\\(.)/g, '$1');
    const path = join(base, name);
    return exists(shell, path) ? [path] : [];
  }
  const pattern = parsePattern(part, shell.shopt.has('nocaseglob'));
  const dots = part.startsWith('.') || part.startsWith('\\.') || shell.shopt.has('dotglob');
  const out: string[] = [];
  for (const [name, inode] of entries(shell, base, budget)) {
    if (name.startsWith('.') && !dots) continue;
    if (!matches(pattern, name)) continue;
    if (!last && inode.type !== 'directory' && inode.type !== 'symlink') continue;
    out.push(join(base, name));
  }
  return out;
}

/** `**`: every directory below (and every file, as the last part). */
function deep(shell: Shell, base: string, last: boolean, budget: { left: number }): string[] {
  const out: string[] = base === '' ? (last ? [] : [base]) : [last ? `${base}/` : base];
  for (const [name, inode] of entries(shell, base, budget)) {
    if (name.startsWith('.') && !shell.shopt.has('dotglob')) continue;
    const path = join(base, name);
    if (inode.type === 'directory') out.push(...(last ? [path] : []), ...deep(shell, path, last, budget).filter((entry) => entry !== `${path}/`));
    else if (last) out.push(path);
  }
  return out;
}

function entries(shell: Shell, base: string, budget: { left: number }): [string, Inode][] {
  try {
    const list = shell.process.fs.list(base === '' ? '.' : base);
    budget.left -= list.length;
    return budget.left < 0 ? [] : list;
  } catch (error) {
    if (error instanceof Errno) return [];
    throw error;
  }
}

const exists = (shell: Shell, path: string): boolean => shell.process.fs.find(path, false) !== undefined;

const isDirectory = (shell: Shell, path: string): boolean => shell.process.fs.isDirectory(path === '' ? '.' : path);
