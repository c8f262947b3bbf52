import { expect, test } from 'vitest';
import { packagedLessons } from '../../src/headless/lesson-files.ts';
import { readTracks } from '../../src/headless/lessons-folder.ts';
import { languages } from '../../src/lessons/lesson.ts';
import { feedbackKeys } from '../../src/session/lesson-static.ts';

test('every answer to a question of our lessons is told why it is right or wrong, in every language', () => {
  const lessons = readTracks(packagedLessons()).tracks.flatMap(({ lessons: of }) => of);
  const silent = lessons.flatMap(({ lesson, prose }) =>
    lesson.steps
      .filter(({ kind }) => kind === 'quiz')
      .flatMap((step) =>
        languages.flatMap((language) =>
          feedbackKeys(step)
            .filter((key) => !prose[language].steps[step.id]?.feedback?.[key])
            .map((key) => `${lesson.id}/${language}: ${step.id}.${key}`),
        ),
      ),
  );
  expect(lessons.length).toBeGreaterThan(30);
  expect(silent).toEqual([]);
});
