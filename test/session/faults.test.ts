/** `faults:` of a lesson's world. */
import { expect, test } from 'vitest';
import type { LoadedLesson } from '../../src/lessons/lesson.ts';
import { Session } from '../../src/session/session.ts';

const lessonWith = (faults: unknown): LoadedLesson =>
  ({
    hash: 'x',
    lesson: {
      apiVersion: 'k8s-lab/v1',
      kind: 'Lesson',
      id: 'broken',
      track: 'incidents',
      minutes: 1,
      world: { name: 'kubeadm-3', faults },
      steps: [
        { id: 'look', kind: 'read' },
        {
          id: 'repair',
          kind: 'do',
          checks: [{ node: { node: 'node02', list: 'units' }, that: "items.exists(u, u.name == 'containerd.service' && u.active == 'active')" }],
        },
      ],
      solutions: [],
      wrong: [],
      debrief: [],
    },
  }) as unknown as LoadedLesson;

const ready = (session: Session, node: string): string | undefined =>
  (
    session.cluster.rest({ method: 'GET', path: `/api/v1/nodes/${node}` })?.body as { status: { conditions: { type: string; status: string }[] } } | undefined
  )?.status.conditions.find(({ type }) => type === 'Ready')?.status;

test('a fault is there when the learner comes, another when a step begins; the command is hidden', () => {
  const session = new Session({
    world: 'kubeadm-3',
    seed: 1,
    lesson: lessonWith([{ fault: 'kubelet-stopped' }, { fault: 'containerd-stopped', node: 'node02', at: 'step:repair' }]),
  });
  expect(ready(session, 'node01')).toBe('Unknown');
  expect(ready(session, 'node02')).toBe('True');
  expect(session.cluster.machine('controlplane').fs.exists('/usr/local/bin/fault')).toBe(false);
  session.input({ next: 'look' });
  session.tick(90_000, Number.POSITIVE_INFINITY);
  expect(ready(session, 'node02')).toBe('False');
  // What the fault breaks held when the step began: it is not looked at before the fault is complete.
  expect(session.run?.steps[1]?.done).toBe(false);
});

test('a fault or a step that is not there is told with its place', () => {
  const made = (faults: unknown) => () => new Session({ world: 'kubeadm-3', seed: 1, lesson: lessonWith(faults) });
  expect(made([{ fault: 'nosuch' }])).toThrow('there is no fault nosuch');
  expect(made([{ fault: 'kubelet-stopped', at: 'step:nowhere' }])).toThrow('there is no step nowhere');
  expect(made([{ fault: 'etcd-stopped', node: 'node01' }])).toThrow('the fault etcd-stopped is of the whole cluster');
});
