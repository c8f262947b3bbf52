/** Checks on what was run: in which order, and on which container. */
import { expect, test } from 'vitest';
import { lessonView } from '../../src/session/lesson-view.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { smallLesson } from './small-lesson.ts';

const ordered = { tool: 'cat', status: 0, after: { tool: 'touch', status: 0 } };
const step = {
  id: 'one',
  facts: {
    checks: [
      { id: 'in-order', command: ordered },
      { id: 'in-main', command: { tool: 'crictl', verb: 'exec', container: 'main', status: 0 } },
    ],
  },
  prose: { checks: { 'in-order': 'read after it was made', 'in-main': 'in main' } },
};

test('a command counts behind another, and with the id of a container of that name', () => {
  const session = new Session({ world: 'node', seed: 1, lesson: smallLesson([step]) });
  const checks = () => lessonView(session, 'en', true)?.steps[0]?.checks.map(({ state, found }) => (state === 'passed' ? state : found));
  const make = (name: string): string => `
    echo '{"metadata":{"name":"${name}","namespace":"default","uid":"${name}"},"linux":{}}' > pod.json
    echo '{"metadata":{"name":"${name}"},"image":{"image":"docker.io/library/busybox:1.36"},"command":["sleep","99"],"linux":{}}' > c.json
    crictl run c.json pod.json`;
  playScript(session, `crictl pull busybox:1.36${make('main')}${make('other')}\ncat /etc/hostname\ntouch here`);
  expect(checks()?.[0]).toContain('not in this way');
  playScript(session, 'crictl exec $(crictl ps -q --name other) true\ncat here');
  expect(checks()?.[0]).toBe('passed');
  expect(checks()?.[1]).toContain('not in this way');
  playScript(session, 'crictl exec $(crictl ps -q --name main | cut -c1-5) true');
  expect(session.run).toMatchObject({ finished: true });
});
