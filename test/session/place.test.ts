import { expect, test } from 'vitest';
import { PlainLesson } from '../../src/headless/plain-lesson.ts';
import { lessonView } from '../../src/session/lesson-view.ts';
import { wayTo } from '../../src/session/place.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { fileStep, smallLesson } from './small-lesson.ts';

const lesson = smallLesson(
  [fileStep('here', '/root/one'), fileStep('there', '/root/two', { at: 'node01' }), fileStep('back', '/root/three', { at: 'controlplane' })],
  'kubeadm-3',
);

test('a step on another machine says so, and how to get there, until the prompt stands there', () => {
  const session = new Session({ world: 'kubeadm-3', seed: 1, lesson });
  const elsewhere = () => lessonView(session, 'en', false)?.steps.map((step) => step.elsewhere);
  expect(elsewhere()).toEqual([undefined, undefined, undefined]);
  playScript(session, 'ssh node01 touch one');
  expect(session.run?.current).toBe(1);
  expect(elsewhere()?.[1]).toEqual({ machine: 'node01', line: 'ssh node01' });
  let text = '';
  new PlainLesson(
    session,
    () => 'ko',
    (piece) => {
      text += piece;
    },
  ).begin(true);
  expect(text).toContain('→ 이 단계: node01에서 · `ssh node01`\n');
  playScript(session, 'ssh node01');
  expect(elsewhere()?.[1]).toBeUndefined();
  playScript(session, 'touch two');
  expect(elsewhere()?.[2]).toEqual({ machine: 'controlplane', line: 'exit' });
  playScript(session, 'exit');
  expect(elsewhere()?.[2]).toBeUndefined();
});

test('from inside a container one leaves it first', () => {
  expect(wayTo('node01', { machine: 'node01', container: true }, 'controlplane')).toEqual({ machine: 'node01', line: 'exit' });
  expect(wayTo('node02', { machine: 'node01', container: false }, 'controlplane')).toEqual({ machine: 'node02', line: 'ssh node02' });
});
