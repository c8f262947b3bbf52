import { describe, expect, test } from 'vitest';
import { lessonFolders, packagedLessons } from '../src/headless/lesson-files.ts';
import { readLesson, readTracks } from '../src/headless/lessons-folder.ts';
import { problemText } from '../src/lessons/lesson.ts';
import { checkLesson } from '../src/session/lesson-check.ts';
import { standardProblems } from '../src/session/lesson-standard.ts';

/** One seed by default, so that all lessons stay quick; `K8S_LAB_SEEDS=20` for more. */
const seeds = Array.from({ length: Number(process.env['K8S_LAB_SEEDS'] ?? 1) }, (_, index) => index + 1);

describe('every lesson proves itself', () => {
  for (const folder of lessonFolders(packagedLessons()))
    test(folder.slice(packagedLessons().length + 1), { timeout: 240_000 * seeds.length }, () => {
      const lesson = readLesson(folder);
      if (!('lesson' in lesson)) throw new Error(lesson.map(problemText).join('\n'));
      expect(standardProblems(lesson).map(problemText)).toEqual([]);
      expect(checkLesson(lesson, seeds).failures).toEqual([]);
    });

  test('every lesson stands in tracks.yaml, and every entry there is a lesson', () => {
    const { tracks, problems } = readTracks(packagedLessons());
    expect(problems.map(problemText)).toEqual([]);
    const listed = tracks.flatMap((track) => track.lessons.map(({ lesson }) => `${lesson.track}/${lesson.id}`)).sort();
    expect(listed).toEqual(
      lessonFolders(packagedLessons())
        .map((folder) => folder.slice(packagedLessons().length + 1))
        .sort(),
    );
  });
});
