import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { engineOptions } from '../scripts/engine-options.mjs';
import { newCluster } from '../src/cluster/cluster.ts';
import { packagedLessons } from '../src/headless/lesson-files.ts';
import { Session } from '../src/session/session.ts';
import { etcdHash, type Played, play, type Side, screenOf } from './determinism/play.ts';

/** Each is another world; K8S_LAB_SEEDS=12 for a quick look. */
const count = Number(process.env['K8S_LAB_SEEDS'] ?? 200);
const seeds = Array.from({ length: count }, (_, index) => index + 1);

/** A JavaScript engine of its own lives all the seeds, in its own order, from a bundle as users have it. */
function side(file: string, order: readonly number[]): Promise<Map<number, Played>> {
  const played = new Map<number, Played>();
  const workerData: Side = { seeds: order, lessons: packagedLessons() };
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData });
    worker.on('message', (each: Played) => void played.set(each.seed, each));
    worker.on('error', reject);
    worker.on('exit', () => resolve(played));
  });
}

describe('same seed, same typing, same bytes', () => {
  test(`the longest lesson, ${count} seeds, twice each`, { timeout: 1_200_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-seeds-'));
    const outfile = join(folder, 'side.mjs');
    const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" };
    buildSync({ ...engineOptions, entryPoints: ['test/determinism/play.ts'], format: 'esm', outfile, banner, logLevel: 'error' });
    const [one, other] = await Promise.all([side(outfile, seeds), side(outfile, [...seeds].reverse())]);
    rmSync(folder, { recursive: true });
    expect(one.size).toBe(count);
    for (const seed of seeds) {
      expect(other.get(seed)?.etcd, `seed ${seed}: etcd`).toBe(one.get(seed)?.etcd);
      expect(other.get(seed)?.screen, `seed ${seed}: screen`).toBe(one.get(seed)?.screen);
    }
    expect(new Set([...one.values()].map(({ etcd }) => etcd)).size).toBe(count);
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
