/** What is lived again at its end: open checks are given their time, and no more. */
import { expect, test } from 'vitest';
import { Driver, submittedSession } from '../../src/session/regrade.ts';
import { fileStep, smallLesson } from './small-lesson.ts';

const within = (path: string, time: string): object => ({ checks: [{ id: 'made', file: { node: 'node01', path }, within: time }] });
const prose = { checks: { made: 'it is there' } };
const lesson = smallLesson([
  fileStep('soon', '/root/one', within('/root/one', '10s'), prose),
  fileStep('late', '/root/two', within('/root/two', '400s'), prose),
]);

function lived(...lines: readonly string[]) {
  const session = submittedSession(lesson, 1);
  new Driver(session).run(
    lines.map((line, index) => ({ line, at: index * 1_000 })),
    5_000,
  );
  return { seconds: session.elapsed / 1_000, passed: session.run?.current };
}

test('the step that is open has its own time, not that of steps nobody came to', () => {
  expect(lived('true')).toEqual({ seconds: 15, passed: 0 });
});

test('what becomes true in that time counts, and the next step then has its own', () => {
  expect(lived('(sleep 9; touch one) &')).toEqual({ seconds: 410, passed: 1 });
  expect(lived('(sleep 9; touch one; sleep 300; touch two) &').passed).toBe(2);
  expect(lived('(sleep 30; touch one) &').passed).toBe(0);
});
