/** A session is its inputs: whatever was done to a world, doing it again gives the same bytes. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { packagedLessons } from '../../src/headless/lesson-files.ts';
import { readLesson } from '../../src/headless/lessons-folder.ts';
import { etcdProtocol, prefixEnd } from '../../src/interfaces/etcd.ts';
import { dial } from '../../src/linux/network.ts';
import type { Input } from '../../src/session/inputs.ts';
import { Session } from '../../src/session/session.ts';
import { pass, screenOf } from '../robustness/lab.ts';

type State = { readonly etcd: string; readonly screen: string; readonly processes: string; readonly steps: string };

function stateOf(session: Session): State {
  const { kernel } = session.cluster.machine('controlplane');
  let etcd = 'down';
  try {
    etcd = createHash('sha256')
      .update(
        JSON.stringify(
          dial(etcdProtocol, kernel.host.network, '127.0.0.1', 2379, kernel.sim.random)
            .enter({})
            .range({ key: '/registry/', rangeEnd: prefixEnd('/registry/') }).kvs,
        ),
      )
      .digest('hex');
  } catch {
    // It was killed: that too has to be the same.
  }
  return {
    etcd,
    screen: screenOf(session),
    processes: [...session.cluster.machines.values()]
      .map((machine) => [...machine.kernel.processes.values()].map(({ pid, comm }) => `${pid} ${comm}`).join())
      .join('\n'),
    steps: JSON.stringify(session.run?.steps.map(({ id, done, hints, attempts, answer, situations }) => ({ id, done, hints, attempts, answer, situations }))),
  };
}

type Move = Input | number;

/** Inputs, and the milliseconds between them, driven in portions that are never the same. */
function drive(session: Session, moves: readonly Move[]): Session {
  for (const [index, move] of moves.entries()) {
    if (typeof move !== 'number') session.input(move);
    else for (let left = move; left > 0; left -= 37 + index * 11) session.tick(Math.min(left, 37 + index * 11));
  }
  return session;
}

function expectSameAgain(session: Session): void {
  const { inputs, elapsed } = session;
  const state = stateOf(session);
  const again = Session.replay(session.options, inputs, elapsed);
  expect(stateOf(again)).toEqual(state);
  expect(again.inputs).toEqual(inputs);
  // And through what is saved, as text.
  const saved = JSON.parse(JSON.stringify(session.record('test'))) as ReturnType<Session['record']>;
  expect(stateOf(Session.replay(session.options, saved.inputs, saved.until))).toEqual(state);
}

const plain = (): Session => new Session({ world: 'kubeadm-3', seed: 9 });

