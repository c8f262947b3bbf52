import { describe, expect, test } from 'vitest';
import { Plain } from '../../src/headless/plain.ts';
import { checkLesson } from '../../src/session/lesson-check.ts';
import { lessonView } from '../../src/session/lesson-view.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import type { Kept } from '../../src/tui/services.ts';
import { fileStep, load, smallLesson } from './small-lesson.ts';

const gone = { when: { not: { file: { node: 'node01', path: '/root/one' } } }, say: 'one-is-gone', offer: 'rewind' };
const lost = { deadEnds: { 'one-is-gone': 'Without /root/one there is no way on.' } };
const lesson = smallLesson([fileStep('first', '/root/one'), fileStep('second', '/root/two', { deadEnds: [gone] }, lost)]);
const begin = () => new Session({ world: 'node', seed: 1, lesson });
const current = (session: Session) => lessonView(session, 'en', true)?.steps[session.run?.current ?? 0];

describe('a dead end', () => {
  test('is said while it holds, and the step begins anew where it began', () => {
    const session = begin();
    playScript(session, 'touch one\ntouch keep\nrm one');
    expect(current(session)?.deadEnd).toBe('Without /root/one there is no way on.');
    const { options, inputs, until } = session.beforeStep();
    expect(inputs.map((input) => 'line' in input && input.line)).toEqual(['touch one']);
    const again = Session.replay(options, inputs, until);
    expect([again.run?.current, current(again)?.deadEnd]).toEqual([1, undefined]);
    expect(again.record('test').undone?.[0]?.inputs.map((input) => 'line' in input && input.line)).toEqual(['touch keep', 'rm one']);
    playScript(again, 'ls\ntouch two');
    expect(again.run?.finished).toBe(true);
  });

  test('is over when the learner mends the world', () => {
    const session = begin();
    playScript(session, 'touch one\nrm one');
    expect(current(session)?.deadEnd).toBeDefined();
    playScript(session, 'touch one');
    expect(current(session)?.deadEnd).toBeUndefined();
  });

  test('nothing done since the step began: the step begins anew', () => {
    const session = begin();
    playScript(session, 'touch one');
    const { options, inputs, until } = session.beforeStep();
    expect(Session.replay(options, inputs, until).run?.current).toBe(1);
  });

  test('plain: told once, :rewind goes back', () => {
    let text = '';
    let kept: Kept = { lessons: {} };
    const plain = new Plain(
      {
        tracks: [],
        language: 'en',
        colours: false,
        target: { lesson: 'test/small' },
        worlds: () => Promise.reject(new Error('given')),
        kept: () => kept,
        keep: (change) => {
          kept = { ...kept, ...change };
          return undefined;
        },
        engine: 'test',
        handIn: () => 'exists',
      },
      (piece) => {
        text += piece;
      },
      {
        open: () => Session.opening({ world: 'node', seed: 1, lesson }),
        resume: () => Session.replaying({ world: 'node', seed: 1, lesson }, [], 0),
        replay: (like, inputs, until) => Session.replaying(like.goingBackTo(inputs.length), inputs, until),
        same: () => true,
      },
    );
    plain.begin();
    for (const line of ['touch one', 'rm one', 'ls']) plain.line(line);
    expect(text.split('✗ Without /root/one there is no way on.\n:rewind goes back').length).toBe(2);
    text = '';
    plain.line(':rewind');
    expect(text).toContain('Task second.');
    plain.line('touch two');
    expect(text).toContain('✓ Lesson done');
  });
});

describe('in the author’s check', () => {
  test('a dead end has prose, and prose a dead end', () => {
    const without = load([fileStep('first', '/root/one', { deadEnds: [gone] })]);
    expect(JSON.stringify(without)).toContain('dead end of first \\"one-is-gone\\" has no text');
    const extra = load([fileStep('first', '/root/one', {}, lost)]);
    expect(JSON.stringify(extra)).toContain('there is a text for dead end of first');
  });

  test('a wrong expression is told', () => {
    const wrong = { ...gone, when: { file: { node: 'node01', path: '/root/one' }, that: 'content.(' } };
    const { failures } = checkLesson(smallLesson([fileStep('first', '/root/one', { points: 100, deadEnds: [wrong] }, lost)]), [1]);
    expect(failures.join('\n')).toContain('the expression "content.(" is wrong');
  });

  test('a solution that meets it', () => {
    const { failures } = checkLesson(smallLesson([fileStep('first', '/root/one', { points: 100, deadEnds: [gone] }, lost)]), [1]);
    expect(failures.join('\n')).toContain('meets the dead end one-is-gone of step first');
  });
});
