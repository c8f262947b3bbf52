/** The seed of lessons: what was asked for, else the one bound to the learner's name, else that of the nameless. */
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { learnerSeed, plainName } from '../grading/chain.ts';
import { changeProgress, readProgress } from './progress.ts';

/** A whole number from 0 to 2^32 - 1; throws UsageError for another --seed. */
export function lessonSeedOf(values: Arguments['values']): number {
  if (values.seed !== undefined) return seedOf(values);
  const name = rememberName(values.name) ?? readProgress().name;
  return name === undefined ? seedOf(values) : learnerSeed(name);
}

/** A name that is given is remembered, so that lessons from now on are this learner's own. */
export function rememberName(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const name = plainName(given);
  if (name === '' || name.length > 100 || /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(name))
    throw new UsageError('--name takes a name or an id of up to 100 visible characters');
  if (readProgress().name !== name) changeProgress((now) => ({ ...now, name }));
  return name;
}
