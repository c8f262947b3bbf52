/** The answer of a check, and what a failed one says to people. */
import type { Language } from '../lessons/lesson.ts';

/** What was expected, what was found instead, and where to look: a command, mostly. `alone`: what was found, understood without what was expected. */
export type Told = { readonly expected: string; readonly found: string; readonly alone?: string; readonly where: string };

/** In English; `ko` has the same in Korean. `untold`: what was expected is for the learner to find out. */
export type Failed = { readonly state: 'failed'; readonly ko: Told; readonly untold?: boolean } & Told;

/** Of one check at one moment. */
export type Verdict =
  | { readonly state: 'passed' }
  | Failed
  /** A probe is under way, or the world has not answered yet. */
  | { readonly state: 'waiting' }
  /** The check could not be made at all: a lesson's mistake, or a part of the world that is down. */
  | { readonly state: 'impossible'; readonly reason: string };

/** What is told to a learner; nothing of what is untold but what was found. `said`: the lesson's own words say what is expected. */
export function toldIn(language: Language, verdict: Failed, said = false): Partial<Told> {
  const { expected, found, alone = found, where } = language === 'ko' ? verdict.ko : verdict;
  return verdict.untold ? { found } : said ? { found: alone, where } : { expected, found, where };
}
