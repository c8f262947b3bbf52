import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSubmission } from '../../src/grading/submission.ts';
import { LessonShelf } from '../../src/headless/lesson-shelf.ts';
import { readTracks } from '../../src/headless/lessons-folder.ts';
import { problemText } from '../../src/lessons/lesson.ts';
import { course, newFolder } from './course.ts';

test('a course without tracks.yaml has its folders as tracks', () => {
  const { tracks, problems } = readTracks(course);
  expect(problems).toEqual([]);
  expect(tracks.map(({ id, title, lessons }) => [id, title.en, lessons.map(({ lesson }) => lesson.id)])).toEqual([['files', 'files', ['notes']]]);
});

const odd: Readonly<Record<string, readonly [(path: string) => void, string]>> = {
  'a pipe': [(path) => void spawnSync('mkfifo', [path]), 'not a regular file. Put the file itself there'],
  'a device': [(path) => symlinkSync('/dev/zero', path), 'not a regular file. Put the file itself there'],
  'a folder': [(path) => mkdirSync(path), 'not a regular file. Put the file itself there'],
  'another encoding': [(path) => writeFileSync(path, Buffer.from([0xb0, 0xa1])), 'not UTF-8 text. Save it as UTF-8'],
  'too large': [(path) => writeFileSync(path, '#'.repeat(256 * 1024 + 1)), "the file has 257 KiB. A lesson's file has 256 KiB at most"],
  'too large in bytes': [(path) => writeFileSync(path, `# ${'가'.repeat(90_000)}`), "the file has 264 KiB. A lesson's file has 256 KiB at most"],
  'much too large': [(path) => writeFileSync(path, '#'.repeat(2_000_000)), "the file has 1954 KiB. A lesson's file has 256 KiB at most"],
};

test.each(Object.entries(odd))('where a lesson has %s, it is told at once, by the lab as by the grader', (_name, [make, told]) => {
  const folder = newFolder();
  cpSync(course, folder, { recursive: true });
  const path = join(folder, 'files/notes/en.yaml');
  rmSync(path);
  make(path);
  expect(readTracks(folder).problems.map(problemText)).toEqual([expect.stringContaining(`en.yaml:1: ${told}`)]);
  expect(new LessonShelf(folder).get('files/notes')).toContain(`en.yaml:1: ${told.split('. ')[0]}`);
  make(join(folder, 'tracks.yaml'));
  expect(readTracks(folder)).toEqual({ tracks: [], problems: [expect.objectContaining({ file: join(folder, 'tracks.yaml') })] });
});

test.each([
  ['', 'it is empty'],
  ['hello', 'it begins with "hello"'],
  ['{"format":"k8s', 'it breaks off after 14 characters'],
  ['{"a" 1}', 'something within it is damaged'],
])('why %j is not JSON is told in the same words on every version of Node', (text, why) => {
  expect(parseSubmission(text)).toMatchObject({ code: 'not-json', message: `not JSON: ${why}` });
});