describe('the same again', () => {
  const cases: Readonly<Record<string, readonly Move[]>> = {
    'Ctrl-C in the middle': [
      { line: 'kubectl create deployment web --image=nginx:1.27 --replicas=3' },
      300,
      { line: 'while true; do kubectl get pods; sleep 1; done' },
      7_300,
      { interrupt: true },
      500,
      { line: 'echo $?' },
      2_000,
    ],
    'Ctrl-C before anything could run': [{ line: 'sleep 100' }, { interrupt: true }, { line: 'date' }, 100],
    'keys, a full-screen program, and sizes': [
      { line: 'vi note' },
      500,
      { keys: 'ihello' },
      100,
      { resize: [40, 10] },
      100,
      { keys: '\x1b:wq\r' },
      500,
      { resize: [200, 60] },
      { line: 'cat note' },
      500,
    ],
    'Ctrl-D in cat, and in a nested shell': [
      { line: 'cat > out' },
      100,
      { line: 'text' },
      100,
      { endOfFile: true },
      100,
      { line: 'bash' },
      200,
      { endOfFile: true },
      200,
      { line: 'cat out' },
      200,
    ],
    'typed ahead': [{ line: 'sleep 3' }, { line: 'date' }, { line: 'kubectl get nodes' }, 50, { line: 'echo $RANDOM $RANDOM' }, 6_000],
    'what is killed': [
      { line: 'kubectl create deployment web --image=nginx:1.27 --replicas=2' },
      2_000,
      { line: 'kill -9 -1' },
      500,
      { line: 'kubectl get pods' },
      120_000,
      { line: 'kubectl get pods -A' },
      3_000,
    ],
    'what is destroyed': [{ line: 'rm -rf --no-preserve-root / 2>/dev/null' }, 5_000, { line: 'ls; echo *' }, 60_000],
    'a fork bomb': [{ line: ':(){ :|:& };:' }, 5_000, { interrupt: true }, 1_000],
    floods: [{ line: 'yes' }, 3_000, { interrupt: true }, 100, { line: 'cat /dev/urandom | head -c 200000 | sha256sum' }, 3_000],
    'the end of the session': [{ line: 'exit' }, 1_000, { line: 'ls' }, { keys: 'x' }, 1_000],
  };
  for (const [name, moves] of Object.entries(cases)) test(name, { timeout: 30_000 }, () => expectSameAgain(drive(plain(), moves)));

  test('answers, hints and steps of a lesson, right, wrong and meant for other steps', { timeout: 60_000 }, () => {
    const lesson = readLesson(`${packagedLessons()}/tools/one-pod-six-views`);
    if (!('lesson' in lesson)) throw new Error('the lesson is broken');
    const session = new Session({ world: 'kubeadm-3', seed: 4, lesson });
    const app = session.values['app'] ?? '';
    drive(session, [
      { hint: 'pod' },
      { hint: 'nosuch' },
      { answer: ['two'], step: 'how-many' },
      { line: `kubectl get pod ${app} -o wide` },
      1_500,
      { hint: 'sandbox' },
      { line: `ssh ${session.values['node'] ?? ''}` },
      1_000,
      { line: 'crictl pods' },
      1_500,
      { next: 'container' },
      { line: 'crictl ps' },
      1_500,
      { answer: ['none'], step: 'how-many' },
      { answer: [], step: 'how-many' },
      2_000,
    ]);
    expect(session.run?.steps.filter(({ done }) => done).length).toBeGreaterThanOrEqual(4);
    expectSameAgain(session);
  });
});

describe('undo', () => {
  test('after a crash of everything, line by line to the beginning', { timeout: 60_000 }, () => {
    const fresh = stateOf(drive(plain(), [1_000]));
    const session = drive(plain(), [
      1_000,
      { line: 'kubectl create namespace one' },
      1_000,
      { line: 'kill -9 -1' },
      20_000,
      { line: 'rm -rf /etc/kubernetes' },
      20_000,
      { interrupt: true },
      500,
    ]);
    const undone = [session];
    for (let each = session.undo(); each; each = each.undo()) undone.push(each);
    expect(undone).toHaveLength(4);
    expect(stateOf(undone[3] as Session)).toEqual(fresh);
    expect(stateOf(undone[2] as Session).etcd).not.toBe(fresh.etcd);
    expectSameAgain(undone[1] as Session);
  });

  test('nothing to undo', () => {
    expect(plain().undo()).toBeUndefined();
    expect(drive(plain(), [{ interrupt: true }, { keys: 'x' }, { resize: [1, 1] }, { line: '  ' }, 100]).undo()).toBeUndefined();
  });

  test('a session goes on from where it was undone as if nothing else had been', { timeout: 30_000 }, () => {
    const straight = drive(plain(), [500, { line: 'kubectl create namespace one' }, 2_000]);
    const detour = drive(plain(), [500, { line: 'kubectl delete nodes --all' }, 9_000]).undo() as Session;
    drive(detour, [{ line: 'kubectl create namespace one' }, 2_000]);
    expect(stateOf(detour)).toEqual(stateOf(straight));
  });
});

test('a replay that stops early, or is told of a time that is over, is still a session', () => {
  const session = drive(plain(), [{ line: 'echo one' }, 500, { line: 'echo two' }, 500]);
  const early = Session.replay(session.options, session.inputs, 0);
  pass(early, 1_000);
  expect(screenOf(early)).toContain('two');
});
