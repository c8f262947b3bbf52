import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { foldersIn, isFile, isFolder, packagedLessons, sizeOf, textOf } from '../../src/headless/lesson-files.ts';
import { lessonFolders, readTracks } from '../../src/headless/lessons-folder.ts';

test('lessons packed in one file are read as those in a folder', () => {
  const disk = packagedLessons();
  const names = readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const root = mkdtempSync(join(tmpdir(), 'k8s-lab-packed-'));
  mkdirSync(join(root, 'dist'));
  const packed = join(root, 'dist', 'lessons');
  const texts = Object.fromEntries(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(disk, name), 'utf8')]));
  writeFileSync(`${packed}.json.br`, brotliCompressSync(JSON.stringify(texts)));

  const below = (folder: string): string[] => lessonFolders(folder).map((each) => each.slice(folder.length));
  expect(below(packed)).toEqual(below(disk));
  expect(below(packed).length).toBeGreaterThan(30);
  const keys = (folder: string): string[] => readTracks(folder).tracks.flatMap(({ lessons }) => lessons.map(({ hash }) => hash));
  expect(keys(packed)).toEqual(keys(disk));
  const [first = ''] = below(disk);
  expect(sizeOf(`${packed}${first}/ko.yaml`)).toBe(sizeOf(`${disk}${first}/ko.yaml`));
  expect([isFolder(packed), isFolder(`${packed}${first}`), isFolder(`${packed}/nosuch`), isFile(`${packed}${first}`)]).toEqual([true, true, false, false]);
  expect(foldersIn(packed)).toEqual(foldersIn(disk).filter((name) => name !== 'schema'));
  expect(() => textOf(`${packed}/nosuch.yaml`)).toThrow('ENOENT');
});
