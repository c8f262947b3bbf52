import { expect, test } from 'vitest';
import { parseSubmission } from '../../src/grading/submission.ts';
import { readTracks } from '../../src/headless/lessons-folder.ts';
import { course } from './course.ts';

test('a course without tracks.yaml has its folders as tracks', () => {
  const { tracks, problems } = readTracks(course);
  expect(problems).toEqual([]);
  expect(tracks.map(({ id, title, lessons }) => [id, title.en, lessons.map(({ lesson }) => lesson.id)])).toEqual([['files', 'files', ['notes']]]);
});

test.each([
  ['', 'it is empty'],
  ['hello', 'it begins with "hello"'],
  ['{"format":"k8s', 'it breaks off after 14 characters'],
  ['{"a" 1}', 'something within it is damaged'],
])('why %j is not JSON is told in the same words on every version of Node', (text, why) => {
  expect(parseSubmission(text)).toMatchObject({ code: 'not-json', message: `not JSON: ${why}` });
});
