import type { LessonGrade } from '../grade.ts';
import type { ReportWords } from './report-words.ts';

type Missed = { readonly lesson: string; readonly check: string; missed: number; reached: number };

/** What a teacher wants to know of a class: how far it came in each lesson, and which checks most people did not pass. Counted while grades stream by. */
export class ClassSummary {
  readonly #words: ReportWords;
  readonly #lessons = new Map<string, { graded: number; finished: number; share: number }>();
  readonly #checks = new Map<string, Missed>();

  constructor(words: ReportWords) {
    this.#words = words;
  }

  add({ lesson, state, finished, points, bonus, possible, checks }: LessonGrade): void {
    if (state !== 'graded') return;
    const sums = this.#lessons.get(lesson) ?? { graded: 0, finished: 0, share: 0 };
    this.#lessons.set(lesson, sums);
    sums.graded++;
    if (finished) sums.finished++;
    if (possible > 0) sums.share += (points + bonus) / possible;
    for (const { step, id, state: result, bonus: extra } of checks) {
      if (result === 'not-reached' || extra) continue;
      const key = `${lesson} ${step}/${id}`;
      const counts = this.#checks.get(key) ?? { lesson, check: `${step}/${id}`, missed: 0, reached: 0 };
      this.#checks.set(key, counts);
      counts.reached++;
      if (result !== 'passed') counts.missed++;
    }
  }

  /** A line a lesson; nothing for a class of one. */
  lessons(): string[] {
    return [...this.#lessons]
      .filter(([, { graded }]) => graded > 1)
      .map(([lesson, { graded, finished, share }]) => `${lesson}: ${this.#words.average(finished, graded, Math.round((100 * share) / graded))}`);
  }

  /** The hardest first. */
  missed(most = 8): string[] {
    return [...this.#checks.values()]
      .filter(({ missed }) => missed > 1)
      .sort((a, b) => b.missed / b.reached - a.missed / a.reached || b.missed - a.missed || (`${a.lesson} ${a.check}` < `${b.lesson} ${b.check}` ? -1 : 1))
      .slice(0, most)
      .map(({ lesson, check, missed, reached }) => `${lesson} ${check}: ${this.#words.missed(missed, reached)}`);
  }
}
