/** What `:answer …` says: numbers, letters and words to the ids of choices. */
import { numberIn } from '../session/answers.ts';
import type { Choice, StepView } from '../session/lesson-view.ts';

/** Matches are lettered, choices numbered. */
export const letterOf = (index: number): string => String.fromCharCode(97 + index);

/** undefined stands for a word that names nothing. */
export function answerValues({ ask, choices, matches = [] }: StepView, rest: string): readonly (string | undefined)[] {
  if (ask?.type === 'number') return [numberIn(rest) === undefined ? undefined : rest.trim()];
  if (ask?.type === 'fill') return [rest.trim()];
  const words = rest.split(/[\s,]+/).filter(Boolean);
  const choice = (word: string): string | undefined => (choices[Number(word) - 1] ?? idIn(choices, word))?.id;
  if (ask?.type !== 'match') return words.map(choice);
  return words.map((word) => {
    const [left = '', right = ''] = word.split('=');
    const [from, to] = [choice(left), (matches.find((_, index) => letterOf(index) === right.toLowerCase()) ?? idIn(matches, right))?.id];
    return from !== undefined && to !== undefined ? `${from}=${to}` : undefined;
  });
}

const idIn = (choices: readonly Choice[], word: string): Choice | undefined => choices.find(({ id }) => id === word);
