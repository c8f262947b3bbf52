/** What is inside a kept world: a booted cluster, and what runs when it is woken. See kept-world.ts. */
import { readFileSync, writeSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import { Cluster } from '../cluster/cluster.ts';
import { isWorldName } from '../cluster/worlds/index.ts';
import { encodeUtf8 } from '../sim/stream.ts';
import type { KeptWorldRequest } from './kept-world.ts';
import { runInCluster } from './sh.ts';

const name = process.env['K8S_LAB_KEEP'] ?? '';
if (!isWorldName(name)) throw new Error(`there is no world "${name}"`);
const cluster = new Cluster(name);
cluster.boot();

startupSnapshot.setDeserializeMainFunction(() => {
  const request = JSON.parse(process.argv.at(-1) ?? '{}') as KeptWorldRequest;
  cluster.sim.reseed(request.seed);
  process.exitCode = runInCluster(cluster, {
    argv: request.argv,
    stdin: request.readStdin ? readFileSync(0, 'utf8') : '',
    stdout: (text) => write(1, text),
    stderr: (text) => write(2, text),
    limit: request.limit,
  });
});

/** Straight to the descriptor: streams are no part of a snapshot. */
function write(descriptor: number, text: string): void {
  const bytes = encodeUtf8(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(141);
      if (code !== 'EAGAIN') throw error;
    }
  }
}
