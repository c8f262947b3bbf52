import type { Quiz } from '../lessons/lesson.ts';

/** Whether an answer to a quiz is right. */
export function isRight(quiz: Quiz, given: readonly string[]): boolean {
  switch (quiz.type) {
    case 'single':
      return given.length === 1 && given[0] === quiz.answer;
    case 'multi':
      return given.length === quiz.answer.length && quiz.answer.every((each) => given.includes(each));
    case 'order':
      return given.length === quiz.answer.length && quiz.answer.every((each, index) => given[index] === each);
    case 'match':
      return given.length === quiz.choices.length && quiz.choices.every((each) => given.includes(`${each}=${quiz.answer[each]}`));
    case 'fill':
      return [quiz.answer].flat().some((each) => plain(each) === plain(given[0] ?? ''));
    case 'number':
      return Math.abs((numberIn(given[0] ?? '') ?? Number.NaN) - quiz.answer) <= (quiz.tolerance ?? 0);
  }
}

/** `2`, but also `2 layers` and `2개`; undefined where there is no number. */
export function numberIn(text: string): number | undefined {
  const found = /^\s*([-+]?\d+(?:\.\d+)?)[^\d.]*$/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

const plain = (text: string): string => text.trim().toLowerCase().replace(/\s+/g, ' ');
