/** Finds and reads the files that are handed in. Nothing outside what was named is touched: symbolic links in folders are not followed. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileReport } from '../grading/grade.ts';
import { type ProblemWords, problemWords } from '../grading/problem-words.ts';
import { limits, tooLarge } from '../grading/submission.ts';
import type { Language } from '../lessons/lesson.ts';
import { own } from '../sim/own.ts';
import { readRegular } from './read-regular.ts';

/** `file` is how reports name it, the same wherever the folder stands. */
export type Found = { readonly path: string; readonly file: string };

const deepest = 20;
const mostFiles = 200_000;

/** Folders are searched; links are not followed. What cannot be read is a problem, not an error. */
export function findSubmissions(names: readonly string[], language?: Language): { readonly found: readonly Found[]; readonly problems: readonly FileReport[] } {
  const words = problemWords(language);
  const found = new Map<string, Found>();
  const problems: FileReport[] = [];
  for (const name of names) {
    try {
      if (statSync(name).isDirectory()) walk(name, names.length > 1 ? `${basename(name)}/` : '', 0);
      else add(name, basename(name));
    } catch (error) {
      problems.push({ file: name, ...reasonOf(error, words) });
    }
  }
  return { found: distinct([...found.values()]).sort((a, b) => compare(a.file, b.file) || compare(a.path, b.path)), problems };

  function add(path: string, file: string): void {
    // The same file by two names is one.
    const real = realpathSync(path);
    if (!found.has(real) && found.size < mostFiles) found.set(real, { path, file });
  }

  function walk(folder: string, prefix: string, depth: number): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const file = `${prefix}${entry.name}`;
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory() && depth < deepest) walkSafely(path, `${file}/`, depth + 1);
      else if (entry.isSymbolicLink() && entry.name.endsWith('.json')) problems.push({ file, code: 'symbolic-link', ...words.link });
      else if (entry.isFile() && entry.name.endsWith('.json')) add(path, file);
    }
  }

  function walkSafely(folder: string, prefix: string, depth: number): void {
    try {
      walk(folder, prefix, depth);
    } catch (error) {
      problems.push({ file: prefix, ...reasonOf(error, words) });
    }
  }
}

/** Two files that would be reported by one name have their paths. */
function distinct(all: readonly Found[]): Found[] {
  const counts = new Map<string, number>();
  for (const { file } of all) counts.set(file, (counts.get(file) ?? 0) + 1);
  return all.map((each) => ((counts.get(each.file) ?? 0) > 1 ? { ...each, file: each.path } : each));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The text, or why there is none. Never reads more than a submission can have. */
export function readSubmissionFile(path: string, language?: Language): string | Omit<FileReport, 'file'> {
  const words = problemWords(language);
  try {
    const found = readRegular(path, limits.fileBytes);
    if ('text' in found) return found.text;
    if ('size' in found) return tooLarge(found.size, words);
    return found.wrong === 'binary' ? { code: 'not-text', ...words.binary } : { code: 'no-file', ...words.irregular };
  } catch (error) {
    return reasonOf(error, words);
  }
}

const reasons: Readonly<Record<string, readonly [code: string, words: 'missing' | 'denied' | 'circle']>> = {
  ENOENT: ['no-file', 'missing'],
  EACCES: ['no-access', 'denied'],
  EPERM: ['no-access', 'denied'],
  ELOOP: ['symbolic-link', 'circle'],
};

function reasonOf(error: unknown, words: ProblemWords): Omit<FileReport, 'file'> {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known = own(reasons, code);
  return known ? { code: known[0], ...words[known[1]] } : { code: 'unreadable', ...words.unreadable(message) };
}
