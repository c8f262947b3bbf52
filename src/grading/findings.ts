/** What is wrong with a submission before anything is replayed: who, with which seed, of which lesson, in which order and when. */
import { brokenAt, learnerSeed, sealOf } from './chain.ts';
import type { Finding } from './grade.ts';
import { historyOf } from './history.ts';
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
export function findingsOf(submission: Submission, submitted: SubmittedLesson, known: KnownLesson, policy: Policy, engine: string): Finding[] {
  const broken = brokenAt(submission.who, submitted);
  const history = historyOf(submitted);
  const sealed =
    sealOf(
      submission.who,
      submission.made,
      submission.lessons.map(({ chain }) => chain),
    ) === submission.seal;
  return [
    ...(broken === undefined
      ? []
      : [
          refuses(
            'broken-chain',
            `the chain breaks at ${broken === 'end' ? 'its end' : `event ${broken}`}: the file was changed after it was made, or is somebody else's`,
          ),
        ]),
    ...(sealed ? [] : [refuses('broken-seal', 'the seal does not fit the name, the date and the lessons: the file was put together from others, or changed')]),
    ...('message' in history ? [refuses('impossible-times', history.message)] : []),
    ...wallTimes(submission, submitted),
    ...seedFindings(submission, submitted, policy),
    ...(submitted.world === known.world ? [] : [refuses('other-world', `it was made in the world "${submitted.world}"; the lesson plays in ${known.world}`)]),
    ...(known.hashes.includes(submitted.hash)
      ? []
      : [notes('altered-lesson', 'the learner had another version of the lesson; it was graded by the version here')]),
    ...(submitted.engine === engine
      ? []
      : [
          notes(
            'other-engine',
            `it was made with k8s-lab ${submitted.engine}; this is ${engine}. What does not hold here could not be judged: grade with that version`,
          ),
        ]),
  ];
}

function wallTimes({ made }: Submission, { ended }: SubmittedLesson): Finding[] {
  if (ended === undefined || Date.parse(ended) <= Date.parse(made)) return [];
  return [refuses('impossible-times', `the last event (${ended}) is later than the file itself (${made})`)];
}

function seedFindings({ who }: Submission, { seed }: SubmittedLesson, { seeds }: Policy): Finding[] {
  const own = learnerSeed(who);
  if (typeof seeds === 'number') return seed === seeds ? [] : [refuses('other-seed', `it was made with seed ${seed}, not with ${seeds}`)];
  if (seed === own) return [];
  if (seeds === 'any') return [notes('other-seed', `it was made with seed ${seed}, which is not that of the name (${own})`)];
  if (seed === commonSeed && seeds === 'common')
    return [notes('common-seed', `it was made without a name (seed ${seed}): everybody with this seed had the same variant`)];
  return [refuses('other-seed', `it was made with seed ${seed}; ${who} has ${own}: another learner's work, or made before the name was given`)];
}
