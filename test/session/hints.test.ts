/** Paid hints are of use: what tells of a thing that is done already is passed over, and costs nothing. */
import { describe, expect, test } from 'vitest';
import { lessonView } from '../../src/session/lesson-view.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { load, smallLesson } from './small-lesson.ts';

const made = (path: string): object => ({ id: path.slice('/root/'.length), file: { node: 'node01', path } });
const step = {
  id: 'two',
  facts: {
    points: 100,
    checks: [made('/root/a'), made('/root/b')],
    hints: [{ say: 'about-a', until: 'a' }, 'about-b', 'whole'],
    situations: [
      { when: { file: { node: 'node01', path: '/root/c' } }, say: 'c-is-there' },
      { when: { file: { node: 'node01', path: '/root/d' } }, say: 'd-is-there' },
    ],
  },
  prose: {
    checks: { a: 'a', b: 'b' },
    hints: { 'about-a': 'About a.', 'about-b': 'About b.', whole: 'Both.' },
    situations: { 'c-is-there': 'c is there.', 'd-is-there': 'd is there.' },
  },
};
const at = (session: Session) => lessonView(session, 'en', true)?.steps[0];

describe('hints', () => {
  const session = new Session({ world: 'node', seed: 1, lesson: smallLesson([step]) });

  test('what is done is not told any more', () => {
    expect(at(session)).toMatchObject({ hints: [], hintsLeft: 3 });
    playScript(session, 'touch a');
    expect(at(session)).toMatchObject({ hints: [], hintsLeft: 2 });
    playScript(session, '@hint two');
    expect(at(session)).toMatchObject({ hints: ['About b.'], hintsLeft: 1 });
  });

  test('a word on what was done goes when it is not so any more', () => {
    playScript(session, 'touch c');
    expect(at(session)?.situations).toEqual(['c is there.']);
    playScript(session, 'rm c');
    expect(at(session)?.situations).toEqual([]);
    playScript(session, 'touch d');
    expect(at(session)?.situations).toEqual(['d is there.']);
    playScript(session, 'touch c');
    expect(at(session)?.situations).toEqual(['c is there.', 'd is there.']);
  });

  test('only what was read costs', () => {
    playScript(session, 'touch b');
    expect(session.run).toMatchObject({ finished: true, points: 75 });
  });

  test('the check that ends its use has to be there', () => {
    expect(JSON.stringify(load([{ ...step, facts: { ...step.facts, hints: [{ say: 'about-a', until: 'z' }, 'about-b', 'whole'] } }]))).toContain(
      'the hint \\"about-a\\" is of use until \\"z\\", which is no check of it',
    );
  });
});

describe('what was run', () => {
  const command = (id: string, pattern: object): object => ({ id, command: pattern });
  const checks = [
    command('rooted', { tool: 'chroot', status: 0 }),
    command('inside', { tool: 'ls', at: 'container', status: 0 }),
    command('missing', { tool: 'frobnicate', status: 127 }),
    command('named', { tool: 'ctr', verb: 'tasks ls', flags: { '-n': 'moby' } }),
    command('never', { tool: 'touch', status: 0 }),
    { id: 'unwanted', not: { command: { tool: 'docker', verb: 'exec' } } },
  ];
  const names = Object.fromEntries(checks.map((each) => [(each as { id: string }).id, (each as { id: string }).id]));
  const failed = { all: [{ command: { tool: 'chroot' } }, { not: { command: { tool: 'chroot', status: 0 } } }] };
  const run = {
    id: 'ran',
    facts: { points: 10, checks, situations: [{ when: failed, say: 'failed' }] },
    prose: { checks: names, situations: { failed: 'Failed.' } },
  };
  const session = new Session({ world: 'node', seed: 1, lesson: smallLesson([run]) });
  const states = () => Object.fromEntries(lessonView(session, 'en', true)?.steps[0]?.checks.map(({ id, state, found }) => [id, found ?? state]) ?? []);

  test('a shell that was gone into, however its last line ended; what was run in containers; what is not there; flags from variables', () => {
    playScript(session, 'ls; chroot / bash\nfalse\ntouch /nowhere/x');
    expect(states()).toMatchObject({ rooted: 'it still runs, and counts once it has ended', inside: 'it was run on node01', never: 'it ended with status 1' });
    // Nothing has failed that still goes on.
    expect(at(session)?.situations).toEqual([]);
    playScript(session, 'exit\nfrobnicate\nCONTAINERD_NAMESPACE=moby ctr tasks ls');
    playScript(session, 'docker run -d --name box busybox:1.36 sleep 1000\ndocker exec -it box sh\nls\nexit');
    expect(states()).toEqual({
      rooted: 'passed',
      inside: 'passed',
      missing: 'passed',
      named: 'passed',
      never: 'it ended with status 1',
      unwanted: 'docker exec',
    });
  });
});
