/** What is wrong with a submission before anything is replayed: who, with which seed, of which lesson, in which order and when. */
import type { Language } from '../lessons/lesson.ts';
import { brokenAt, learnerSeed, sealOf } from './chain.ts';
import type { Finding } from './grade.ts';
import { historyOf } from './history.ts';
import { type ProblemWords, problemWords } from './problem-words.ts';
import type { Submission, SubmittedLesson } from './submission.ts';

/** The seed of worlds that nobody gave a name or a number. */
export const commonSeed = 1;

/** Which seed a lesson must have been played with. */
export type Policy = {
  /** `learner`: only the learner's own seed; `common`: that of nameless worlds too; a number: one seed that all were told; `any`: whatever it was. */
  readonly seeds: 'learner' | 'common' | 'any' | number;
};
/** The learner's own seed or that of nameless worlds. */
export const defaultPolicy: Policy = { seeds: 'common' };

/** What the grader knows of a lesson: its world, and the hashes of its own copy and of the learners' copy made of it. */
export type KnownLesson = { readonly world: string; readonly hashes: readonly string[] };

const refuses = (code: string, message: string): Finding => ({ code, effect: 'refuses', message });
const notes = (code: string, message: string): Finding => ({ code, effect: 'notes', message });

/** `known` is the teacher's own copy of the lesson. */
export function findingsOf(
  submission: Submission,
  submitted: SubmittedLesson,
  known: KnownLesson,
  policy: Policy,
  engine: string,
  language?: Language,
): Finding[] {
  const words = problemWords(language);
  const broken = brokenAt(submission.who, submitted);
  const history = historyOf(submitted, language);
  const chains = submission.lessons.map(({ chain }) => chain);
  const sealed = sealOf(submission.who, submission.made, chains) === submission.seal;
  return [
    ...(broken === undefined ? [] : [refuses('broken-chain', words.chain(broken))]),
    ...(sealed ? [] : [refuses('broken-seal', words.seal)]),
    ...('message' in history ? [refuses('impossible-times', history.message)] : []),
    ...wallTimes(submission, submitted, words),
    ...seedFindings(submission, submitted, policy, words),
    ...(submitted.world === known.world ? [] : [refuses('other-world', words.world(submitted.world, known.world))]),
    ...(known.hashes.includes(submitted.hash) ? [] : [notes('altered-lesson', words.altered)]),
    ...(submitted.engine === engine ? [] : [notes('other-engine', words.engine(submitted.engine, engine))]),
  ];
}

function wallTimes({ made }: Submission, { ended }: SubmittedLesson, words: ProblemWords): Finding[] {
  if (ended === undefined || Date.parse(ended) <= Date.parse(made)) return [];
  return [refuses('impossible-times', words.lateEnd(ended, made))];
}

function seedFindings({ who }: Submission, { seed }: SubmittedLesson, { seeds }: Policy, words: ProblemWords): Finding[] {
  const own = learnerSeed(who);
  if (typeof seeds === 'number') return seed === seeds ? [] : [refuses('other-seed', words.seedOfAll(seed, seeds))];
  if (seed === own) return [];
  if (seeds === 'any') return [notes('other-seed', words.seedOfOther(seed, own))];
  if (seed === commonSeed && seeds === 'common') return [notes('common-seed', words.seedOfNobody(seed))];
  return [refuses('other-seed', words.seedOfNeighbour(seed, who, own))];
}
