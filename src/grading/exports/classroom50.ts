/** Results for Classroom 50's `classroom50/result/v1`: an object for one learner, a list for more. What the runner knows better comes from its environment. */
import { forLearner, type LessonGrade } from '../grade.ts';
import { visibleJson } from '../visible.ts';
import { byLearner } from './by-learner.ts';
import type { ExportContext, Exporter } from './export.ts';

/** JSON in pieces. */
export const classroom50: Exporter = function* (grades, _problems, context) {
  if (context.learners !== 1) yield '[';
  let first = true;
  for (const group of byLearner(grades)) {
    yield `${first ? '' : ',\n'}${visibleJson(resultOf(group, context.environment), 2)}`;
    first = false;
  }
  yield context.learners === 1 ? '\n' : ']\n';
};

/** One learner's whole result, with all of their lessons. */
function resultOf(group: readonly LessonGrade[], environment: ExportContext['environment']): object {
  // The runner shows it to the learner.
  const tests = group.map(forLearner).flatMap(testsOf);
  const [grade] = group;
  const moment = Date.parse(
    group
      .map(({ lastEvent }) => lastEvent)
      .sort()
      .at(-1) ?? '',
  );
  const submission = environment['SUBMISSION_TAG'] || `submit/${grade?.file ?? ''}`;
  const commit = environment['COMMIT_URL'] || submission;
  return {
    schema: 'classroom50/result/v1',
    classroom: environment['CLASSROOM'] || 'k8s-lab',
    assignment: environment['ASSIGNMENT'] || (group.length === 1 ? (grade?.lesson.replace('/', '-') ?? '') : 'k8s-lab'),
    assignment_type: environment['ASSIGNMENT_TYPE'] || 'individual',
    owner: environment['OWNER'] || environment['USERNAME'] || (grade?.who ?? ''),
    submission,
    commit,
    release: environment['RELEASE_URL'] || submission,
    review: environment['REVIEW_URL'] || commit,
    datetime: `${new Date(moment).toISOString().slice(0, 19)}Z`,
    score: tests.reduce((sum, test) => sum + test.score, 0),
    'max-score': tests.reduce((sum, test) => sum + test['max-score'], 0),
    tests,
  };
}

type Test = { readonly 'test-name': string; readonly passed: boolean; readonly score: number; readonly 'max-score': number };

/** A step a test: only steps have whole points, hints and all. */
function testsOf({ lesson, state, possible, steps }: LessonGrade): Test[] {
  if (state !== 'graded') return [{ 'test-name': `${lesson}: ${state}`, passed: false, score: 0, 'max-score': possible }];
  return steps.map(({ id, done, earned, bonus, possible: most }) => ({
    'test-name': `${lesson}: ${id}`,
    passed: done,
    // The runner and the gradebook refuse more than the most: a bonus makes up for what is missing in its step.
    score: Math.min(most, Math.round(earned + bonus)),
    'max-score': most,
  }));
}
