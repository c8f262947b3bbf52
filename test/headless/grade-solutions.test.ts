/** Every lesson's first solution, handed in, earns all points and stays far within the budget. K8S_LAB_SOLUTIONS=all hands in every lesson; `npm test` a few. */
import { expect, test } from 'vitest';
import { defaultBudget } from '../../src/grading/budget.ts';
import { learnerSeed } from '../../src/grading/chain.ts';
import { gradeFile } from '../../src/headless/grade-job.ts';
import { LessonShelf } from '../../src/headless/lesson-shelf.ts';
import { fillAll } from '../../src/lessons/variables.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { newSubmission } from '../../src/session/submit.ts';
import { engine, made, newFolder, options, put } from './course.ts';

const lessons = new LessonShelf('lessons');
const onClusters = ['architecture/control-plane-tour', 'access/through-the-node'];
const names = [...lessons.folders.keys()].filter((name) => {
  const known = lessons.get(name);
  return process.env['K8S_LAB_SOLUTIONS'] === 'all' || onClusters.includes(name) || (typeof known === 'object' && known.world === 'node');
});
/** Whoever goes about it in a roundabout way must fit too: the model solution takes at most half. */
const { steps, processes, strain, cpuSeconds } = defaultBudget;
const half = {
  steps: steps / 2,
  processes: processes / 2,
  strain: { base: strain.base / 2, line: strain.line / 2, second: strain.second / 2, most: strain.most / 2 },
  cpuSeconds: { base: cpuSeconds.base / 2, line: cpuSeconds.line / 2, most: cpuSeconds.most / 2 },
};

test('there are some', () => expect(names.length).toBeGreaterThan(4));

test.each(names)('%s', { timeout: 600_000 }, (name) => {
  const known = lessons.get(name);
  if (typeof known !== 'object') throw new Error(`no lesson: ${known}`);
  const who = 'model learner';
  const session = new Session({ world: known.world as 'node', seed: learnerSeed(who), lesson: known.loaded });
  const [solution] = known.loaded.lesson.solutions;
  expect(playScript(session, fillAll(solution!.script, session.values))).toEqual({ finished: true });
  const file = `${name.replace('/', '-')}.json`;
  const path = put(newFolder(), file, newSubmission(who, [session.record(engine)], made));
  const [grade] = gradeFile({ path, file }, lessons, { ...options, lessons: 'lessons', budget: half }).grades;
  expect(grade?.checks.filter(({ state, bonus }) => state !== 'passed' && !bonus)).toEqual([]);
  expect(grade).toMatchObject({ state: 'graded', finished: true, findings: [], points: grade?.possible });
});
