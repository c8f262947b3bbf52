/** Where lessons are on disk. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Names of the folders in a folder, in order. Throws what the file system throws. */
export const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .sort();

/** Every lesson below a folder: folders that hold a lesson.yaml. */
export const lessonFolders = (folder: string): string[] =>
  existsSync(join(folder, 'lesson.yaml')) ? [folder] : foldersIn(folder).flatMap((name) => lessonFolders(join(folder, name)));

/** In bytes. */
export const largestLessonFile = 1024 * 1024;
export const lessonFileNames = ['lesson.yaml', 'en.yaml', 'ko.yaml'];

/** The texts of a lesson's files. */
export const lessonTexts = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lessonFileNames.flatMap((name) => {
      const path = join(folder, name);
      return existsSync(path) && statSync(path).size <= largestLessonFile ? [[name, readFileSync(path, 'utf8')] as const] : [];
    }),
  );
