import type { LessonGrade } from '../grade.ts';

/** Grades of one learner, together. */
export function* byLearner(grades: Iterable<LessonGrade>): Generator<readonly LessonGrade[]> {
  let group: LessonGrade[] = [];
  for (const grade of grades) {
    if (group[0] && group[0].who !== grade.who) {
      yield group;
      group = [];
    }
    group.push(grade);
  }
  if (group.length > 0) yield group;
}
