/** The longest lesson, played; and one side of the comparison, as a worker thread: every seed once, in a fresh world each. */
import { createHash } from 'node:crypto';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { packagedLessons } from '../../src/headless/lesson-files.ts';
import { readLesson } from '../../src/headless/lessons-folder.ts';
import { etcdProtocol, prefixEnd } from '../../src/interfaces/etcd.ts';
import type { LoadedLesson } from '../../src/lessons/lesson.ts';
import { fillAll } from '../../src/lessons/variables.ts';
import { dial } from '../../src/linux/network.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';

/** Everything in etcd, byte by byte. */
export function etcdHash(session: Session): string {
  const { kernel } = session.cluster.machine('controlplane');
  const etcd = dial(etcdProtocol, kernel.host.network, '127.0.0.1', 2379, kernel.sim.random).enter({});
  return hash(JSON.stringify(etcd.range({ key: '/registry/', rangeEnd: prefixEnd('/registry/') }).kvs));
}

export function screenOf(session: Session): string {
  let screen = '';
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) screen += text;
  return screen;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function longest(lessons: string): LoadedLesson {
  const lesson = readLesson(`${lessons}/tools/one-pod-six-views`);
  if (!('lesson' in lesson)) throw new Error('the lesson is broken');
  return lesson;
}

export function play(seed: number, lesson = longest(packagedLessons())): { readonly etcd: string; readonly screen: string; readonly session: Session } {
  const session = new Session({ world: 'kubeadm-3', seed, lesson });
  playScript(session, fillAll(lesson.lesson.solutions[0]?.script ?? '', session.values));
  return { etcd: etcdHash(session), screen: screenOf(session), session };
}

export type Played = { readonly seed: number; readonly etcd: string; readonly screen: string };
export type Side = { readonly seeds: readonly number[]; readonly lessons: string };

const side = workerData as Side | undefined;
if (!isMainThread && Array.isArray(side?.seeds)) {
  const lesson = longest(side.lessons);
  for (const seed of side.seeds) {
    const { etcd, screen } = play(seed, lesson);
    parentPort?.postMessage({ seed, etcd, screen: hash(screen) } satisfies Played);
  }
}
