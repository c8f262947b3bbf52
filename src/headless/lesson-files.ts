/** Where lessons are on disk. */
import { existsSync, readdirSync, statSync } from 'node:fs';
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
