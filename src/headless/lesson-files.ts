/** Where lessons are on disk. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../arguments.ts';
import { largestFile, tooLarge } from '../lessons/file-size.ts';
import type { Problem } from '../lessons/lesson.ts';
import { readRegular } from './read-regular.ts';
import { systemReason } from './read-text.ts';

/** The lessons that come with the lab: beside the bundle, as the package has them, or the folder `lessons` of a checkout. */
export function packagedLessons(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'lessons');
  if (existsSync(join(beside, 'tracks.yaml'))) return beside;
  let folder = here;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'lessons');
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** Names of the folders in a folder, in order, less those that hold no lessons (.git, node_modules). */
export function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw new UsageError(`${path}: ${systemReason(error)}`);
  }
}

/** Every lesson below a folder: folders that hold a lesson.yaml. */
export const lessonFolders = (folder: string): string[] =>
  existsSync(join(folder, 'lesson.yaml')) ? [folder] : foldersIn(folder).flatMap((name) => lessonFolders(join(folder, name)));

const lessonFileNames = ['lesson.yaml', 'en.yaml', 'ko.yaml'];

/** The texts of a lesson's files, as far as there are any; and which of them cannot be read, and why. */
export function lessonTexts(folder: string): { readonly files: Readonly<Record<string, string>>; readonly problems: readonly Problem[] } {
  const there = lessonFileNames.filter((name) => existsSync(join(folder, name))).map((name) => [name, readLessonFile(join(folder, name))] as const);
  return {
    files: Object.fromEntries(there.flatMap(([name, read]) => ('text' in read ? [[name, read.text]] : []))),
    problems: there.flatMap(([, read]) => ('text' in read ? [] : [read])),
  };
}

/** One YAML file of a course. */
export function readLessonFile(path: string): { readonly text: string } | Problem {
  const problem = (message: string, remedy: string): Problem => ({ file: path, line: 1, message, remedy });
  try {
    const found = readRegular(path, largestFile);
    if ('text' in found) return found;
    if ('size' in found) return tooLarge(path, found.size);
    return found.wrong === 'binary' ? problem('not UTF-8 text', 'Save it as UTF-8') : problem('not a regular file', 'Put the file itself there');
  } catch (error) {
    return problem(systemReason(error), 'Give yourself permission to read it, or take it away');
  }
}
