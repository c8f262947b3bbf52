import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newCluster } from '../src/cluster/cluster.ts';
import { packagedLessons, readLesson } from '../src/headless/lessons-folder.ts';
import { etcdProtocol, prefixEnd } from '../src/interfaces/etcd.ts';
import { fillAll } from '../src/lessons/variables.ts';
import { dial } from '../src/linux/network.ts';
import { playScript } from '../src/session/play.ts';
import { Session } from '../src/session/session.ts';

/** Everything in etcd, byte by byte. */
function etcdHash(session: Session): string {
  const { kernel } = session.cluster.machine('controlplane');
  const etcd = dial(etcdProtocol, kernel.host.network, '127.0.0.1', 2379, kernel.sim.random);
  return createHash('sha256')
    .update(JSON.stringify(etcd.range({ key: '/registry/', rangeEnd: prefixEnd('/registry/') }).kvs))
    .digest('hex');
}

function screenOf(session: Session): string {
  let screen = '';
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) screen += text;
  return screen;
}

const longest = `${packagedLessons()}/tools/one-pod-six-views`;

function play(seed: number): { etcd: string; screen: string; session: Session } {
  const lesson = readLesson(longest);
  if (!('lesson' in lesson)) throw new Error('the lesson is broken');
  const session = new Session({ world: 'kubeadm-3', seed, lesson });
  playScript(session, fillAll(lesson.lesson.solutions[0]?.script ?? '', session.values));
  return { etcd: etcdHash(session), screen: screenOf(session), session };
}

/** Each is another world; K8S_LAB_SEEDS=12 for a quick look. */
const seeds = Number(process.env['K8S_LAB_SEEDS'] ?? 200);

describe('same seed, same typing, same bytes', () => {
  test(`the longest lesson, ${seeds} seeds, twice each`, { timeout: 1_200_000 }, () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= seeds; seed++) {
      const first = play(seed);
      const second = play(seed);
      expect(second.etcd, `seed ${seed}: etcd`).toBe(first.etcd);
      expect(second.screen, `seed ${seed}: screen`).toBe(first.screen);
      hashes.add(first.etcd);
    }
    expect(hashes.size).toBe(seeds);
  });

  test('a replay of the recorded inputs is the same world, and so is an undone line', () => {
    const { session, etcd, screen } = play(3);
    const again = Session.replay(session.options, session.inputs, session.elapsed);
    expect(etcdHash(again)).toBe(etcd);
    expect(screenOf(again)).toBe(screen);
    session.input({ line: 'kubectl create namespace mistake' });
    session.untilPrompt(10_000);
    const undone = session.undo();
    expect(undone && etcdHash(undone)).toBe(etcd);
  });

  test('the clock may be driven in any portions', () => {
    const run = (portion: number): string => {
      const cluster = newCluster({ seed: 5, world: 'kubeadm-3' });
      for (let at = 0; at < 60_000; at += portion) cluster.sim.advance(portion);
      return JSON.stringify(cluster.rest({ method: 'GET', path: '/api/v1/nodes' })?.body);
    };
    expect(run(50)).toBe(run(7_500));
  });
});
