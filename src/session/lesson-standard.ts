/** What the lessons that come with the lab hold themselves to, beyond being right: a lesson of one's own may be shorter. */
import type { Lesson, LoadedLesson, Problem, Step } from '../lessons/lesson.ts';
import { problemAt } from './lesson-static.ts';

type Rule = { readonly at: string; readonly holds: (lesson: Lesson) => boolean; readonly says: (lesson: Lesson) => string; readonly remedy: string };

const kindsOf = ({ steps }: Lesson): number => new Set(steps.map(({ kind }) => kind)).size;
const count = (things: readonly unknown[] | undefined): number => things?.length ?? 0;

const rules: readonly Rule[] = [
  {
    at: '/steps',
    holds: ({ steps }) => steps.length >= 4 && steps.length <= 9,
    says: ({ steps }) => `the lesson has ${steps.length} steps, not 4 to 9`,
    remedy: 'Divide it, or add what is missing',
  },
  {
    at: '/steps',
    holds: (lesson) => kindsOf(lesson) >= 3,
    says: (lesson) => `its steps are of ${kindsOf(lesson)} kinds, not 3 at least`,
    remedy: 'Let the learner predict, explore or answer as well',
  },
  {
    at: '/wrong',
    holds: ({ wrong }) => count(wrong) >= 2,
    says: ({ wrong }) => `it has ${count(wrong)} wrong samples, not 2 at least`,
    remedy: 'Add what learners do wrong',
  },
  {
    at: '/debrief',
    holds: ({ debrief }) => count(debrief) >= 4,
    says: ({ debrief }) => `its debrief has ${count(debrief)} parts, not 4`,
    remedy: 'Say why, the mental model, what differs on a real machine, and the pitfalls',
  },
  {
    at: '/world',
    holds: ({ world }) => count(Object.keys(world.vars ?? {})) > 0,
    says: () => 'it is the same for every learner',
    remedy: 'Draw names and numbers in world.vars',
  },
];

export function standardProblems(loaded: LoadedLesson): Problem[] {
  const { lesson } = loaded;
  const broken = rules.filter(({ holds }) => !holds(lesson)).map(({ at, says, remedy }) => problemAt(loaded, { pointer: at, message: says(lesson), remedy }));
  return [...broken, ...lesson.steps.flatMap((step, number) => hintProblems(loaded, step, number))];
}

/** Three hints where something is done, two of them for what the learner really did. */
function hintProblems(loaded: LoadedLesson, { id, kind, hints, situations }: Step, number: number): Problem[] {
  if ((kind !== 'do' && kind !== 'explore') || (count(situations) >= 2 && count(hints) + count(situations) >= 3)) return [];
  const message = `step ${id} has ${count(hints)} hints and ${count(situations)} situations, not three of which two are situations`;
  return [problemAt(loaded, { pointer: `/steps/${number}`, message, remedy: 'Say what helps in the wrong states that learners get into' })];
}
