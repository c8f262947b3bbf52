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

test('an answer cannot be guessed from where it stands, or from its length', () => {
  const questions = readTracks(packagedLessons()).tracks.flatMap(({ lessons }) =>
    lessons.flatMap(({ lesson, prose }) =>
      lesson.steps.flatMap(({ id, choices = [], answer = '', kind, quiz }) => {
        const [names, right] = kind === 'predict' ? [choices, answer] : quiz?.type === 'single' ? [quiz.choices, quiz.answer] : [[], ''];
        const at = names.indexOf(right);
        return at < 0
          ? []
          : [{ step: `${lesson.id}/${id}`, at, of: names.length, texts: languages.map((each) => prose[each].steps[id]?.choices ?? {}), names }];
      }),
    ),
  );
  for (const of of [3, 4]) {
    const asked = questions.filter((each) => each.of === of);
    for (let at = 0; at < of; at++) expect(asked.filter((each) => each.at === at).length, `of ${of}, at ${at}`).toBeLessThan(asked.length / 2);
  }
  const longest = questions.filter(({ at, names, texts }) =>
    texts.some((text) => names.every((name, index) => index === at || (text[name]?.length ?? 0) * 1.7 < (text[names[at] ?? '']?.length ?? 0))),
  );
  expect(longest.map(({ step }) => step)).toEqual([]);
});
