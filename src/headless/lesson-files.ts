/** Files of lessons: on disk, or, as the package has its own, packed in one file beside the bundle. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { remembered } from '../sim/remembered.ts';

/** The folder `lessons` of a checkout; in the package `dist/lessons`, which is the file `dist/lessons.json.br`. */
export function packagedLessons(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  const lessons = join(folder, 'lessons');
  return existsSync(join(lessons, 'tracks.yaml')) ? lessons : join(folder, packed);
}

const packed = join('dist', 'lessons');

/** Path below the folder, with `/` → text. */
type Pack = ReadonlyMap<string, string>;

/** Made by the build: JSON of the paths and texts. */
const readPack = remembered((file: string): Pack => new Map(Object.entries(JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')))));

function packOf(path: string): { readonly pack: Pack; readonly inside: string } | undefined {
  const at = path.lastIndexOf(`${sep}${packed}`);
  if (at < 0) return undefined;
  const root = path.slice(0, at + packed.length + 1);
  if (existsSync(root) || !existsSync(`${root}.json.br`)) return undefined;
  return { pack: readPack(`${root}.json.br`), inside: path.slice(root.length + 1).replaceAll(sep, '/') };
}

/** In the package's pack or on disk. */
export function isFile(path: string): boolean {
  const found = packOf(path);
  return found ? found.pack.has(found.inside) : existsSync(path);
}

/** A pack's folder is one with something in it. */
export function isFolder(path: string): boolean {
  const found = packOf(path);
  if (found) return found.inside === '' || [...found.pack.keys()].some((name) => name.startsWith(`${found.inside}/`));
  return existsSync(path) && statSync(path).isDirectory();
}

/** In bytes. Throws what the file system throws. */
export function sizeOf(path: string): number {
  const found = packOf(path);
  return found ? Buffer.byteLength(found.pack.get(found.inside) ?? '') : statSync(path).size;
}

/** Throws what the file system throws. */
export function textOf(path: string): string {
  const found = packOf(path);
  return found?.pack.get(found.inside) ?? readFileSync(path, 'utf8');
}

/** Names of the folders in a folder, in order. */
export function foldersIn(path: string): string[] {
  const found = packOf(path);
  if (!found)
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(({ name }) => name)
      .sort();
  const start = found.inside === '' ? '' : `${found.inside}/`;
  const below = [...found.pack.keys()].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length).split('/'));
  return [...new Set(below.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : [])))].sort();
}
