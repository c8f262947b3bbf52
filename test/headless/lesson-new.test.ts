/** A lesson to begin with is right at once, and nothing is written over. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readArguments, UsageError } from '../../src/arguments.ts';
import { lesson } from '../../src/headless/commands.ts';
import { readLesson, readTracks } from '../../src/headless/lessons-folder.ts';
import { problemText } from '../../src/lessons/lesson.ts';
import { checkLesson } from '../../src/session/lesson-check.ts';

const course = mkdtempSync(join(tmpdir(), 'k8s-lab-new-'));
afterAll(() => rmSync(course, { recursive: true, force: true }));

const begin = async (...args: string[]): Promise<unknown> => {
  const { values, positionals } = readArguments(['new', ...args]);
  return lesson(values, positionals).catch((error: unknown) => error);
};

test('it passes as it is written, under every seed, and its course can be opened', async () => {
  expect(await begin('mine/first-wish', '--dir', course)).toBe(0);
  const read = readLesson(join(course, 'mine/first-wish'));
  if (!('lesson' in read)) throw new Error(read.map(problemText).join('\n'));
  expect(checkLesson(read, [1, 2, 3]).failures).toEqual([]);
  expect(readTracks(course)).toMatchObject({ problems: [], tracks: [{ id: 'mine', lessons: [{ lesson: { id: 'first-wish' } }] }] });
  expect(readFileSync(join(course, 'schema/lesson.schema.json'), 'utf8')).toBe(readFileSync('lessons/schema/lesson.schema.json', 'utf8'));
});

test('what is there stays; names that are none, and places where nothing can be, are told', async () => {
  const file = join(course, 'mine/first-wish/en.yaml');
  writeFileSync(file, 'mine');
  expect(String(await begin('mine/first-wish', '--dir', course))).toContain('is there already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  for (const name of ['', 'lesson', 'Track/Name', 'a/b/c', '../x', 'a/-b', 'a/b-']) expect(await begin(name, '--dir', course), name).toBeInstanceOf(UsageError);
  expect(await begin('a/b', '--dir', file)).toBe(3);
  expect(existsSync(join(course, 'a'))).toBe(false);
});
